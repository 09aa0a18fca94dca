/**
 * Explains why a runtime refuses to make a socket. Loaded when that happens.
 *
 * @module
 */

import { ConnectionError, NetworkingError } from "../../errors.ts";
import { isToken } from "../../formats/tokens.ts";
import { redactCause } from "../../redact.ts";
import type { SocketTarget, SocketWords } from "../connection/socket_types.ts";

/** Whether a WebSocket accepts this URL and these protocols (WebSockets Standard 3.1). */
export function isValidTarget({ url, protocols }: SocketTarget): boolean {
  return URL.canParse(url) && /^(?:ws|http)s?:[^#]*$/i.test(url) &&
    protocols.every(isToken) && new Set(protocols).size === protocols.length;
}

/** Returns the error for an exception of the WebSocket constructor. */
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
      `Cannot connect to ${name} with headers: this runtime cannot send headers in a handshake; use the URL, a subprotocol, or a first message (onConnect)`,
      facts,
    );
  }
  return new NetworkingError(
    "invalid_url",
    `Cannot connect to ${name}: the runtime refuses the URL or the protocols; use a ws: or wss: URL without fragment, and protocols that are distinct tokens`,
    facts,
  );
}
