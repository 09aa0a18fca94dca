/**
 * The other entry points on Node and Bun: what differs between runtimes, once each. Run by the gate:
 * `node testing_smoke.mjs MOD TESTING COOKIES DIGEST OAUTH2`, each a module of the built package.
 */

import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { pathToFileURL } from "node:url";

const [library, testing, jar, digest, oauth] = process.argv.slice(2).map((path) =>
  pathToFileURL(path).href
);
const { anyOf, basicAuth, bearerAuth, EventSourceClient, HTTPClient, TimeoutError } = await import(
  library
);
const { FakeClock, FakeServer, MockTransport } = await import(testing);
const { CookieJar } = await import(jar);
const { digestAuth } = await import(digest);
const { listenForCallback, oauth2 } = await import(oauth);

const CHECKS = {
  async "an installed clock drives a call with all its waits"() {
    const clock = new FakeClock();
    const installed = clock.install();
    const transport = new MockTransport().on(
      "PUT",
      "/jobs",
      { fail: "connection_reset" },
      { status: 429, headers: { "retry-after": "60" } },
      { json: { done: true } },
    ).on("GET", "/", { delay: "forever" });
    const client = new HTTPClient({ transport });
    const call = client.put("http://api.example/jobs", new Blob(["a blob"]));
    await clock.advance(61);
    const response = await call;
    assert.deepEqual(response.json(), { done: true });
    assert.equal(response.attempts[2].waitedMs, 60_000);
    assert.equal(transport.calls[2].text, "a blob");
    const hooks = { onRequest: () => new Promise(() => {}) };
    const late = client.get("http://api.example/", { hooks, maxRetries: 0 }).catch((error) =>
      error
    );
    await clock.advance(30);
    assert.ok(await late instanceof TimeoutError, inspect(await late));
    installed.restore();
    assert.ok(Date.now() > Date.UTC(2025, 6));
  },
  async "digestAuth() answers a challenge, and a user signs in by OAuth 2.0"() {
    const server = await FakeServer.start();
    try {
      const challenge = 'Digest realm="r", nonce="n", qop="auth-int", algorithm=SHA-512-256';
      server.enqueue({ status: 401, headers: { "www-authenticate": challenge } }, { body: "in" });
      const auth = digestAuth("ada", "engine");
      assert.equal((await new HTTPClient().post(server.url, "a body", { auth })).text, "in");
      assert.match(
        server.requests[1].header("authorization"),
        /^Digest username="ada".*nc=00000001/,
      );
      assert.equal(server.requests[1].text, "a body");

      const listener = await listenForCallback();
      const user = oauth2({
        tokenEndpoint: `${server.origin}/token`,
        authorizationEndpoint: `${server.origin}/authorize`,
        clientId: "desk",
        redirectUri: listener.redirectUri,
      });
      const { state } = await user.authorizationUrl();
      const [callback] = await Promise.all([
        listener.callback(),
        new HTTPClient().get(`${listener.redirectUri}?code=1&state=${state}`),
      ]);
      server.enqueue(
        {
          headers: { "content-type": "application/json" },
          body: '{"access_token":"t","token_type":"bearer"}',
        },
        { body: "welcome" },
      );
      await user.exchange(callback);
      assert.equal((await new HTTPClient().get(server.url, { auth: user })).text, "welcome");
      assert.equal(server.requests.at(-1).header("authorization"), "Bearer t");
      await listener[Symbol.asyncDispose]();
    } finally {
      await server.close();
    }
  },
  async "an event stream goes on where it broke"() {
    const headers = { "content-type": "text/event-stream" };
    const server = (await FakeServer.start()).enqueue(
      { headers, body: "id: 1\ndata: a\n\nid: 2\nda" }, // what is cut off does not count
      { headers, body: "id: 2\ndata: b\n\n" },
      { status: 204 },
    );
    try {
      const events = new EventSourceClient(server.url, { retryBackoff: { milliseconds: 1 } });
      await events.connect();
      const data = [];
      for await (const event of events) data.push(event.data);
      assert.deepEqual(data, ["a", "b"]);
      assert.deepEqual(server.requests.map((request) => request.header("last-event-id")), [
        undefined,
        "1",
        "2",
      ]);
    } finally {
      await server.close();
    }
  },
  async "each fault of the server has its code"() {
    const rows = [
      ["disconnect_at_start", "connection_reset"],
      ["stall_at_start", "attempt_timeout"],
      ["disconnect_during_request_body", "connection_reset"],
      ["answer_before_request_body", 200],
      ["disconnect_after_request", "connection_reset"],
      ["reset_after_request", "connection_reset"],
      ["half_close_after_request", "connection_reset"],
      ["no_response", "attempt_timeout"],
      ["disconnect_during_response_body", "body_truncated"],
      ["reset_during_response_body", "body_truncated"],
      ["stall_during_response_body", "attempt_timeout"],
      ["disconnect_after_response", 200],
      ["half_close_after_response", 200],
    ];
    for (const [fault, code] of rows) {
      const server = (await FakeServer.start()).enqueue({ body: "0123456789", fault });
      const client = new HTTPClient({ maxRetries: 0, timeout: { milliseconds: 300 } });
      const outcome = await client.post(server.url, "a body").catch((error) => error);
      assert.equal(outcome.code ?? outcome.statusCode, code, `${fault}: ${inspect(outcome)}`);
      await server.close();
    }
  },
  async "a download goes to a file, and on after a break"() {
    const headers = { etag: '"a"' };
    // What came before a break is there on Deno and Node; Bun drops it, and asks for the whole again.
    const server = await FakeServer.start((request) => {
      const from = /^bytes=(\d+)-$/.exec(request.header("range") ?? "")?.[1];
      if (server.requests.length === 1) {
        return { headers, body: "0123456789", fault: "disconnect_during_response_body" };
      }
      const body = "0123456789".slice(Number(from ?? 0));
      return from === undefined
        ? { headers, body }
        : { status: 206, headers: { ...headers, "content-range": `bytes ${from}-9/10` }, body };
    });
    const folder = await mkdtemp(join(tmpdir(), "networking-"));
    try {
      const checksum = { algorithm: "MD5", value: "781e5e245d69b566979b86e28d23f2c7" };
      const client = new HTTPClient({ retryBackoff: 0 });
      const { size, transfers } = await client.download(server.url, join(folder, "a"), {
        checksum,
      });
      assert.deepEqual([size, transfers, await readdir(folder)], [10, 2, ["a"]]);
      assert.equal(await readFile(join(folder, "a"), "utf8"), "0123456789");
    } finally {
      await rm(folder, { recursive: true });
      await server.close();
    }
  },
  async "an upload tells how far it is"() {
    const server = (await FakeServer.start()).enqueue({ status: 201 });
    try {
      const told = [];
      await new HTTPClient().post(server.url, "x".repeat(1000), {
        onProgress: (p) => told.push(p),
      });
      assert.deepEqual([told.at(-1).transferred, server.requests[0].text.length], [1000, 1000]);
    } finally {
      await server.close();
    }
  },
  async "a scheme answers a challenge"() {
    const server = (await FakeServer.start()).enqueue(
      { status: 401, headers: { "www-authenticate": 'Basic realm="r"' } },
      { body: "in" },
    );
    try {
      const auth = anyOf(bearerAuth("t"), basicAuth("ada", "engine"));
      const response = await new HTTPClient().post(server.url, "a body", { auth });
      assert.equal(response.text, "in");
      assert.equal(server.requests[1].header("authorization"), `Basic ${btoa("ada:engine")}`);
    } finally {
      await server.close();
    }
  },
  async "a cookie jar keeps what a redirect sets"() {
    const server = (await FakeServer.start()).enqueue(
      { status: 302, headers: { location: "/", "set-cookie": "sid=hunter2" } },
      { body: "in" },
    );
    try {
      const cookies = new CookieJar();
      await new HTTPClient({ cookies }).get(server.url);
      assert.equal(server.requests[1].header("cookie"), "sid=hunter2");
      assert.equal(inspect(cookies).includes("hunter2"), false);
    } finally {
      await server.close();
    }
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
console.log(`${process.version}: ${Object.keys(CHECKS).length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
