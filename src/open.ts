/**
 * `open()` creates the client for a URL of any protocol.
 *
 * @module
 */

import { HTTPClient } from "./http/http_client.ts";
import type { HTTPClientOptions } from "./http/settings/options.ts";
import { expect, isRecord } from "./options/checks.ts";
import type { NetworkClient } from "./messages/message_stream.ts";
import { EventSourceClient } from "./sse/event_source_client.ts";
import type { EventSourceClientOptions } from "./sse/event_source_options.ts";
import type { WebSocketClientOptions, WebSocketMessage } from "./websocket/settings/options.ts";
import type { SocketData } from "./runtime/web_socket.ts";
import { WebSocketClient } from "./websocket/websocket_client.ts";

/** An HTTP URL, as a literal. */
export type HTTPAddress = `http://${string}` | `https://${string}`;

/** A WebSocket URL, as a literal. */
export type WebSocketAddress = `ws://${string}` | `wss://${string}`;

/** The options of {@linkcode EventSourceClient}, with the `protocol` for {@linkcode open}. */
export type EventStreamOptions<T = string> = EventSourceClientOptions<T> & {
  /** Opens an event stream. */
  readonly protocol: "events";
};

/**
 * Creates a client for a WebSocket URL, without connecting.
 *
 * @param url A ws: or wss: URL.
 * @param options The options of {@linkcode WebSocketClient}.
 */
export function open<In = WebSocketMessage, Out = SocketData>(
  url: WebSocketAddress,
  options?: WebSocketClientOptions<In, Out>,
): WebSocketClient<In, Out>;
/**
 * Creates a client for an event stream, without connecting.
 *
 * @param url An http: or https: URL.
 * @param options The options of {@linkcode EventSourceClient}, and `protocol: "events"`.
 */
export function open<T = string>(
  url: HTTPAddress,
  options: EventStreamOptions<T>,
): EventSourceClient<T>;
/**
 * Creates a client with an HTTP URL as its `baseUrl`.
 *
 * @param url An http: or https: URL.
 * @param options The options of {@linkcode HTTPClient}.
 */
export function open(url: HTTPAddress, options?: Omit<HTTPClientOptions, "baseUrl">): HTTPClient;
/**
 * Creates the client for a URL whose scheme is known only at run time.
 *
 * @param url An http:, https:, ws: or wss: URL.
 * @param options The options of that client.
 * @throws {TypeError} If the URL has another scheme, or an option cannot be used.
 *
 * @example
 * ```ts
 * import { open } from "@codomyrmex/networking";
 *
 * const handler = () => new Response("data: hello\n\n", { headers: { "content-type": "text/event-stream" } });
 * await using server = Deno.serve({ hostname: "localhost", port: 0, onListen() {} }, handler);
 *
 * await using api = open(`http://localhost:${server.addr.port}`);
 * console.log((await api.get("/")).statusCode); // 200
 * await using events = open(`http://localhost:${server.addr.port}`, { protocol: "events" });
 * await events.connect();
 * console.log((await events.receive())?.data); // hello
 * ```
 */
export function open<In = WebSocketMessage, Out = SocketData, T = string>(
  url: string | URL,
  options?:
    | Omit<HTTPClientOptions, "baseUrl">
    | WebSocketClientOptions<In, Out>
    | EventStreamOptions<T>,
): NetworkClient;
export function open(
  url: string | URL,
  given: object = {},
): NetworkClient {
  expect(isRecord(given), "the options of open()", given, "an object");
  const { protocol, ...options } = given as { readonly protocol?: string };
  const scheme = URL.canParse(url) ? new URL(url).protocol : undefined;
  const isHTTP = scheme === "http:" || scheme === "https:";
  if (protocol !== undefined && (protocol !== "events" || !isHTTP)) {
    const shown = JSON.stringify(protocol);
    throw new TypeError(
      `Cannot open with protocol ${shown}: it must be "events", with an http: or https: URL, or left out`,
    );
  }
  if (scheme === "ws:" || scheme === "wss:") return new WebSocketClient(url, options);
  if (protocol === "events") return new EventSourceClient(url, options);
  if (isHTTP) return new HTTPClient({ ...options, baseUrl: url });
  const why = scheme === undefined ? "the URL is not absolute" : `its scheme is ${scheme}`;
  throw new TypeError(
    `Cannot open a client: ${why}; it must begin with http:, https:, ws: or wss:`,
  );
}
