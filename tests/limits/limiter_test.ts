/** The queues of a limiter: order, aborts, bounds, follow-ups. */

import { NetworkingError } from "../../src/errors.ts";
import type { Place } from "../../src/http/settings/stages.ts";
import { Limiter, type LimiterOptions } from "../../src/limits/mod.ts";
import { FakeClock } from "../../src/testing/mod.ts";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";

const never = new AbortController().signal;
const get = (url: string) => ({ method: "GET", url });
const A = get("http://a.example/x");
const B = get("http://b.example/x");

// R26.6
Deno.test("places go in order, and other keys do not wait", async () => {
  const limit = new Limiter({ concurrency: 1 });
  const first = limit.tryEnter(A)!;
  const order: number[] = [];
  const later = [1, 2, 3].map(async (number) => {
    const place = await limit.enter(A, never);
    order.push(number);
    place.leave();
    place.leave(); // does nothing
  });
  assert(limit.tryEnter(B) !== undefined);
  assertEquals(limit.tryEnter(A), undefined);
  assertEquals(limit.state("http://a.example"), { onWire: 1, queued: 3, closedForMs: 0 });
  first.leave();
  await Promise.all(later);
  assertEquals(order, [1, 2, 3]);
  assertEquals(limit.state("http://a.example"), { onWire: 0, queued: 0, closedForMs: 0 });
});

Deno.test("a hundred thousand that wait and give up leave nothing behind", async () => {
  const limit = new Limiter({ concurrency: 1, maxQueue: Infinity });
  const held = await limit.enter(A, never);
  const reason = new Error("enough");
  const controllers = Array.from({ length: 100_000 }, () => new AbortController());
  const ending = Promise.allSettled(controllers.map(({ signal }) => limit.enter(A, signal)));
  const stays = limit.enter(A, never);
  assertEquals(limit.state("http://a.example").queued, 100_001);
  for (const controller of controllers) controller.abort(reason);
  const ends = await ending;
  assert(ends.every((end) => end.status === "rejected" && end.reason === reason));
  assertEquals(limit.state("http://a.example").queued, 1);
  held.leave();
  (await stays).leave();
  await assertRejects(() => limit.enter(A, controllers[0]!.signal), Error, "enough");
});

// R26.7
Deno.test("a full queue refuses, and its error names it", async () => {
  const limit = new Limiter({ concurrency: 1, maxQueue: 0 });
  assert(limit.tryEnter(A) !== undefined);
  const error = await assertRejects(() => limit.enter(get("http://a.example/x?key=s"), never));
  assert(error instanceof NetworkingError && error.code === "queue_full");
  assertEquals(
    error.message,
    "Cannot GET http://a.example/x: 0 requests wait in the limiter's queue for http://a.example, " +
      "and maxQueue is 0; send fewer at a time, or increase maxQueue",
  );
});

Deno.test("a rate lets requests go when their time comes, on one timer", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const limit = new Limiter({ rate: { requests: 2, per: 1, burst: 1 }, learn: false });
  const times: number[] = [];
  const all = Promise.all(
    Array.from({ length: 5 }, async () => {
      const place = await limit.enter(A, never);
      times.push(Math.round(place.queuedMs));
      place.answered(200, new Headers());
      place.leave();
    }),
  );
  await clock.advance(0);
  assertEquals(clock.pending, 1);
  await clock.advance(10);
  await all;
  assertEquals(times, [0, 500, 1000, 1500, 2000]);
  assertEquals(clock.pending, 0);
});

// R26.4
Deno.test("a follow-up with the same key keeps its place, one with another frees it first", async () => {
  const limit = new Limiter({ concurrency: 1 });
  let place: Place = await limit.enter(A, never);
  const waits = limit.enter(A, never);
  for (let hop = 0; hop < 10; hop++) {
    place = await place.next(A, never); // it does not wait for itself
  }
  assertEquals(limit.state("http://a.example").onWire, 1);
  const elsewhere = await place.next(B, never);
  assertEquals(limit.state("http://b.example").onWire, 1);
  (await waits).leave();
  place.leave(); // it has been left
  elsewhere.leave();
  for (const key of ["http://a.example", "http://b.example"]) {
    assertEquals(limit.state(key).onWire, 0);
  }
});

Deno.test("a follow-up that gives up frees the place", async () => {
  const limit = new Limiter({ concurrency: 1, rate: { requests: 1, per: 60 } });
  const place = await limit.enter(A, never);
  const controller = new AbortController();
  const next = place.next(A, controller.signal);
  controller.abort(new Error("enough"));
  await assertRejects(() => next, Error, "enough");
  assertEquals(limit.state("http://a.example"), { onWire: 0, queued: 0, closedForMs: 0 });
});

Deno.test("keys are the caller's, and are forgotten when there are too many", async () => {
  const limit = new Limiter({ key: ({ url }) => new URL(url).pathname, concurrency: 1 });
  for (let id = 0; id < 12_000; id++) {
    (await limit.enter(get(`http://a.example/${id}`), never)).leave();
  }
  const held = await limit.enter(get("http://a.example/held"), never);
  assertEquals(limit.state("/held").onWire, 1);
  for (let id = 0; id < 12_000; id++) {
    (await limit.enter(get(`http://a.example/${id}`), never)).leave();
  }
  assertEquals(limit.state("/held").onWire, 1);
  held.leave();
});

Deno.test("options and functions that cannot be used are refused", () => {
  const rows: [options: unknown, error: ErrorConstructor, part: string][] = [
    [{ concurrency: 0 }, RangeError, "concurrency"],
    [{ concurrency: "2" }, TypeError, "concurrency"],
    [{ rate: 5 }, TypeError, "rate"],
    [{ rate: { requests: 5 } }, TypeError, "requests and per"],
    [{ rate: { requests: 5, per: 60_000 } }, RangeError, "rate.per"],
    [{ rate: { requests: 5, per: 1, burts: 2 } }, TypeError, "burst"],
    [{ key: "origin" }, TypeError, "key"],
    [{ maxQueue: -1 }, RangeError, "maxQueue"],
    [{ concurency: 2 }, TypeError, "concurrency"],
  ];
  for (const [options, error, part] of rows) {
    assertThrows(() => new Limiter(options as LimiterOptions), error, part);
  }
  const wrongKey = new Limiter({ key: (() => 1) as unknown as () => string });
  assertThrows(() => wrongKey.tryEnter(A), TypeError, "key()");
  for (const cost of [0.5, -1, NaN]) {
    assertThrows(() => new Limiter({ cost: () => cost }).tryEnter(A), RangeError, "cost()");
  }
});
