/**
 * The error of WebSockets.
 *
 * @module
 */

import { brand, NetworkingError, type NetworkingErrorOptions } from "./errors.ts";

/** What a {@linkcode WebSocketError} can be given besides the common facts. */
export type WebSocketErrorOptions =
  & NetworkingErrorOptions
  & Pick<WebSocketError, "closeCode" | "closeReason" | "statusCode">;

/**
 * A failure that only a WebSocket has: used before `connect()`, refused by the server's status or
 * subprotocol, closed unexpectedly, a full queue, a message that is too large.
 */
export class WebSocketError extends NetworkingError {
  static {
    brand(this, "WebSocketError");
  }

  /** The close code (RFC 6455 7.4); 1006 when the connection ended without one. */
  declare readonly closeCode?: number;
  /** The reason that came with the close code. */
  declare readonly closeReason?: string;
  /** The HTTP status that refused the handshake, where the runtime shows it. */
  declare readonly statusCode?: number;

  /**
   * Makes the error.
   * @param code What went wrong.
   * @param message What failed, and why.
   * @param options The close code, and the facts of the connection.
   */
  constructor(
    code:
      | "not_connected"
      | "handshake_rejected"
      | "subprotocol_mismatch"
      | "connection_closed"
      | "queue_full"
      | "message_too_large",
    message: string,
    options: WebSocketErrorOptions = {},
  ) {
    super(code, message, options);
  }
}
