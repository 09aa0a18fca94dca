/** Integers beyond 2^53 keep their digits where the option says so, and are warned of otherwise. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { generate } from "../../src/generate/mod.ts";
import { clientOf, describe, operation, RUNTIME, typeErrors } from "./support.ts";

const LARGE = "9007199254740993";
const schema = {
  type: "object",
  required: ["id"],
  properties: { id: { type: "integer", format: "int64" }, n: { type: "number" } },
};
const content = { "application/json": { schema } };
const description = describe({
  "/a": {
    put: operation("putIt", {
      parameters: [{ name: "after", in: "query", schema: { type: "integer", format: "int64" } }],
      requestBody: { content },
      responses: { 200: { description: "", content } },
    }),
    get: operation("rows", {
      responses: {
        200: { description: "", content: { "application/jsonl": { itemSchema: schema } } },
      },
    }),
  },
});

// R20.8
Deno.test("bigints are written and read with all digits", async () => {
  const text = `{"id":${LARGE},"n":1.5,"small":7,"large":1e300}`;
  const { call, items, sent, warnings } = await clientOf(
    description,
    ({ method }) =>
      method === "PUT"
        ? new Response(text, { headers: { "content-type": "application/json" } })
        : new Response(`${text}\n${text}\n`, { headers: { "content-type": "application/jsonl" } }),
    { int64: "bigint" },
  );
  const value = { id: BigInt(LARGE), n: 1.5, small: 7, large: 1e300 };
  const args = { after: BigInt(LARGE), body: { id: BigInt(LARGE), list: [1n, 2] } };
  assertEquals(await call("putIt", args), value);
  assertEquals(((await call("putIt", args).result()) as { body: unknown }).body, value);
  assertEquals(sent[0]!.text, `{"id":${LARGE},"list":[1,2]}`);
  assertEquals(new URL(sent[0]!.url).search, `?after=${LARGE}`);
  assertEquals(await Array.fromAsync(items("rows")), [value, value]);
  assertEquals(warnings, []);
});

// R20.8
Deno.test("text keeps all digits, too", async () => {
  const { call } = await clientOf(
    description,
    () => new Response(`{"id":-${LARGE}}`, { headers: { "content-type": "application/json" } }),
    { int64: "string" },
  );
  assertEquals(await call("putIt"), { id: `-${LARGE}` });
});

// R20.8
Deno.test("the types say so, and without the option a warning does, once", async () => {
  const { files } = await generate(description, { int64: "bigint", runtime: RUNTIME });
  const program = `import { createAPI, putIt } from "./api.ts";
const { id } = await putIt(createAPI(), { after: 1n, body: { id: 2n } });
export const either: number | bigint = id;
// @ts-expect-error -- it may be a bigint
export const number: number = id;
`;
  assertEquals(await typeErrors({ "api.ts": files.get("api.ts")!, "program.ts": program }), "");
  const { warnings } = await generate(description);
  assertEquals(warnings.length, 1);
  assertStringIncludes(warnings[0]!.message, "loses digits above 2^53");
  assertStringIncludes(warnings[0]!.pointer, "/paths/~1a/");
  assertEquals((await generate(description, { int64: "number" })).warnings, []);
});
