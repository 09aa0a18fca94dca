/**
 * The functional description that the module started from, one test a row of SPEC.md section 1, in
 * the description's own words.
 */

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  getHttpClient,
  HTTPClient,
  HTTPResponse,
  NetworkingError,
  Response,
  WebSocketClient,
  WebSocketError,
} from "../mod.ts";
import { serve } from "./support/server.ts";

/** What a server saw, as JSON. */
async function echo(request: Request): Promise<globalThis.Response> {
  return globalThis.Response.json({
    method: request.method,
    query: new URL(request.url).search,
    header: request.headers.get("x-seed"),
    type: request.headers.get("content-type"),
    body: await request.text(),
  });
}

Deno.test("HTTPClient(timeout=30, max_retries=3, retry_backoff=1.0, headers=None)", () => {
  const byDefault = Deno.inspect(new HTTPClient());
  const explicit = Deno.inspect(
    new HTTPClient({ timeout: 30, maxRetries: 3, retryBackoff: 1.0, headers: {} }),
  );
  assertEquals(byDefault, explicit);
  assert(byDefault.includes("timeoutMs: 30000"), byDefault);
  assert(byDefault.includes("maxRetries: 3"), byDefault);
  assert(byDefault.includes("retryBackoffMs: 1000"), byDefault);
});

Deno.test("max_retries=3: a server that is down gets four attempts", async () => {
  let served = 0;
  const client = new HTTPClient({
    retryBackoff: { milliseconds: 1 },
    transport: () => {
      served++;
      return Promise.resolve(new globalThis.Response(null, { status: 503 }));
    },
  });
  const response = await client.get("http://localhost/");
  assertEquals(served, 4);
  assertEquals(response.attempts.map((attempt) => attempt.number), [1, 2, 3, 4]);
  assertEquals(response.retrySkipped, "max_retries");
});

Deno.test("get(url, **kwargs) sends GET with the given headers and params", async () => {
  await using server = serve(echo);
  const response = await new HTTPClient().get(`${server.origin}/x`, {
    headers: { "x-seed": "1" },
    params: { q: "a b" },
  });
  assertEquals(response.json(), {
    method: "GET",
    query: "?q=a%20b",
    header: "1",
    type: null,
    body: "",
  });
});

Deno.test("post(url, data, **kwargs) sends POST with the data", async () => {
  await using server = serve(echo);
  const response = await new HTTPClient().post(`${server.origin}/x`, { name: "Ada" });
  const { method, type, body } = response.json<Record<string, string>>();
  assertEquals([method, type, body], ["POST", "application/json", '{"name":"Ada"}']);
});

Deno.test("put(url, data, **kwargs) sends PUT with the data", async () => {
  await using server = serve(echo);
  const response = await new HTTPClient().put(`${server.origin}/x`, "text");
  const { method, type, body } = response.json<Record<string, string>>();
  assertEquals([method, type, body], ["PUT", "text/plain;charset=UTF-8", "text"]);
});

Deno.test("delete(url, **kwargs) sends DELETE", async () => {
  await using server = serve(echo);
  const response = await new HTTPClient().delete(`${server.origin}/x`);
  assertEquals(response.json<{ method: string }>().method, "DELETE");
});

Deno.test("request(method, url, **kwargs) sends any method", async () => {
  await using server = serve(echo);
  const response = await new HTTPClient().request("patch", `${server.origin}/x`, { json: [1] });
  const { method, body } = response.json<Record<string, string>>();
  assertEquals([method, body], ["PATCH", "[1]"]);
});

Deno.test("patch, head, options and query are methods as well", async () => {
  await using server = serve((request) =>
    request.method === "HEAD" ? new globalThis.Response() : echo(request)
  );
  const client = new HTTPClient({ baseUrl: server.origin });
  await client.patch("x", 1);
  await client.head("x");
  await client.options("x");
  await client.query("x", { q: 1 });
  assertEquals(server.requests, ["PATCH /x", "HEAD /x", "OPTIONS /x", "QUERY /x"]);
});

Deno.test("Response has status_code, headers, content, text, json_data and json()", () => {
  const response = new Response({
    statusCode: 200,
    headers: { "content-type": "application/json" },
    content: '{"name":"Ada"}',
    url: "http://localhost/",
  });
  assertEquals(response.statusCode, 200);
  assertInstanceOf(response.headers, Headers);
  assertEquals(response.content, new TextEncoder().encode('{"name":"Ada"}'));
  assertEquals(response.text, '{"name":"Ada"}');
  assertEquals(response.jsonData, { name: "Ada" });
  assertEquals(response.json(), { name: "Ada" });
  assertStrictEquals(HTTPResponse, Response);
});

// R2.5
Deno.test("get_http_client() gives the one shared client, which close() leaves open", async () => {
  await using server = serve(echo);
  const shared = getHttpClient();
  assertStrictEquals(getHttpClient(), shared);
  await shared.close();
  assertEquals((await shared.get(server.origin)).statusCode, 200);
  const own = getHttpClient({ timeout: 5 });
  assert(own !== shared);
  await own.close();
  await assertRejects(() => own.get(server.origin), NetworkingError, "the client is closed");
});

Deno.test("NetworkingError is the root of every error for a failed operation", async () => {
  const error = await assertRejects(() => new HTTPClient().get("nonsense"), NetworkingError);
  assertEquals(error.code, "invalid_url");
});

Deno.test("WebSocketClient has connect() -> bool, send() -> bool, receive() -> Optional, close()", async () => {
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onmessage = ({ data }) => socket.send(data);
    return response;
  });
  const client = new WebSocketClient(`ws://127.0.0.1:${server.addr.port}`);
  const early = await assertRejects(() => client.send("x"), WebSocketError);
  assertEquals(early.code, "not_connected");
  assertStrictEquals(await client.connect(), true);
  assertStrictEquals(await client.send("text"), true);
  assertStrictEquals(await client.send(new Uint8Array([1, 2])), true);
  assertStrictEquals(await client.receive(), "text");
  assertEquals(await client.receive(), new Uint8Array([1, 2]));
  assertStrictEquals(await client.close(), undefined);
  assertStrictEquals(await client.receive(), null);
});
