/**
 * Whether somebody is told that a client ended. Then a promise that nobody awaits does not have to end
 * the process to tell it again.
 *
 * @module
 */

/** As much of the handlers as is asked here. */
interface Watchers {
  has(event: "close" | "error"): boolean;
}

/** Who is told of the end of one client. */
export class Told {
  readonly #handlers: Watchers;
  /** Whether somebody has asked for `closed`. */
  isWatched = false;

  /** @param handlers The handlers of the client. */
  constructor(handlers: Watchers) {
    this.#handlers = handlers;
  }

  /** Whether there is a handler, or somebody who waits for `closed`. */
  get isTold(): boolean {
    return this.isWatched || this.#handlers.has("close") || this.#handlers.has("error");
  }

  /** The promise, which nobody has to await if its failure is told. */
  quiet<T>(promise: Promise<T>, isEnd: boolean = true): Promise<T> {
    if (isEnd && this.isTold) promise.catch(() => {});
    return promise;
  }
}
