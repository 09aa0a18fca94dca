/** One rate for several limiters: shared through a state, and kept alone while the state fails. */

import { Limiter } from "../../src/limits/mod.ts";
import { memoryState, type SharedState } from "../../src/shared_state/mod.ts";
import { FakeClock } from "../../src/testing/mod.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";

const request = { method: "GET", url: "http://a.example/x" };

/** Uses a limiter as fast as it lets; gives when each request went. */
function use(limit: Limiter, times: number[], until: AbortSignal): Promise<void> {
  return (async () => {
    while (!until.aborted) {
      const place = await limit.enter(request, until);
      times.push(performance.now());
      place.leave();
    }
  })().catch((reason) => {
    if (reason !== until.reason) throw reason;
  });
}

// R26.12
Deno.test("four limiters with one state keep one rate within 5 %", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const store = memoryState();
  const rate = { requests: 50, per: 1, burst: 1 };
  const limits = Array.from({ length: 4 }, () => new Limiter({ rate, store }));
  const times: number[] = [];
  const over = new AbortController();
  const using = limits.map((limit) => use(limit, times, over.signal));
  await clock.advance(10);
  over.abort();
  await Promise.all(using);
  assert(times.length >= 475 && times.length <= 525, `${times.length} in 10 s`);
});

// R26.12
Deno.test("requests that cost more than a batch of tokens keep the shared rate too", async (t) => {
  for (
    const { requests, burst, cost, limiters } of [
      { requests: 100, burst: 100, cost: 50, limiters: 1 },
      { requests: 100, burst: 1, cost: 50, limiters: 4 },
      { requests: 10, burst: 1, cost: 2, limiters: 1 },
      { requests: 50, burst: 5, cost: 7, limiters: 4 },
      { requests: 20, burst: 20, cost: 3, limiters: 2 },
    ]
  ) {
    await t.step(`${limiters} with ${requests}/s, burst ${burst}, cost ${cost}`, async () => {
      const clock = new FakeClock();
      using _installed = clock.install();
      const store = memoryState();
      const rate = { requests, per: 1, burst };
      const limits = Array.from(
        { length: limiters },
        () => new Limiter({ rate, store, cost: () => cost }),
      );
      const times: number[] = [];
      const over = new AbortController();
      const using = limits.map((limit) => use(limit, times, over.signal));
      await clock.advance(20);
      over.abort();
      await Promise.all(using);
      const used = times.length * cost;
      // What goes beyond the rate is the burst, and the last request of each limiter.
      const most = requests * 20 + burst + limiters * cost;
      assert(
        used >= requests * 20 * 0.95 && used <= most * 1.02,
        `${used} in 20 s, at most ${most}`,
      );
    });
  }
});

// R26.12
Deno.test("limiters that make one costly request, one after the other, keep the shared rate", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const store = memoryState();
  const rate = { requests: 100, per: 1, burst: 1 };
  const times: number[] = [];
  const over = new AbortController();
  const begun = performance.now();
  const all = (async () => {
    for (let count = 0; count < 20; count++) {
      const limit = new Limiter({ rate, store, cost: () => 50 });
      const place = await limit.enter(request, over.signal);
      times.push(performance.now() - begun);
      place.leave();
    }
  })();
  await clock.advance(15);
  over.abort();
  await all;
  const last = times.at(-1)!;
  assert(last >= 9_500 && last <= 10_500, `the last went after ${last} ms`);
});

// R26.12
Deno.test("a store that fails, or never answers, holds nobody up: each keeps the rate, and says so once", async (t) => {
  const fails = () => Promise.reject(new Error("gone"));
  const hangs = () => new Promise<never>(() => {});
  for (const [name, get] of [["it fails", fails], ["it never answers", hangs]] as const) {
    await t.step(name, async () => {
      const clock = new FakeClock();
      using _installed = clock.install();
      const store = { ...memoryState(), get, compareAndSet: get } as unknown as SharedState;
      const told: string[] = [];
      const limit = new Limiter({
        rate: { requests: 10, per: 1, burst: 1 },
        store,
        onStoreFailure: (message) => told.push(message),
      });
      const times: number[] = [];
      const over = new AbortController();
      const using = use(limit, times, over.signal);
      await clock.advance(0.3);
      assert(times.length >= 1, "the first waited longer than 250 ms");
      await clock.advance(9.7);
      over.abort();
      await using;
      assert(times.length >= 80 && times.length <= 101, `${times.length} in 10 s`);
      assertEquals(told.length, 1);
      assert(
        told[0]!.startsWith("The shared state failed, so this process continues without it: "),
      );
    });
  }
});

// R26.12
Deno.test("a store that works again is used again", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const memory = memoryState();
  let works = false;
  let reads = 0;
  const store: SharedState = {
    get: (key) => {
      reads++;
      return works ? memory.get(key) : Promise.reject(new Error("gone"));
    },
    set: (key, value, options) => memory.set(key, value, options),
    compareAndSet: (key, version, value, options) =>
      memory.compareAndSet(key, version, value, options),
    lease: (key, options) => memory.lease(key, options),
  };
  const told: string[] = [];
  const onStoreFailure = (message: string) => void told.push(message);
  const limit = new Limiter({ rate: { requests: 10, per: 1 }, store, onStoreFailure });
  const over = new AbortController();
  const using = use(limit, [], over.signal);
  await clock.advance(5);
  assert(reads <= 4, `${reads} reads of a store that failed`);
  works = true;
  await clock.advance(10);
  const before = reads;
  await clock.advance(5);
  assert(reads > before + 10, "it is not used");
  works = false;
  await clock.advance(5);
  over.abort();
  await using;
  assertEquals(told.length, 2);
});

Deno.test("a store without a rate is refused", () => {
  assertThrows(() => new Limiter({ store: memoryState() }), TypeError, "set rate too");
  assertThrows(() => new Limiter({ store: {} as SharedState }), TypeError, "store");
});
