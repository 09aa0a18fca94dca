/**
 * Decodes the messages of a session and delivers them to the program, by the rule of
 * `messages/mailbox.ts`. Only messages that the program received count as delivered.
 *
 * @module
 */

import type { NetworkingError } from "../../errors.ts";
import { WebSocketError } from "../../websocket_error.ts";
import type { Handlers } from "../../messages/handlers.ts";
import { iterated, type Received, undecodable } from "../../messages/inbox.ts";
import { Mailbox as MessageMailbox } from "../../messages/mailbox.ts";
import type { ReceiveOptions } from "../../messages/message_stream.ts";
import { waitLimits } from "../../messages/pending.ts";
import type { QueueBounds } from "../../messages/queue.ts";
import { byteLength } from "../../formats/byte_length.ts";
import type { WebSocketCodec } from "../../websocket/settings/options.ts";
import type { Payload } from "./wire.ts";

/** What handlers get. */
export interface MailboxEvents<In> {
  readonly message: { readonly message: In };
  readonly error: { readonly error: unknown; readonly raw?: Payload };
}

/** The settings of a mailbox. */
export interface MailboxSettings<In> {
  /** The peer, for error messages. */
  readonly name: string;
  readonly codec: Pick<WebSocketCodec<In, never>, "decode"> | undefined;
  readonly inbox: QueueBounds<string>;
  readonly handlers: Handlers<MailboxEvents<In>>;
  /** The inbox is full: the program reads too slowly, and the peer does not stop. */
  readonly overflowed: (error: NetworkingError) => void;
}

const NO_LIMITS = { limitMs: Infinity };

/** The received messages of a session. */
export class Mailbox<In> {
  readonly #settings: MailboxSettings<In>;
  readonly #messages: MessageMailbox<In>;

  /** @param delivered Called when the program receives a message. */
  constructor(settings: MailboxSettings<In>, delivered: () => void) {
    this.#settings = settings;
    this.#messages = new MessageMailbox<In>(settings.handlers, settings.inbox, delivered);
  }

  /** The number of unread messages. */
  get length(): number {
    return this.#messages.length;
  }

  /** The bytes of unread messages. */
  get bytes(): number {
    return this.#messages.bytes;
  }

  /** Returns the next message, or null after a clean close. */
  receive(options: ReceiveOptions | undefined): Promise<In | null> {
    try {
      if (options === undefined) return this.#messages.receive(NO_LIMITS);
      const { limits, late } = waitLimits(options, this.#settings.name);
      return this.#messages.receive(limits, late);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** The messages until the end. */
  iterate(): AsyncIterableIterator<In, undefined> {
    return iterated(() => this.#messages.next());
  }

  /** Passes unread messages to a handler that was added. */
  handled(): void {
    this.#messages.handled();
  }

  /** Delivers a message. */
  deliver(payload: Payload): void {
    if (this.#messages.deliver(this.#decode(payload)) !== "full") return;
    const { name, inbox: { maxMessages, maxBytes } } = this.#settings;
    const full = `the inbox holds at most ${maxMessages} messages and ${maxBytes} bytes`;
    const text = `Cannot receive (${name}): ${full}; read faster`;
    this.#settings.overflowed(new WebSocketError("queue_full", text, { url: name }));
  }

  #decode(payload: Payload): Received<In> {
    const { codec } = this.#settings;
    const bytes = this.#messages.isWanted ? 0 : byteLength(payload); // counted only if it is kept
    try {
      return { value: codec === undefined ? payload as In : codec.decode(payload), bytes };
    } catch (error) {
      return undecodable(error, payload, bytes);
    }
  }

  /** Ends the messages; with an error unless that was agreed. */
  end(end: { readonly error?: unknown }): void {
    this.#messages.end(end);
  }

  /** Starts again after an end. */
  reopen(): void {
    this.#messages.drain();
    this.#messages.reopen();
  }
}
