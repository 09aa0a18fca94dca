/**
 * Why a message cannot be sent in a session.
 *
 * @module
 */

import {
  brand,
  NetworkingError,
  type NetworkingErrorOptions,
  WebSocketError,
} from "../../errors.ts";

/**
 * The session could not be resumed: its server was restarted, `ttl` was over, or a bound was reached.
 * `send()` rejects with it, and a `gap` or `close` event tells of it too.
 */
export class SessionLostError extends NetworkingError {
  static {
    brand(this, "SessionLostError");
  }

  /**
   * Whether the message may have arrived; nobody can know. False if it was never written, so that it
   * can be sent again without arriving twice.
   */
  declare readonly mayHaveArrived: boolean;

  /**
   * Makes the error.
   * @param message What was lost, and why.
   * @param options Whether the message may have arrived, and the facts of the connection.
   */
  constructor(
    message: string,
    options: NetworkingErrorOptions & { readonly mayHaveArrived: boolean },
  ) {
    super("session_lost", message, options);
  }
}

/** The session is over by agreement, or about to be. */
export function closedError(name: string): NetworkingError {
  const text = `Cannot send to ${name}: the session is closed`;
  return new NetworkingError("closed", text, { url: name });
}

/** As much waits already as may. */
export function fullError(
  name: string,
  bounds: { readonly maxWaitingMessages: number; readonly maxWaitingBytes: number },
): WebSocketError {
  const { maxWaitingMessages, maxWaitingBytes } = bounds;
  const room = `${maxWaitingMessages} messages and ${maxWaitingBytes} bytes wait already`;
  const text = `Cannot send (${name}): ${room}; await send()`;
  return new WebSocketError("queue_full", text, { url: name });
}
