/**
 * The errors of `send()` in a session.
 *
 * @module
 */

import { brand, NetworkingError, type NetworkingErrorOptions } from "../../errors.ts";
import { WebSocketError } from "../../websocket_error.ts";

/**
 * The session could not be resumed: its server was restarted, its `ttl` was over, or a bound was
 * reached. `send()` rejects with this error, and there is a `gap` or `close` event.
 */
export class SessionLostError extends NetworkingError {
  static {
    brand(this, "SessionLostError");
  }

  /**
   * Whether the message may have arrived. False if it was never written: then it can be sent again
   * without arriving twice.
   */
  declare readonly mayHaveArrived: boolean;

  /**
   * Creates the error.
   * @param message What was lost, and why.
   * @param options Whether the message may have arrived, and the details of the connection.
   */
  constructor(
    message: string,
    options: NetworkingErrorOptions & { readonly mayHaveArrived: boolean },
  ) {
    super("session_lost", message, options);
  }
}

/** The session has ended by agreement, or is about to. */
export function closedError(name: string): NetworkingError {
  const text = `Cannot send to ${name}: the session is closed`;
  return new NetworkingError("closed", text, { url: name });
}

/** The outbox is full. */
export function fullError(
  name: string,
  bounds: { readonly maxWaitingMessages: number; readonly maxWaitingBytes: number },
): WebSocketError {
  const { maxWaitingMessages, maxWaitingBytes } = bounds;
  const full =
    `the outbox holds at most ${maxWaitingMessages} messages and ${maxWaitingBytes} bytes`;
  const text = `Cannot send (${name}): ${full}; await send()`;
  return new WebSocketError("queue_full", text, { url: name });
}
