/**
 * Connection options on Deno: a proxy, trusted certificates, a client certificate, a Unix socket, HTTP/1
 * or HTTP/2 only. `denoTransport()` makes the `transport` of an `HTTPClient` or a `WebSocketClient`, which
 * closes it.
 *
 * @example Requests through a proxy
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { denoTransport } from "@codomyrmex/networking/transports/deno";
 *
 * const transport = denoTransport({ proxy: "http://127.0.0.1:1", noProxy: ["localhost"] });
 * await using client = new HTTPClient({ transport, maxRetries: 0 });
 * const error = await client.get("http://api.example/").catch((error) => error);
 * console.log(error.message.includes("the proxy http://127.0.0.1:1")); // true
 * ```
 *
 * @example A WebSocket with a certificate authority and a client certificate of its own
 * ```ts ignore
 * import { WebSocketClient } from "@codomyrmex/networking";
 * import { denoTransport } from "@codomyrmex/networking/transports/deno";
 *
 * const [ca, cert, key] = ["ca.pem", "client.pem", "client.key"].map((file) => Deno.readTextFileSync(file));
 * const transport = denoTransport({ caCerts: [ca], cert, key });
 * await using client = new WebSocketClient("wss://internal.example/feed", { transport });
 * await client.connect();
 * ```
 *
 * @module
 */

export {
  type ClearTransport,
  type DenoTransport,
  denoTransport,
  type DenoTransportOptions,
} from "./deno_transport.ts";
export type { HandshakeInit, MakeSocket, WebSocketLike } from "../runtime/web_socket.ts";
export type { Transport } from "../http/transport/transport.ts";
