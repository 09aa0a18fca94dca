/**
 * What all clients have in common, and those of messages.
 *
 * @module
 */

import type { Duration } from "../options/duration.ts";

/** A client of any protocol. */
export interface NetworkClient extends AsyncDisposable {
  /** Where it leads, without userinfo and with secret query values hidden; empty when open. */
  readonly url: string;
  /** Ends it, and frees what it holds. */
  close(): Promise<void>;
}

/** How long to wait for a message. */
export interface ReceiveOptions {
  /** Seconds; `receive()` then rejects, and consumes nothing. */
  readonly timeout?: Duration;
  /** Ends the wait, with the signal's own reason. */
  readonly signal?: AbortSignal;
}

/** Where a connection is in its life. */
export type ConnectionState = "idle" | "connecting" | "open" | "draining" | "waiting" | "closed";

/** A client that receives messages: a WebSocket's, or an event stream's. */
export interface MessageStream<In> extends NetworkClient, AsyncIterable<In> {
  /** Where the connection is. */
  readonly state: ConnectionState;
  /** Resolves once, when the life that `connect()` began is over; with an error if it failed. */
  readonly closed: Promise<{ readonly error?: unknown }>;
  /** Connects: true when open, false when `close()` ended it first. */
  connect(): Promise<boolean>;
  /** The next message, or null when the stream ended by agreement. */
  receive(options?: ReceiveOptions): Promise<In | null>;
}
