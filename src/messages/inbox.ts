/**
 * Messages that came, on their way to who receives them.
 *
 * @module
 */

import { Pending, type WaitLimits } from "./pending.ts";
import { BoundedQueue, type Pushed, type QueueBounds } from "./queue.ts";

/** A message that came. */
export interface Received<T> {
  readonly value: T;
  readonly bytes: number;
  /** There is no value: the codec threw `error` for `raw`. */
  readonly failure?: { readonly error: unknown; readonly raw?: string | Uint8Array<ArrayBuffer> };
}

/** What was received as `raw`, if it cannot be decoded. */
export function undecodable(
  error: unknown,
  raw: string | Uint8Array<ArrayBuffer>,
  bytes: number,
): Received<never> {
  return { value: undefined as never, bytes, failure: { error, raw } };
}

/** Who waits for a message. */
interface Reader<T> {
  resolve(value: T | null): void;
  reject(error: unknown): void;
}

function asItIs<T>(value: T): T {
  return value;
}

function toStep<T>(value: T | null): IteratorResult<T, undefined> {
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

  /** How many messages wait for a reader. */
  get length(): number {
    return this.#queue.length;
  }

  /** How many bytes they have. */
  get bytes(): number {
    return this.#queue.bytes;
  }

  /** Whether somebody waits for a message. */
  get isAwaited(): boolean {
    return this.#readers.length > 0;
  }

  /** Whether nothing comes any more. */
  get isOver(): boolean {
    return this.#end !== undefined;
  }

  /** Hands a message to who waits longest, or keeps it. */
  push(message: Received<T>): Pushed<Received<T>> {
    if (!this.isAwaited) return this.#queue.push(message);
    this.#taken?.(message);
    this.serve(message);
    return { dropped: [] };
  }

  /** Hands a message to who waits longest, if somebody still does. */
  protected serve(message: Received<T>): void {
    const reader = this.#readers.shift();
    if (message.failure === undefined) reader?.resolve(message.value);
    else reader?.reject(message.failure.error);
  }

  /** Takes the first message that is kept. */
  protected shift(): Received<T> | undefined {
    const message = this.#queue.shift();
    if (message !== undefined) this.#taken?.(message);
    return message;
  }

  /** The next message; what was kept comes before the end. A reader that gives up consumes nothing. */
  receive(limits: WaitLimits, timeoutError?: () => unknown): Promise<T | null> {
    return this.#take(limits, asItIs<T | null>, timeoutError);
  }

  /**
   * The next step of a loop. A flood comes in microtasks: with a promise more for each message, as a
   * generator has it, the loop would fall behind.
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

/** A loop over what `next` gives. */
export function iterated<T>(
  next: () => Promise<IteratorResult<T, undefined>>,
): AsyncIterableIterator<T, undefined> {
  const iterator: AsyncIterableIterator<T, undefined> = {
    next,
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}
