/**
 * One timer for a moment that may change; all timeouts use it. A delayed timer waits a short grace period,
 * so that data that arrived in the meantime is processed first.
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

/** The timers of the runtime. */
export const PLATFORM_TIMERS: Timers = {
  now: () => performance.now(),
  setTimeout: (action, ms) => setTimeout(action, ms),
  clearTimeout: (timer) => clearTimeout(timer as number),
};

/**
 * A timer that fires later than this, in milliseconds, was delayed: the process was stopped, the machine
 * slept, or the event loop was busy.
 */
const LATE_MS = 100;
/** The grace period to read data from the buffers of this machine, in milliseconds. */
const GRACE_MS = 100;

/** Calls its action at the moment that is set: never early, once for each moment. */
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
   * Sets the moment; `Infinity` for never. A timer that fires too early is set again. A moment in the past
   * counts as now, and the action is called asynchronously.
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
      // Node's timers may fire up to a millisecond early; then the rest is waited.
      if (restMs > 0) return this.#arm(restMs);
      if (!isGrace && restMs <= -LATE_MS) return this.#arm(GRACE_MS, true);
      this.#at = Infinity;
      this.#action();
    }, timerDelay(ms));
  }
}
