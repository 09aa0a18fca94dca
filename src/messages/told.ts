/**
 * Whether somebody is told that a client ended. Then a promise that nobody awaits does not have to end
 * the process to tell it again.
 *
 * @module
 */

/** The handlers of a client, as far as they are used here. */
interface Watchers {
  has(event: "close" | "error"): boolean;
}

/** Knows who is told of the end of one client. */
export class Told {
  readonly #handlers: Watchers;
  /** Whether somebody has asked for `closed`. */
  isWatched = false;

  /** @param handlers The handlers of the client. */
  constructor(handlers: Watchers) {
    this.#handlers = handlers;
  }

  /** Whether a handler or a reader of `closed` is told. */
  get isTold(): boolean {
    return this.isWatched || this.#handlers.has("close") || this.#handlers.has("error");
  }

  /** Returns the promise, and marks it as handled if its failure is told elsewhere. */
  quiet<T>(promise: Promise<T>, isEnd: boolean = true): Promise<T> {
    if (isEnd && this.isTold) promise.catch(() => {});
    return promise;
  }
}
