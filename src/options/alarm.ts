/**
 * One timer for a moment that may move: the one way to find out that a time is over. Late is not dead:
 * a timer that was held up gives what has arrived meanwhile a moment to be looked at.
 *
 * @module
 */

import { timerDelay } from "./duration.ts";

/** Timers, replaceable in tests. */
export interface Timers {
  /** Milliseconds on a clock that never goes back. */
  now(): number;
  /** Like the global `setTimeout`. */
  setTimeout(action: () => void, ms: number): unknown;
  /** Like the global `clearTimeout`. */
  clearTimeout(timer: unknown): void;
}

/** Those of the runtime. */
export const PLATFORM_TIMERS: Timers = {
  now: () => performance.now(),
  setTimeout: (action, ms) => setTimeout(action, ms),
  clearTimeout: (timer) => clearTimeout(timer as number),
};

/**
 * A timer that fires later than this was held up: the process was stopped, the machine slept, or the
 * event loop was busy.
 */
const LATE_MS = 100;
/** How long looking at what arrived may take: it lies in the buffers of this machine. */
const GRACE_MS = 100;

/** Calls its action when the moment has come: never early, once for each moment. */
export class Alarm {
  readonly #action: () => void;
  readonly #timers: Timers;
  #at = Infinity;
  #timer: unknown;
  #firesAt = Infinity;

  constructor(action: () => void, timers: Timers = PLATFORM_TIMERS) {
    this.#action = action;
    this.#timers = timers;
  }

  /**
   * The moment; `Infinity` for never. A timer that would fire too early stays, and looks again. A moment in
   * the past is as good as now, and the action is called in a turn of its own.
   */
  set at(moment: number) {
    if (moment === this.#at) return;
    this.#at = moment;
    if (moment >= this.#firesAt && moment !== Infinity) return;
    // Deno 2.9 loses the next timer of a program that first clears one that is not set.
    if (this.#firesAt !== Infinity) this.#timers.clearTimeout(this.#timer);
    this.#arm(Math.max(0, moment - this.#timers.now()));
  }

  #arm(ms: number, isGrace = false): void {
    this.#firesAt = ms === Infinity ? ms : this.#timers.now() + timerDelay(ms);
    if (ms === Infinity) return;
    this.#timer = this.#timers.setTimeout(() => {
      this.#firesAt = Infinity;
      const restMs = this.#at - this.#timers.now();
      // Node's timers may fire up to a millisecond early: then the rest is waited.
      if (restMs > 0) return this.#arm(restMs);
      if (!isGrace && restMs <= -LATE_MS) return this.#arm(GRACE_MS, true);
      this.#at = Infinity;
      this.#action();
    }, timerDelay(ms));
  }
}
