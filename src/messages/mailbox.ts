/**
 * Who gets a message, by one rule for every client:
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

/** As much of the handlers of a client as is asked here. */
export interface MessageHandlers<T> {
  /** Whether anybody listens. */
  has(event: "message" | "error"): boolean;
  /** Calls the handlers. */
  emit(event: "message", told: { readonly message: T }): void;
  /** Calls the handlers. */
  emit(event: "error", told: NonNullable<Received<T>["failure"]>): void;
}

const NOTHING = { dropped: [] };

/** The messages of a client, on their way to handlers and readers. */
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

  /** Whether somebody wants a message: a handler, or a reader that waits. */
  get isWanted(): boolean {
    return this.isAwaited || this.#handlers.has("message");
  }

  /** A message came: hands it to who gets it, or keeps it. */
  deliver(message: Received<T>): Pushed<Received<T>> {
    if (this.length > 0) this.#handKept();
    const isHandled = this.#handlers.has("message");
    const isToldOf = this.#isToldOf(message);
    // What is kept comes first: whoever has the last message has had those before.
    if (!isHandled && !(isToldOf && this.length === 0)) return this.push(message);
    const isAwaited = this.isAwaited;
    this.#taken(message);
    this.#tell(message);
    if (isAwaited && !isToldOf) this.serve(message);
    return NOTHING;
  }

  /** A handler for `message` was registered: hands it what is kept, after this turn. */
  handled(): void {
    if (this.length > 0) queueMicrotask(() => !this.isOver && this.#handKept());
  }

  /** The first message that is kept for a reader; what a handler of errors is told of is none. */
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
