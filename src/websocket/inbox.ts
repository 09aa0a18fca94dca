/**
 * Promises that wait in a line: for a message that comes, for a message that goes. Each settles
 * once, and then has neither a timer nor a listener on the caller's signal.
 *
 * @module
 */

import { BoundedQueue, type Pushed, type QueueBounds } from "./queue.ts";

/** One promise that waits. */
export class Pending<T> {
  /** What the caller waits for. */
  readonly promise: Promise<T>;
  /** Whether it is over. */
  settled = false;
  readonly #resolvers: PromiseWithResolvers<T>;
  readonly #signal: AbortSignal | undefined;
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #onAbort = (): void => {
    this.reject(this.#signal!.reason);
    this.#onGone();
  };
  readonly #onGone: () => void;

  /**
   * @param onTimeout Settles it when `limitMs` are over.
   * @param onGone Told when it settled by time or signal, so that it leaves the line.
   */
  constructor(
    { signal, limitMs }: { signal?: AbortSignal | undefined; limitMs: number },
    onTimeout: (pending: Pending<T>) => void,
    onGone: () => void,
  ) {
    this.#resolvers = Promise.withResolvers();
    this.promise = this.#resolvers.promise;
    this.#onGone = onGone;
    this.#signal = signal;
    signal?.addEventListener("abort", this.#onAbort);
    if (limitMs === Infinity) return;
    this.#timer = setTimeout(() => {
      onTimeout(this);
      onGone();
    }, Math.ceil(limitMs));
  }

  resolve(value: T): void {
    if (this.#settle()) this.#resolvers.resolve(value);
  }

  reject(error: unknown): void {
    if (this.#settle()) this.#resolvers.reject(error);
  }

  #settle(): boolean {
    if (this.settled) return false;
    this.settled = true;
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener("abort", this.#onAbort);
    return true;
  }
}

/** A message that waits for a reader. */
export interface Received<T> {
  readonly value: T;
  readonly bytes: number;
}

/** Messages that wait for readers, or readers that wait for messages; first in, first out. */
export class Inbox<T> {
  readonly #queue: BoundedQueue<Received<T>>;
  #readers: Pending<T | null>[] = [];
  #end: { readonly error?: unknown } | undefined;

  constructor(bounds: QueueBounds<string>) {
    this.#queue = new BoundedQueue(bounds);
  }

  /** Hands a message to who waits longest, or keeps it. */
  push(message: Received<T>): Pushed<Received<T>> {
    const reader = this.#readers.shift();
    if (reader === undefined) return this.#queue.push(message);
    reader.resolve(message.value);
    return { dropped: [] };
  }

  /** The next message; what was kept comes before the end. A reader that gives up consumes nothing. */
  receive(
    limits: { signal?: AbortSignal | undefined; limitMs: number },
    timeoutError: () => unknown,
  ): Promise<T | null> {
    if (limits.signal?.aborted) return Promise.reject(limits.signal.reason);
    const message = this.#queue.shift();
    if (message !== undefined) return Promise.resolve(message.value);
    if (this.#end !== undefined) {
      return "error" in this.#end ? Promise.reject(this.#end.error) : Promise.resolve(null);
    }
    const reader: Pending<T | null> = new Pending(
      limits,
      () => reader.reject(timeoutError()),
      () => this.#readers = this.#readers.filter((other) => other !== reader),
    );
    this.#readers.push(reader);
    return reader.promise;
  }

  /** Whatever is kept, for another inbox. */
  drain(): Received<T>[] {
    return this.#queue.remove(() => true);
  }

  /** Nothing comes any more; with an error when that was not agreed on. */
  end(end: { readonly error?: unknown }): void {
    this.#end = end;
    for (const reader of this.#readers.splice(0)) {
      if ("error" in end) reader.reject(end.error);
      else reader.resolve(null);
    }
  }

  /** A new life. */
  reopen(): void {
    this.#end = undefined;
  }
}
