/**
 * Whether somebody is told that the connection is over for good: then no promise that nobody awaits has to
 * end the process to tell it once more.
 *
 * @module
 */

/** As much of handlers as is asked here. */
interface Watchers {
  has(event: "close" | "error"): boolean;
}

/** Who is told of the end of one client. */
export class Told {
  readonly #handlers: Watchers;
  /** Whether somebody has asked for `closed`. */
  isWatched = false;

  /** @param handlers Those of the client. */
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
