/**
 * The other entry points on Node, bundled: what differs between runtimes, once each. Run by the gate:
 * `node testing_smoke.mjs BUNDLE TESTING_BUNDLE COOKIES_BUNDLE`. Each bundle has a copy of the library.
 */

import assert from "node:assert/strict";
import { inspect } from "node:util";
import { pathToFileURL } from "node:url";

const [library, testing, jar] = process.argv.slice(2).map((path) => pathToFileURL(path).href);
const { HTTPClient, TimeoutError } = await import(library);
const { FakeClock, FakeServer, MockTransport } = await import(testing);
const { CookieJar } = await import(jar);

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
  async "a cookie jar keeps what a redirect sets"() {
    const server = (await FakeServer.start()).enqueue(
      { status: 302, headers: { location: "/", "set-cookie": "sid=hunter2" } },
      { body: "in" },
    );
    try {
      const cookies = new CookieJar();
      await new HTTPClient({ cookies }).get(server.url);
      assert.equal(new Headers(server.requests[1].headers).get("cookie"), "sid=hunter2");
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
