/** The machine of one key, against servers of several kinds in simulated time. */

import {
  type Feedback,
  type KeyRules,
  LimitedKey,
  type Started,
} from "../../src/limits/limited_key.ts";
import { assert, assertEquals } from "@std/assert";

const LEARNS: KeyRules = { concurrency: Infinity, rate: undefined, learn: true };
const OK: Feedback = { isRefusal: false, retryAfterMs: undefined, quota: undefined };

/** A server: what it answers to a request that arrives at `now`; undefined if it takes it. */
type Server = (now: number) => number | undefined;

const SERVERS: Record<string, (perSecond: number) => Server> = {
  "fixed windows": (most) => {
    let [window, count] = [-1, 0];
    return (now) => {
      const current = Math.floor(now / 1000);
      if (current !== window) [window, count] = [current, 0];
      return ++count <= most ? undefined : 1000;
    };
  },
  "a sliding window": (most) => {
    let taken: number[] = [];
    return (now) => {
      taken = taken.filter((at) => at > now - 1000);
      if (taken.length >= most) return 1000;
      taken.push(now);
      return undefined;
    };
  },
  "a bucket": (most) => {
    let [tokens, at] = [most, 0];
    return (now) => {
      tokens = Math.min(most, tokens + (now - at) * most / 1000);
      at = now;
      if (tokens < 1) return 1000;
      tokens--;
      return undefined;
    };
  },
};

/** Sends `count` requests as fast as the machine lets them, each again after a refusal. */
function simulate(key: LimitedKey, server: Server, count: number, latencyMs: number) {
  let [now, waiting, refused, done, most] = [0, count, 0, 0, 0];
  const events: { readonly at: number; run(): void }[] = [];
  const plan = (at: number, run: () => void) => {
    events.push({ at, run });
    events.sort((a, b) => a.at - b.at);
  };
  const startedAt: number[] = [];
  while (done < count) {
    const waitMs = waiting > 0 ? key.waitMs(now) : Infinity;
    if (waitMs === 0) {
      waiting--;
      const started: Started = key.start(now);
      startedAt.push(now);
      most = Math.max(most, key.onWire);
      plan(now + latencyMs / 2, () => {
        const retryAfterMs = server(now);
        plan(now + latencyMs / 2, () => {
          const isRefusal = retryAfterMs !== undefined;
          key.responded({ isRefusal, retryAfterMs, quota: undefined }, started, now);
          key.leave();
          if (!isRefusal) done++;
          else {
            refused++;
            plan(now + retryAfterMs, () => waiting++);
          }
        });
      });
      continue;
    }
    const next = events[0];
    assert(next !== undefined || waitMs < Infinity, "it waits for nothing");
    if (next === undefined || now + waitMs < next.at) now += waitMs;
    else {
      now = next.at;
      events.shift()!.run();
    }
  }
  return { now, refused, most, startedAt };
}

// R26.10
Deno.test("it learns what a server takes from few refusals, and does not stay far below it", async (t) => {
  for (const [name, make] of Object.entries(SERVERS)) {
    for (const latencyMs of [2, 20, 80]) {
      for (const perSecond of [5, 20, 100]) {
        await t.step(`${name}, ${perSecond} a second, ${latencyMs} ms`, () => {
          const key = new LimitedKey(LEARNS, () => 0.5);
          const count = perSecond * 10;
          const { now, refused } = simulate(key, make(perSecond), count, latencyMs);
          assert(now <= 15_000, `it took ${now} ms`);
          // The first burst meets a server that nobody knows; later few are refused.
          assert(refused <= 50 + count / 10, `${refused} of ${count} were refused`);
        });
      }
    }
  }
});

// R26.7
Deno.test("with a rate, nothing is refused, and what the rate allows is used", async (t) => {
  for (const [name, make] of Object.entries(SERVERS)) {
    for (const latencyMs of [0, 10, 40]) {
      for (const burst of [20, 5, 1]) {
        await t.step(`${name}, ${latencyMs} ms, burst ${burst}`, () => {
          const rate = { requests: 20, perMs: 1000, burst };
          const key = new LimitedKey({ ...LEARNS, rate }, () => 0.5);
          const { now, refused, startedAt } = simulate(key, make(20), 200, latencyMs);
          assertEquals(refused, 0);
          assert(now <= 11_500, `it took ${now} ms`);
          startedAt.forEach((at, index) => {
            const within = startedAt.filter((other) => other >= at && other < at + 1000).length;
            assert(within <= 20, `${within} from request ${index} on`);
            assert(startedAt.filter((other) => other === at).length <= burst);
          });
        });
      }
    }
  }
});

Deno.test("without a sign of a limit it soon limits nothing", () => {
  const { now, most, refused } = simulate(
    new LimitedKey(LEARNS, () => 0),
    () => undefined,
    2_000,
    10,
  );
  assertEquals(refused, 0);
  assert(most > 500, `${most} on the wire`);
  assert(now <= 100, `it took ${now} ms`);
});

// R26.7
Deno.test("concurrency is never exceeded", () => {
  const rules = { ...LEARNS, concurrency: 3 };
  const { most } = simulate(new LimitedKey(rules, () => 0), () => undefined, 100, 10);
  assertEquals(most, 3);
});

// R26.9
Deno.test("a refusal closes the gate for the named time and up to a tenth more", () => {
  const rows: [answer: Partial<Feedback>, random: number, waitMs: number][] = [
    [{ retryAfterMs: 2_000 }, 0, 2_000],
    [{ retryAfterMs: 2_000 }, 1, 2_200],
    [{ retryAfterMs: 59_000 }, 1, 64_000], // the jitter is at most 5 s
    [{ retryAfterMs: 1_000_000_000 }, 1, 0], // it would lock the client out
    [{}, 0, 1_000],
    [{ quota: { remaining: 0, resetMs: 3_000, limit: undefined } }, 0, 3_000],
  ];
  for (const [answer, random, waitMs] of rows) {
    const key = new LimitedKey(LEARNS, () => random);
    const started = key.start(0);
    key.responded({ ...OK, ...answer, isRefusal: true }, started, 0);
    key.leave();
    assertEquals(key.waitMs(0), waitMs, JSON.stringify(answer));
  }
});

// R26.10
Deno.test("after the gate one request goes, then one more for each success", () => {
  const key = new LimitedKey(LEARNS, () => 0);
  const first = key.start(0);
  key.responded({ ...OK, isRefusal: true, retryAfterMs: 100 }, first, 0);
  key.leave();
  const sizes = [];
  for (let round = 0; round < 4; round++) {
    const wave = [];
    while (key.waitMs(100 + round) === 0) wave.push(key.start(100 + round));
    sizes.push(wave.length);
    for (const started of wave) {
      key.responded(OK, started, 100 + round);
      key.leave();
    }
  }
  assertEquals(sizes, [1, 2, 4, 8]);
});

Deno.test("an old request's refusal teaches nothing new, and named times add to the gate", () => {
  const key = new LimitedKey(LEARNS, () => 0);
  const [a, b] = [key.start(0), key.start(0)];
  key.responded({ ...OK, isRefusal: true, retryAfterMs: 1_000 }, a, 10);
  key.responded({ ...OK, isRefusal: true, retryAfterMs: 5_000 }, b, 20);
  assertEquals(key.gateUntil, 5_020);
});

// R26.11
Deno.test("what little is left of a quota is spread over the time to its reset", () => {
  const key = new LimitedKey(LEARNS, () => 0);
  const answer = (remaining: number) => {
    const started = key.start(0);
    key.responded({ ...OK, quota: { remaining, resetMs: 10_000, limit: 100 } }, started, 0);
    key.leave();
  };
  answer(50);
  assertEquals(key.waitMs(0), 0);
  answer(10);
  assertEquals(key.waitMs(0), 1_000);
  answer(90);
  assertEquals(key.waitMs(0), 0);
});

// R26.7
Deno.test("without learning no answer counts", () => {
  const key = new LimitedKey({ ...LEARNS, learn: false }, () => 0);
  for (let count = 0; count < 50; count++) {
    assertEquals(key.waitMs(0), 0);
    key.responded({ ...OK, isRefusal: true, retryAfterMs: 1_000 }, key.start(0), 0);
  }
});

// R26.8
Deno.test("a key begins with eight on the wire, and adds one for each success", () => {
  const key = new LimitedKey(LEARNS, () => 0);
  const startAll = () => {
    const started: Started[] = [];
    while (key.waitMs(0) === 0) started.push(key.start(0));
    return started;
  };
  const first = startAll();
  assertEquals(first.length, 8);
  for (const started of first.slice(0, 3)) {
    key.responded(OK, started, 0);
    key.leave();
  }
  startAll();
  assertEquals(key.onWire, 11);
});

// R26.9
Deno.test("refusals in a row without a named time close the key for twice as long each", () => {
  const key = new LimitedKey(LEARNS, () => 0);
  let now = 0;
  const waits = Array.from({ length: 4 }, () => {
    const started = key.start(now);
    key.responded({ ...OK, isRefusal: true }, started, now);
    key.leave();
    const waitMs = key.waitMs(now);
    now += waitMs;
    return waitMs;
  });
  assertEquals(waits, [1_000, 2_000, 4_000, 8_000]);
});
