/**
 * A clock that stands still until a test moves it, so that waits of minutes take no time and end at
 * the same point in every run.
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

/** The real one, for {@linkcode settle}, also while a fake clock is installed. */
const realSetTimeout = globalThis.setTimeout;
/** HTML 8.6, and what Deno, Node and Bun do: a longer timer fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** Far from the ids that runtimes give, so that either kind is recognised. */
const FIRST_ID = 2 ** 40;

interface Timer {
  readonly action: () => void;
  readonly dueAt: number;
  /** For an interval, the time until the next. */
  readonly everyMs?: number;
  /** Whether it counts as pending: nothing can clear that of `AbortSignal.timeout()`. */
  readonly counts: boolean;
}

/** Ends the reign of an installed {@linkcode FakeClock}. */
export interface InstalledClock extends Disposable {
  /** Puts the real timers back. What the fake ones still had to do is dropped. */
  restore(): void;
}

/**
 * A clock for tests: `advance()` moves it, and runs in order what falls due on the way.
 *
 * `install()` puts it in place of the global timers, of `AbortSignal.timeout()`, `performance.now()`
 * and `Date`, which then drive whole calls, retries and waits included. Make the client after that,
 * and give it a `MockTransport`: the network does not wait for a fake clock. When a call is to fail
 * while the clock is moved, handle its promise before that, as `assertRejects()` does.
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
   * Makes a clock that stands still.
   *
   * @param startsAt What `Date` is to say at first; 2025-01-01T00:00:00Z when left out.
   */
  constructor(startsAt: Date = new Date(Date.UTC(2025, 0, 1))) {
    this.#startsAtMs = MOMENT("startsAt", startsAt).getTime();
  }

  /** How many timers and intervals wait, those of `AbortSignal.timeout()` aside. */
  get pending(): number {
    return [...this.#timers.values()].filter(({ counts }) => counts).length;
  }

  /** Milliseconds since the clock was made, as far as it was moved. */
  now(): number {
    return this.#nowMs;
  }

  /** Like the global `setTimeout`. */
  setTimeout(action: () => void, ms = 0): number {
    return this.#add({ action, dueAt: this.#nowMs + timerMs(ms), counts: true });
  }

  /** Like the global `clearTimeout`; for intervals as well. */
  clearTimeout(timer: unknown): void {
    this.#timers.delete(Number(timer));
  }

  /**
   * Moves the clock, and runs what falls due on the way, also what is only set on the way. After
   * each timer it lets promises, streams and Blobs come to rest.
   *
   * @param by Seconds, or an object that names its units; 0 runs what is due now.
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

  /** Puts the clock in place of the global timers, until it is restored or disposed. */
  install(): InstalledClock {
    if (this.#installed !== undefined) throw new Error("Cannot install a FakeClock twice");
    const { clearTimeout, clearInterval, performance, Date: RealDate } = globalThis;
    const startedAt = Math.ceil(performance.now()); // what is measured across does not go back
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

  /** The timer that is due first; of several, the one that was set first. */
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

/** What a runtime makes of the time of a timer. */
function timerMs(ms: number | undefined): number {
  if (ms === undefined || !(ms > 0)) return 0;
  return ms > LONGEST_TIMER_MS ? 1 : Math.trunc(ms);
}

/** Lets everything run that waits for no timer. Reading a Blob takes a turn of the event loop. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise<void>((done) => realSetTimeout(done, 0));
}

/** Replaces a property; the result puts it back as it was. */
function replace(target: object, name: string, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, { value, configurable: true, writable: true });
  return () => {
    if (before === undefined) Reflect.deleteProperty(target, name);
    else Object.defineProperty(target, name, before);
  };
}

/** `Date`, but for what the present is. */
function dateThatSays(now: () => number, RealDate: DateConstructor): DateConstructor {
  return new Proxy(RealDate, {
    apply: () => new RealDate(now()).toString(),
    construct: (target, given, newTarget) =>
      Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
    get: (target, name) => name === "now" ? now : Reflect.get(target, name),
  });
}
