/**
 * The interfaces of all clients, and of clients that receive messages.
 *
 * @module
 */

import type { DrainOptions } from "../options/drained.ts";
import type { Duration } from "../options/duration.ts";

/** A client of any protocol. */
export interface NetworkClient extends AsyncDisposable {
  /** The URL, without userinfo and with secret query values hidden; empty if it is not fixed. */
  readonly url: string;
  /** Closes the client, and frees what it holds. */
  close(options?: DrainOptions): Promise<void>;
}

/** The limits of a wait for a message. */
export interface ReceiveOptions {
  /** Seconds; `receive()` then rejects, and consumes nothing. */
  readonly timeout?: Duration;
  /** Ends the wait, with the signal's own reason. */
  readonly signal?: AbortSignal;
}

/** The state of a connection. */
export type ConnectionState = "idle" | "connecting" | "open" | "draining" | "waiting" | "closed";

/** A client that receives messages: a WebSocket's, or an event stream's. */
export interface MessageStream<In> extends NetworkClient, AsyncIterable<In> {
  /** The connection state. */
  readonly state: ConnectionState;
  /** Resolves once, when the connection is over for good; with an error if it failed. */
  readonly closed: Promise<{ readonly error?: unknown }>;
  /** Connects; returns true when open, false if `close()` ended it first. */
  connect(): Promise<boolean>;
  /** Returns the next message, or null after a clean end. */
  receive(options?: ReceiveOptions): Promise<In | null>;
}
