/**
 * The errors that a WebSocketClient makes itself. `name` is the URL without its query.
 *
 * @module
 */

import { NetworkingError } from "../../errors.ts";
import { WebSocketError } from "../../websocket_error.ts";

/** Why `action` cannot be done. */
export function clientError(
  code: ConstructorParameters<typeof WebSocketError>[0],
  name: string,
  action: string,
  why: string,
): WebSocketError {
  return new WebSocketError(code, `Cannot ${action} (${name}): ${why}`, { url: name });
}

/** A queue that has no room for another message. */
export function fullError(
  name: string,
  action: "send" | "receive",
  { maxMessages, maxBytes }: { readonly maxMessages: number; readonly maxBytes: number },
): WebSocketError {
  const [queue, advice] = action === "send" ? ["outbox", "await send()"] : ["inbox", "read faster"];
  const room = `the ${queue} has room for ${maxMessages} messages and ${maxBytes} bytes`;
  return clientError("queue_full", name, action, `${room}; ${advice}, or choose ${queue}.overflow`);
}

/** The client was closed, or is being closed. */
export function closedError(name: string, action: string): NetworkingError {
  const text = `Cannot ${action}: the connection to ${name} is closed; connect() again`;
  return new NetworkingError("closed", text, { url: name });
}

/** Close codes for what the application of the peer did: 1008 and 1009 are not for clients to send. */
export const STOP_CODES = { queueFull: 4008, tooLarge: 4009 } as const;
