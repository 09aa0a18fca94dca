/**
 * One run of a job for all callers that need its outcome at the same time.
 *
 * @module
 */

import { abortable } from "@std/async/abortable";
import { NetworkingError } from "../../errors.ts";

/**
 * A job.
 *
 * @param signal Aborts when the last caller has left, unless the job is committed.
 * @param commit Says that the job must be finished even if all callers leave. It throws the reason of
 * the abort if all have left already.
 */
export type Job<T> = (signal: AbortSignal, commit: () => void) => Promise<T>;

interface Flight<T> {
  readonly outcome: Promise<T>;
  readonly controller: AbortController;
  waiters: number;
  isCommitted: boolean;
}

/**
 * Shares a job among concurrent callers. It is aborted when the last of them leaves, unless it is
 * committed. Callers that come while it runs wait for it.
 */
export class SingleFlight<T> {
  #flight: Flight<T> | undefined;

  /**
   * Returns the outcome of the running job, or of `start`.
   *
   * All callers get a NetworkingError, unless its client was closed. Only the caller that started the
   * job gets other errors (an abort of its call, an error of its code); the others start the job again.
   *
   * @param signal Aborts when this caller stops waiting.
   * @param start Starts the job.
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
        if (this.#flight === flight) this.#flight = undefined; // it may take a while to end
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
