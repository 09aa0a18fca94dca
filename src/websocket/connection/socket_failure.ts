/**
 * Explains the failure of a native WebSocket by the runtime's error text, and on Node by its diagnostics.
 *
 * @module
 */

import { ConnectionError, NetworkingError } from "../../errors.ts";
import { redactCause } from "../../redact.ts";
import type { HandshakeFacts, SocketWords } from "./socket_types.ts";

/** The part of an error event that is used. */
export interface FailureEvent {
  readonly message?: unknown;
  readonly error?: unknown;
}

/** Also Deno over `wss:`: it reports its second attempt, over HTTP/2, and hides the failure of the first. */
const UNKNOWN = "the connection failed; see the cause for the runtime's message";

/** Returns the error for an error event; `isUnexplained` if the runtime hides the reason. */
export function socketFailure(
  { message, error }: FailureEvent,
  name: string,
  shown: string,
  known: HandshakeFacts | undefined,
  words: SocketWords | undefined,
): { readonly error: NetworkingError; readonly isUnexplained: boolean } {
  const thrown = known?.error ?? error ?? new Error(String(message || "no details"));
  // From a transport, which knows what failed.
  if (thrown instanceof NetworkingError) return { error: thrown, isUnexplained: false };
  const facts = { url: name, cause: redactCause(thrown) };
  const explained = words?.explain(thrown, { message, shown, known }, facts);
  const { navigator } = globalThis as { readonly navigator?: { readonly onLine?: boolean } };
  return {
    error: explained ??
      new ConnectionError("connection_failed", `Cannot connect to ${shown}: ${UNKNOWN}`, facts),
    // The error event of a browser that is offline does not mention it.
    isUnexplained: explained === undefined && navigator?.onLine !== false,
  };
}
