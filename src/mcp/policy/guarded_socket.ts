/**
 * The address policy for WebSocket: sockets connect to checked addresses only.
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

/** The route of one socket. */
export interface SocketRoute {
  /** Makes the socket. */
  readonly webSocket: WebSocketConstructor;
  /** Frees the route, after the socket is closed. */
  readonly close: () => void;
}

/**
 * Checks the address of a socket. On Deno, Node and Bun the socket connects to the checked address. On other
 * runtimes the name is checked, and the runtime resolves it again.
 *
 * @param url The URL, with http: or https:.
 * @throws {AddressError} If the policy refuses the address.
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
