/**
 * One run of a job for all who need its outcome at the same time.
 *
 * @module
 */

import { abortable } from "@std/async/abortable";
import { NetworkingError } from "../../errors.ts";

/**
 * A job.
 *
 * @param signal Aborts when the last who waits has left, unless the job is committed.
 * @param commit Says that the job must be finished from here on, whoever leaves; throws the reason of
 * the abort if everybody has left already.
 */
export type Job<T> = (signal: AbortSignal, commit: () => void) => Promise<T>;

interface Flight<T> {
  readonly outcome: Promise<T>;
  readonly controller: AbortController;
  waiters: number;
  isCommitted: boolean;
}

/**
 * Shares a job among concurrent callers. It is aborted when the last of them has left, until it is
 * committed. Whoever comes while it runs waits for it.
 */
export class SingleFlight<T> {
  #flight: Flight<T> | undefined;

  /**
   * The outcome of the job that is under way, or of `start`.
   *
   * A NetworkingError is everybody's, but for the one of a client that was closed. Anything else that
   * a job throws is its starter's alone (an abort of its call, an error of its code); the others start
   * another.
   *
   * @param signal Aborts when this caller waits no longer.
   * @param start Begins the job.
   */
  async run(signal: AbortSignal, start: Job<T>): Promise<T> {
    while (true) {
      signal.throwIfAborted();
      const mine = this.#flight === undefined;
      const flight = this.#flight ?? this.#begin(start);
      flight.waiters++;
      const leave = () => {
        if (--flight.waiters > 0 || flight.isCommitted) return;
        flight.controller.abort(signal.reason);
        if (this.#flight === flight) this.#flight = undefined; // it may take its time to end
      };
      signal.addEventListener("abort", leave, { once: true });
      try {
        return await abortable(flight.outcome, signal);
      } catch (error) {
        if (mine || (error instanceof NetworkingError && error.code !== "closed")) throw error;
      } finally {
        signal.removeEventListener("abort", leave);
      }
    }
  }

  #begin(start: Job<T>): Flight<T> {
    const controller = new AbortController();
    const { signal } = controller;
    const { promise: outcome, resolve, reject } = Promise.withResolvers<T>();
    const flight: Flight<T> = { outcome, controller, waiters: 0, isCommitted: false };
    const end = () => {
      if (this.#flight === flight) this.#flight = undefined;
    };
    const commit = () => {
      signal.throwIfAborted();
      flight.isCommitted = true;
    };
    this.#flight = flight;
    start(signal, commit).finally(end).then(resolve, reject);
    return flight;
  }
}
