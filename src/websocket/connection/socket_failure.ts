/**
 * What the failure of a native WebSocket means: in the words of the runtimes, with what Node knows in addition.
 *
 * @module
 */

import { ConnectionError, NetworkingError } from "../../errors.ts";
import { redactCause } from "../../redact.ts";
import type { HandshakeFacts, SocketWords } from "./socket_types.ts";

/** As much of an error event as is used. */
export interface FailureEvent {
  readonly message?: unknown;
  readonly error?: unknown;
}

/** Deno over `wss:` as well: it reports its second try, over HTTP/2, and hides the first one's failure. */
const UNKNOWN = "the connection failed; the cause has what the runtime says";

/** The error of ours for an error event; `isUnexplained` if the runtime does not say what failed. */
export function socketFailure(
  { message, error }: FailureEvent,
  name: string,
  shown: string,
  known: HandshakeFacts | undefined,
  words: SocketWords | undefined,
): { readonly error: NetworkingError; readonly isUnexplained: boolean } {
  const thrown = known?.error ?? error ?? new Error(String(message || "no details"));
  // Of a transport, which knows what failed.
  if (thrown instanceof NetworkingError) return { error: thrown, isUnexplained: false };
  const facts = { url: name, cause: redactCause(thrown) };
  const explained = words?.explain(thrown, { message, shown, known }, facts);
  const { navigator } = globalThis as { readonly navigator?: { readonly onLine?: boolean } };
  return {
    error: explained ??
      new ConnectionError("connection_failed", `Cannot connect to ${shown}: ${UNKNOWN}`, facts),
    // A browser that is offline does not say so in the event.
    isUnexplained: explained === undefined && navigator?.onLine !== false,
  };
}
