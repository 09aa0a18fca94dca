/** Bytes in the bodies of operations: shown as base64, sent as bytes and files; formats, directions, names. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { serve } from "../../support/server.ts";
import { testTools } from "../support.ts";

const PNG = "iVBORw0KGgo=";
const BINARY = { type: "string", format: "binary" };
const object = (properties: object) => ({ type: "object", properties });
const form = (properties: object, encoding?: object) => ({
  "multipart/form-data": { schema: object(properties), ...(encoding && { encoding }) },
});

/** Tools for one operation with these bodies, and what its server was sent. */
async function uploads(content: object, components: object = {}, openapi = "3.1.0") {
  const seen: unknown[] = [];
  const server = serve(async (request) => {
    const type = request.headers.get("content-type") ?? "";
    if (!type.startsWith("multipart/")) {
      seen.push([type, Array.from(new Uint8Array(await request.arrayBuffer()))]);
      return new Response("x");
    }
    const fields = [...await request.formData()].map(async ([name, value]) =>
      value instanceof File
        ? [name, value.name, value.type, Array.from(new Uint8Array(await value.arrayBuffer()))]
        : [name, value]
    );
    seen.push(await Promise.all(fields));
    return new Response("x");
  });
  const operation = {
    operationId: "up",
    requestBody: { content },
    responses: { 200: { description: "" } },
  };
  const description = {
    text: JSON.stringify({
      openapi,
      info: { title: "A", version: "1" },
      paths: { "/": { post: operation } },
      components,
    }),
  };
  const tools = await testTools({
    policy: { methods: ["POST"] },
    apis: {
      one: { description, baseUrl: server.origin },
      each: { description, baseUrl: server.origin, eachATool: true },
    },
  });
  const call = (args: object) =>
    tools.call("api_call", { api: "one", operation: "up", arguments: args });
  return {
    ...tools,
    seen,
    call,
    each: (args: object) => tools.call("each_up", args),
    refuse: (args: object) =>
      tools.fail("api_call", { api: "one", operation: "up", arguments: args }),
    async schema() {
      const { operation } = await tools.call("api_describe", { api: "one", operation: "up" });
      const { arguments: schema } = Object(operation);
      const each = tools.tools.find(({ name }) => name === "each_up")!;
      assertEquals(Object(each.inputSchema.properties).body, schema.properties.body);
      return schema.properties.body;
    },
    async [Symbol.asyncDispose]() {
      await tools[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

const BYTES = [137, 80, 78, 71, 13, 10, 26, 10];

// R22.20
Deno.test("files of forms are shown as base64, and sent as files with a name", async (t) => {
  const nullable = { anyOf: [BINARY, { type: "null" }] };
  const rows: [name: string, content: object, type: string, components?: object][] = [
    ["as OpenAPI 3.0 says it", form({ file: BINARY }), "application/octet-stream"],
    [
      "as 3.1 says it",
      form({ file: { type: "string", contentMediaType: "image/png" } }),
      "image/png",
    ],
    ["with nothing said", form({ file: {} }), "application/octet-stream"],
    [
      "with an encoding",
      form({ file: BINARY }, { file: { contentType: "image/png" } }),
      "image/png",
    ],
    ["that may be null", form({ file: nullable }), "application/octet-stream"],
    [
      "by reference",
      { "multipart/form-data": { schema: { $ref: "#/components/schemas/Form" } } },
      "application/octet-stream",
      { schemas: { Form: object({ file: { $ref: "#/components/schemas/File" } }), File: BINARY } },
    ],
    [
      "in parts of a schema",
      {
        "multipart/form-data": {
          schema: { allOf: [object({ file: BINARY }), object({ note: { type: "string" } })] },
        },
      },
      "application/octet-stream",
    ],
  ];
  for (const [name, content, type, components] of rows) {
    await t.step(name, async () => {
      await using tools = await uploads(content, components);
      assertStringIncludes(JSON.stringify(await tools.schema()), '"contentEncoding":"base64"');
      for (const call of [tools.call, tools.each]) {
        await call({ body: { file: PNG } });
        assertEquals(tools.seen.pop(), [["file", "file", type, BYTES]]);
      }
      await tools.call({ body: JSON.stringify({ file: `data:image/png;base64,${PNG}` }) });
      assertEquals(tools.seen.pop(), [["file", "file", type, BYTES]]);
      assertStringIncludes(await tools.refuse({ body: { file: "no base64!" } }), "not base64");
      assertEquals(tools.seen, []);
    });
  }
});

Deno.test("lists of files are files, and text parts stay text", async () => {
  const text = { type: "string" };
  const encoded = { type: "string", contentEncoding: "base64" }; // the API wants the text
  const content = form(
    {
      files: { type: "array", items: BINARY },
      note: text,
      data: encoded,
      old: { type: "string", format: "byte" },
      meta: {},
    },
    { meta: { contentType: "application/json" } },
  );
  await using tools = await uploads(content);
  await tools.call({
    body: { files: [PNG, "AAE="], note: PNG, data: PNG, old: PNG, meta: { a: 1 } },
  });
  const [first, second, ...others] = tools.seen[0] as unknown[][];
  assertEquals(first, ["files", "files", "application/octet-stream", BYTES]);
  assertEquals(second, ["files", "files", "application/octet-stream", [0, 1]]);
  assertEquals(others.slice(0, 3), [["note", PNG], ["data", PNG], ["old", PNG]]);
});

Deno.test("a body that is nothing but bytes is decoded", async (t) => {
  const rows: [type: string, schema: object | undefined][] = [
    ["application/octet-stream", BINARY],
    ["application/octet-stream", undefined],
    ["application/octet-stream", {}],
    ["application/pdf", { type: "string", format: "binary" }],
    ["image/png", { contentMediaType: "image/png" }],
  ];
  for (const [type, schema] of rows) {
    await t.step(`${type} ${JSON.stringify(schema)}`, async () => {
      await using tools = await uploads({ [type]: schema === undefined ? {} : { schema } });
      assertEquals((await tools.schema()).contentEncoding, "base64");
      await tools.call({ body: PNG });
      assertEquals(tools.seen, [[type, BYTES]]);
      assertStringIncludes(await tools.refuse({ body: "%" }), "not base64");
    });
  }
  for (const type of ["text/plain", "application/xml", "text/csv"]) {
    await t.step(`${type} is text`, async () => {
      await using tools = await uploads({ [type]: { schema: { type: "string" } } });
      await tools.call({ body: "YWI=" });
      assertEquals(tools.seen, [[type, [..."YWI="].map((one) => one.charCodeAt(0))]]);
    });
  }
});

// R22.20
Deno.test("of several bodies the one of contentType is checked and sent", async () => {
  const content = {
    "application/json": { schema: object({ n: { type: "integer" } }) },
    ...form({ n: BINARY }),
  };
  await using tools = await uploads(content);
  await tools.call({ body: { n: "5" } });
  await tools.call({ body: { n: PNG }, contentType: "multipart/form-data" });
  const [[, json], files] = tools.seen as [[string, number[]], unknown];
  assertEquals(new TextDecoder().decode(Uint8Array.from(json)), '{"n":5}');
  assertEquals(files, [["n", "n", "application/octet-stream", BYTES]]);
  assertStringIncludes(await tools.refuse({ body: { n: PNG } }), "body/n");
});

// R22.20
Deno.test("formats are shown, what the other side sets is not, and an operationId is found as it is written", async () => {
  const Person = object({
    id: { type: "string", readOnly: true },
    owner: { $ref: "#/components/schemas/Owner" },
    born: { type: "string", format: "date" },
    seen: { type: "string", format: "date-time" },
    secret: { type: "string", writeOnly: true },
    deep: object({ made: { type: "string", readOnly: true }, kept: { type: "string" } }),
  });
  const Owner = { type: "string", readOnly: true };
  const text = JSON.stringify({
    openapi: "3.1.0",
    info: { title: "A", version: "1" },
    paths: {
      "/": {
        post: {
          operationId: "people.create-one",
          requestBody: {
            content: { "application/json": { schema: { $ref: "#/components/schemas/Person" } } },
          },
          responses: {
            200: {
              description: "Made.",
              content: { "application/json": { schema: { $ref: "#/components/schemas/Person" } } },
            },
            404: { description: "None." },
          },
        },
      },
    },
    components: { schemas: { Person: { ...Person, required: ["id", "born"] }, Owner } },
  });
  await using server = serve(() => new Response("x"));
  await using tools = await testTools({
    policy: { methods: ["POST"] },
    apis: { a: { description: { text }, baseUrl: server.origin } },
  });
  const { operation } = await tools.call("api_describe", {
    api: "a",
    operation: "people.create-one",
  });
  const { arguments: schema, responses, response_schemas, operation: name } = Object(operation);
  assertEquals(name, "peopleCreateOne");
  const { body } = schema.properties;
  assertEquals(Object.keys(body.properties), ["born", "seen", "secret", "deep"]);
  assertEquals(Object.keys(body.properties.deep.properties), ["kept"]);
  assertEquals([body.properties.born.format, body.properties.seen.format], ["date", "date-time"]);
  assertEquals(body.required, ["born"]);
  assertEquals(responses, { 200: "Made.", 404: "None." });
  assertEquals(Object.keys(response_schemas), ["200"]);
  const answer = Object.keys(response_schemas[200].properties);
  assertEquals(answer, ["id", "owner", "born", "seen", "deep"]);
  for (const operation of ["people.create-one", "peopleCreateOne"]) {
    const result = await tools.call("api_call", {
      api: "a",
      operation,
      arguments: { body: { born: "soon" } },
    });
    assertEquals(result.status, 200);
  }
});

Deno.test("the schema of an answer is shortened", async () => {
  const wide = (depth: number): object =>
    depth === 0
      ? { type: "string", description: "x".repeat(100) }
      : object(Object.fromEntries("abcdef".split("").map((name) => [name, wide(depth - 1)])));
  const text = JSON.stringify({
    openapi: "3.1.0",
    info: { title: "A", version: "1" },
    paths: {
      "/": {
        get: {
          operationId: "get",
          responses: {
            200: { description: "x", content: { "application/json": { schema: wide(5) } } },
          },
        },
      },
    },
  });
  await using tools = await testTools({
    apis: { a: { description: { text }, baseUrl: "https://a.example" } },
  });
  const { operation } = await tools.call("api_describe", { api: "a", operation: "get" });
  const shown = JSON.stringify(Object(operation).response_schemas);
  assert(shown.length < 3100 && shown.includes('"f"'), `${shown.length}`);
});
