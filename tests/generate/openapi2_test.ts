/** OpenAPI 2.0 is upgraded without loss. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { clientOf, operation } from "./support.ts";

const describe2 = (paths: unknown, others: object = {}) => ({
  swagger: "2.0",
  info: { title: "t", version: "1" },
  host: "api.example",
  schemes: ["https"],
  paths,
  ...others,
});

// R20.1
Deno.test("a body or a field of a form by reference is one, at the operation and at the path", async () => {
  const parameters = {
    thing: { name: "thing", in: "body", required: true, schema: { type: "object" } },
    a: { name: "a", in: "formData", type: "string", required: true },
    q: { name: "q", in: "query", type: "string" },
  };
  const ref = (name: string) => ({ $ref: `#/parameters/${name}` });
  const { call, sent, warnings } = await clientOf(describe2({
    "/body": { put: operation("putBody", { parameters: [ref("thing"), ref("q")] }) },
    "/path": {
      parameters: [ref("thing"), ref("q")],
      put: operation("putPath"),
      post: operation("postPath", {
        parameters: [{ name: "own", in: "body", schema: { type: "string" } }],
      }),
    },
    "/form": { post: operation("postForm", { parameters: [ref("a")] }) },
    "/both": { parameters: [ref("a")], post: operation("postBoth") },
  }, { parameters }));
  assertEquals(warnings, []);
  await call("putBody", { body: { x: 1 }, q: "1" });
  await call("putPath", { body: { x: 2 }, q: "2" });
  await call("postPath", { body: "y" });
  await call("postForm", { body: { a: "b c" } });
  await call("postBoth", { body: { a: "d" } });
  assertEquals(sent.map(({ url, text }) => [url.replace("https://api.example", ""), text]), [
    ["/body?q=1", '{"x":1}'],
    ["/path?q=2", '{"x":2}'],
    ["/path", '"y"'],
    ["/form", "a=b+c"],
    ["/both", "a=d"],
  ]);
});

// R20.1
Deno.test("a form has the media type that it must have, and is required where a field of it is", async (t) => {
  const field = { name: "a", in: "formData", type: "string" };
  const file = { name: "f", in: "formData", type: "file", required: true };
  const URLENCODED = "application/x-www-form-urlencoded";
  const rows: [string, object, object, string, boolean][] = [
    ["without a file", { parameters: [field] }, {}, URLENCODED, false],
    ["a required field", { parameters: [{ ...field, required: true }] }, {}, URLENCODED, true],
    ["a file", { parameters: [field, file] }, {}, "multipart/form-data", true],
    [
      "what the operation says",
      { parameters: [field], consumes: ["multipart/form-data"] },
      {},
      "multipart/form-data",
      false,
    ],
    [
      "what the description says",
      { parameters: [field] },
      { consumes: ["multipart/form-data"] },
      "multipart/form-data",
      false,
    ],
    [
      "a description of JSON",
      { parameters: [field] },
      { consumes: ["application/json"] },
      URLENCODED,
      false,
    ],
  ];
  for (const [name, others, root, type, isRequired] of rows) {
    await t.step(name, async () => {
      const { code } = await clientOf(
        describe2({ "/a": { post: operation("post", others) } }, root),
      );
      assertStringIncludes(code, `body: { "${type}": {} }`);
      assertEquals(code.includes("bodyRequired: true"), isRequired);
    });
  }
});

// R20.1
Deno.test("lists are written as their collectionFormat says, or warned of", async (t) => {
  const list = (place: string, format?: string) => ({
    name: "a",
    in: place,
    type: "array",
    items: { type: "string" },
    ...(place === "path" && { required: true }),
    ...(format !== undefined && { collectionFormat: format }),
  });
  const rows: [string | undefined, string][] = [
    [undefined, "a=1,2"],
    ["csv", "a=1,2"],
    ["ssv", "a=1%202"],
    ["tsv", "a=1%092"],
    ["pipes", "a=1%7C2"],
    ["multi", "a=1&a=2"],
  ];
  for (const [format, text] of rows) {
    await t.step(`${format} in a query`, async () => {
      const { call, sent, warnings } = await clientOf(
        describe2({ "/a": { get: operation("get", { parameters: [list("query", format)] }) } }),
      );
      await call("get", { a: ["1", "2"] });
      assertEquals([new URL(sent[0]!.url).search, warnings], [`?${text}`, []]);
    });
    await t.step(`${format} in a form`, async () => {
      const { call, sent, warnings } = await clientOf(
        describe2({
          "/a": { post: operation("post", { parameters: [list("formData", format)] }) },
        }),
      );
      await call("post", { body: { a: ["1", "2"] } });
      assertEquals([sent[0]!.text.replaceAll("+", "%20"), warnings], [text, []]);
    });
  }
  await t.step("by a shared parameter", async () => {
    const { call, sent } = await clientOf(describe2({
      "/a": { get: operation("get", { parameters: [{ $ref: "#/parameters/tabs" }] }) },
    }, { parameters: { tabs: list("query", "tsv") } }));
    await call("get", { a: ["1", "2"] });
    assertEquals(new URL(sent[0]!.url).search, "?a=1%092");
  });
  await t.step("tsv in a path", async () => {
    const { warnings } = await clientOf(
      describe2({ "/a/{a}": { get: operation("get", { parameters: [list("path", "tsv")] }) } }),
    );
    assertEquals(warnings.map(({ message, pointer }) => [pointer, message]), [[
      "/paths/~1a~1{a}/get",
      "The path parameter a has the collectionFormat tsv; it is written with commas",
    ]]);
  });
});

// R20.1
Deno.test("schemes of an operation are its own servers, and a file is not JSON", async () => {
  const { call, sent, code } = await clientOf(
    describe2({
      "/a": {
        get: operation("get", {
          schemes: ["http"],
          responses: { 200: { description: "", schema: { type: "file" } } },
        }),
      },
    }),
    () => new Response("%PDF", { headers: { "content-type": "application/pdf" } }),
  );
  assertEquals(await call("get"), new TextEncoder().encode("%PDF"));
  assertEquals(sent[0]!.url, "http://api.example/a");
  assertStringIncludes(code, "APICall<Uint8Array<ArrayBuffer>, GetResult>");
});

Deno.test("a warning about OpenAPI 2.0 has its line", async () => {
  const text = `swagger: "2.0"
info: { title: t, version: "1" }
paths: {}
definitions:
  A:
    properties:
      a:
        $ref: "#/definitions/B"
`;
  const { warnings } = await clientOf({ text, base: "file:///a.yaml" });
  assertEquals(warnings.map(({ file, message }) => [file, message]), [
    ["file:///a.yaml:8", "#/components/schemas/B cannot be resolved; its type is unknown"],
  ]);
});
