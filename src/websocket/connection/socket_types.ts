/**
 * What a socket is made from, and who is told what happens to it.
 *
 * @module
 */

import type { NetworkingError } from "../../errors.ts";

/** What is known of a handshake beyond its error event. */
export interface HandshakeFacts {
  readonly statusCode?: number;
  readonly retryAfterMs?: number | undefined;
  readonly error?: unknown;
}

/** Who listens to a socket. */
export interface SocketListener {
  opened(): void;
  message(data: string | Uint8Array<ArrayBuffer>): void;
  /** An error before the socket opened, or after. */
  troubled(error: NetworkingError, isUnexplained: boolean): void;
  ended(code: number, reason: string, wasClean: boolean): void;
}

/** Where a socket leads, and what its handshake carries. */
export interface SocketTarget {
  readonly url: string;
  /** For messages: the URL without its query. */
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly protocols: readonly string[];
}

/** Finds out about a handshake what its WebSocket does not tell. */
export interface HandshakeWatch {
  /** What is known. */
  readonly facts: HandshakeFacts;
  /** Makes the socket whose handshake is watched. */
  make<T>(make: () => T): T;
  /** Stops watching. */
  stop(): void;
}
