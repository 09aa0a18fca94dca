/**
 * One run of a job for all who need its outcome at the same time.
 *
 * @module
 */

import { abortable } from "@std/async/abortable";
import { NetworkingError } from "../../errors.ts";

interface Flight<T> {
  readonly outcome: Promise<T>;
  readonly controller: AbortController;
  waiters: number;
}

/**
 * Shares a job among concurrent callers. It goes on while one of them waits, and is aborted when the
 * last has left.
 */
export class SingleFlight<T> {
  #flight: Flight<T> | undefined;

  /**
   * The outcome of the job that is under way, or of `start`.
   *
   * A NetworkingError is everybody's. Anything else that a job throws is its starter's alone (an
   * abort of its call, an error of its code); the others begin again.
   *
   * @param signal Aborts when this caller waits no longer.
   * @param start Begins the job, which ends when the signal that it is given aborts.
   */
  async run(signal: AbortSignal, start: (signal: AbortSignal) => Promise<T>): Promise<T> {
    while (true) {
      signal.throwIfAborted();
      const mine = this.#flight === undefined;
      const flight = this.#flight ??= this.#begin(start);
      flight.waiters++;
      const leave = () => {
        if (--flight.waiters === 0) flight.controller.abort(signal.reason);
      };
      signal.addEventListener("abort", leave, { once: true });
      try {
        return await abortable(flight.outcome, signal);
      } catch (error) {
        if (mine || error instanceof NetworkingError) throw error;
      } finally {
        signal.removeEventListener("abort", leave);
      }
    }
  }

  #begin(start: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const controller = new AbortController();
    const outcome = (async () => {
      try {
        return await start(controller.signal);
      } finally {
        this.#flight = undefined;
      }
    })();
    return { outcome, controller, waiters: 0 };
  }
}
