/** The mock server: answers by examples and schemas, and says what is wrong with a request. */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { APIError } from "../../../src/generate/runtime/mod.ts";
import { mock } from "../../../src/generate/mock/mod.ts";
import * as shop from "../fixtures/shop.ts";

const SHOP = new URL("../fixtures/shop.yaml", import.meta.url);

Deno.test("a generated client and the mock of its description agree", async () => {
  const server = await mock(SHOP);
  const auth = { token: "t", user: { username: "u", password: "p" }, app: "a", key: "k" };
  await using api = shop.createAPI({ transport: server.transport, auth, maxRetries: 0 });
  const item = await shop.getItem(api, { id: "1", expand: ["price"] });
  // It holds itself, and ends somewhere.
  assertEquals([item.name, item.kind, item.parts?.[0]?.parts?.[0]?.name], [
    "text",
    "thing",
    "text",
  ]);
  assertEquals(await shop.deleteItem(api, { id: "1" }), undefined);
  assertEquals((await shop.listItems(api, { limit: 3 })).length, 1);
  assertEquals((await shop.createItem(api, { body: { name: "lamp" } })).id, "text");
  assertEquals((await shop.search(api, { filter: { kind: "gift" } })).hits.length, 1);
  assertEquals(await shop.both(api, { path: { id: "1" }, query: { id: "2" } }), undefined);
  assertEquals(await shop.chat(api), { text: "text" });
  for await (const { data } of shop.chatStream(api)) assertEquals(data, { delta: "text" });
  for await (const item of shop.rows(api)) assertEquals(item.name, "text");
  const headers = { prefer: "code=404" };
  const result = await shop.getItem(api, { id: "1" }, { headers }).result();
  assertEquals([result.status, result.body], [404, { title: "text" }]);
  assertEquals(server.requests.slice(0, 2).map(({ url: _, ...rest }) => rest), [
    { method: "GET", operationId: "getItem", status: 200, errors: [] },
    { method: "DELETE", operationId: "deleteItem", status: 204, errors: [] },
  ]);
});

// R20.21
Deno.test("what is not as the description says is told", async (t) => {
  const server = await mock(SHOP);
  const key = { authorization: "Bearer t" };
  const json = { ...key, "content-type": "application/json" };
  const rows: [string, string, string, RequestInit, number, string][] = [
    ["no path", "GET", "/v1/nothing", {}, 404, "there is no path for /nothing"],
    ["no method", "PUT", "/v1/items", {}, 405, "GET, POST"],
    ["no credentials", "GET", "/v1/items/1", {}, 401, "credentials"],
    [
      "a wrong member of an enum",
      "GET",
      "/v1/items/1?expand=price,weight",
      { headers: key },
      400,
      "expand",
    ],
    ["a word for a number", "GET", "/v1/items?limit=many", {}, 400, "limit"],
    ["no body", "POST", "/v1/items", { headers: key }, 400, "the body is missing"],
    [
      "another type",
      "POST",
      "/v1/items",
      { headers: { ...key, "content-type": "text/html" }, body: "x" },
      415,
      "text/html",
    ],
    ["no JSON", "POST", "/v1/items", { headers: json, body: "{" }, 400, "not valid JSON"],
    [
      "a member of another type",
      "POST",
      "/v1/items",
      { headers: json, body: '{"id":"1","name":7}' },
      400,
      "/name",
    ],
    ["a member that is missing", "POST", "/v1/items", { headers: json, body: "{}" }, 400, "name"],
  ];
  for (const [name, method, path, init, status, why] of rows) {
    await t.step(name, async () => {
      const response = await server.fetch(new Request(`http://x${path}`, { ...init, method }));
      const body = await response.text();
      assertEquals(response.status, status);
      assertEquals(response.headers.get("content-type"), "application/problem+json");
      assertStringIncludes(body, why);
    });
  }
  await t.step("a client gets it as an error", async () => {
    await using api = shop.createAPI({
      transport: server.transport,
      auth: { token: "t" },
      maxRetries: 0,
    });
    const wrong = { body: { name: 7 as never } };
    const error = await assertRejects(() => shop.createItem(api, wrong), APIError);
    assertEquals(error.status, 400);
  });
});

// R20.21
Deno.test("examples come first, and styles are read back", async () => {
  const parameters = (["simple", "label", "matrix"] as const).map((style) => ({
    name: style,
    in: "path",
    required: true,
    style,
    explode: true,
    schema: { type: "array", items: { type: "integer" }, minItems: 2 },
  }));
  const deep = {
    name: "f",
    in: "query",
    style: "deepObject",
    schema: { type: "object", properties: { a: { type: "integer" } }, required: ["a"] },
  };
  const pipes = {
    name: "p",
    in: "query",
    style: "pipeDelimited",
    explode: false,
    schema: { type: "array", items: { enum: ["a", "b"] } },
  };
  const { fetch } = await mock({
    openapi: "3.0.0",
    info: {},
    paths: {
      "/{simple}/{label}/{matrix}": {
        get: {
          parameters: [...parameters, deep, pipes],
          responses: {
            200: {
              headers: { "x-left": { schema: { type: "integer", minimum: 5 } } },
              content: {
                "application/json": {
                  examples: { one: { value: { n: 1 } }, two: { value: { n: 2 } } },
                },
              },
            },
          },
        },
      },
    },
  });
  const path = "http://x/1,2/.3.4/;matrix=5;matrix=6?f%5Ba%5D=1&p=a%7Cb";
  const first = await fetch(new Request(path));
  assertEquals([first.status, await first.json(), first.headers.get("x-left")], [
    200,
    { n: 1 },
    "5",
  ]);
  const second = await fetch(new Request(path, { headers: { prefer: "example=two" } }));
  assertEquals(await second.json(), { n: 2 });
  for (
    const wrong of [
      path.replace("1,2", "1"),
      path.replace(".3.4", "3.4"),
      path.replace("a%5D", "b%5D"),
      path.replace("a%7Cb", "a%7Cc"),
    ]
  ) {
    const response = await fetch(new Request(wrong));
    assert(response.status === 400, wrong);
    await response.body?.cancel();
  }
});
