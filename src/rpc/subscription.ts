/**
 * Notifications of one method as a stream.
 *
 * @module
 */

import { WebSocketError } from "../errors.ts";
import { Inbox } from "../messages/inbox.ts";
import type { QueueBounds } from "../messages/queue.ts";

/** A stream of notifications. Leaving the loop, or `close()`, ends it. */
export interface RPCSubscription<T> extends AsyncIterableIterator<T, undefined>, AsyncDisposable {
  /** What the peer called it, or undefined for a stream of all notifications of a method. */
  readonly id: unknown;
  /** Ends it, and tells the peer where there is a method for that. */
  close(): Promise<void>;
}

/** A stream that is filled by its peer. */
export class Subscription<T> implements RPCSubscription<T> {
  id: unknown;
  readonly #inbox: Inbox<{ readonly value: T }>;
  readonly #bounds: QueueBounds<string>;
  readonly #onEnd: () => Promise<void>;
  readonly #name: string;
  #isOver = false;

  constructor(name: string, bounds: QueueBounds<string>, onEnd: () => Promise<void>) {
    this.#name = name;
    this.#bounds = bounds;
    this.#inbox = new Inbox(bounds);
    this.#onEnd = onEnd;
  }

  /** Whether nothing is taken any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** A notification came. */
  push(value: T, bytes: number): void {
    if (this.#isOver) return;
    if (this.#inbox.push({ value: { value }, bytes }) === "full") this.overflow();
  }

  /** More came than there is room for. */
  overflow(): void {
    const { maxMessages, maxBytes } = this.#bounds;
    const room = `nobody reads, and there is room for ${maxMessages} and ${maxBytes} bytes`;
    this.end(new WebSocketError("queue_full", `Cannot receive ${this.#name}: ${room}`));
  }

  /** It is over; with an error if nobody wanted that. */
  end(error?: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#inbox.end(error === undefined ? {} : { error });
    void this.#onEnd().catch(() => {}); // it is over whatever the peer says
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    const received = await this.#inbox.receive({ limitMs: Infinity });
    return received === null ? { done: true, value: undefined } : { done: false, ...received };
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    await this.close();
    return { done: true, value: undefined };
  }

  async close(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#inbox.drain();
    this.#inbox.end({});
    await this.#onEnd();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
