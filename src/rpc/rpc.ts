/**
 * `rpc()`, the function of this entry.
 *
 * @module
 */

import type { HTTPClient } from "../http/http_client.ts";
import type { Duration } from "../options/duration.ts";
import { callable, duration, record, that, wholeNumber } from "../options/checks.ts";
import { options as nested, readOptions } from "../options/read_options.ts";
import { RPCCaller } from "./caller.ts";
import { httpExchange } from "./http_exchange.ts";
import { RPCPeer } from "./peer.ts";
import type { AnyMethods, RPCContext, RPCHandlers, RPCSocket } from "./types.ts";

/** The options of {@linkcode rpc} over a socket. */
export interface RPCSocketOptions {
  /** The methods that the peer can call. */
  readonly methods?: RPCHandlers;
  /**
   * How long a call waits for its response, in seconds; `false` for no limit.
   *
   * @default {30}
   */
  readonly timeout?: Duration | false;
  /**
   * Maximum number of concurrent calls of the peer. Further calls receive error -32000.
   *
   * @default {1000}
   */
  readonly maxIncoming?: number;
  /**
   * Limits of the unread notifications of one stream: 10,000, and 64 MiB of messages. If one is exceeded,
   * the stream ends with `queue_full`.
   */
  readonly inbox?: { readonly maxMessages?: number; readonly maxBytes?: number };
}

/** The options of {@linkcode rpc} over HTTP. */
export interface RPCHTTPOptions {
  /** The URL to post to, resolved against the client's `baseUrl`. */
  readonly url: string | URL;
}

const COUNT = wholeNumber({ min: 1, infinite: true });
const METHOD = callable<(params: never, context: RPCContext) => unknown>();
const SOCKET = {
  methods: (name: string, value: unknown): RPCHandlers => {
    const methods = record(name, value);
    for (const [method, handler] of Object.entries(methods)) METHOD(`${name}.${method}`, handler);
    return methods as RPCHandlers;
  },
  timeout: duration("timeout", { off: true }),
  maxIncoming: COUNT,
  inbox: nested({ maxMessages: COUNT, maxBytes: COUNT }),
};

/**
 * Returns a peer for JSON-RPC 2.0 over a WebSocketClient, a ReliableClient or a session of a
 * ReliableServer. Both sides may call.
 *
 * @typeParam Methods The peer's methods: functions from `params` to the result.
 * @param socket The socket, connected or not, without a `codec`.
 * @param options The methods that the peer can call, and limits.
 *
 * @example
 * ```ts
 * import { WebSocketClient } from "@codomyrmex/networking";
 * import { rpc } from "@codomyrmex/networking/rpc";
 *
 * const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onmessage = ({ data }) => {
 *     const { id, params: [a, b] } = JSON.parse(data);
 *     socket.send(JSON.stringify({ jsonrpc: "2.0", id, result: a - b }));
 *   };
 *   return response;
 * });
 *
 * interface Methods {
 *   subtract(params: [number, number]): number;
 * }
 * await using client = new WebSocketClient(`ws://127.0.0.1:${server.addr.port}`);
 * const api = rpc<Methods>(client);
 * await client.connect();
 * console.log(await api.call("subtract", [42, 23], { timeout: 5 })); // 19
 * await client.close();
 * await server.shutdown();
 * ```
 */
export function rpc<Methods = AnyMethods>(
  socket: RPCSocket,
  options?: RPCSocketOptions,
): RPCPeer<Methods>;
/**
 * Returns a caller for JSON-RPC 2.0 over HTTP. Each call is a POST, which is not retried unless the
 * client's `retry` allows it.
 *
 * @typeParam Methods The server's methods: functions from `params` to the result.
 * @param client The client, with its credentials, retries and timeouts.
 * @param options The URL to post to.
 */
export function rpc<Methods = AnyMethods>(
  client: HTTPClient,
  options: RPCHTTPOptions,
): RPCCaller<Methods>;
export function rpc<Methods = AnyMethods>(
  client: HTTPClient | RPCSocket,
  options?: RPCHTTPOptions | RPCSocketOptions,
): RPCCaller<Methods> {
  if (!("on" in client)) {
    const { url } = readOptions("use rpc() over HTTP", options, { url: URL_CHECK });
    if (url === undefined) throw new TypeError("Cannot use rpc() over HTTP: url is missing");
    return new RPCCaller(httpExchange(client, url));
  }
  const read = readOptions("use rpc()", options, SOCKET);
  return new RPCPeer<Methods>(client, {
    methods: read.methods ?? {},
    timeoutMs: read.timeout ?? 30_000,
    maxIncoming: read.maxIncoming ?? 1000,
    inbox: {
      maxMessages: read.inbox?.maxMessages ?? 10_000,
      maxBytes: read.inbox?.maxBytes ?? 64 * 1024 * 1024,
      overflow: "error",
    },
  });
}

const URL_CHECK = that<string | URL>(
  (value) => typeof value === "string" || value instanceof URL,
  "a string or a URL",
);
