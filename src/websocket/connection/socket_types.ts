/**
 * The target, the listener and the watch of a socket.
 *
 * @module
 */

import type { NetworkingError, NetworkingErrorOptions } from "../../errors.ts";
import type { WebSocketLike } from "../../runtime/web_socket.ts";

/** Facts about a handshake in addition to its error event. */
export interface HandshakeFacts {
  readonly statusCode?: number;
  readonly retryAfterMs?: number | undefined;
  readonly error?: unknown;
}

/** Called with the events of a socket. */
export interface SocketListener {
  opened(): void;
  message(data: string | Uint8Array<ArrayBuffer>): void;
  /** Called with an error, before or after the socket opened. */
  troubled(error: NetworkingError, isUnexplained: boolean): void;
  ended(code: number, reason: string, wasClean: boolean): void;
}

/** The URL of a socket, and what its handshake carries. */
export interface SocketTarget {
  readonly url: string;
  /** The URL without its query, for error messages. */
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly protocols: readonly string[];
}

/** Finds out facts about a handshake that its WebSocket hides. */
export interface HandshakeWatch {
  /** The facts so far. */
  readonly facts: HandshakeFacts;
  /** Makes the socket, by `make` or itself, and watches its handshake. */
  make(make: () => WebSocketLike, target: SocketTarget): WebSocketLike;
  /** Stops watching. */
  stop(): void;
}

/** Recognises the error texts of the runtime. */
export interface SocketWords {
  /** Returns the error for an error event: the response had another status than 101, or the connection failed. */
  explain(
    thrown: unknown,
    event: {
      readonly message: unknown;
      readonly shown: string;
      readonly known: HandshakeFacts | undefined;
    },
    facts: NetworkingErrorOptions,
  ): NetworkingError | undefined;
  /** Returns the error for an exception of the WebSocket constructor, if a permission was missing. */
  permissionError(
    thrown: unknown,
    name: string,
    facts: NetworkingErrorOptions,
  ): NetworkingError | undefined;
  /**
   * Watches a handshake, where the runtime allows it: on Node, and on workerd if its own WebSocket is used.
   */
  watch(isNative: boolean): Promise<HandshakeWatch | undefined>;
}
