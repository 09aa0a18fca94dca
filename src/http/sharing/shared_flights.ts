/**
 * Runs a job once for all callers that need its outcome at the same time.
 *
 * @module
 */

import { abortable } from "@std/async/abortable";

/**
 * A job.
 *
 * @param signal Aborts when the last caller has left, unless the job is committed.
 * @param commit Makes the job finish even if all callers leave. It throws the reason of the abort if all
 * have left already.
 */
export type Job<T> = (signal: AbortSignal, commit: () => void) => Promise<T>;

interface Flight<T> {
  readonly outcome: Promise<T>;
  readonly controller: AbortController;
  waiters: number;
  isCommitted: boolean;
}

/**
 * Shares jobs among concurrent callers, by key. A job is aborted when the last of them leaves, unless it is
 * committed. Callers that arrive while it runs wait for it. Outcomes are not stored.
 */
export class SharedFlights<T> {
  readonly #flights = new Map<string, Flight<T>>();
  readonly #isForAll: (error: unknown) => boolean;

  /**
   * @param isForAll Whether an error fails all callers. With any other error only the caller that started
   * the job fails, and the others start it again.
   */
  constructor(isForAll: (error: unknown) => boolean) {
    this.#isForAll = isForAll;
  }

  /**
   * Returns the outcome of the running job, or of `start`.
   *
   * @param key Identifies the job.
   * @param signal Aborts when this caller stops waiting.
   * @param start Starts the job.
   */
  async run(key: string, signal: AbortSignal, start: Job<T>): Promise<T> {
    while (true) {
      signal.throwIfAborted();
      const running = this.#flights.get(key);
      const flight = running ?? this.#begin(key, start);
      flight.waiters++;
      const leave = () => {
        if (--flight.waiters > 0 || flight.isCommitted) return;
        flight.controller.abort(signal.reason);
        this.#end(key, flight); // it may take a while to end
      };
      signal.addEventListener("abort", leave, { once: true });
      try {
        return await abortable(flight.outcome, signal);
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        if (running === undefined || this.#isForAll(error)) throw error;
      } finally {
        signal.removeEventListener("abort", leave);
      }
    }
  }

  #begin(key: string, start: Job<T>): Flight<T> {
    const controller = new AbortController();
    const { signal } = controller;
    const { promise: outcome, resolve, reject } = Promise.withResolvers<T>();
    const flight: Flight<T> = { outcome, controller, waiters: 0, isCommitted: false };
    const commit = () => {
      signal.throwIfAborted();
      flight.isCommitted = true;
    };
    this.#flights.set(key, flight);
    start(signal, commit).finally(() => this.#end(key, flight)).then(resolve, reject);
    return flight;
  }

  #end(key: string, flight: Flight<T>): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
  }
}
