/** The fake clock by itself, and whole calls that it drives. */

import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import { deadline } from "@std/async/deadline";
import { delay } from "@std/async/delay";
import { retry } from "@std/async/retry";
import { HTTPClient, TimeoutError } from "../../mod.ts";
import { Clocks, TIMED_OUT } from "../../src/http/call/clocks.ts";
import { FakeClock, MockTransport } from "../../src/testing/mod.ts";

/** Fails when `use` takes longer than nothing: far more than a busy machine needs. */
async function inNoTime<T>(use: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const result = await use();
  const tookMs = performance.now() - startedAt;
  assert(tookMs < 2000, `it took ${tookMs} ms`);
  return result;
}

// R13.4
Deno.test("timers run in the order in which they are due, at their time", async () => {
  const clock = new FakeClock();
  const log: string[] = [];
  const note = (name: string) => () => void log.push(`${name} at ${clock.now()}`);
  clock.setTimeout(note("second"), 2000);
  clock.setTimeout(note("first"), 1000);
  clock.setTimeout(note("also second"), 2000);
  clock.setTimeout(() => clock.setTimeout(note("set on the way"), 500), 1000);
  clock.setTimeout(note("later"), 2001);
  clock.clearTimeout(clock.setTimeout(note("cleared"), 1));
  await clock.advance(2);
  assertEquals(log, [
    "first at 1000",
    "set on the way at 1500",
    "second at 2000",
    "also second at 2000",
  ]);
  assertEquals([clock.now(), clock.pending], [2000, 1]);
  await clock.advance({ milliseconds: 1 });
  assertEquals(log.at(-1), "later at 2001");
});

Deno.test("advance(0) runs what is due now, and throws what a timer throws", async () => {
  const clock = new FakeClock();
  let ran = 0;
  clock.setTimeout(() => ran++, 0);
  await clock.advance(0);
  assertEquals(ran, 1);
  clock.setTimeout(() => {
    throw new Error("from the timer");
  }, 5);
  await assertRejects(() => clock.advance(1), Error, "from the timer");
});

Deno.test("the client's clocks take it for their timers", async () => {
  const clock = new FakeClock();
  const running = new Clocks(clock).startOwn(30_000, []);
  await clock.advance({ milliseconds: 29_999 });
  assertEquals(running.signal.aborted, false);
  await clock.advance({ milliseconds: 1 });
  assertEquals(running.signal.reason, TIMED_OUT);
  running.end();
  assertEquals(clock.pending, 0);
});

Deno.test("an installed clock drives a call through 503, Retry-After: 60 and 200 in no time", async () => {
  const response = await inNoTime(async () => {
    const clock = new FakeClock();
    using _installed = clock.install();
    const transport = new MockTransport().on(
      "POST",
      "/jobs",
      { status: 503, delay: 2 },
      { status: 429, headers: { "retry-after": "60" } },
      { status: 503, headers: { "retry-after": new Date(Date.now() + 90_000).toUTCString() } },
      { json: { done: true } },
    );
    const client = new HTTPClient({ transport });
    // A Blob, which takes a turn of the event loop, and an idempotency key, so that it is retried.
    const call = client.post("http://api.example/jobs", { a: 1 }, { idempotencyKey: "k" });
    // Up to the answer after two seconds: the back-off behind it is drawn, and can be nothing.
    await clock.advance({ milliseconds: 1999 });
    assertEquals(transport.calls.length, 1);
    await clock.advance({ milliseconds: 1001 });
    assertEquals(transport.calls.length, 2);
    await clock.advance({ milliseconds: 58_999 });
    assertEquals(transport.calls.length, 2);
    await clock.advance(60);
    transport.assertDone();
    assertEquals(clock.pending, 0);
    return await call;
  });
  assertEquals(response.json(), { done: true });
  assertEquals(
    response.attempts.map(({ statusCode, waitReason }) => [statusCode, waitReason]),
    [[503, undefined], [429, "backoff"], [503, "retry_after"], [200, "retry_after"]],
  );
  assertEquals(response.attempts[2]!.waitedMs, 60_000);
});

Deno.test("an installed clock drives time-outs, with asynchronous hooks as well", async () => {
  await inNoTime(async () => {
    const clock = new FakeClock();
    using _installed = clock.install();
    const transport = new MockTransport().on("GET", "/", { delay: "forever", times: Infinity });
    const client = new HTTPClient({ transport, maxRetries: 1 });
    const call = assertRejects(() => client.get("http://api.example/"), TimeoutError);
    // Two attempts of 30 s, up to 1 s of back-off, and shared clocks that are up to 100 ms late.
    await clock.advance({ seconds: 61, milliseconds: 200 });
    assertEquals((await call).attempts.length, 2);
    const hooks = { onRequest: () => new Promise<void>(() => {}) };
    const bounded = assertRejects(
      () => client.get("http://api.example/", { hooks, maxRetries: 0, timeout: 30 }),
      TimeoutError,
    );
    await clock.advance(30);
    assertEquals((await bounded).limitMs, 30_000);
  });
});

Deno.test("delay(), retry() and deadline() of @std/async go by an installed clock", async () => {
  await inNoTime(async () => {
    const clock = new FakeClock();
    using _installed = clock.install();
    const startedAt = performance.now();
    const log: number[] = [];
    const failing = retry(() => {
      log.push(performance.now() - startedAt);
      return log.length < 4 ? Promise.reject(new Error("not yet")) : Promise.resolve("done");
    }, { minTimeout: 1000, multiplier: 10, jitter: 0 });
    await clock.advance({ minutes: 1, seconds: 51 });
    assertEquals(await failing, "done");
    assertEquals(log, [0, 1000, 11_000, 71_000]);

    const late = assertRejects(() => deadline(delay(10_000), 5000), DOMException);
    await clock.advance(5);
    assertEquals((await late).name, "TimeoutError");
    assertEquals(clock.pending, 1); // the delay, which nobody stops
  });
});

// R13.4
Deno.test("an installed clock is what Date, performance.now() and intervals say", async () => {
  const clock = new FakeClock(new Date("2026-02-03T04:05:06Z"));
  const before = performance.now();
  {
    using _installed = clock.install();
    const startedAt = performance.now();
    assert(startedAt >= before);
    assertEquals(new Date().toISOString(), "2026-02-03T04:05:06.000Z");
    let ticks = 0;
    const interval = setInterval(() => ++ticks === 3 && clearInterval(interval), 1000);
    await clock.advance(10);
    assertEquals([ticks, performance.now() - startedAt], [3, 10_000]);
    assertEquals(Date.now(), Date.parse("2026-02-03T04:05:16Z"));
    assertEquals(new Date(0).toISOString(), "1970-01-01T00:00:00.000Z");
    assertInstanceOf(new Date(), Date);
    assertEquals(Date.UTC(2026, 1), Date.parse("2026-02-01"));
    assertEquals(typeof Date(), "string");
  }
  assert(Math.abs(Date.now() - Date.parse("2026-02-03")) > 1, "Date is real again");
});

// R13.4
Deno.test("restore() puts everything back, and real timers set before are cleared all the same", async () => {
  const names = ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"] as const;
  const state = () => [
    ...names.map((name) => globalThis[name]),
    performance.now,
    AbortSignal.timeout,
    Object.hasOwn(performance, "now"),
  ];
  const before = state();
  const real = setTimeout(() => assert(false, "it was not cleared"), 1);
  const clock = new FakeClock();
  const installed = clock.install();
  assertThrows(() => clock.install(), Error, "twice");
  assert(state().every((value, index) => value !== before[index]));
  clearTimeout(real);
  setTimeout(() => assert(false, "it was not dropped"), 1);
  installed.restore();
  installed.restore();
  assertEquals(state(), before);
  await delay(5);
  clock.install().restore();
});

Deno.test("a timer that is longer than timers can be fires at once, as it really does", async () => {
  const clock = new FakeClock();
  let firedAt: number | undefined;
  clock.setTimeout(() => firedAt = clock.now(), 2 ** 31);
  await clock.advance(1);
  assertEquals(firedAt, 1);
});
