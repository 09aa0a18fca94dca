/**
 * The test doubles, for the tests of others.
 *
 * @module
 */

import { ConnectionError, HTTPClient, NetworkingError, TimeoutError } from "@codomyrmex/networking";
import {
  FakeClock,
  type FakeFault,
  FakeServer,
  MockTransport,
  toCurl,
} from "@codomyrmex/networking/testing";
import { equal, failure, ok, rejection } from "./assert.ts";
import { type Case, feature, QUICK } from "./case.ts";

const realSetTimeout = globalThis.setTimeout;

/** What each fault of the FakeServer comes to. */
const FAULTS: readonly [FakeFault, string | number][] = [
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

/** The cases. */
export const doubles: readonly Case[] = feature("test doubles", {
  async "MockTransport answers from its routes, and remembers what it was asked"() {
    const transport = new MockTransport()
      .on("POST", "/users", { fail: "connection_refused" }, { status: 201, json: { id: 7 } });
    const client = new HTTPClient({ ...QUICK, transport });
    const response = await client.post("http://api.example/users?a=1", { name: "Ada" });
    equal([response.statusCode, response.json()], [201, { id: 7 }]);
    equal(response.attempts[0]?.errorCode, "connection_refused");
    equal(transport.calls.map((call) => [call.url, call.json()]).at(-1), [
      "http://api.example/users?a=1",
      { name: "Ada" },
    ]);
    transport.assertDone();
  },
  async "MockTransport fails for a call without a route, and says which there are"() {
    const transport = new MockTransport().on("GET", "/a", { body: "a" });
    const call = new HTTPClient({ transport }).get("http://api.example/b");
    const error = await failure(NetworkingError, call);
    ok(error.message.includes("GET /a"), error.message);
    const unused = await rejection(Promise.resolve().then(() => transport.assertDone()));
    ok(String(unused).includes("unused route"), String(unused));
  },
  async "MockTransport breaks a body off"() {
    const transport = new MockTransport().on("GET", "/a", { body: "half", fail: "body_truncated" });
    const call = new HTTPClient({ transport, maxRetries: 0 }).get("http://api.example/a");
    equal((await failure(ConnectionError, call)).code, "body_truncated");
  },
  async "FakeClock makes long waits take no time"() {
    const clock = new FakeClock();
    const transport = new MockTransport()
      .on(
        "PUT",
        "/jobs",
        { fail: "connection_reset" },
        { status: 429, headers: { "retry-after": "60" } },
        { json: { done: true } },
      )
      .on("GET", "/", { delay: "forever" });
    const client = new HTTPClient({ transport });
    const installed = clock.install();
    // Should the case hang, the other cases have their timers back.
    const rescue = realSetTimeout(() => installed.restore(), 3000);
    try {
      const call = client.put("http://api.example/jobs", "a job");
      await clock.advance(61);
      const response = await call;
      equal([response.json(), response.attempts[2]?.waitedMs], [{ done: true }, 60_000]);
      equal(transport.calls[2]?.text, "a job");
      const late = rejection(client.get("http://api.example/", { maxRetries: 0 }));
      // On Deno calls share timers, which are late by a tenth of a second at most.
      await clock.advance(31);
      ok(await late instanceof TimeoutError, "thirty seconds went by");
    } finally {
      clearTimeout(rescue);
      installed.restore();
    }
    ok(Date.now() > Date.UTC(2025, 6), "the time is the real one again");
  },
  async "each fault of FakeServer has its code"() {
    for (const [fault, code] of FAULTS) {
      const server = (await FakeServer.start()).enqueue({ body: "0123456789", fault });
      const client = new HTTPClient({ maxRetries: 0, timeout: { milliseconds: 300 } });
      const outcome = await client.post(server.url, "a body").then(
        ({ statusCode }) => statusCode,
        (error: NetworkingError) => error.code,
      );
      await server.close();
      equal([fault, outcome], [fault, code]);
    }
  },
  // deno-lint-ignore require-await -- cases are asynchronous
  async "toCurl() shows a request without its secrets"() {
    const url = "http://api.example/users?token=hunter2";
    const command = toCurl({ method: "POST", url, headers: { authorization: "Bearer hunter2" } });
    ok(command.startsWith("curl ") && command.includes("api.example/users"), command);
    ok(!command.includes("hunter2"), command);
  },
});
