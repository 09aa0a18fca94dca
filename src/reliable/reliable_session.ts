/**
 * A session as the program of a server sees it.
 *
 * @module
 */

import type { EventHandler } from "../messages/handlers.ts";
import type { ReceiveOptions } from "../messages/message_stream.ts";
import type { Duration } from "../options/duration.ts";
import type { ReliableSendOptions } from "./channel/channel.ts";
import type { Payload, Sendable } from "./channel/wire.ts";

/** What handlers of a session get, by event. */
export interface ReliableSessionEvents<In> {
  /** A message came. */
  readonly message: { readonly message: In };
  /** The connection is gone; the session is kept for `ttl`. */
  readonly disconnected: Record<never, never>;
  /** The client is back, over another connection. */
  readonly resumed: Record<never, never>;
  /** The session is over; without an error that was agreed on. */
  readonly close: { readonly error?: unknown };
  /** A handler failed, or a message could not be decoded. */
  readonly error: { readonly error: unknown; readonly raw?: Payload };
}

/** One client's session on a ReliableServer. */
export interface ReliableSession<In = Payload, Out = Sendable>
  extends AsyncIterable<In>, AsyncDisposable {
  /** Whom `accept()` said that the connection belongs to. */
  readonly user: string | undefined;
  /** Whether there is a connection. */
  readonly state: "open" | "waiting" | "closed";
  /** What is sent across the loss of a connection: rpc() does not give up its calls then. */
  readonly resumes: true;
  /** Messages that are not acknowledged yet, and their bytes. */
  readonly unacked: { readonly messages: number; readonly bytes: number };
  /** Resolves when a message can be sent without waiting for acknowledgements, or at the end. */
  readonly ready: Promise<void>;
  /** Resolves once, when the session is over; with an error if that was not agreed on. */
  readonly closed: Promise<{ readonly error?: unknown }>;
  /**
   * Sends a message; resolves when the client's program has it.
   *
   * @throws {SessionLostError} If the session ends first.
   * @throws {NetworkingError} `closed`, or `queue_full` if there is no room to wait.
   */
  send(message: Out, options?: ReliableSendOptions): Promise<void>;
  /** The next message, or null when the client closed the session. */
  receive(options?: ReceiveOptions): Promise<In | null>;
  /**
   * Calls a handler for each event of a kind. Messages that nobody has read go to the first handler
   * for `message`.
   *
   * @returns What takes the handler away again.
   */
  on<Name extends keyof ReliableSessionEvents<In>>(
    event: Name,
    handler: EventHandler<ReliableSessionEvents<In>[Name]>,
  ): () => void;
  /** Ends the session when what was sent is acknowledged, or `timeout` (`closeTimeout`) is over. */
  close(options?: { readonly timeout?: Duration }): Promise<void>;
}
