/**
 * Notifications of one method as a stream.
 *
 * @module
 */

import { WebSocketError } from "../websocket_error.ts";
import { Inbox } from "../messages/inbox.ts";
import type { QueueBounds } from "../messages/queue.ts";

/** A stream of notifications. Leaving the loop or calling `close()` ends it. */
export interface RPCSubscription<T> extends AsyncIterableIterator<T, undefined>, AsyncDisposable {
  /** The ID from the peer, or undefined for a stream of all notifications of a method. */
  readonly id: unknown;
  /** Ends it, and calls the `unsubscribe` method if it is set. */
  close(): Promise<void>;
}

/** The stream that the peer fills. */
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

  /** Whether the stream has ended. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Adds an item. */
  push(value: T, bytes: number): void {
    if (this.#isOver) return;
    if (this.#inbox.push({ value: { value }, bytes }) === "full") this.overflow();
  }

  /** Ends the stream with `queue_full`. */
  overflow(): void {
    const { maxMessages, maxBytes } = this.#bounds;
    const limits = `its inbox holds at most ${maxMessages} messages and ${maxBytes} bytes`;
    this.end(
      new WebSocketError("queue_full", `Cannot receive ${this.#name}: ${limits}; read faster`),
    );
  }

  /** Ends the stream, with the error if there is one. */
  end(error?: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#inbox.end(error === undefined ? {} : { error });
    void this.#onEnd().catch(() => {}); // the stream has ended even if unsubscribing fails
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
