/**
 * Incoming messages: measured, decoded, and handed to a request, the handlers or a reader.
 *
 * @module
 */

import type { Handlers } from "../messages/handlers.ts";
import { type Inbox, type Received, undecodable } from "../messages/inbox.ts";
import { Mailbox } from "../messages/mailbox.ts";
import type { Requests } from "./requests.ts";
import { clientError, fullError, STOP_CODES } from "./settings/client_errors.ts";
import type { WebSocketEvents } from "./settings/events.ts";
import { byteLength } from "../formats/byte_length.ts";
import type { WebSocketMessage } from "./settings/options.ts";
import type { WebSocketSettings } from "./settings/settings.ts";

/** The incoming messages of one client. */
export class Incoming<In, Out> {
  /** The messages that wait for a reader. */
  readonly inbox: Mailbox<In>;
  /** Whether `receive()` was called, so that messages are kept for readers. */
  isRead = false;
  readonly #settings: WebSocketSettings<In, Out>;
  readonly #handlers: Handlers<WebSocketEvents<In, Out>>;
  readonly #session: () => Inbox<In> | undefined;
  readonly #stop: (error: Error, code: number) => void;
  readonly #requests: () => Requests<In, Out> | undefined;

  /**
   * @param requests Returns the requests that wait for a response, after the first request.
   * @param session Returns the messages for `onConnect`, while it runs.
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

  /** Takes a raw message. */
  take(data: WebSocketMessage): void {
    const { maxMessageSize, isPong, given: { codec }, connection: { name } } = this.#settings;
    const bytes = byteLength(data);
    if (this.#handlers.has("received")) {
      this.#handlers.emit("received", { bytes, queued: this.inbox.length });
    }
    if (bytes > maxMessageSize) {
      const why = `a message of ${bytes} bytes came; maxMessageSize is ${maxMessageSize}`;
      return this.#stop(
        clientError("message_too_large", name, "receive", why),
        STOP_CODES.tooLarge,
      );
    }
    if (isPong !== undefined && this.#checked(isPong, data, data)) return;
    let received: Received<In>;
    try {
      received = { value: codec === undefined ? data as In : codec.decode(data), bytes };
    } catch (error) {
      return this.deliver(undecodable(error, data, bytes));
    }
    const requests = this.#requests();
    const isAnswer = (message: In) => requests!.answer(message);
    if (requests?.isWaiting && this.#checked(isAnswer, received.value, data)) return;
    this.deliver(received);
  }

  /** The result of a check by the caller's function. If it throws, an `error` event reports it, and the result is false. */
  #checked<T>(check: (value: T) => boolean, value: T, raw: WebSocketMessage): boolean {
    try {
      return check(value);
    } catch (error) {
      this.#handlers.emit("error", { error, raw });
      return false;
    }
  }

  /** Delivers a message: to `onConnect` while it runs, otherwise by the rule of {@linkcode Mailbox}. */
  deliver(received: Received<In>): void {
    const { given: { correlation }, inbox, connection: { name } } = this.#settings;
    const { failure } = received;
    const session = this.#session();
    if (session === undefined && correlation && !this.isRead && !this.#handlers.has("message")) {
      // The client only makes requests: there is no reader for other messages.
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
