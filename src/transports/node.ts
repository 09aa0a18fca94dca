/**
 * Connection options on Node and Bun: a proxy, trusted certificates, a client certificate, a Unix socket, HTTP/1
 * only. `nodeTransport()` makes the `transport` of an `HTTPClient` or a `WebSocketClient`, which closes it.
 *
 * On Node it uses undici 8 (`npm install undici@8`), which needs Node 22.19. Requests are also faster than those of
 * Node's own fetch, unless there is exchange middleware, which needs a `Response`. On Bun it needs no package: it
 * uses Bun's own fetch.
 *
 * ```ts ignore
 * import { readFile } from "node:fs/promises";
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { nodeTransport } from "@codomyrmex/networking/transports/node";
 *
 * const transport = nodeTransport({
 *   proxy: "environment",
 *   caCerts: [await readFile("ca.pem", "utf8")],
 * });
 * const baseUrl = "https://internal.example";
 * await using client = new HTTPClient({ baseUrl, transport });
 * console.log((await client.get("status")).text);
 * ```
 *
 * | option               | Bun           | what it does                                                           |
 * | -------------------- | ------------- | ---------------------------------------------------------------------- |
 * | `proxy`, `noProxy`   | without SOCKS | an `http:`, `https:`, `socks5:` or `socks5h:` URL, or `"environment"`  |
 * | `unixSocket`         | yes           | a Unix socket for all connections; `https:` uses TLS over it           |
 * | `caCerts`            | yes           | certificate authorities to trust in addition, in PEM                   |
 * | `cert`, `key`        | yes           | the client's certificate and its key, in PEM                           |
 * | `http2`              | yes           | `false` switches HTTP/2 off                                            |
 * | `connections`        | no            | the most connections for each origin                                   |
 * | `poolIdleTimeout`    | no            | how long an idle connection is kept, 4 seconds by default              |
 * | `localAddress`       | no            | the local address of connections                                       |
 * | `allowHost`          | yes           | allows a `host` header in requests                                     |
 *
 * The options have the names and rules of `denoTransport()` of `./transports/deno`.
 *
 * ## Which proxy is used?
 *
 * The proxy of the option `proxy`. `proxy: "environment"` reads `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` when the
 * transport is made; otherwise they are ignored. WebSockets go through an `http:` proxy by CONNECT.
 *
 * ## How do I send a client certificate?
 *
 * ```ts ignore
 * import { readFileSync } from "node:fs";
 * import { HTTPClient, WebSocketClient } from "@codomyrmex/networking";
 * import { nodeTransport } from "@codomyrmex/networking/transports/node";
 *
 * const read = (file: string) => readFileSync(file, "utf8");
 * const identity = {
 *   caCerts: [read("ca.pem")],
 *   cert: read("client.pem"),
 *   key: read("client.key"),
 * };
 * const transport = nodeTransport(identity);
 * const baseUrl = "https://internal.example";
 * await using client = new HTTPClient({ baseUrl, transport });
 * await using socket = new WebSocketClient("wss://internal.example/feed", {
 *   transport: nodeTransport(identity), // each client closes its own
 * });
 * ```
 *
 * Certificates are always checked, and no option switches that off.
 *
 * ## How many connections are there?
 *
 * undici opens a connection for each request that finds none idle; `connections` limits those of an origin. Over
 * HTTP/2 set `connections: 1`, so that requests share one. An idle connection is kept for `poolIdleTimeout`, 4 seconds
 * by default; a server may request less. A stream that an HTTP/2 server refuses was not processed, so writes are
 * retried too. WebSockets always use HTTP/1.1, on separate connections.
 *
 * ## Limits and errors
 *
 * - Without undici, or with an older version, `nodeTransport()` throws; the error says what to install.
 * - On Bun an unsupported option is a TypeError.
 * - A proxy that refuses the connection or requires credentials is `proxy_refused`. Failures name the proxy or socket.
 * - A transport belongs to one client, which closes it.
 *
 * ## Related entries
 *
 * {@linkcode [transports/deno]} is the counterpart for Deno. SPEC.md section 8 has the rules and the options by runtime.
 *
 * @module
 */

export { type NodeTransport, nodeTransport, type NodeTransportOptions } from "./node_transport.ts";
export type { Transport } from "../http/transport/transport.ts";
export type { Answer, AnswerBody, AnswerRead, AnswerReader } from "../runtime/answer.ts";
export type { HandshakeInit, MakeSocket, WebSocketLike } from "../runtime/web_socket.ts";
export type { Duration, DurationParts } from "../options/duration.ts";
