/**
 * Sockets that lead to judged addresses only: the address policy for WebSocket.
 *
 * @module
 */

import { abortable } from "@std/async/abortable";
import { proxyClient } from "../../transports/deno_transport.ts";
import type { WebSocketConstructor } from "../../runtime/web_socket.ts";
import type { ToolPolicy } from "./tool_policy.ts";

/** A way for one socket. */
export interface SocketRoute {
  /** Makes the socket. */
  readonly webSocket: WebSocketConstructor;
  /** Frees the route; the socket is closed by then. */
  readonly close: () => void;
}

/**
 * Judges where a socket is to lead. On Deno it connects to an address that was judged. Elsewhere the name
 * is judged, and the runtime resolves it again.
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
  const route = addresses && policy.addresses.pin(target.hostname, addresses);
  if (route === undefined) return { webSocket: WebSocket, close() {} };
  const client = proxyClient(route.proxy);
  function PinnedSocket(url: string, second: readonly string[] | object): WebSocket {
    const options = Array.isArray(second) ? { protocols: second } : second;
    return new WebSocket(url, { ...options, client } as never);
  }
  return {
    webSocket: PinnedSocket as unknown as WebSocketConstructor,
    close() {
      client.close();
      route.release();
    },
  };
}
