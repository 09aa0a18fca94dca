/**
 * The way of a message from the session to the program: to handlers, to who waits, or kept for a reader.
 * What the program got is delivered, and only that.
 *
 * @module
 */

import { type NetworkingError, WebSocketError } from "../../errors.ts";
import type { Handlers } from "../../messages/handlers.ts";
import { Inbox } from "../../messages/inbox.ts";
import type { ReceiveOptions } from "../../messages/message_stream.ts";
import { type WaitLimits, waitLimits } from "../../messages/pending.ts";
import type { QueueBounds } from "../../messages/queue.ts";
import { byteLength } from "../../websocket/settings/message.ts";
import type { WebSocketCodec } from "../../websocket/settings/options.ts";
import type { Payload } from "./wire.ts";

/** What handlers are told. */
export interface MailboxEvents<In> {
  readonly message: { readonly message: In };
  readonly error: { readonly error: unknown; readonly raw?: Payload };
}

/** What a mailbox is made of. */
export interface MailboxSettings<In> {
  /** For messages. */
  readonly name: string;
  readonly codec: Pick<WebSocketCodec<In, never>, "decode"> | undefined;
  readonly inbox: QueueBounds<string>;
  readonly handlers: Handlers<MailboxEvents<In>>;
  /** The inbox is full: the program reads too slowly, and the peer does not stop. */
  readonly overflowed: (error: NetworkingError) => void;
}

/** A message that the codec could not read, in the place of its value. */
class Undecodable {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

const DONE = { done: true, value: undefined } as const;
const NO_LIMITS = { limitMs: Infinity };

/** What came, and who gets it. */
export class Mailbox<In> {
  readonly #settings: MailboxSettings<In>;
  readonly #delivered: () => void;
  readonly #inbox: Inbox<In | Undecodable>;

  /** @param delivered The program got the next message. */
  constructor(settings: MailboxSettings<In>, delivered: () => void) {
    this.#settings = settings;
    this.#delivered = delivered;
    this.#inbox = new Inbox(settings.inbox);
  }

  /** Bytes of what nobody has read. */
  get bytes(): number {
    return this.#inbox.bytes;
  }

  /** The next message, or null after an end that was agreed on. */
  receive(options: ReceiveOptions | undefined): Promise<In | null> {
    try {
      if (options === undefined) return this.#take(NO_LIMITS, undefined);
      const { limits, late } = waitLimits(options, this.#settings.name);
      return this.#take(limits, late);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** What is taken out of the inbox is delivered. Nobody waits while something is kept. */
  #take(limits: WaitLimits, late: (() => unknown) | undefined): Promise<In | null> {
    const kept = this.#inbox.length;
    const received = this.#inbox.receive(limits, late);
    if (this.#inbox.length < kept) this.#delivered();
    if (this.#settings.codec === undefined) return received as Promise<In | null>;
    return received.then((value) => {
      if (value instanceof Undecodable) throw value.error;
      return value;
    });
  }

  /** The messages until the end. */
  iterate(): AsyncIterableIterator<In, undefined> {
    const iterator: AsyncIterableIterator<In, undefined> = {
      next: async () => {
        const value = await this.receive(undefined);
        return value === null ? DONE : { done: false, value };
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  /** A handler for messages was added: it gets first what nobody has read. */
  handled(): void {
    if (this.#inbox.length === 0) return;
    queueMicrotask(() => {
      if (!this.#settings.handlers.has("message")) return;
      for (const { value } of this.#inbox.drain()) {
        this.#delivered();
        if (value instanceof Undecodable) this.#failed(value.error);
        else this.#settings.handlers.emit("message", { message: value });
      }
    });
  }

  /** A message came. */
  deliver(payload: Payload): void {
    const { codec, handlers } = this.#settings;
    let value: In | Undecodable;
    try {
      value = codec === undefined ? payload as In : codec.decode(payload);
    } catch (error) {
      if (handlers.has("error")) {
        this.#delivered();
        return handlers.emit("error", { error, raw: payload });
      }
      value = new Undecodable(error); // told to the reader, in its place
    }
    const isHandled = this.#inbox.length === 0 && handlers.has("message");
    const isAwaited = this.#inbox.isAwaited;
    if (isHandled || isAwaited) this.#delivered(); // before the handler, whose answer carries it
    if (isHandled) {
      if (value instanceof Undecodable) this.#failed(value.error);
      else handlers.emit("message", { message: value });
      if (!isAwaited) return;
    }
    const bytes = byteLength(payload);
    if (this.#inbox.push({ value, bytes }) !== "full") return;
    const { name, inbox: { maxMessages, maxBytes } } = this.#settings;
    const room = `the inbox has room for ${maxMessages} messages and ${maxBytes} bytes`;
    const text = `Cannot receive (${name}): ${room}; read faster`;
    this.#settings.overflowed(new WebSocketError("queue_full", text, { url: name }));
  }

  /** Nothing comes any more; with an error when that was not agreed on. */
  end(end: { readonly error?: unknown }): void {
    this.#inbox.end(end);
  }

  /** A new life, after an end. */
  reopen(): void {
    this.#inbox.drain();
    this.#inbox.reopen();
  }

  #failed(error: unknown): void {
    this.#settings.handlers.emit("error", { error });
  }
}
