/**
 * Knows whether a handler or `closed` reports the end of a client. If so, promises that are not awaited need
 * not end the process.
 *
 * @module
 */

/** The handlers of a client, as far as they are used here. */
interface Watchers {
  has(event: "close" | "error"): boolean;
}

/** Whether the end of one client is reported. */
export class EndReport {
  readonly #handlers: Watchers;
  /** Whether the program has read `closed`. */
  isWatched = false;

  /** @param handlers The handlers of the client. */
  constructor(handlers: Watchers) {
    this.#handlers = handlers;
  }

  /** Whether a handler or `closed` reports the end. */
  get isReported(): boolean {
    return this.isWatched || this.#handlers.has("close") || this.#handlers.has("error");
  }

  /** Returns the promise, and marks it as handled if its failure is reported elsewhere. */
  quiet<T>(promise: Promise<T>, isEnd: boolean = true): Promise<T> {
    if (isEnd && this.isReported) promise.catch(() => {});
    return promise;
  }
}
