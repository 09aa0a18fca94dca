/**
 * Connections with options, on Node: a proxy, certificates of your own, a client certificate, a Unix
 * socket, HTTP/1 alone. `nodeTransport()` makes the `transport` of an `HTTPClient` or a
 * `WebSocketClient` over undici 8, which `npm install undici@8` adds; it needs Node 22.19. Requests are
 * also faster than those of Node's own fetch, unless exchange middleware wants a `Response` for each.
 *
 * ```ts ignore
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { nodeTransport } from "@codomyrmex/networking/transports/node";
 *
 * const transport = nodeTransport({ proxy: "environment", caCerts: [await readFile("ca.pem", "utf8")] });
 * await using client = new HTTPClient({ transport });
 * ```
 *
 * The options have the names and the rules of `denoTransport()` of `./transports/deno`. Certificates are
 * always checked; no option switches that off. On Bun, `nodeTransport()` needs no package: it is Bun's own
 * fetch, and an option that Bun has nothing for is refused.
 *
 * ## Which proxy is used?
 *
 * The one that `proxy` names. `proxy: "environment"` reads `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` when the
 * transport is made; without it they mean nothing here. Sockets go through an `http:` proxy by CONNECT.
 *
 * ## How many connections are there?
 *
 * undici opens one for each request that finds none idle; `connections` bounds those of an origin. Over HTTP/2 set
 * `connections: 1`, so that requests share one. An idle one is kept for `poolIdleTimeout`, 4 seconds by default; a
 * server may ask for less. A stream that an HTTP/2 server refuses was not processed, so writes are retried too.
 *
 * @module
 */

export { type NodeTransport, nodeTransport, type NodeTransportOptions } from "./node_transport.ts";
export type { Transport } from "../http/transport/transport.ts";
export type { Answer, AnswerBody, AnswerRead, AnswerReader } from "../runtime/answer.ts";
export type { HandshakeInit, MakeSocket, WebSocketLike } from "../runtime/web_socket.ts";
export type { Duration, DurationParts } from "../options/duration.ts";
