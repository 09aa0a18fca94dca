/** The tools for APIs with a description, against the mock of the same description. */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Validator } from "@cfworker/json-schema";
import { bearerAuth } from "../../../mod.ts";
import { mock } from "../../../src/generate/mock/mod.ts";
import { networkTools } from "../../../src/mcp/mod.ts";
import { serve } from "../../support/server.ts";
import { testTools } from "../support.ts";

const SHOP = new URL("../../generate/fixtures/shop.yaml", import.meta.url);
const METHODS = ["GET", "HEAD", "POST", "DELETE"];

/** Tools for the shop, whose requests go to its mock over a real connection. */
async function shopTools(eachATool = false, methods: readonly string[] = METHODS) {
  const shop = await mock(SHOP);
  const server = serve((request) => shop.fetch(request));
  const tools = await testTools({
    policy: { methods },
    credentials: { key: bearerAuth("shop-t0ken", { origins: [server.origin] }) },
    apis: {
      shop: { description: SHOP, baseUrl: `${server.origin}/v1`, credential: "key", eachATool },
    },
  });
  return {
    ...tools,
    shop,
    async [Symbol.asyncDispose]() {
      await tools[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

Deno.test("api_describe lists, finds and describes operations", async (t) => {
  await using tools = await shopTools(false, ["GET"]);
  const describe = (input: object) => tools.call("api_describe", { api: "shop", ...input });
  await t.step("lists all, in order", async () => {
    const { title, version, operations, total } = await describe({});
    assertEquals([title, version], ["Shop", "1"]);
    const list = operations as { operation: string; is_allowed: boolean }[];
    assertEquals(list.length, total);
    assertEquals(list.slice(0, 3).map((one) => [one.operation, one.is_allowed]), [
      ["getItem", true],
      ["deleteItem", false],
      ["listItems", true],
    ]);
  });
  await t.step("finds by words", async () => {
    const { operations } = await describe({ search: "ONE item" });
    assertEquals(operations, [{
      operation: "getItem",
      method: "GET",
      path: "/items/{id}",
      summary: "One item.",
      is_allowed: true,
    }]);
  });
  await t.step("says what one takes, as a schema that can be used", async () => {
    const { operation } = await describe({ operation: "getItem" });
    const { arguments: schema, responses } = Object(operation);
    assertEquals(schema.required, ["id"]);
    assertEquals(Object.keys(schema.properties), ["id", "expand", "X-Trace", "lang"]);
    const validator = new Validator(schema, "2020-12");
    assertEquals(validator.validate({ id: "1", expand: ["price"] }).valid, true);
    assertEquals(validator.validate({ id: "1", expand: ["weight"] }).valid, false);
    assertEquals(responses["404"], "None.");
  });
  await t.step("knows that there is no such one", async () => {
    const text = await tools.fail("api_describe", { api: "shop", operation: "get_item" });
    assertStringIncludes(text, "There is no operation get_item in shop");
  });
  assertEquals(tools.shop.requests, []);
});

Deno.test("api_call sends what the description wants", async (t) => {
  await using tools = await shopTools();
  const call = (operation: string, args: object, more: object = {}) =>
    tools.call("api_call", { api: "shop", operation, arguments: args, ...more });
  const rows: [operation: string, args: object, status: number][] = [
    ["getItem", { id: "1", expand: ["price", "stock"], lang: "de" }, 200],
    ["createItem", { body: { name: "lamp" } }, 201],
    ["deleteItem", { id: "1" }, 204],
    ["both", { path: { id: "1" }, query: { id: "2" } }, 204],
  ];
  for (const [operation, args, status] of rows) {
    await t.step(operation, async () => {
      const result = await call(operation, args);
      assertEquals(result.status, status, JSON.stringify(result));
      assertEquals(tools.shop.requests.at(-1)!.errors, []);
      assertEquals(tools.shop.requests.at(-1)!.operationId, operation);
    });
  }
  const before = tools.shop.requests.length;
  const wrong: [input: object, message: string][] = [
    [{ operation: "getItem", arguments: {} }, '"id"'],
    [{ operation: "getItem", arguments: { id: "1", expnd: [] } }, "did you mean expand?"],
    [{ operation: "createItem", arguments: {} }, '"body"'],
    [{ operation: "createItem", arguments: { body: { name: 1 } } }, "body/name"],
    [{ operation: "getItem", arguments: { id: ".." } }, "segment of dots"],
    [{ operation: "constructor" }, "There is no operation"],
    [{ api: "toString", operation: "getItem" }, "api"],
  ];
  for (const [input, message] of wrong) {
    await t.step(JSON.stringify(input), async () => {
      assertStringIncludes(await tools.fail("api_call", { api: "shop", ...input }), message);
    });
  }
  assertEquals(tools.shop.requests.length, before);
});

Deno.test("each operation can be a tool, in the order of the description", async () => {
  await using tools = await shopTools(true, ["GET", "DELETE"]);
  const names = tools.tools.map(({ name }) => name);
  assertEquals(names.slice(4, 7), ["shop_getItem", "shop_deleteItem", "shop_listItems"]);
  assert(!names.includes("shop_createItem")); // no POST
  assert(!names.includes("api_call"));
  assert(names.every((name) => /^[\w.-]{1,64}$/.test(name)));
  const [, , , , get, remove] = tools.tools;
  assertEquals(get!.annotations.readOnlyHint, true);
  assertEquals(remove!.annotations, {
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: true,
    openWorldHint: true,
  });
  const { status, json } = await tools.call("shop_getItem", { id: "1", max_bytes: 10_000 });
  assertEquals([status, Object(json).name], [200, "text"]);
  assertStringIncludes(await tools.fail("shop_getItem", {}), '"id"');
});

Deno.test("an API that cannot be used is told when the tools are made", async (t) => {
  const bare = { openapi: "3.1.0", info: { title: "t", version: "1" }, paths: {} };
  const rows: [apis: Parameters<typeof networkTools>[0], message: string][] = [
    [{ apis: { a: { description: bare } } }, "names no server; give a baseUrl"],
    [{ apis: { a: { description: { text: "no: api" } } } }, "it is not an OpenAPI description"],
    [{ apis: { a: { description: bare, baseUrl: "http://a/", credential: "x" } } }, "credential x"],
    [{ credentials: { x: bearerAuth("t0ken") } }, "set origins"],
    [{ policy: { methods: ["get"] } }, "policy.methods"],
    [{ policy: { maxBytes: 0 } }, "policy.maxBytes"],
    [{ policy: { maxTime: -1 } }, "policy.maxTime"],
    [{ policy: { allowHost: [] } as object }, "did you mean allowHosts?"],
  ];
  for (const [options, message] of rows) {
    await t.step(message, async () => {
      assertStringIncludes(
        (await assertRejects(() => networkTools(options), Error)).message,
        message,
      );
    });
  }
});
