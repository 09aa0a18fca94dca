/**
 * Messages on their way in: measured, decoded, and handed to the request, the handlers or the reader that
 * gets them.
 *
 * @module
 */

import type { Handlers } from "../messages/handlers.ts";
import { type Inbox, type Received, undecodable } from "../messages/inbox.ts";
import { Mailbox } from "../messages/mailbox.ts";
import type { Requests } from "./requests.ts";
import { clientError, fullError, STOP_CODES } from "./settings/client_errors.ts";
import type { WebSocketEvents } from "./settings/events.ts";
import { byteLength } from "./settings/message.ts";
import type { WebSocketMessage } from "./settings/options.ts";
import type { WebSocketSettings } from "./settings/settings.ts";

/** What comes to one client. */
export class Incoming<In, Out> {
  /** What nobody has read yet. */
  readonly inbox: Mailbox<In>;
  /** Whether somebody has called `receive()`, so that messages are kept for readers. */
  isRead = false;
  readonly #settings: WebSocketSettings<In, Out>;
  readonly #handlers: Handlers<WebSocketEvents<In, Out>>;
  readonly #session: () => Inbox<In> | undefined;
  readonly #stop: (error: Error, code: number) => void;
  readonly #requests: () => Requests<In, Out> | undefined;

  /**
   * @param requests Those that wait for an answer, if there were any.
   * @param session What `onConnect` reads, while it runs.
   * @param stop Ends the client.
   */
  constructor(
    settings: WebSocketSettings<In, Out>,
    handlers: Handlers<WebSocketEvents<In, Out>>,
    requests: () => Requests<In, Out> | undefined,
    session: () => Inbox<In> | undefined,
    stop: (error: Error, code: number) => void,
  ) {
    this.#settings = settings;
    this.#handlers = handlers;
    this.#requests = requests;
    this.#session = session;
    this.#stop = stop;
    this.inbox = new Mailbox(handlers, settings.inbox);
  }

  /** Takes a message as it came. */
  take(data: WebSocketMessage): void {
    const { maxMessageSize, isPong, given: { codec }, connection: { name } } = this.#settings;
    const bytes = byteLength(data);
    if (this.#handlers.has("received")) {
      this.#handlers.emit("received", { bytes, queued: this.inbox.length });
    }
    if (bytes > maxMessageSize) {
      const why = `a message of ${bytes} bytes came, and maxMessageSize is ${maxMessageSize}`;
      return this.#stop(
        clientError("message_too_large", name, "receive", why),
        STOP_CODES.tooLarge,
      );
    }
    if (isPong !== undefined && this.#asked(isPong, data, data)) return;
    let received: Received<In>;
    try {
      received = { value: codec === undefined ? data as In : codec.decode(data), bytes };
    } catch (error) {
      return this.deliver(undecodable(error, data, bytes));
    }
    const requests = this.#requests();
    const isAnswer = (message: In) => requests!.answer(message);
    if (requests?.isWaiting && this.#asked(isAnswer, received.value, data)) return;
    this.deliver(received);
  }

  /** What a function of the caller says of a message. One that throws is told, and says nothing. */
  #asked<T>(check: (value: T) => boolean, value: T, raw: WebSocketMessage): boolean {
    try {
      return check(value);
    } catch (error) {
      this.#handlers.emit("error", { error, raw });
      return false;
    }
  }

  /** Hands a message over: to `onConnect` while it runs, and else by the rule of {@linkcode Mailbox}. */
  deliver(received: Received<In>): void {
    const { given: { correlation }, inbox, connection: { name } } = this.#settings;
    const { failure } = received;
    const session = this.#session();
    if (session === undefined && correlation && !this.isRead && !this.#handlers.has("message")) {
      // The client only makes requests: nobody is there to read other messages.
      if (failure !== undefined) return this.#handlers.emit("error", failure);
      return this.#dropped(received, "unread");
    }
    const pushed = session?.push(received) ?? this.inbox.deliver(received);
    if (pushed === "full") {
      return this.#stop(fullError(name, "receive", inbox), STOP_CODES.queueFull);
    }
    for (const dropped of pushed.dropped) this.#dropped(dropped, "overflow");
  }

  #dropped({ value: message }: Received<In>, reason: "overflow" | "unread"): void {
    this.#handlers.emit("drop", { from: "inbox", message, reason });
  }
}
