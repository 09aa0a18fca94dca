/**
 * What a socket is made from, and who is told what happens to it.
 *
 * @module
 */

import type { NetworkingError, NetworkingErrorOptions } from "../../errors.ts";
import type { WebSocketLike } from "../../runtime/web_socket.ts";

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
  /** Makes the socket whose handshake is watched, by `make` or itself. */
  make(make: () => WebSocketLike, target: SocketTarget): WebSocketLike;
  /** Stops watching. */
  stop(): void;
}

/** Knows the words of the runtime. */
export interface SocketWords {
  /** What an error event means: the status of an answer that was not 101, or why there is no connection. */
  explain(
    thrown: unknown,
    event: {
      readonly message: unknown;
      readonly shown: string;
      readonly known: HandshakeFacts | undefined;
    },
    facts: NetworkingErrorOptions,
  ): NetworkingError | undefined;
  /** The error for what a constructor of sockets threw, if it lacked a permission. */
  permissionError(
    thrown: unknown,
    name: string,
    facts: NetworkingErrorOptions,
  ): NetworkingError | undefined;
  /**
   * Finds out more about a handshake, where the runtime can: on Node, and on workerd if its own WebSocket
   * is used.
   */
  watch(isNative: boolean): Promise<HandshakeWatch | undefined>;
}
