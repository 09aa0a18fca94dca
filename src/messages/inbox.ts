/**
 * Received messages, on their way to readers.
 *
 * @module
 */

import { Pending, type WaitLimits } from "./pending.ts";
import { BoundedQueue, type Pushed, type QueueBounds } from "./queue.ts";

/** A received message. */
export interface Received<T> {
  readonly value: T;
  readonly bytes: number;
  /** The message has no value: the codec threw `error` for `raw`. */
  readonly failure?: { readonly error: unknown; readonly raw?: string | Uint8Array<ArrayBuffer> };
}

/** A received message that cannot be decoded. */
export function undecodable(
  error: unknown,
  raw: string | Uint8Array<ArrayBuffer>,
  bytes: number,
): Received<never> {
  return { value: undefined as never, bytes, failure: { error, raw } };
}

/** A call that waits for a message. */
interface Reader<T> {
  resolve(value: T | null): void;
  reject(error: unknown): void;
}

function asItIs<T>(value: T): T {
  return value;
}

/** A message as the step of an iterator; null is the end. */
export function toStep<T>(value: T | null): IteratorResult<T, undefined> {
  return value === null ? { done: true, value: undefined } : { done: false, value };
}

/** Messages that wait for readers, or readers that wait for messages; first in, first out. */
export class Inbox<T> {
  readonly #queue: BoundedQueue<Received<T>>;
  readonly #taken: ((message: Received<T>) => void) | undefined;
  #readers: Reader<T>[] = [];
  #end: { readonly error?: unknown } | undefined;

  /**
   * @param bounds How much is kept.
   * @param taken Called for each message that the program gets, just before it does.
   */
  constructor(bounds: QueueBounds<string>, taken?: (message: Received<T>) => void) {
    this.#queue = new BoundedQueue(bounds);
    this.#taken = taken;
  }

  /** The number of messages that wait for a reader. */
  get length(): number {
    return this.#queue.length;
  }

  /** The bytes of these messages. */
  get bytes(): number {
    return this.#queue.bytes;
  }

  /** Whether a reader waits for a message. */
  get isAwaited(): boolean {
    return this.#readers.length > 0;
  }

  /** Whether no further message comes. */
  get isOver(): boolean {
    return this.#end !== undefined;
  }

  /** Gives a message to the reader that waits longest, or keeps it. */
  push(message: Received<T>): Pushed<Received<T>> {
    if (!this.isAwaited) return this.#queue.push(message);
    this.#taken?.(message);
    this.serve(message);
    return { dropped: [] };
  }

  /** Gives a message to the reader that waits longest, if one still waits. */
  protected serve(message: Received<T>): void {
    const reader = this.#readers.shift();
    if (message.failure === undefined) reader?.resolve(message.value);
    else reader?.reject(message.failure.error);
  }

  /** Removes and returns the first kept message. */
  protected shift(): Received<T> | undefined {
    const message = this.#queue.shift();
    if (message !== undefined) this.#taken?.(message);
    return message;
  }

  /** Returns the next message, kept ones before the end. A reader that gives up consumes nothing. */
  receive(limits: WaitLimits, timeoutError?: () => unknown): Promise<T | null> {
    return this.#take(limits, asItIs<T | null>, timeoutError);
  }

  /**
   * Returns the next step of a loop. In a flood, messages come in microtasks: with one more promise for
   * each, as a generator has, the loop would fall behind.
   */
  next(): Promise<IteratorResult<T, undefined>> {
    return this.#take({ limitMs: Infinity }, toStep<T>);
  }

  #take<R>(
    limits: WaitLimits,
    as: (value: T | null) => R,
    timeoutError?: () => unknown,
  ): Promise<R> {
    if (limits.signal?.aborted) return Promise.reject(limits.signal.reason);
    const message = this.shift();
    if (message !== undefined) {
      const { value, failure } = message;
      return failure === undefined ? Promise.resolve(as(value)) : Promise.reject(failure.error);
    }
    if (this.#end !== undefined) {
      return "error" in this.#end ? Promise.reject(this.#end.error) : Promise.resolve(as(null));
    }
    const pending: Pending<R> = new Pending(
      limits,
      () => pending.reject(timeoutError?.()),
      () => this.#readers = this.#readers.filter((other) => other !== reader),
    );
    const reader: Reader<T> = {
      resolve: (value) => pending.resolve(as(value)),
      reject: (error) => pending.reject(error),
    };
    this.#readers.push(reader);
    return pending.promise;
  }

  /** Removes and returns all kept messages. */
  drain(): Received<T>[] {
    return this.#queue.remove(() => true);
  }

  /** Ends the inbox; with an error unless the end was agreed on. */
  end(end: { readonly error?: unknown }): void {
    this.#end = end;
    for (const reader of this.#readers.splice(0)) {
      if ("error" in end) reader.reject(end.error);
      else reader.resolve(null);
    }
  }

  /** Lets messages come again after an end. */
  reopen(): void {
    this.#end = undefined;
  }
}

/** Makes an iterator of `next`. Leaving its loop ends nothing. */
export function iterated<T>(
  next: () => Promise<IteratorResult<T, undefined>>,
): AsyncIterableIterator<T, undefined> {
  const iterator: AsyncIterableIterator<T, undefined> = {
    next,
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}
