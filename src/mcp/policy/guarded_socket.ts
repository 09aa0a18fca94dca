/**
 * Sockets that lead to judged addresses only: the address policy for WebSocket.
 *
 * @module
 */

import { abortable } from "@std/async/abortable";
import type {
  HandshakeInit,
  WebSocketConstructor,
  WebSocketLike,
} from "../../runtime/web_socket.ts";
import type { ToolPolicy } from "./tool_policy.ts";

/** A way for one socket. */
export interface SocketRoute {
  /** Makes the socket. */
  readonly webSocket: WebSocketConstructor;
  /** Frees the route; the socket is closed by then. */
  readonly close: () => void;
}

/**
 * Judges where a socket is to lead. On Deno, Node and Bun it connects to an address that was judged.
 * Elsewhere the name is judged, and the runtime resolves it again.
 *
 * @param url The URL, with http: or https:.
 * @throws {AddressError} If it may not be reached.
 */
export async function guardedSocket(
  policy: ToolPolicy,
  url: string,
  signal: AbortSignal,
): Promise<SocketRoute> {
  const target = new URL(url);
  const addresses = await policy.addresses.check(
    target,
    "GET",
    (answers) => abortable(answers, signal),
  );
  const route = addresses && policy.addresses.pinnedSockets(target.hostname, addresses);
  if (route === undefined) return { webSocket: WebSocket, close() {} };
  function PinnedSocket(url: string, second: readonly string[] | HandshakeInit): WebSocketLike {
    const isList = Array.isArray(second);
    return route!.webSocket(
      url,
      isList ? { headers: {}, protocols: second } : second as HandshakeInit,
    );
  }
  return { webSocket: PinnedSocket as unknown as WebSocketConstructor, close: route.release };
}
