/** The mock checks what the client writes, and makes values that the description accepts. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Validator } from "@cfworker/json-schema";
import { mock } from "../../../src/generate/mock/mod.ts";
import { describe, operation } from "../support.ts";

const INTEGER = { type: "integer" };
const NULL = { type: "null" };
const schemas = {
  Limit: { anyOf: [INTEGER, NULL] },
  Color: { type: "string", enum: ["red", "green"] },
  Range: {
    type: "object",
    properties: { from: INTEGER, to: { $ref: "#/components/schemas/Limit" } },
  },
};
const ref = (name: keyof typeof schemas) => ({ $ref: `#/components/schemas/${name}` });

Deno.test("text is read by its schema, however that is put together", async (t) => {
  const rows: [string, object, right: string, wrong: string][] = [
    ["T or null, by anyOf", { anyOf: [INTEGER, NULL] }, "3", "x"],
    ["T or null, by oneOf", { oneOf: [NULL, { type: "boolean" }] }, "true", "yes"],
    ["nullable", { type: "integer", nullable: true }, "3", "x"],
    ["allOf of one", { allOf: [ref("Limit")], description: "How many." }, "3", "3.5"],
    ["a reference in a composition", { anyOf: [ref("Limit"), NULL] }, "3", "x"],
    ["limits of a part", { allOf: [INTEGER, { maximum: 5 }] }, "5", "6"],
    ["one of two", { anyOf: [INTEGER, ref("Color")] }, "red", "blue"],
    ["the other of two", { anyOf: [INTEGER, ref("Color")] }, "7", "7.5"],
    [
      "text of digits",
      { anyOf: [{ type: "string", pattern: "^0\\d$" }, { type: "boolean" }] },
      "07",
      "7",
    ],
    ["an enum of numbers", { enum: [1, 2] }, "2", "3"],
  ];
  for (const [name, schema, right, wrong] of rows) {
    const lists = { type: "array", items: schema };
    const { fetch } = await mock(describe({
      "/a/{p}": {
        get: operation("a", {
          parameters: [
            { name: "p", in: "path", required: true, schema },
            ...["query", "header", "cookie"].map((place) => ({
              name: place[0],
              in: place,
              schema,
            })),
            { name: "list", in: "query", schema: lists },
            {
              name: "deep",
              in: "query",
              style: "deepObject",
              schema: { properties: { x: schema } },
            },
          ],
        }),
      },
    }, { components: { schemas } }));
    const send = (at: string, value: string) => {
      const of = (place: string) => at === place ? value : right;
      return fetch(
        new Request(
          `https://api.example/a/${of("p")}?q=${of("q")}&list=${right}&list=${of("list")}&deep[x]=${
            of("deep")
          }`,
          { headers: { h: of("h"), cookie: `c=${of("c")}` } },
        ),
      );
    };
    await t.step(name, async () => {
      assertEquals((await send("", "")).status, 204);
      for (const place of ["p", "q", "h", "c", "list", "deep"]) {
        assertEquals((await send(place, wrong)).status, 400, place);
      }
    });
  }
  await t.step("a list or one value", async () => {
    const schema = { anyOf: [{ type: "array", items: INTEGER }, { type: "boolean" }] };
    const { fetch } = await mock(describe({
      "/a": { get: operation("a", { parameters: [{ name: "q", in: "query", schema }] }) },
    }));
    const status = async (search: string) =>
      (await fetch(new Request(`https://api.example/a?${search}`))).status;
    assertEquals(await status("q=1&q=2"), 204);
    assertEquals(await status("q=true"), 204);
    assertEquals(await status("q=x"), 400);
  });
});

Deno.test("forms are read by their encoding and checked", async (t) => {
  const form = {
    schema: {
      type: "object",
      required: ["a"],
      properties: {
        a: INTEGER,
        list: { type: "array", items: INTEGER },
        range: ref("Range"),
        deep: ref("Range"),
        spaced: { type: "array", items: INTEGER },
        json: { type: "array", items: INTEGER },
        color: ref("Color"),
      },
    },
    encoding: {
      deep: { style: "deepObject", explode: true },
      spaced: { style: "spaceDelimited", explode: false },
      json: { contentType: "application/json" },
    },
  };
  const { fetch } = await mock(describe({
    "/a": {
      post: operation("a", {
        requestBody: { content: { "application/x-www-form-urlencoded": form } },
      }),
    },
  }, { components: { schemas } }));
  const rows: [string, number][] = [
    ["a=1", 204],
    ["a=1&list=1&list=2", 204],
    ["a=1&range=%7B%22from%22%3A1%7D", 204],
    ["a=1&deep%5Bfrom%5D=1", 204],
    ["a=1&spaced=1%202", 204],
    ["a=1&json=%5B1%5D", 204],
    ["a=1&color=red", 204],
    ["b=1", 400],
    ["", 400],
    ["a=x", 400],
    ["a=1&list=1&list=x", 400],
    ["a=1&range=%7B%22from%22%3A%22x%22%7D", 400],
    ["a=1&range=x", 400],
    ["a=1&deep%5Bfrom%5D=x", 400],
    ["a=1&spaced=1%20x", 400],
    ["a=1&json=%5B%22x%22%5D", 400],
    ["a=1&color=blue", 400],
  ];
  for (const [text, status] of rows) {
    await t.step(text, async () => {
      const body = new URLSearchParams(text);
      const response = await fetch(new Request("https://api.example/a", { method: "POST", body }));
      assertEquals(response.status, status, await response.text());
    });
  }
});

Deno.test("multipart bodies are read and checked: fields, files, JSON parts", async (t) => {
  const schema = {
    type: "object",
    required: ["file"],
    properties: {
      file: { type: "string", format: "binary" },
      files: { type: "array", items: { type: "string", contentMediaType: "image/png" } },
      count: INTEGER,
      range: ref("Range"),
    },
  };
  const { fetch } = await mock(describe({
    "/a": {
      post: operation("a", { requestBody: { content: { "multipart/form-data": { schema } } } }),
    },
  }, { components: { schemas } }));
  const file = new File(["x"], "x.bin");
  const json = (value: unknown) => new Blob([JSON.stringify(value)], { type: "application/json" });
  const rows: [string, Record<string, (string | Blob)[]>, number][] = [
    ["a file", { file: [file] }, 204],
    ["all", { file: [file], files: [file, file], count: ["3"], range: [json({ from: 1 })] }, 204],
    ["JSON without a file name", { file: [file], range: ['{"from":1}'] }, 204],
    ["no file", { count: ["3"] }, 400],
    ["text for a file", { file: ["x"] }, 400],
    ["a word for a number", { file: [file], count: ["x"] }, 400],
    ["wrong JSON", { file: [file], range: [json({ from: "x" })] }, 400],
    ["no JSON", { file: [file], range: ["{"] }, 400],
  ];
  for (const [name, fields, status] of rows) {
    await t.step(name, async () => {
      const body = new FormData();
      for (const [key, values] of Object.entries(fields)) {
        for (const value of values) body.append(key, value);
      }
      const response = await fetch(new Request("https://api.example/a", { method: "POST", body }));
      assertEquals(response.status, status, await response.text());
    });
  }
  await t.step("no form", async () => {
    const headers = { "content-type": "multipart/form-data; boundary=x" };
    const response = await fetch(
      new Request("https://api.example/a", { method: "POST", body: "no", headers }),
    );
    assertStringIncludes(await response.text(), "the body is not a form");
  });
});

// R20.21
Deno.test("a sample is valid for its schema", async (t) => {
  const object = (others: object) => ({ type: "object", ...others });
  const rows: Record<string, unknown>[] = [
    { type: "array", items: INTEGER, minItems: 3, uniqueItems: true },
    { type: "array", items: { type: "string" }, minItems: 3, uniqueItems: true },
    { type: "array", items: { enum: ["a", "b", "c"] }, minItems: 3, uniqueItems: true },
    { type: "array", items: { type: "boolean" }, minItems: 2, uniqueItems: true },
    {
      type: "array",
      items: object({ properties: { a: INTEGER } }),
      minItems: 2,
      uniqueItems: true,
    },
    {
      type: "array",
      items: { type: "string", pattern: "^[a-c]\\d$" },
      minItems: 3,
      uniqueItems: true,
    },
    { type: "array", items: { type: "string", maxLength: 3 }, minItems: 3, uniqueItems: true },
    { type: "array", items: INTEGER, maxItems: 0 },
    object({ minProperties: 2 }),
    object({ minProperties: 3, properties: { a: INTEGER }, additionalProperties: INTEGER }),
    object({ required: ["z"], additionalProperties: { type: "boolean" } }),
    { type: "integer", multipleOf: 7 },
    { type: "integer", multipleOf: 5, minimum: 11 },
    { type: "integer", multipleOf: 5, exclusiveMinimum: 10 },
    { type: "number", multipleOf: 0.1, minimum: 0.25 },
    { type: "integer", multipleOf: 4, maximum: -1 },
    { type: "number", exclusiveMinimum: 0, exclusiveMaximum: 1 },
    { type: "number", maximum: -3 },
    { type: "integer", minimum: 5, maximum: 5 },
    { type: "string", pattern: "^[A-Z]{2}\\d{3,5}$" },
    { type: "string", pattern: "^(?:foo|bar)-[^a-z]+$", minLength: 8 },
    { type: "string", pattern: "^\\w+@\\w+\\.(com|org)$" },
    { type: "string", pattern: "^[0-9a-f]{8}-[0-9a-f]{4}$" },
    { type: "string", pattern: "x" },
    { type: "string", pattern: "^a*$", minLength: 3, maxLength: 3 },
    { type: "string", minLength: 7, maxLength: 9 },
    { type: ["null", "string"], minLength: 2 },
    { anyOf: [NULL, INTEGER] },
    { oneOf: [NULL, object({ required: ["a"], properties: { a: INTEGER } })] },
    { allOf: [INTEGER, { minimum: 9 }] },
    { allOf: [object({ properties: { a: INTEGER } }), { required: ["a"] }] },
    { type: ["null", "array"], items: INTEGER },
  ];
  for (const schema of rows) {
    await t.step(JSON.stringify(schema), async () => {
      const { fetch } = await mock(describe({
        "/a": {
          get: operation("a", {
            responses: { 200: { description: "", content: { "application/json": { schema } } } },
          }),
        },
      }));
      const value = await (await fetch(new Request("https://api.example/a"))).json();
      const { valid, errors } = new Validator(schema, "2020-12").validate(value);
      assert(valid, `${JSON.stringify(value)}: ${errors.map(({ error }) => error).join("; ")}`);
      assert(value !== null);
    });
  }
});

// R20.21
Deno.test("HEAD is answered as the GET is, without content", async () => {
  const { fetch, requests } = await mock(describe({
    "/a": {
      get: operation("a", {
        responses: {
          200: {
            description: "",
            headers: { "x-count": { schema: { const: 7 } } },
            content: { "application/json": { example: { a: 1 } } },
          },
        },
      }),
    },
  }));
  const response = await fetch(new Request("https://api.example/a", { method: "HEAD" }));
  const { status, headers } = response;
  assertEquals(
    [status, headers.get("content-type"), headers.get("x-count"), await response.text()],
    [200, "application/json", "7", ""],
  );
  assertEquals(requests[0]!.operationId, "a");
});

Deno.test("operations that a query or a fragment tells apart are found", async () => {
  const action = (name: string) => ({
    get: operation(name, {
      parameters: [{ name: "Action", in: "query", required: true, schema: { enum: [name] } }],
    }),
  });
  const { fetch, requests } = await mock(describe({
    "/#Action=List": action("List"),
    "/#Action=Drop": action("Drop"),
    "/?Action=Make": action("Make"),
  }));
  for (const name of ["Drop", "Make", "List"]) {
    assertEquals((await fetch(new Request(`https://api.example/?Action=${name}`))).status, 204);
  }
  assertEquals(requests.map(({ operationId }) => operationId), ["Drop", "Make", "List"]);
});
