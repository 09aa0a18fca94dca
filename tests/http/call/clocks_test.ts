/** The attempt clock on fake timers: never early, shared where that is cheaper, no leak. */

import {
  assert,
  assertEquals,
  assertFalse,
  assertNotStrictEquals,
  assertStrictEquals,
} from "@std/assert";
import { type Clock, Clocks, CLOSED, TIMED_OUT } from "../../../src/http/call/clocks.ts";
import type { Timers } from "../../../src/options/alarm.ts";

/** Timers that stand still until they are moved. */
class FakeTimers implements Timers {
  /** The present. */
  nowMs: number;
  /** How much too early timers fire, as Node's may, by less than a millisecond. */
  readonly #earlyMs: number;
  readonly #pending = new Map<number, { readonly atMs: number; readonly action: () => void }>();
  /** The delay of every timer that was set. */
  readonly delays: number[] = [];

  constructor(nowMs: number = 0, earlyMs: number = 0) {
    this.nowMs = nowMs;
    this.#earlyMs = earlyMs;
  }

  /** How many timers are running. */
  get running(): number {
    return this.#pending.size;
  }

  now(): number {
    return this.nowMs;
  }

  setTimeout(action: () => void, ms: number): number {
    const id = this.delays.push(ms);
    this.#pending.set(id, { atMs: this.nowMs + ms - this.#earlyMs, action });
    return id;
  }

  clearTimeout(timer: unknown): void {
    this.#pending.delete(timer as number);
  }

  /** Moves on, and fires what is due, in order. */
  advance(ms: number): void {
    const endMs = this.nowMs + ms;
    while (true) {
      const [next] = [...this.#pending].sort(([, a], [, b]) => a.atMs - b.atMs);
      if (next === undefined || next[1].atMs > endMs) break;
      this.#pending.delete(next[0]);
      this.nowMs = Math.max(this.nowMs, next[1].atMs);
      next[1].action();
    }
    this.nowMs = endMs;
  }
}

interface Lab {
  readonly timers: FakeTimers;
  readonly clocks: Clocks;
  start(limitMs: number, ...signals: AbortSignal[]): Clock;
}

function lab({ share = true, nowMs = 0, earlyMs = 0 } = {}): Lab {
  const timers = new FakeTimers(nowMs, earlyMs);
  const clocks = new Clocks(timers, share);
  return {
    timers,
    clocks,
    start: (limitMs, ...signals) => clocks.start(limitMs, signals, timers.now()),
  };
}

/** When `signal` was aborted, on the fake clock. */
function watch({ timers }: Lab, { signal }: Clock): { atMs: number | undefined } {
  const seen: { atMs: number | undefined } = { atMs: undefined };
  signal.addEventListener("abort", () => seen.atMs = timers.now(), { once: true });
  return seen;
}

/** A signal that counts its listeners. */
function countedSignal(): { controller: AbortController; listeners: () => number } {
  const controller = new AbortController();
  const { signal } = controller;
  let count = 0;
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...given: Parameters<typeof addEventListener>) => {
    count++;
    addEventListener.apply(signal, given);
  };
  signal.removeEventListener = (...given: Parameters<typeof removeEventListener>) => {
    count--;
    removeEventListener.apply(signal, given);
  };
  return { controller, listeners: () => count };
}

Deno.test("a clock ends a call when its time is over, with a marker as the reason", async (t) => {
  for (const share of [true, false]) {
    await t.step(share ? "shared" : "alone", () => {
      const here = lab({ share });
      const clock = here.start(1000);
      here.timers.advance(999);
      assertFalse(clock.signal.aborted);
      here.timers.advance(101);
      assert(clock.signal.aborted);
      assertStrictEquals(clock.signal.reason, TIMED_OUT);
      clock.end();
      assertStrictEquals(here.timers.running, 0);
    });
  }
});

// R7.1
Deno.test("a clock is never early, whatever the timers do", () => {
  const limits = [0.4, 1, 1.5, 2, 10, 33.3, 1000, 2999.9, 30_000];
  for (const share of [true, false]) {
    for (const earlyMs of [0, 0.3, 0.9]) {
      for (const limitMs of limits) {
        const here = lab({ share, earlyMs, nowMs: 12_345.678 });
        for (let call = 0; call < 8; call++) {
          const startedMs = here.timers.now();
          const clock = here.start(limitMs);
          const ended = watch(here, clock);
          const copy = `${limitMs} ms, early by ${earlyMs}, ${share ? "shared" : "alone"}`;
          here.timers.advance(limitMs / 80); // the next call may join the slot, or be too late
          if (call % 2 === 0) continue;
          here.timers.advance(limitMs * 2 + 200);
          assert(ended.atMs !== undefined, `${copy}: never ended`);
          assert(ended.atMs - startedMs >= limitMs, `${copy}: ${ended.atMs - startedMs} ms`);
          clock.end();
        }
      }
    }
  }
});

// R7.1
Deno.test("a clock alone is late by less than a millisecond, a shared one by a 32nd, at most 100 ms", () => {
  for (const limitMs of [10, 320, 1000, 3200, 30_000]) {
    for (const share of [true, false]) {
      const here = lab({ share, nowMs: 5.5 });
      const clock = here.start(limitMs);
      const ended = watch(here, clock);
      here.timers.advance(limitMs * 2);
      const lateMs = ended.atMs! - 5.5 - limitMs;
      const allowedMs = 1 + (share ? Math.min(limitMs / 32, 100) : 0);
      assert(lateMs >= 0 && lateMs < allowedMs, `${limitMs} ms: late by ${lateMs} ms`);
      clock.end();
    }
  }
});

Deno.test("calls that start within one slot share a signal and a timer", () => {
  const here = lab();
  const first = here.start(32_000);
  here.timers.advance(99);
  const second = here.start(32_000);
  assertStrictEquals(second.signal, first.signal);
  assertEquals(here.timers.delays.length, 1);
  here.timers.advance(1);
  const late = here.start(32_000);
  assertNotStrictEquals(late.signal, first.signal);
  for (const clock of [first, second, late]) clock.end();
  assertStrictEquals(here.timers.running, 0);
});

Deno.test("calls with another limit, or with a signal, do not share", () => {
  const here = lab();
  const first = here.start(32_000);
  const other = here.start(16_000);
  const { signal } = new AbortController();
  const own = here.start(32_000, signal);
  const again = here.start(32_000, signal);
  const signals = new Set([first, other, own, again].map((clock) => clock.signal));
  assertStrictEquals(signals.size, 4);
  for (const clock of [first, other, own, again]) clock.end();
});

Deno.test("nothing is shared where the runtime keeps listeners", () => {
  const here = lab({ share: false });
  const first = here.start(32_000);
  const second = here.start(32_000);
  assertNotStrictEquals(first.signal, second.signal);
  first.end();
  second.end();
});

Deno.test("startOwn() shares with nobody", () => {
  const here = lab();
  const first = here.clocks.startOwn(32_000, []);
  const second = here.clocks.startOwn(32_000, []);
  assertNotStrictEquals(first.signal, second.signal);
  here.timers.advance(32_000);
  assert(first.signal.aborted && second.signal.aborted);
  first.end();
  second.end();
  assertStrictEquals(here.timers.running, 0);
});

Deno.test("the end of one call does not end the others of its slot", () => {
  const here = lab();
  const first = here.start(32_000);
  const second = here.start(32_000);
  first.end();
  assertFalse(second.signal.aborted);
  assertStrictEquals(here.timers.running, 1, "the timer runs for the second call");
  here.timers.advance(33_000);
  assertStrictEquals(second.signal.reason, TIMED_OUT);
  second.end();
  assertStrictEquals(here.timers.running, 0);
});

Deno.test("the timer of a slot is cleared with its last call", () => {
  const here = lab();
  const clocks = [here.start(32_000), here.start(32_000), here.start(32_000)];
  for (const clock of clocks) {
    assertStrictEquals(here.timers.running, 1);
    clock.end();
  }
  assertStrictEquals(here.timers.running, 0);
});

Deno.test("a slot that was left can be joined again, and is not early then", () => {
  const here = lab();
  here.start(32_000).end();
  assertStrictEquals(here.timers.running, 0);
  here.timers.advance(60);
  const startedMs = here.timers.now();
  const clock = here.start(32_000);
  assertStrictEquals(here.timers.running, 1);
  const ended = watch(here, clock);
  here.timers.advance(40_000);
  assert(ended.atMs! - startedMs >= 32_000);
  clock.end();
});

Deno.test("a clock without limit sets no timer", async (t) => {
  for (const share of [true, false]) {
    await t.step(share ? "shared" : "alone", () => {
      const here = lab({ share });
      const clock = here.start(Infinity);
      assertStrictEquals(here.timers.running, 0);
      here.timers.advance(1e9);
      assertFalse(clock.signal.aborted);
      clock.end();
    });
  }
});

Deno.test("no timer is longer than timers can be, and the longest limit is kept", async (t) => {
  const longestMs = 2_147_483_647; // HTML, "timers": a longer delay wraps and fires at once
  for (const share of [true, false]) {
    await t.step(share ? "shared" : "alone", () => {
      const here = lab({ share });
      const clock = here.start(longestMs);
      here.timers.advance(longestMs - 1);
      assertFalse(clock.signal.aborted);
      here.timers.advance(102);
      assert(clock.signal.aborted);
      assert(here.timers.delays.every((delay) => delay <= longestMs), `${here.timers.delays}`);
      clock.end();
    });
  }
});

// R7.7, R9.4
Deno.test("the caller's signal ends the call with the caller's reason", async (t) => {
  const reasons: unknown[] = [new Error("mine"), "text", 0, undefined];
  for (const reason of reasons) {
    await t.step(String(reason), () => {
      const here = lab();
      const controller = new AbortController();
      const clock = here.start(1000, controller.signal);
      assertFalse(clock.signal.aborted);
      controller.abort(reason);
      assert(clock.signal.aborted);
      assertStrictEquals(clock.signal.reason, controller.signal.reason);
      clock.end();
      assertStrictEquals(here.timers.running, 0);
    });
  }
});

Deno.test("a signal that is aborted already ends the call before it begins", () => {
  const here = lab();
  const reason = new Error("mine");
  const later = countedSignal();
  const clock = here.start(1000, AbortSignal.abort(reason), later.controller.signal);
  assert(clock.signal.aborted);
  assertStrictEquals(clock.signal.reason, reason);
  clock.end();
  assertStrictEquals(later.listeners(), 0);
  assertStrictEquals(here.timers.running, 0);
});

Deno.test("of several signals the first that is aborted counts", () => {
  const here = lab();
  const [a, b] = [new AbortController(), new AbortController()];
  const clock = here.start(1000, a.signal, b.signal);
  b.abort("b");
  a.abort("a");
  here.timers.advance(2000);
  assertStrictEquals(clock.signal.reason, "b");
  clock.end();
});

Deno.test("time and the caller's signal are both active", () => {
  const here = lab();
  const controller = new AbortController();
  const clock = here.start(1000, controller.signal);
  here.timers.advance(1000);
  assertStrictEquals(clock.signal.reason, TIMED_OUT);
  controller.abort("too late");
  assertStrictEquals(clock.signal.reason, TIMED_OUT);
  clock.end();
});

// R7.7
Deno.test("no listener stays on the caller's signal, however the call ended", async (t) => {
  const endings: [name: string, end: (here: Lab, controller: AbortController) => void][] = [
    ["well", () => {}],
    ["by the clock", ({ timers }) => timers.advance(5000)],
    ["by the caller", (_, controller) => controller.abort()],
    ["by close()", ({ clocks }) => clocks.close()],
  ];
  for (const [name, end] of endings) {
    await t.step(name, () => {
      const here = lab();
      const { controller, listeners } = countedSignal();
      const running = Array.from({ length: 100 }, () => here.start(1000, controller.signal));
      assertStrictEquals(listeners(), 100);
      end(here, controller);
      for (const clock of running) clock.end();
      assertStrictEquals(listeners(), 0);
      assertStrictEquals(here.timers.running, 0);
    });
  }
});

Deno.test("an abort after the end of the call has no effect on it", () => {
  const here = lab();
  const controller = new AbortController();
  const clock = here.start(1000, controller.signal);
  clock.end();
  controller.abort();
  here.timers.advance(2000);
  assertFalse(clock.signal.aborted);
});

Deno.test("close() ends every running call, and none that starts afterwards", () => {
  const here = lab();
  const { signal } = new AbortController();
  const running = [
    here.start(Infinity),
    here.start(1000),
    here.start(1000, signal),
    here.clocks.startOwn(Infinity, []),
  ];
  const over = here.clocks.startOwn(1000, []);
  over.end();
  here.clocks.close();
  for (const clock of running) {
    assertStrictEquals(clock.signal.reason, CLOSED);
    clock.end();
  }
  assertFalse(over.signal.aborted);
  for (const limitMs of [1000, Infinity]) {
    const next = here.start(limitMs); // the slot of one that was closed may still be open
    assertFalse(next.signal.aborted);
    next.end();
  }
  here.clocks.close();
  here.clocks.close();
  assertStrictEquals(here.timers.running, 0);
});

Deno.test("on the platform's timers a clock is not early either, and leaves nothing", async () => {
  const clocks = new Clocks();
  for (const signals of [[], [new AbortController().signal]]) {
    const startedMs = performance.now();
    const clock = clocks.start(5, signals, startedMs);
    await new Promise((resolve) => clock.signal.addEventListener("abort", resolve, { once: true }));
    assert(performance.now() - startedMs >= 5);
    clock.end();
  }
});

Deno.test("a clock that fires late first gives what has arrived its turn", async (t) => {
  // The process was stopped, or the machine slept: timers fire when it goes on.
  const held = (timers: FakeTimers, ms: number) => {
    timers.nowMs += ms;
    timers.advance(0);
  };
  for (const share of [true, false]) {
    await t.step(share ? "shared" : "alone", () => {
      const here = lab({ share });
      const done = here.start(1000);
      held(here.timers, 60_000);
      assertFalse(done.signal.aborted); // and the call ends now
      done.end();
      assertStrictEquals(here.timers.running, 0);

      const silent = here.start(1000);
      held(here.timers, 60_000);
      assertFalse(silent.signal.aborted);
      here.timers.advance(150);
      assertStrictEquals(silent.signal.reason, TIMED_OUT);
      silent.end();
      assertStrictEquals(here.timers.running, 0);
    });
  }
  await t.step("a clock that is restarted meanwhile counts from then on", () => {
    const here = lab();
    const clock = here.clocks.startOwn(1000, []);
    held(here.timers, 60_000);
    clock.restart(1000);
    here.timers.advance(999);
    assertFalse(clock.signal.aborted);
    here.timers.advance(2);
    assert(clock.signal.aborted);
    clock.end();
  });
});

Deno.test("who waits is told by the clock itself, once, and not at all after that is taken back", () => {
  for (const share of [true, false]) {
    const here = lab({ share });
    const clock = here.start(1000);
    const told: unknown[] = [];
    const forgotten = (reason: unknown) => void told.push("forgotten", reason);
    clock.wait((reason) => void told.push(reason));
    clock.wait(forgotten);
    clock.forget(forgotten);
    here.timers.advance(1200);
    assertEquals(told, [TIMED_OUT]);
    clock.wait((reason) => void told.push(reason)); // too late to wait
    assertEquals(told, [TIMED_OUT, TIMED_OUT]);
    clock.end();
  }
});

Deno.test("race() ends with the work, or with the abort of what never ends", async () => {
  const here = lab();
  const clock = here.clocks.startOwn(1000, []);
  assertEquals(await clock.race(Promise.resolve(1)), 1);
  const failure = new Error("the work's own");
  assertStrictEquals(await clock.race(Promise.reject(failure)).catch((error) => error), failure);
  const never = clock.race(new Promise(() => {}));
  clock.abort(CLOSED);
  assertStrictEquals(await never.catch((reason) => reason), CLOSED);
  clock.end();
});
