/**
 * The errors that a WebSocketClient makes itself. `name` is the URL without its query.
 *
 * @module
 */

import { NetworkingError } from "../../errors.ts";
import { WebSocketError } from "../../websocket_error.ts";

/** Returns the error for an `action` that failed. */
export function clientError(
  code: ConstructorParameters<typeof WebSocketError>[0],
  name: string,
  action: string,
  why: string,
): WebSocketError {
  return new WebSocketError(code, `Cannot ${action} (${name}): ${why}`, { url: name });
}

/** Returns the error for a full queue. */
export function fullError(
  name: string,
  action: "send" | "receive",
  { maxMessages, maxBytes }: { readonly maxMessages: number; readonly maxBytes: number },
): WebSocketError {
  const [queue, advice] = action === "send" ? ["outbox", "await send()"] : ["inbox", "read faster"];
  const full = `the ${queue} holds at most ${maxMessages} messages and ${maxBytes} bytes`;
  return clientError("queue_full", name, action, `${full}; ${advice}, or set ${queue}.overflow`);
}

/** Returns the error for a client that is closed or closing. */
export function closedError(name: string, action: string): NetworkingError {
  const text = `Cannot ${action}: the connection to ${name} is closed; connect() again`;
  return new NetworkingError("closed", text, { url: name });
}

/** Close codes for what the peer's application did: a client cannot send 1008 and 1009. */
export const STOP_CODES = { queueFull: 4008, tooLarge: 4009 } as const;
