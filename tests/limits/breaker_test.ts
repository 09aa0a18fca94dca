/** When a breaker opens, probes and closes: the machine as tables, and the class around it. */

import { ConnectionError } from "../../src/errors.ts";
import type { AttemptOutcome } from "../../src/http/settings/stages.ts";
import { BreakerKey, type BreakerRules } from "../../src/limits/breaker_key.ts";
import { Breaker, type BreakerOptions } from "../../src/limits/mod.ts";
import { FakeClock } from "../../src/testing/mod.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";

const RULES: BreakerRules = {
  ratio: 0.5,
  minimum: 4,
  windowMs: 10_000,
  openMs: 1_000,
  maxOpenMs: 3_000,
  probes: 1,
  slowMs: Infinity,
};

/** Attempts that end at once: s success, f failure, i ignored. */
function feed(key: BreakerKey, outcomes: string, now: number): void {
  const names: Record<string, AttemptOutcome> = { s: "success", f: "failure", i: "ignored" };
  for (const one of outcomes) key.end(names[one]!, key.start(now), now, 0);
}

// R26.13
Deno.test("it opens at the ratio of at least the minimum within the window", () => {
  const rows: [attempts: [outcomes: string, at: number][], state: string][] = [
    [[["fff", 0]], "closed"], // fewer than the minimum
    [[["ffff", 0]], "open"],
    [[["sfsf", 0]], "open"],
    [[["ssfsf", 0]], "closed"],
    [[["ssssssss", 0]], "closed"],
    [[["iiiiiiff", 0]], "closed"],
    [[["ff", 0], ["ff", 20_000]], "closed"], // the first are too old
    [[["ff", 0], ["ff", 5_000]], "open"],
    [[["ssssssss", 0], ["ffff", 12_000]], "open"], // old successes do not help
  ];
  for (const [attempts, state] of rows) {
    const key = new BreakerKey(RULES);
    for (const [outcomes, at] of attempts) feed(key, outcomes, at);
    assertEquals(key.state(attempts.at(-1)![1]), state, JSON.stringify(attempts));
  }
});

// R26.14
Deno.test("one idempotent probe passes when the time is over; it decides", () => {
  const key = new BreakerKey(RULES);
  feed(key, "ffff", 0);
  assertEquals([key.waitMs(999, true), key.state(999)], [1, "open"]);
  assertEquals([key.waitMs(1_000, false), key.waitMs(1_000, true)], [Infinity, 0]);
  assert(key.start(1_000));
  assertEquals(key.waitMs(1_000, true), Infinity); // the others wait for the probe
  key.end("failure", true, 1_100, 0);
  assertEquals(key.waitMs(1_100, true), 2_000); // twice as long
  assert(key.start(3_100));
  key.end("failure", true, 3_100, 0);
  assertEquals(key.waitMs(3_100, true), 3_000); // no longer than the longest
  assert(key.start(6_100));
  key.end("ignored", true, 6_100, 0); // it says nothing: the next one probes
  assertEquals(key.waitMs(6_100, true), 0);
  assert(key.start(6_100));
  key.end("success", true, 6_100, 0);
  assertEquals([key.state(6_100), key.waitMs(6_100, false)], ["closed", 0]);
  feed(key, "fff", 6_200);
  assertEquals(key.state(6_200), "closed"); // it begins to count again
});

Deno.test("attempts that began before it opened neither open it again nor close it", () => {
  const key = new BreakerKey(RULES);
  const old = Array.from({ length: 8 }, () => key.start(0));
  feed(key, "ffff", 0);
  for (const isProbe of old) key.end("failure", isProbe, 500, 0);
  assertEquals(key.waitMs(500, true), 500);
  key.end("success", false, 600, 0);
  assertEquals(key.state(600), "open");
});

// R26.14
Deno.test("a thousand callers send as many probes as there may be", () => {
  for (const probes of [1, 3]) {
    const key = new BreakerKey({ ...RULES, probes });
    feed(key, "ffff", 0);
    let passed = 0;
    for (let caller = 0; caller < 1_000; caller++) {
      if (key.waitMs(2_000, true) > 0) continue;
      key.start(2_000);
      passed++;
    }
    assertEquals(passed, probes);
  }
});

const request = { method: "GET", url: "http://a.example/x?key=s" };

// R26.14
Deno.test("a refusal says which key, and when the next try is", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const breaker = new Breaker({ minimum: 2, openFor: 10 });
  const fail = () => breaker.enter(request, true).end("failure");
  fail();
  fail();
  assertEquals(breaker.state("http://a.example").state, "open");
  const error = assertThrows(() => breaker.check(request, true), ConnectionError);
  assertEquals(error.code, "circuit_open");
  assert(error.retryAfterMs! >= 10_000 && error.retryAfterMs! <= 11_000);
  assert(
    /^Cannot GET http:\/\/a\.example\/x: too many attempts at http:\/\/a\.example failed, and its breaker is open; the next try is in 1[01] s$/
      .test(error.message),
    error.message,
  );
  breaker.check({ ...request, url: "http://b.example/" }, true); // another key
  await clock.advance(11);
  assertEquals(breaker.state("http://a.example"), { state: "half-open", opensInMs: 0 });
  const waits = assertThrows(() => breaker.enter(request, false), ConnectionError);
  assertEquals(waits.retryAfterMs, undefined);
  breaker.enter(request, true).end("success");
  breaker.enter(request, false).end("success");
  assertEquals(breaker.state("http://a.example").state, "closed");
});

// R26.13
Deno.test("attempts slower than `slow` count as failures", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const breaker = new Breaker({ minimum: 2, slow: 1 });
  for (const seconds of [2, 2]) {
    const trial = breaker.enter(request, true);
    await clock.advance(seconds);
    trial.end("success");
    trial.end("success"); // only the first counts
  }
  assertEquals(breaker.state("http://a.example").state, "open");
});

Deno.test("options that cannot be used are refused", () => {
  const rows: [options: unknown, error: ErrorConstructor, part: string][] = [
    [{ ratio: 0 }, RangeError, "ratio"],
    [{ ratio: 1.1 }, RangeError, "ratio"],
    [{ ratio: "half" }, TypeError, "ratio"],
    [{ minimum: 0 }, RangeError, "minimum"],
    [{ openFor: 5_000 }, RangeError, "openFor"],
    [{ threshold: 5 }, TypeError, "threshold"],
  ];
  for (const [options, error, part] of rows) {
    assertThrows(() => new Breaker(options as BreakerOptions), error, part);
  }
});
