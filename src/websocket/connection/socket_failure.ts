/**
 * What the failure of a native WebSocket means: in the words of the runtimes, with what Node knows in addition.
 *
 * @module
 */

import { ConnectionError, NetworkingError } from "../../errors.ts";
import { isToken } from "../../formats/tokens.ts";
import { WebSocketError } from "../../websocket_error.ts";
import { redactCause } from "../../redact.ts";
import type { HandshakeFacts, SocketTarget, SocketWords } from "./socket_types.ts";

/** As much of an error event as is used. */
export interface FailureEvent {
  readonly message?: unknown;
  readonly error?: unknown;
}

/** Whether a WebSocket may lead there, and offer these protocols (WebSockets Standard 3.1). */
export function isValidTarget({ url, protocols }: SocketTarget): boolean {
  return URL.canParse(url) && /^(?:ws|http)s?:[^#]*$/i.test(url) &&
    protocols.every(isToken) && new Set(protocols).size === protocols.length;
}

/** The error for what a constructor of sockets threw. */
export function refusal(
  thrown: unknown,
  target: SocketTarget,
  words: SocketWords | undefined,
): unknown {
  if (thrown instanceof NetworkingError) return thrown;
  const { name, headers } = target;
  const facts = { url: name, cause: redactCause(thrown) };
  const denied = words?.permissionError(thrown, name, facts);
  if (denied !== undefined) return denied;
  if (Object.keys(headers).length > 0 && isValidTarget(target)) {
    return new ConnectionError(
      "protocol_error",
      `Cannot connect to ${name} with headers: this runtime sends none on a handshake; put what is needed into the URL, a subprotocol, or a first message (onConnect)`,
      facts,
    );
  }
  return new NetworkingError(
    "invalid_url",
    `Cannot connect to ${name}: the runtime refuses the URL or the protocols; give a ws: or wss: URL without fragment, and protocols that are distinct tokens`,
    facts,
  );
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
  const { code, name: kind, message: said } = Object(thrown) as Record<string, unknown>;
  const text = [message, code, kind, said].join(" ");
  const facts = { url: name, cause: redactCause(thrown) };
  const meaning = words?.explain(text) ?? {};
  const statusCode = known?.statusCode ?? meaning.statusCode;
  if (statusCode !== undefined) {
    const retryAfterMs = known?.retryAfterMs;
    const why = `the server answered the handshake with status ${statusCode} instead of 101`;
    const refused = new WebSocketError("handshake_rejected", `Cannot connect to ${shown}: ${why}`, {
      ...facts,
      statusCode,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
    return { error: refused, isUnexplained: false };
  }
  const { navigator } = globalThis as { readonly navigator?: { readonly onLine?: boolean } };
  const { code: reason = "connection_failed", why = UNKNOWN } = meaning;
  return {
    error: new ConnectionError(reason, `Cannot connect to ${shown}: ${why}`, facts),
    // A browser that is offline does not say so in the event.
    isUnexplained: meaning.code === undefined && navigator?.onLine !== false,
  };
}
