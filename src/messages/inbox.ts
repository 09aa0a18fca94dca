/**
 * Messages that came, on their way to who receives them.
 *
 * @module
 */

import { Pending, type WaitLimits } from "./pending.ts";
import { BoundedQueue, type Pushed, type QueueBounds } from "./queue.ts";

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

  /** Whether somebody waits for a message. */
  get isAwaited(): boolean {
    return this.#readers.length > 0;
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
    limits: WaitLimits,
    timeoutError?: () => unknown,
  ): Promise<T | null> {
    if (limits.signal?.aborted) return Promise.reject(limits.signal.reason);
    const message = this.#queue.shift();
    if (message !== undefined) return Promise.resolve(message.value);
    if (this.#end !== undefined) {
      return "error" in this.#end ? Promise.reject(this.#end.error) : Promise.resolve(null);
    }
    const reader: Pending<T | null> = new Pending(
      limits,
      () => reader.reject(timeoutError?.()),
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
