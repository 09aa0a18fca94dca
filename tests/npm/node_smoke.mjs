/**
 * The built package on Node and Bun, against a server of Node's own: what differs between runtimes, once
 * each. Run by the gate: `node node_smoke.mjs MOD`.
 */

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { inspect } from "node:util";
import { pathToFileURL } from "node:url";

const { ConnectionError, HTTPClient, NetworkingError, RedirectError, Response, TimeoutError } =
  await import(pathToFileURL(process.argv[2]).href);

let busy = 0;
let orders = 0;
const server = createServer((request, response) => {
  switch (request.url) {
    case "/busy":
      response.writeHead(++busy === 1 ? 503 : 200).end("busy");
      return;
    case "/slow":
      response.writeHead(200).write("{");
      return;
    case "/moved":
      response.writeHead(302, { location: `http://localhost:${server.address().port}/headers` })
        .end();
      return;
    case "/downgrade":
      response.writeHead(302, { location: "ftp://localhost/" }).end();
      return;
    case "/orders":
      orders++;
      request.socket.resetAndDestroy();
      return;
    case "/headers":
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(request.headers));
      return;
    default: {
      const chunks = [];
      request.on("data", (chunk) => chunks.push(chunk));
      request.on("end", () => {
        response.writeHead(200, { "content-type": "application/json" });
        const body = Buffer.concat(chunks).toString();
        response.end(JSON.stringify({ method: request.method, url: request.url, body }));
      });
    }
  }
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const baseUrl = `http://127.0.0.1:${server.address().port}`;
const client = new HTTPClient({ baseUrl, retryBackoff: { milliseconds: 5 } });

async function failure(call) {
  const error = await call().then(() => undefined, (thrown) => thrown);
  assert.ok(error !== undefined, "the call did not fail");
  return error;
}

const CHECKS = {
  async "a GET, a POST with JSON, multipart and a stream arrive"() {
    assert.equal((await client.get("/x", { params: { q: "a b" } })).json().url, "/x?q=a%20b");
    assert.equal((await client.post("/x", { a: 1 })).json().body, '{"a":1}');
    const form = (await client.post("/x", null, { multipart: { a: "1" } })).json().body;
    assert.match(form, /name="a"\r\n\r\n1\r\n/);
    const stream = new Blob(["streamed"]).stream();
    assert.equal((await client.put("/x", stream)).json().body, "streamed");
    assert.equal(
      (await client.get(`http://u:p@127.0.0.1:${server.address().port}/headers`)).json()
        .authorization,
      "Basic dTpw",
    );
  },
  async "a status is retried, a body that dribbles is cut off"() {
    assert.equal((await client.get("/busy")).attempts.length, 2);
    const error = await failure(() =>
      client.get("/slow", { timeout: { milliseconds: 100 }, maxRetries: 0 })
    );
    assert.ok(error instanceof TimeoutError, inspect(error));
    assert.ok(error.elapsedMs >= 100, String(error.elapsedMs));
  },
  async "redirects are followed by our rules"() {
    const response = await client.get("/moved", { headers: { "x-api-key": "secret" } });
    assert.equal(response.history.length, 1);
    assert.equal(response.json()["x-api-key"], undefined);
    assert.ok(await failure(() => client.get("/downgrade")) instanceof RedirectError);
  },
  async "failures of the network have the code of their reason"() {
    const unused = createServer();
    await new Promise((resolve) => unused.listen(0, "127.0.0.1", resolve));
    const { port } = unused.address();
    await new Promise((resolve) => unused.close(resolve));
    const refused = await failure(() =>
      client.get(`http://127.0.0.1:${port}/`, { allowAnyOrigin: true, maxRetries: 0 })
    );
    assert.ok(refused instanceof ConnectionError, inspect(refused));
    assert.equal(refused.code, "connection_refused");
    const reset = await failure(() => client.post("/orders", { item: "lamp" }));
    assert.equal(reset.code, "connection_reset", inspect(reset));
    assert.equal(orders, 1);
  },
  async "nothing secret is shown, and an abort comes through"() {
    const shown = inspect(new HTTPClient({ headers: { authorization: "Bearer hunter2" } }));
    assert.ok(!shown.includes("hunter2"), shown);
    assert.match(inspect(new Response({ statusCode: 204 })), /^Response \{/);
    const reason = new Error("enough");
    assert.equal(
      await failure(() => client.get("/x", { signal: AbortSignal.abort(reason) })),
      reason,
    );
  },
  async "a long-lived signal has no listener left"() {
    const { getEventListeners } = await import("node:events");
    const { signal } = new AbortController();
    for (let round = 0; round < 100; round++) await client.get("/x", { signal });
    assert.equal(getEventListeners(signal, "abort").length, 0);
  },
  async "a closed client says so"() {
    await client.close();
    const error = await failure(() => client.get("/x"));
    assert.ok(error instanceof NetworkingError);
    assert.equal(error.code, "closed");
  },
};

let failed = 0;
for (const [name, check] of Object.entries(CHECKS)) {
  try {
    await check();
    console.log(`ok - ${name}`);
  } catch (error) {
    failed++;
    console.error(`not ok - ${name}\n${inspect(error)}`);
  }
}
server.closeAllConnections();
server.close();
console.log(`${process.version}: ${Object.keys(CHECKS).length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
