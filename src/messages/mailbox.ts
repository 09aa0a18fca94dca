/**
 * Delivers messages to handlers and readers, by one rule for all clients:
 *
 * While a handler for `message` is registered, messages go to handlers and are not kept. A `receive()` or loop
 * that waits when a message comes gets it too. Without a handler, messages are kept for readers, within the
 * bounds. A handler that is registered later gets the kept messages first.
 *
 * A message that cannot be decoded is an `error` event, in its place among the messages. Without a handler for
 * `error`, the reader whose turn it is gets the error.
 *
 * @module
 */

import { Inbox, type Received } from "./inbox.ts";
import type { Pushed, QueueBounds } from "./queue.ts";

/** The handlers of a client, as far as they are used here. */
export interface MessageHandlers<T> {
  /** Whether an event has a handler. */
  has(event: "message" | "error"): boolean;
  /** Calls the handlers. */
  emit(event: "message", value: { readonly message: T }): void;
  /** Calls the handlers. */
  emit(event: "error", value: NonNullable<Received<T>["failure"]>): void;
}

const NOTHING = { dropped: [] };

/** The received messages of a client, for its handlers and readers. */
export class Mailbox<T> extends Inbox<T> {
  readonly #handlers: MessageHandlers<T>;
  readonly #taken: (message: Received<T>) => void;

  /**
   * @param handlers The handlers of the client.
   * @param bounds The bounds of the messages kept for readers.
   * @param taken Called once for each message, just before the program gets it.
   */
  constructor(
    handlers: MessageHandlers<T>,
    bounds: QueueBounds<string>,
    taken: (message: Received<T>) => void = () => {},
  ) {
    super(bounds, taken);
    this.#handlers = handlers;
    this.#taken = taken;
  }

  /** Whether a message is wanted: by a handler, or by a reader that waits. */
  get isWanted(): boolean {
    return this.isAwaited || this.#handlers.has("message");
  }

  /** Delivers a message to handlers and readers, or keeps it. */
  deliver(message: Received<T>): Pushed<Received<T>> {
    if (this.length > 0) this.#handKept();
    const isHandled = this.#handlers.has("message");
    const isReported = this.#isReported(message);
    // Kept messages come first: the order of messages is never changed.
    if (!isHandled && !(isReported && this.length === 0)) return this.push(message);
    const isAwaited = this.isAwaited;
    this.#taken(message);
    this.#emit(message);
    if (isAwaited && !isReported) this.serve(message);
    return NOTHING;
  }

  /** Hands kept messages to a handler that was just registered, after this turn. */
  handled(): void {
    if (this.length > 0) queueMicrotask(() => !this.isOver && this.#handKept());
  }

  /** Returns the first kept message. One that cannot be decoded goes to the handlers of `error`. */
  protected override shift(): Received<T> | undefined {
    let message = super.shift();
    while (message !== undefined && this.#isReported(message)) {
      this.#emit(message);
      message = super.shift();
    }
    return message;
  }

  #isReported({ failure }: Received<T>): boolean {
    return failure !== undefined && this.#handlers.has("error");
  }

  #handKept(): void {
    while (this.#handlers.has("message")) {
      const message = this.shift();
      if (message === undefined) return;
      this.#emit(message);
    }
  }

  #emit(message: Received<T>): void {
    const { value, failure } = message;
    if (failure === undefined) this.#handlers.emit("message", { message: value });
    else this.#handlers.emit("error", failure);
  }
}
