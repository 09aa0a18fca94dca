/**
 * The queue of received messages and of waiting readers.
 *
 * @module
 */

import { Pending, type WaitLimits } from "./pending.ts";
import { BoundedQueue, type Pushed, type QueueBounds } from "./queue.ts";

/** A received message. */
export interface Received<T> {
  readonly value: T;
  readonly bytes: number;
  /** Set if the message has no value: the codec threw `error` for `raw`. */
  readonly failure?: { readonly error: unknown; readonly raw?: string | Uint8Array<ArrayBuffer> };
}

/** Returns a received message that cannot be decoded. */
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

/** Returns a message as the step of an iterator; null is the end. */
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
   * @param bounds The bounds of the queue.
   * @param taken Called for each message, just before the program gets it.
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

  /** Hands a message to the longest-waiting reader, or keeps it. */
  push(message: Received<T>): Pushed<Received<T>> {
    if (!this.isAwaited) return this.#queue.push(message);
    this.#taken?.(message);
    this.serve(message);
    return { dropped: [] };
  }

  /** Hands a message to the longest-waiting reader, if one still waits. */
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

  /** Returns the next message; kept messages come before the end. A wait that times out consumes nothing. */
  receive(limits: WaitLimits, timeoutError?: () => unknown): Promise<T | null> {
    return this.#take(limits, asItIs<T | null>, timeoutError);
  }

  /**
   * Returns the next step of a loop. It makes one promise less than a generator: otherwise a loop would fall
   * behind when many messages come in microtasks.
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

  /** Ends the inbox; with an error unless the end was clean. */
  end(end: { readonly error?: unknown }): void {
    this.#end = end;
    for (const reader of this.#readers.splice(0)) {
      if ("error" in end) reader.reject(end.error);
      else reader.resolve(null);
    }
  }

  /** Accepts messages again after an end. */
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
