// MSW in front of Node's fetch and WebSocket: its answers, delays and failures reach the clients as those of a
// server would.

import assert from "node:assert/strict";

/** Not literal: the packages are where the script is run, and nowhere else. */
const load = (name) => import(name);
const { delay, http, HttpResponse, ws } = await load("msw");
const { setupServer } = await load("msw/node");
const { EventSourceClient, HTTPClient, NetworkingError, TimeoutError, WebSocketClient } =
  await load("@codomyrmex/networking");

let asked = 0;
const at = (path) => `http://api.example/${path}`;
const events = { headers: { "content-type": "text/event-stream" } };
const server = setupServer(
  http.get(at("users/:id"), ({ params: { id } }) => HttpResponse.json({ id })),
  http.put(at("echo"), async ({ request }) => {
    const type = request.headers.get("content-type");
    return HttpResponse.json([type, await request.text()], { status: 201 });
  }),
  http.get(at("busy"), () => new HttpResponse("here", { status: asked++ === 0 ? 503 : 200 })),
  http.get(at("moved"), () => HttpResponse.redirect(at("users/1"), 302)),
  http.get(at("down"), () => HttpResponse.error()),
  http.get(at("never"), () => delay("infinite")),
  http.get(at("events"), () => new HttpResponse("data: hello\n\n", events)),
  ws.link("ws://api.example/socket").addEventListener("connection", ({ client }) => {
    client.addEventListener("message", ({ data }) => client.send(`${data} back`));
  }),
);
server.listen({ onUnhandledRequest: "error" });
const retryBackoff = { milliseconds: 1 };
const client = new HTTPClient({ baseUrl: at(""), retryBackoff });
assert.deepEqual((await client.get("users/1")).json(), { id: "1" });
for (
  const [body, sent] of [
    [{ a: 1 }, ["application/json", '{"a":1}']],
    ["text", ["text/plain;charset=UTF-8", "text"]],
    [new Uint8Array([104, 105]), [null, "hi"]],
    [new Blob(["hi"], { type: "text/csv" }), ["text/csv", "hi"]],
    [new Blob(["hi"]).stream(), [null, "hi"]],
    [{ stream: new Blob(["hi"]).stream(), size: 2 }, [null, "hi"]],
  ]
) {
  const response = await client.put("echo", body);
  assert.deepEqual([response.statusCode, response.json()], [201, sent]);
}
const busy = await client.get("busy");
assert.deepEqual([busy.text, busy.attempts.length], ["here", 2]);
const moved = await client.get("moved");
assert.deepEqual([moved.json(), moved.history.length], [{ id: "1" }, 1]);
const failure = (call) => call.then(() => assert.fail("it did not fail"), (error) => error);
const down = await failure(client.get("down", { maxRetries: 1 }));
assert.ok(down instanceof NetworkingError, down);
assert.deepEqual([down.code, down.attempts.length], ["connection_failed", 2]);
const late = await failure(client.get("never", { timeout: { milliseconds: 100 }, maxRetries: 0 }));
assert.ok(late instanceof TimeoutError, late);
const controller = new AbortController();
setTimeout(() => controller.abort("enough"), 50);
assert.equal(await failure(client.get("never", { signal: controller.signal })), "enough");
const stream = new EventSourceClient(at("events"));
await stream.connect();
assert.equal((await stream.receive())?.data, "hello");
await stream.close();
const socket = new WebSocketClient("ws://api.example/socket");
await socket.connect();
await socket.send("hi");
assert.equal(await socket.receive({ timeout: 3 }), "hi back");
await socket.close();
await client.close();
server.close();
