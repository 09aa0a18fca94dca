/** Nothing of a description vanishes in silence: what is not used is warned of, with its place. */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { generate, type GenerateOptions } from "../../src/generate/mod.ts";
import { describe, operation } from "./support.ts";

async function warned(source: Parameters<typeof generate>[0], options?: GenerateOptions) {
  const { warnings, files } = await generate(source, options);
  return {
    code: files.get("api.ts")!,
    warnings: warnings.map((one) => `${one.pointer}: ${one.message}`),
  };
}

Deno.test("what stands beside the reference of a path item counts", async () => {
  const { code, warnings } = await warned(describe({
    "/a": {
      $ref: "#/components/pathItems/A",
      parameters: [{ name: "x", in: "query", schema: { type: "string" } }],
      servers: [{ url: "https://own.example" }],
      post: operation("ownPost"),
      get: operation("ownGet"),
    },
  }, {
    components: {
      pathItems: {
        A: {
          get: operation("otherGet"),
          delete: operation("otherDelete"),
          parameters: [
            { name: "x", in: "query", schema: { type: "integer" } },
            { name: "y", in: "query", schema: { type: "integer" } },
          ],
        },
      },
    },
  }));
  for (const name of ["ownPost", "ownGet", "otherDelete"]) {
    assertStringIncludes(code, `export function ${name}(api: API, args`);
  }
  assert(!code.includes("otherGet"));
  assertEquals(code.match(/server: "https:\/\/own\.example"/g)?.length, 3);
  assertStringIncludes(code, "x?: string;\n  y?: number;".split("\n")[0]!);
  assertEquals(warnings, [
    "/components/pathItems/A/get: GET /a is a duplicate; it is left out",
  ]);
});

// R20.1
Deno.test("merge keys of YAML are merged, and those of JSON are members", async () => {
  const head = "openapi: 3.1.0\ninfo: { title: t, version: '1' }\npaths: {}\n";
  const rows = [
    `x: &a { type: object, properties: { id: { type: string } } }
components: { schemas: { A: { <<: *a, required: [id] } } }`,
    `x: &a { type: object }
y: &b { properties: { id: { type: string } } }
components: { schemas: { A: { <<: [*a, *b], required: [id] } } }`,
    `x: &a { id: { type: string } }
components: { schemas: { A: { properties: { <<: *a }, required: [id] } } }`,
  ];
  for (const text of rows) {
    const { code, warnings } = await warned({ text: head + text }, { typesOnly: true });
    assertStringIncludes(code, "export interface A {\n  id: string;\n}");
    assertEquals(warnings, []);
  }
  const json = JSON.stringify(describe({}, {
    components: { schemas: { A: { properties: { "<<": { type: "string" } } } } },
  }));
  assertStringIncludes((await warned({ text: json })).code, '"<<"?: string;');
});

// R20.3
Deno.test("a name that is there twice is warned of, with both lines", async (t) => {
  const yaml = `openapi: 3.1.0
info: { title: t, version: "1" }
paths:
  /a: { get: { operationId: first, responses: {} } }
  /a: { get: { operationId: second, responses: {} } }
components:
  schemas:
    A: { type: string }
    A: { type: number }
`;
  const json = `{ "openapi": "3.1.0", "info": { "title": "a \\": {", "version": "1" },
"paths": {
  "/a": { "get": { "operationId": "first", "responses": {} } },
  "/a": { "get": { "operationId": "second", "responses": {} } } },
"components": { "schemas": {
    "A": { "type": "string" },
    "A": { "type": "number" } } } }`;
  for (const [name, text, lines] of [["YAML", yaml, [4, 8]], ["JSON", json, [3, 6]]] as const) {
    await t.step(name, async () => {
      const { code, warnings } = await warned({ text });
      assertStringIncludes(code, "export function second(");
      assertEquals(warnings, [
        `/paths/~1a: Duplicate name, first on line ${lines[0]}; the last one is used`,
        `/components/schemas/A: Duplicate name, first on line ${lines[1]}; the last one is used`,
      ]);
    });
  }
  await t.step("and none is where none is", async () => {
    const text = JSON.stringify(describe({}, { "x-a": [{ "a\\": "b:" }, { "a\\": '"c":' }] }));
    assertEquals((await warned({ text })).warnings, []);
  });
});

// R20.3
Deno.test("what a client cannot do is warned of", async (t) => {
  const inPaths = (method: string, others: object) =>
    describe({ "/a": { [method]: operation("a", others) } });
  const body = { content: { "application/json": { schema: {} } } };
  const answer = (others: object) =>
    inPaths("get", { responses: { 200: { description: "", ...others } } });
  const form = (encoding: object) => ({
    requestBody: { content: { "multipart/form-data": { schema: {}, encoding: { f: encoding } } } },
  });
  const at = "/paths/~1a";
  const rows: [string, object, string][] = [
    ["a body of GET", inPaths("get", { requestBody: body }), `${at}/get/requestBody: A GET cannot`],
    [
      "a body of HEAD",
      inPaths("head", { requestBody: body }),
      `${at}/head/requestBody: A HEAD cannot`,
    ],
    [
      "links",
      answer({ links: { next: {} } }),
      `${at}/get/responses/200/links: The client follows no`,
    ],
    [
      "an early answer",
      inPaths("get", { responses: { 103: {}, 200: {} } }),
      "responses/103: fetch",
    ],
    [
      "header fields of a part",
      inPaths("put", form({ headers: {} })),
      "encoding/f/headers: A part",
    ],
    [
      "a header field that is none",
      inPaths("get", { parameters: [{ name: "Accept", in: "header", schema: {} }] }),
      "parameters/0: The header field Accept cannot be a parameter",
    ],
    [
      "a parameter without a value",
      inPaths("get", {
        parameters: [{ name: "x", in: "query", schema: {}, allowEmptyValue: true }],
      }),
      "parameters/0/allowEmptyValue: x without a value",
    ],
    [
      "a field that nobody knows",
      inPaths("get", { sumary: "x" }),
      `${at}/get/sumary: "sumary" is not a field of an operation`,
    ],
    [
      "a method in capitals",
      describe({ "/a": { GET: operation("a") } }),
      `${at}/GET: "GET" is not a field of a path item`,
    ],
    [
      "several servers of an operation",
      inPaths("get", { servers: [{ url: "https://a.example" }, { url: "https://b.example" }] }),
      `${at}/get/servers: An operation can have only one server`,
    ],
    [
      "XML",
      answer({ content: { "application/xml": { schema: { type: "object" } } } }),
      "application~1xml: XML is text",
    ],
    [
      "keywords that no type has",
      describe({}, { components: { schemas: { A: { not: {}, if: {}, then: {} } } } }),
      "/components/schemas/A: A type cannot express not, if, then; it is left out",
    ],
  ];
  for (const [name, description, expected] of rows) {
    await t.step(name, async () => {
      const { warnings } = await warned(description as Record<string, unknown>);
      assertEquals(warnings.length, 1, warnings.join("\n"));
      assertStringIncludes(warnings[0]!, expected);
    });
  }
  await t.step("DELETE and QUERY keep their body", async () => {
    for (const method of ["delete", "query"]) {
      const { code, warnings } = await warned(inPaths(method, { requestBody: body }));
      assertEquals(warnings, []);
      assertStringIncludes(code, "body?: unknown;");
    }
  });
});

Deno.test("a rule of only that finds nothing is warned of, also beside one that finds something", async () => {
  const description = describe({ "/a": { get: operation("a", { tags: ["x"] }) } });
  const { warnings } = await warned(description, { only: ["tag:x", "tag:y", "operation:z*"] });
  assertEquals(warnings, [
    ": tag:y, a rule of only, matches no operation",
    ": operation:z*, a rule of only, matches no operation",
  ]);
});

// R20.19
Deno.test("a rule of pagination that cannot work is an error, and its parameter is looked for", async (t) => {
  const schema = { type: "object", properties: { data: { type: "array", items: {} } } };
  const description = describe({
    "/a": {
      get: operation("list", {
        responses: { 200: { description: "", content: { "application/json": { schema } } } },
      }),
    },
  });
  const rows: [unknown, string][] = [
    [
      { items: "/data", next: { by: "offest", param: "o" } },
      'next.by is "offest", and must be one of',
    ],
    [{ items: "/data", next: { by: "cursor", param: "c" } }, "needs pointer"],
    [{ items: "/data", next: { by: "cursor", pointer: "/n" } }, "needs param"],
    [{ items: "/data", next: { by: "url" } }, "needs pointer"],
    [{ items: "data", next: { by: "link" } }, "items must be a JSON Pointer"],
    [{ items: "/data" }, "have next"],
    ["link", "have next"],
    [{ next: { by: "page", param: "p", in: "query" } }, "argument or body"],
  ];
  for (const [rule, why] of rows) {
    await t.step(JSON.stringify(rule), async () => {
      const pagination = { list: rule } as GenerateOptions["pagination"];
      const error = await assertRejects(
        () => generate(description, { pagination: pagination! }),
        TypeError,
      );
      assertStringIncludes(error.message, "pagination.list");
      assertStringIncludes(error.message, why);
    });
  }
  await t.step("a parameter that is not there", async () => {
    const pagination = { list: { items: "/data", next: { by: "page", param: "page" } as const } };
    const { warnings } = await warned(description, { pagination });
    assertEquals(warnings, [
      "/paths/~1a/get: The pages of list need the parameter page, which is not described; it is sent in the query",
    ]);
  });
});
