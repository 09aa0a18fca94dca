/** Milliseconds by habit: every duration option has a largest bare number, where its entry reads it. */

import { Breaker, Limiter } from "../../src/limits/mod.ts";
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { denoTransport } from "../../src/transports/deno_transport.ts";
import { EventSourceClient, HTTPClient, WebSocketClient } from "../../mod.ts";
import { oauth2 } from "../../src/auth/oauth2/mod.ts";
import { awsSigV4, httpSignature, verifyResponses, webBotAuth } from "../../src/auth/sign/mod.ts";
import { networkTools } from "../../src/mcp/mod.ts";
import { type DurationOption, largestBareSeconds } from "../../src/options/duration.ts";
import { memoryState } from "../../src/shared_state/mod.ts";
import { readOptions } from "../../src/websocket/settings/settings.ts";
import { standard, verifyWebhook } from "../../src/webhooks/mod.ts";
import { FakeClock, FakeServer, MockTransport } from "../../src/testing/mod.ts";

const WS = "ws://a.example/";
const HTTP = "http://a.example/";
const WEBHOOK = { headers: {}, body: "" };
const hook = { secret: "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", scheme: standard() };
const registration = {
  ...{ clientId: "a", clientSecret: "b", tokenEndpoint: "https://id.example/token" },
};
const ed25519 = { kty: "OKP", crv: "Ed25519", d: "a", x: "a" };
const signing = {
  credentials: { accessKeyId: "a", secretAccessKey: "b" },
  region: "r",
  service: "s",
};
const socket = new WebSocketClient(WS, {
  correlation: { ofRequest: () => 1, ofResponse: () => 1 },
});

/** What takes each duration; several where a name is read in several places. */
const TAKERS: { readonly [Name in DurationOption]: readonly ((value: number) => unknown)[] } = {
  timeout: [
    (timeout) => new HTTPClient({ timeout }),
    (timeout) => new WebSocketClient(WS, { timeout }),
    (timeout) => new EventSourceClient(HTTP, { timeout }),
    (timeout) => socket.receive({ timeout }),
    (timeout) => socket.request("x", { timeout }),
    (timeout) => new EventSourceClient(HTTP).receive({ timeout }),
  ],
  tolerance: [(tolerance) => verifyWebhook(WEBHOOK, { ...hook, tolerance })],
  bodyTimeout: [(bodyTimeout) => verifyWebhook(WEBHOOK, { ...hook, bodyTimeout })],
  idleTimeout: [(idleTimeout) => new HTTPClient({ idleTimeout })],
  totalTimeout: [(totalTimeout) => new HTTPClient({ totalTimeout })],
  retryBackoff: [
    (retryBackoff) => new HTTPClient({ retryBackoff, maxRetryBackoff: { hours: 1 } }),
    (retryBackoff) => new WebSocketClient(WS, { retryBackoff, maxRetryBackoff: { hours: 1 } }),
  ],
  maxRetryBackoff: [
    (maxRetryBackoff) => new HTTPClient({ maxRetryBackoff }),
    (maxRetryBackoff) => new WebSocketClient(WS, { maxRetryBackoff }),
  ],
  maxRetryAfter: [(maxRetryAfter) => new HTTPClient({ maxRetryAfter })],
  poolIdleTimeout: [(poolIdleTimeout) => denoTransport({ poolIdleTimeout }).close()],
  drain: [
    (drain) => new HTTPClient().close({ drain }),
    (drain) => new EventSourceClient(HTTP).close({ drain }),
    (drain) => socket.close({ drain }),
  ],
  closeTimeout: [
    (closeTimeout) => new WebSocketClient(WS, { closeTimeout }),
    (timeout) => socket.close({ timeout }),
  ],
  ttl: [(ttl) => socket.send("x", { ttl })],
  "reconnect.stableAfter": [
    (stableAfter) => new WebSocketClient(WS, { reconnect: { stableAfter } }),
    (stableAfter) => new EventSourceClient(HTTP, { reconnect: { stableAfter } }),
  ],
  "heartbeat.every": [(every) => new WebSocketClient(WS, { heartbeat: { every } })],
  "heartbeat.timeout": [(timeout) => new WebSocketClient(WS, { heartbeat: { timeout } })],
  shouldReconnect: [
    (value) =>
      readOptions(WS, { reconnect: { shouldReconnect: () => value } }).connection
        .shouldReconnect!({} as never),
  ],
  expires: [
    (expires) => awsSigV4({ ...signing, expires }),
    (expires) => httpSignature({ key: new Uint8Array(16), expires }),
    (expires) => webBotAuth({ key: ed25519, expires }),
  ],
  maxAge: [(maxAge) => verifyResponses({ keys: {}, maxAge })],
  leeway: [(leeway) => oauth2({ ...registration, leeway })],
  expireIn: [
    (expireIn) => memoryState().set("a", 1, { expireIn }),
    (expireIn) => memoryState().compareAndSet("a", undefined, 1, { expireIn }),
  ],
  for: [(seconds) => memoryState().lease("a", { for: seconds })],
  "rate.per": [(per) => new Limiter({ rate: { requests: 1, per } })],
  window: [(window) => new Breaker({ window })],
  openFor: [(openFor) => new Breaker({ openFor })],
  maxOpenFor: [(maxOpenFor) => new Breaker({ maxOpenFor })],
  slow: [(slow) => new Breaker({ slow })],
  maxTime: [async (maxTime) => await (await networkTools({ policy: { maxTime } })).close()],
  delay: [(delay) => new MockTransport().on("GET", "/", { delay })],
  by: [(by) => new FakeClock().advance(by)],
  "throttle.every": [
    async (every) => {
      await using server = await FakeServer.start();
      server.enqueue({ throttle: { bytes: 1, every } });
    },
  ],
};

const OPTIONS = Object.keys(TAKERS) as DurationOption[];

/** Those whose name in messages is another. */
const SHOWN: Partial<Record<DurationOption, RegExp>> = {
  closeTimeout: /closeTimeout|timeout/,
  shouldReconnect: /the result of shouldReconnect/,
};

// R1.2
Deno.test("a bare number above the limit of its option is refused, with what it would be", async (t) => {
  for (const name of OPTIONS) {
    const largest = largestBareSeconds(name);
    for (const take of TAKERS[name]) {
      await t.step(`${name}: ${take}`, async () => {
        const wrong = largest + 1;
        const error = await assertRejects(async () => await take(wrong), RangeError);
        const shown = SHOWN[name] ?? new RegExp(name.replaceAll(".", "\\."));
        assert(shown.test(error.message), error.message);
        assertStringIncludes(error.message, `{ milliseconds: ${wrong} }`);
        assertStringIncludes(error.message, `{ seconds: ${wrong} }`);
        let thrown: unknown;
        try {
          await take(largest);
        } catch (error) {
          thrown = error; // a socket that is not connected says so
        }
        assert(!(thrown instanceof RangeError), String(thrown));
      });
    }
  }
});

// R1.2
Deno.test("the limits are those of the contract", () => {
  const named = (seconds: number) => OPTIONS.filter((name) => largestBareSeconds(name) === seconds);
  assertEquals(named(60), ["retryBackoff", "maxRetryBackoff", "closeTimeout"]);
  assertEquals(named(300), ["timeout", "idleTimeout", "poolIdleTimeout", "drain"]);
  assertEquals(named(900), [
    ...["totalTimeout", "ttl", "reconnect.stableAfter", "heartbeat.every", "heartbeat.timeout"],
  ]);
  assertEquals(named(3600).length, OPTIONS.length - 12);
});

// R1.2
Deno.test("the object form is free of the limits, up to what timers hold", () => {
  new HTTPClient({ totalTimeout: { hours: 24 }, maxRetryAfter: { hours: 2 } });
  assertThrows(() => new HTTPClient({ totalTimeout: { hours: 600 } }), RangeError, "24.8 days");
});
