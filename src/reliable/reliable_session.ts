/**
 * The interface of a session on a server.
 *
 * @module
 */

import type { EventHandler } from "../messages/handlers.ts";
import type { ReceiveOptions } from "../messages/message_stream.ts";
import type { Duration } from "../options/duration.ts";
import type { ReliableSendOptions } from "./channel/send_options.ts";
import type { Payload, Sendable } from "./channel/wire.ts";

/** The events of a session, and what their handlers get. */
export interface ReliableSessionEvents<In> {
  /** A message came. */
  readonly message: { readonly message: In };
  /** The connection is gone; the session is kept for `ttl`. */
  readonly disconnected: Record<never, never>;
  /** The client resumed the session over another connection. */
  readonly resumed: Record<never, never>;
  /** The session has ended; with an error unless that was agreed. */
  readonly close: { readonly error?: unknown };
  /** A handler failed, or a message could not be decoded. */
  readonly error: { readonly error: unknown; readonly raw?: Payload };
}

/** One client's session on a ReliableServer. */
export interface ReliableSession<In = Payload, Out = Sendable>
  extends AsyncIterable<In>, AsyncDisposable {
  /** The user that was passed to `accept()`. */
  readonly user: string | undefined;
  /** Whether it has a connection (`open`), waits for one, or has ended. */
  readonly state: "open" | "waiting" | "closed";
  /** Messages survive the loss of a connection, so rpc() does not reject its calls then. */
  readonly resumes: true;
  /** The messages that are not acknowledged yet, and their bytes. */
  readonly unacked: { readonly messages: number; readonly bytes: number };
  /** Resolves when a message can be sent without waiting for acknowledgements, or at the end. */
  readonly ready: Promise<void>;
  /** Resolves once, when the session has ended; with an error unless that was agreed. */
  readonly closed: Promise<{ readonly error?: unknown }>;
  /**
   * Sends a message; resolves when the client's program has it.
   *
   * @throws {SessionLostError} If the session ends first.
   * @throws {NetworkingError} `closed`, or `queue_full` if the outbox is full.
   */
  send(message: Out, options?: ReliableSendOptions): Promise<void>;
  /** Returns the next message, or null if the client closed the session. */
  receive(options?: ReceiveOptions): Promise<In | null>;
  /**
   * Calls a handler for each event of a kind. Unread messages go to the first handler for `message`.
   *
   * @returns A function that removes the handler.
   */
  on<Name extends keyof ReliableSessionEvents<In>>(
    event: Name,
    handler: EventHandler<ReliableSessionEvents<In>[Name]>,
  ): () => void;
  /** Ends the session when all messages are acknowledged, or after `timeout` (`closeTimeout`). */
  close(options?: { readonly timeout?: Duration }): Promise<void>;
}
