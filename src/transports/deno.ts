/**
 * Connection options on Deno: a proxy, trusted certificates, a client certificate, a Unix socket, HTTP/1
 * or HTTP/2 only. `denoTransport()` makes the `transport` of an `HTTPClient` or a `WebSocketClient`, which
 * closes it. On Node the same options are those of `nodeTransport()` of `./transports/node`.
 *
 * | option | what it does |
 * | --- | --- |
 * | `proxy`, `noProxy` | `http:`, `https:`, `socks5:` or `socks5h:`; userinfo goes to the proxy only |
 * | `unixSocket` | all connections go to this socket; needs `--allow-read` and `--allow-write` |
 * | `caCerts` | certificate authorities to trust besides the usual ones, in PEM |
 * | `cert`, `key` | the client's certificate and its key, in PEM |
 * | `http1`, `http2` | `false` leaves a version out |
 * | `poolMaxIdlePerHost`, `poolIdleTimeout` | idle connections: how many, and how long |
 * | `localAddress` | the address of this machine that connections come from |
 * | `allowHost` | lets a request have a `host` header of its own |
 *
 * Certificates are always checked; `caCerts` is the way to trust one of your own.
 *
 * ## Requests through a proxy
 *
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
 * Deno itself reads `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` for a client without a transport, as its own fetch
 * does.
 *
 * ## A certificate authority and a client certificate of your own
 *
 * ```ts ignore
 * import { HTTPClient, WebSocketClient } from "@codomyrmex/networking";
 * import { denoTransport } from "@codomyrmex/networking/transports/deno";
 *
 * const [ca, cert, key] = ["ca.pem", "client.pem", "client.key"].map((file) => Deno.readTextFileSync(file));
 * const transport = denoTransport({ caCerts: [ca], cert, key });
 * await using client = new HTTPClient({ baseUrl: "https://internal.example", transport });
 * await using socket = new WebSocketClient("wss://internal.example/feed", {
 *   transport: denoTransport({ caCerts: [ca], cert, key }), // each client closes its own
 * });
 * ```
 *
 * ## A Unix socket
 *
 * ```ts ignore
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { denoTransport } from "@codomyrmex/networking/transports/deno";
 *
 * const transport = denoTransport({ unixSocket: "/var/run/docker.sock" });
 * await using docker = new HTTPClient({ baseUrl: "http://localhost/v1.45", transport });
 * console.log((await docker.get("containers/json")).json());
 * ```
 *
 * ## Large uploads
 *
 * Over HTTP/2 Deno sends a large body many times slower than over HTTP/1.1. `denoTransport({ http2: false })` is the
 * way round.
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
