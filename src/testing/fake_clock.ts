/**
 * A clock that stands still until a test moves it. Waits of minutes take no time, and end at the same
 * point in every run.
 *
 * @module
 */

import type { Duration } from "../options/duration.ts";
import { duration, that } from "../options/checks.ts";

const BY = duration("by", { zero: true });
const MOMENT = that<Date>(
  (value) => value instanceof Date && !Number.isNaN(value.getTime()),
  "a valid Date",
);

/** The real one, for {@linkcode settle} while a fake clock is installed. */
const realSetTimeout = globalThis.setTimeout;
/** HTML 8.6, and what Deno, Node and Bun do: a longer timer fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** Far from the ids of runtimes, so that both kinds can be told apart. */
const FIRST_ID = 2 ** 40;

interface Timer {
  readonly action: () => void;
  readonly dueAt: number;
  /** The period of an interval. */
  readonly everyMs?: number;
  /** Whether it counts as pending; the timer of `AbortSignal.timeout()` cannot be cleared. */
  readonly counts: boolean;
}

/** An installed {@linkcode FakeClock}. */
export interface InstalledClock extends Disposable {
  /** Restores the real timers, and drops the pending fake ones. */
  restore(): void;
}

/**
 * A clock for tests: `advance()` moves it, and runs the timers that fall due, in order.
 *
 * `install()` replaces the global timers, `AbortSignal.timeout()`, `performance.now()` and `Date`. They
 * then drive whole calls, with their retries and waits. Create the client after that, and give it a
 * `MockTransport`, since the network does not wait for a fake clock. If a call fails while the clock
 * moves, handle its promise first, as `assertRejects()` does.
 *
 * @example
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { FakeClock, MockTransport } from "@codomyrmex/networking/testing";
 *
 * const clock = new FakeClock();
 * using _installed = clock.install();
 * const transport = new MockTransport();
 * transport.on("GET", "/job", { status: 503, headers: { "retry-after": "60" } }, { body: "done" });
 *
 * const call = new HTTPClient({ transport }).get("http://api.example/job");
 * await clock.advance(60); // at once
 * console.log((await call).text, (await call).attempts[1]?.waitedMs); // done 60000
 * ```
 */
export class FakeClock {
  #nowMs = 0;
  #nextId = FIRST_ID;
  readonly #startsAtMs: number;
  readonly #timers = new Map<number, Timer>();
  #installed: InstalledClock | undefined;

  /**
   * Creates a clock that stands still.
   *
   * @param startsAt The time that `Date` begins with; 2025-01-01T00:00:00Z when left out.
   */
  constructor(startsAt: Date = new Date(Date.UTC(2025, 0, 1))) {
    this.#startsAtMs = MOMENT("startsAt", startsAt).getTime();
  }

  /** The number of pending timers and intervals, without those of `AbortSignal.timeout()`. */
  get pending(): number {
    return [...this.#timers.values()].filter(({ counts }) => counts).length;
  }

  /** The milliseconds that the clock was moved by. */
  now(): number {
    return this.#nowMs;
  }

  /** Like the global `setTimeout`. */
  setTimeout(action: () => void, ms = 0): number {
    return this.#add({ action, dueAt: this.#nowMs + timerMs(ms), counts: true });
  }

  /** Like the global `clearTimeout`, for intervals too. */
  clearTimeout(timer: unknown): void {
    this.#timers.delete(Number(timer));
  }

  /**
   * Moves the clock, and runs the timers that fall due, including those set on the way. After each
   * timer it waits until promises, streams and Blobs have settled.
   *
   * @param by Seconds, or an object that names its units; 0 runs the timers that are due now.
   */
  async advance(by: Duration): Promise<void> {
    const until = this.#nowMs + BY("by", by);
    await settle();
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const [id, timer] = next;
      if (timer.dueAt > until) break;
      this.#timers.delete(id);
      this.#nowMs = Math.max(this.#nowMs, timer.dueAt);
      const { everyMs } = timer;
      if (everyMs !== undefined) this.#add({ ...timer, dueAt: this.#nowMs + everyMs }, id);
      timer.action();
      await settle();
    }
    this.#nowMs = until;
  }

  /** Replaces the global timers, until the result is restored or disposed. */
  install(): InstalledClock {
    if (this.#installed !== undefined) throw new Error("Cannot install a FakeClock twice");
    const { clearTimeout, clearInterval, performance, Date: RealDate } = globalThis;
    const startedAt = Math.ceil(performance.now()); // time does not go back at installation
    const today = () => this.#startsAtMs + this.#nowMs;
    const clear = (real: (id?: number) => void) => (id?: number) =>
      this.#timers.has(Number(id)) ? this.clearTimeout(id) : real(id);
    const undo = [
      replace(
        globalThis,
        "setTimeout",
        (action: Action, ms?: number, ...given: unknown[]) =>
          this.setTimeout(() => action(...given), ms),
      ),
      replace(globalThis, "setInterval", (action: Action, ms?: number, ...given: unknown[]) => {
        const everyMs = Math.max(1, timerMs(ms));
        const dueAt = this.#nowMs + everyMs;
        return this.#add({ action: () => action(...given), dueAt, everyMs, counts: true });
      }),
      replace(globalThis, "clearTimeout", clear(clearTimeout)),
      replace(globalThis, "clearInterval", clear(clearInterval)),
      replace(performance, "now", () => startedAt + this.#nowMs),
      replace(AbortSignal, "timeout", (ms: number) => this.#timeoutSignal(ms)),
      replace(globalThis, "Date", dateThatSays(today, RealDate)),
    ];
    const restore = () => {
      for (const step of undo.splice(0)) step();
      this.#timers.clear();
      this.#installed = undefined;
    };
    return this.#installed = { restore, [Symbol.dispose]: restore };
  }

  #add(timer: Timer, id = this.#nextId++): number {
    this.#timers.set(id, timer);
    return id;
  }

  /** The timer that is due first; the one that was set first if several are due. */
  #next(): [id: number, timer: Timer] | undefined {
    let next: [number, Timer] | undefined;
    for (const entry of this.#timers) {
      if (next === undefined || entry[1].dueAt < next[1].dueAt) next = entry;
    }
    return next;
  }

  #timeoutSignal(ms: number): AbortSignal {
    const controller = new AbortController();
    const action = () =>
      controller.abort(new DOMException("The operation timed out.", "TimeoutError"));
    this.#add({ action, dueAt: this.#nowMs + timerMs(ms), counts: false });
    return controller.signal;
  }
}

type Action = (...given: unknown[]) => void;

/** The time of a timer as runtimes read it. */
function timerMs(ms: number | undefined): number {
  if (ms === undefined || !(ms > 0)) return 0;
  return ms > LONGEST_TIMER_MS ? 1 : Math.trunc(ms);
}

/** Runs everything that waits for no timer. Reading a Blob takes a turn of the event loop. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise<void>((done) => realSetTimeout(done, 0));
}

/** Replaces a property; the result restores it. */
function replace(target: object, name: string, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, { value, configurable: true, writable: true });
  return () => {
    if (before === undefined) Reflect.deleteProperty(target, name);
    else Object.defineProperty(target, name, before);
  };
}

/** `Date` with another present. */
function dateThatSays(now: () => number, RealDate: DateConstructor): DateConstructor {
  return new Proxy(RealDate, {
    apply: () => new RealDate(now()).toString(),
    construct: (target, given, newTarget) =>
      Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
    get: (target, name) => name === "now" ? now : Reflect.get(target, name),
  });
}
