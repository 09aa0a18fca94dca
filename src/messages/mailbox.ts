/**
 * The one rule that says who gets a message, for every client:
 *
 * While a handler for `message` is registered, messages go to handlers. `receive()` and iteration are
 * then served only while they wait: one that waits when a message comes gets it too. What was handled
 * is not kept. Without a handler, messages are kept for readers, within the bounds; a handler that is
 * registered while some are kept gets them first.
 *
 * What cannot be decoded is an `error` event, in its place among the messages. Without a handler for
 * `error`, the reader that comes to it gets the error.
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
  emit(event: "message", told: { readonly message: T }): void;
  /** Calls the handlers. */
  emit(event: "error", told: NonNullable<Received<T>["failure"]>): void;
}

const NOTHING = { dropped: [] };

/** The received messages of a client, on their way to handlers and readers. */
export class Mailbox<T> extends Inbox<T> {
  readonly #handlers: MessageHandlers<T>;
  readonly #taken: (message: Received<T>) => void;

  /**
   * @param handlers The handlers of the client.
   * @param bounds How much is kept for readers.
   * @param taken Called once for each message that the program gets, just before it does.
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

  /** Gives a message that came to handlers and readers, or keeps it. */
  deliver(message: Received<T>): Pushed<Received<T>> {
    if (this.length > 0) this.#handKept();
    const isHandled = this.#handlers.has("message");
    const isToldOf = this.#isToldOf(message);
    // Kept messages come first: who has the last message has had all before it.
    if (!isHandled && !(isToldOf && this.length === 0)) return this.push(message);
    const isAwaited = this.isAwaited;
    this.#taken(message);
    this.#tell(message);
    if (isAwaited && !isToldOf) this.serve(message);
    return NOTHING;
  }

  /** Gives kept messages to a handler that was just registered, after this turn. */
  handled(): void {
    if (this.length > 0) queueMicrotask(() => !this.isOver && this.#handKept());
  }

  /** Returns the first kept message. One that cannot be decoded goes to the handlers of `error`. */
  protected override shift(): Received<T> | undefined {
    let message = super.shift();
    while (message !== undefined && this.#isToldOf(message)) {
      this.#tell(message);
      message = super.shift();
    }
    return message;
  }

  #isToldOf({ failure }: Received<T>): boolean {
    return failure !== undefined && this.#handlers.has("error");
  }

  #handKept(): void {
    while (this.#handlers.has("message")) {
      const message = this.shift();
      if (message === undefined) return;
      this.#tell(message);
    }
  }

  #tell(message: Received<T>): void {
    const { value, failure } = message;
    if (failure === undefined) this.#handlers.emit("message", { message: value });
    else this.#handlers.emit("error", failure);
  }
}
