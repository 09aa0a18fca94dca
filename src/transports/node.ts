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
 * @module
 */

export { type NodeTransport, nodeTransport, type NodeTransportOptions } from "./node_transport.ts";
export type { Transport } from "../http/transport/transport.ts";
export type { Answer, AnswerBody, AnswerRead, AnswerReader } from "../runtime/answer.ts";
export type { HandshakeInit, MakeSocket, WebSocketLike } from "../runtime/web_socket.ts";
export type { Duration, DurationParts } from "../options/duration.ts";
