/**
 * The attempt clock: one AbortSignal that ends an attempt when its time is over, when the client is
 * closed, or when the caller aborts. A clock never acts early, and leaves no timer and no listener.
 *
 * Signals are shared between calls that start within the same short slot, because a new
 * AbortController and timer for each call cost a tenth of a small GET. Only on Deno: its fetch takes
 * its listener off again, Node's keeps it until the signal is collected.
 *
 * @module
 */

/** Why a clock's signal is aborted, beside the caller's own reasons. */
export const TIMED_OUT: unique symbol = Symbol("attempt timed out");
/** The client was closed. */
export const CLOSED: unique symbol = Symbol("client closed");

/** A running clock. */
export interface Clock {
  /** Aborted with {@linkcode TIMED_OUT}, {@linkcode CLOSED} or the reason of the caller's signal. */
  readonly signal: AbortSignal;
  /** Stops the clock for one call. */
  end(): void;
}

/** Timers, replaceable in tests. */
export interface Timers {
  /** Milliseconds on a clock that never goes back. */
  now(): number;
  /** Like the global `setTimeout`. */
  setTimeout(action: () => void, ms: number): unknown;
  /** Like the global `clearTimeout`. */
  clearTimeout(timer: unknown): void;
}

const PLATFORM_TIMERS: Timers = {
  now: () => performance.now(),
  setTimeout: (action, ms) => setTimeout(action, ms),
  clearTimeout: (timer) => clearTimeout(timer as number),
};

/** A longer delay wraps and fires at once, on every runtime; the rest is waited afterwards. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function timerDelay(restMs: number): number {
  return Math.min(Math.ceil(restMs), LONGEST_TIMER_MS);
}

const SHARE = "Deno" in globalThis;
/** A shared clock is late by at most this part of its limit, and never by more than 100 ms. */
const SLOT_PART = 1 / 32;
const LONGEST_SLOT_MS = 100;

/** The clocks of one client. */
export class Clocks {
  readonly #timers: Timers;
  readonly #share: boolean;
  readonly #running = new Set<RunningClock>();
  #slot: SharedClock | undefined;

  constructor(timers: Timers = PLATFORM_TIMERS, share: boolean = SHARE) {
    this.#timers = timers;
    this.#share = share;
  }

  /**
   * Starts a clock of `limitMs` (`Infinity` for none) that `signals` can end as well.
   *
   * @param nowMs The present, which the caller knows anyway: asking for it costs a tenth of what
   * all of the library may cost a call.
   */
  start(limitMs: number, signals: readonly AbortSignal[], nowMs: number): Clock {
    if (signals.length > 0 || !this.#share) return this.startOwn(limitMs, signals);
    let slot = this.#slot;
    if (slot === undefined || !slot.accepts(limitMs, nowMs)) {
      slot = this.#slot = new SharedClock(this.#timers, this.#running, limitMs);
    }
    slot.join();
    return slot;
  }

  /** Like {@linkcode Clocks.start}, for one call alone. */
  startOwn(limitMs: number, signals: readonly AbortSignal[]): OwnClock {
    return new OwnClock(this.#timers, this.#running, limitMs, signals);
  }

  /** Ends every running clock. */
  close(): void {
    for (const clock of this.#running) clock.abort(CLOSED);
  }
}

interface RunningClock {
  abort(reason: unknown): void;
}

/** A clock for every call of one slot. */
class SharedClock implements Clock, RunningClock {
  readonly #timers: Timers;
  readonly #running: Set<RunningClock>;
  readonly #controller = new AbortController();
  readonly signal: AbortSignal = this.#controller.signal;
  readonly #limitMs: number;
  readonly #closesAt: number;
  readonly #firesAt: number;
  #calls = 0;
  #timer: unknown;

  constructor(timers: Timers, running: Set<RunningClock>, limitMs: number) {
    this.#timers = timers;
    this.#running = running;
    this.#limitMs = limitMs;
    this.#closesAt = timers.now() + Math.min(limitMs * SLOT_PART, LONGEST_SLOT_MS);
    this.#firesAt = this.#closesAt + limitMs; // not early for the last call that joins
  }

  accepts(limitMs: number, nowMs: number): boolean {
    return limitMs === this.#limitMs && nowMs < this.#closesAt && !this.signal.aborted;
  }

  join(): void {
    if (this.#calls++ > 0) return;
    this.#running.add(this);
    if (this.#limitMs !== Infinity) this.#arm();
  }

  #arm(): void {
    const restMs = this.#firesAt - this.#timers.now();
    if (restMs <= 0) this.abort(TIMED_OUT);
    // Node's timers may fire up to a millisecond early: then the rest is waited.
    else this.#timer = this.#timers.setTimeout(() => this.#arm(), timerDelay(restMs));
  }

  end(): void {
    if (--this.#calls > 0) return;
    this.#running.delete(this);
    this.#timers.clearTimeout(this.#timer);
  }

  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }
}

/** A clock for one call. */
export class OwnClock implements Clock, RunningClock {
  readonly #timers: Timers;
  readonly #running: Set<RunningClock>;
  readonly #controller = new AbortController();
  readonly signal: AbortSignal = this.#controller.signal;
  readonly #signals: readonly AbortSignal[];
  #firesAt: number;
  #timer: unknown;
  #timerDueAt = Infinity;

  constructor(
    timers: Timers,
    running: Set<RunningClock>,
    limitMs: number,
    signals: readonly AbortSignal[],
  ) {
    this.#timers = timers;
    this.#running = running;
    this.#signals = signals;
    this.#firesAt = timers.now() + limitMs;
    running.add(this);
    for (const signal of signals) {
      if (signal.aborted) this.abort(signal.reason);
      else signal.addEventListener("abort", this.#onAbort);
    }
    this.#arm();
  }

  /** Counts anew from now on; a timer that would fire too early stays and looks again. */
  restart(limitMs: number): void {
    this.#firesAt = this.#timers.now() + limitMs;
    if (this.#firesAt >= this.#timerDueAt) return;
    this.#timers.clearTimeout(this.#timer);
    this.#arm();
  }

  #arm(): void {
    this.#timerDueAt = Infinity;
    const restMs = this.#firesAt - this.#timers.now();
    if (restMs === Infinity) return;
    if (restMs <= 0) return this.abort(TIMED_OUT);
    this.#timerDueAt = this.#firesAt;
    this.#timer = this.#timers.setTimeout(() => this.#arm(), timerDelay(restMs));
  }

  end(): void {
    this.#running.delete(this);
    this.#timers.clearTimeout(this.#timer);
    for (const signal of this.#signals) signal.removeEventListener("abort", this.#onAbort);
  }

  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  readonly #onAbort = (event: Event): void => this.abort((event.target as AbortSignal).reason);
}
