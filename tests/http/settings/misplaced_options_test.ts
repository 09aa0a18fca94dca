/** Options in the place of the body are refused; everything else is a body. */

import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { HTTPClient } from "../../../mod.ts";
import { MockTransport } from "../../../src/testing/mod.ts";

const VERBS = ["post", "put", "patch", "query"] as const;

function client(): { client: HTTPClient; transport: MockTransport } {
  const transport = new MockTransport();
  transport.on("*", "/", { times: Infinity });
  return { client: new HTTPClient({ baseUrl: "http://a.example", transport }), transport };
}

// R4.9
Deno.test("a plain object of nothing but options is refused, and nothing is sent", async (t) => {
  const bags: object[] = [
    { json: { a: 1 } },
    { headers: { authorization: "Bearer t" } },
    { params: { a: 1 } },
    { timeout: 5 },
    { signal: null },
    { form: { a: 1 } },
    { multipart: {} },
    { auth: "x" },
    { throwOnError: true },
    { timeout: 5, maxRetries: 2, retry: {}, idempotencyKey: "k" },
    { data: 1, headers: {} },
    // fetch, ky, got, axios, requests, httpx
    { headers: {}, body: "{}" },
    { method: "POST", headers: {}, body: "{}" },
    { method: "POST", headers: {}, body: "{}", credentials: "include", mode: "cors", cache: "x" },
    { json: {}, searchParams: {} },
    { headers: {}, validateStatus: null },
    { headers: {}, verify: false },
    { json: {}, follow_redirects: true },
    { timeout: 5, responseType: "json" },
    { headers: {}, baseUrl: "http://a.example" },
    { headers: {}, baseURL: "http://a.example" },
    Object.assign(Object.create(null), { headers: {} }),
  ];
  for (const bag of bags) {
    await t.step(Object.keys(bag).join(", "), async () => {
      for (const verb of VERBS) {
        const { client: http, transport } = client();
        const { message } = await assertRejects(
          () => http[verb]("/", bag as Record<string, unknown>),
          TypeError,
        );
        assertStrictEquals(
          message.startsWith(`Cannot send { ${Object.keys(bag).join(", ")} } with ${verb}(): `),
          true,
          message,
        );
        assertEquals(transport.calls.length, 0);
      }
    });
  }
});

// R4.9
Deno.test("everything else is a body", async (t) => {
  class Own {
    headers = {};
  }
  const bodies: [unknown, string][] = [
    [{ data: { type: "articles" } }, '{"data":{"type":"articles"}}'], // jsonapi.org 1.1, 7.1
    [{ method: "add", params: [1] }, '{"method":"add","params":[1]}'], // JSON-RPC without version
    [
      { jsonrpc: "2.0", method: "add", params: [1], id: 1 },
      '{"jsonrpc":"2.0","method":"add","params":[1],"id":1}',
    ],
    [{}, "{}"],
    [{ context: {}, retry: 1 }, '{"context":{},"retry":1}'],
    [{ body: "x" }, '{"body":"x"}'],
    [{ body: "x", query: "y" }, '{"body":"x","query":"y"}'],
    [{ headers: {}, name: "x" }, '{"headers":{},"name":"x"}'],
    [{ timeout: 5, mode: "fast" }, '{"timeout":5,"mode":"fast"}'],
    [{ params: {}, limit: 5 }, '{"params":{},"limit":5}'],
    [[{ json: 1 }], '[{"json":1}]'],
    [Object.assign(new Own(), { toJSON: () => 1 }), "1"],
  ];
  for (const [body, text] of bodies) {
    await t.step(text, async () => {
      for (const verb of VERBS) {
        const { client: http, transport } = client();
        await http[verb]("/", body as Record<string, unknown>);
        assertEquals(transport.calls.map((call) => call.text), [text]);
      }
    });
  }
});
