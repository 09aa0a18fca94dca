/**
 * Connection options on Deno: a proxy, trusted certificates, a client certificate, a Unix socket, HTTP/1
 * or HTTP/2 only. `denoTransport()` makes the `transport` of an `HTTPClient` or a `WebSocketClient`, which
 * closes it. On Node and Bun use `nodeTransport()` of `./transports/node`.
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { denoTransport } from "@codomyrmex/networking/transports/deno";
 *
 * const proxy = "http://127.0.0.1:1";
 * const transport = denoTransport({ proxy, noProxy: ["localhost"] });
 * await using client = new HTTPClient({ transport, maxRetries: 0 });
 * const call = client.get("http://127.0.0.1:2/");
 * const error = await call.catch((error) => error);
 * console.log(error.message.includes(`the proxy ${proxy}`)); // true
 * ```
 *
 * | option                                  | what it does                                                          |
 * | --------------------------------------- | --------------------------------------------------------------------- |
 * | `proxy`, `noProxy`                      | `http:`, `https:`, `socks5:` or `socks5h:`; userinfo goes to the proxy only |
 * | `unixSocket`                            | a Unix socket for all connections; needs `--allow-read` and `--allow-write` |
 * | `allowClearHTTPS`                       | allows unencrypted `https:` requests over a socket                    |
 * | `caCerts`                               | certificate authorities to trust in addition, in PEM                  |
 * | `cert`, `key`                           | the client's certificate and its key, in PEM                          |
 * | `http1`, `http2`                        | `false` switches a version off                                        |
 * | `poolMaxIdlePerHost`, `poolIdleTimeout` | how many idle connections are kept, and how long                      |
 * | `localAddress`                          | the local address of connections                                      |
 * | `allowHost`                             | allows a `host` header in requests                                    |
 *
 * ## Which proxy is used?
 *
 * The proxy of the option `proxy`, for all hosts except those of `noProxy`: names with all subdomains, addresses and CIDR
 * ranges, without ports. Without a transport the client uses Deno's own fetch, which reads `HTTP_PROXY`, `HTTPS_PROXY`
 * and `NO_PROXY`. A proxy that refuses the connection or requires credentials is `proxy_refused`.
 *
 * ## How do I trust a certificate authority, or send a client certificate?
 *
 * ```ts ignore
 * import { HTTPClient, WebSocketClient } from "@codomyrmex/networking";
 * import { denoTransport } from "@codomyrmex/networking/transports/deno";
 *
 * const read = (file: string) => Deno.readTextFileSync(file);
 * const identity = {
 *   caCerts: [read("ca.pem")],
 *   cert: read("client.pem"),
 *   key: read("client.key"),
 * };
 * const transport = denoTransport(identity);
 * const baseUrl = "https://internal.example";
 * await using client = new HTTPClient({ baseUrl, transport });
 * await using socket = new WebSocketClient("wss://internal.example/feed", {
 *   transport: denoTransport(identity), // each client closes its own
 * });
 * ```
 *
 * Certificates are always checked, and no option switches that off.
 *
 * ## How do I reach a Unix socket?
 *
 * ```ts ignore
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { denoTransport } from "@codomyrmex/networking/transports/deno";
 *
 * const transport = denoTransport({ unixSocket: "/var/run/docker.sock" });
 * const baseUrl = "http://localhost/v1.45";
 * await using docker = new HTTPClient({ baseUrl, transport });
 * console.log((await docker.get("containers/json")).json());
 * ```
 *
 * ## How do I send another Host header to a server?
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { denoTransport } from "@codomyrmex/networking/transports/deno";
 *
 * const local = { hostname: "127.0.0.1", port: 0 };
 * await using server = Deno.serve(local, (request) =>
 *   new Response(request.headers.get("host")));
 * const transport = denoTransport({ allowHost: true });
 * const headers = { host: "shop.example" };
 * await using client = new HTTPClient({ transport, headers });
 * const url = `http://127.0.0.1:${server.addr.port}/`;
 * console.log((await client.get(url)).text); // shop.example
 * ```
 *
 * ## Limits and errors
 *
 * - Over HTTP/2 Deno sends a large body many times slower than over HTTP/1.1 (denoland/deno#35581): 20 MB take about 13 s
 *   instead of half a second. `denoTransport({ http2: false })` avoids that.
 * - Deno decodes only the first member of a gzip body (RFC 1952 2.2): send `accept-encoding: identity`.
 * - `https:` over a socket is `tls_failed` without `allowClearHTTPS`, because Deno would send it unencrypted.
 * - A transport belongs to one client, which closes it. Failures name the proxy or the socket.
 * - On a runtime without `Deno.createHttpClient`, `denoTransport()` throws.
 *
 * ## Related entries
 *
 * {@linkcode [transports/node]} is the counterpart for Node and Bun, and {@linkcode [address-policy]} restricts the hosts. SPEC.md section 8
 * has the rules and the options by runtime.
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
