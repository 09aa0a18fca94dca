/**
 * The delay that a timer can hold.
 *
 * @module
 */

/** A longer delay wraps and fires at once, on every runtime; the rest is waited afterwards. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function timerDelay(restMs: number): number {
  return Math.min(Math.ceil(restMs), LONGEST_TIMER_MS);
}
