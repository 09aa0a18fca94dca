/**
 * JSON-RPC 2.0 over HTTP, WebSocket and reliable sessions: typed calls, notifications, batches, methods
 * for the peer, and subscriptions as streams. https://www.jsonrpc.org/specification
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { rpc, RPCError } from "@codomyrmex/networking/rpc";
 *
 * const server = Deno.serve({ hostname: "localhost", port: 0, onListen() {} }, async (request) => {
 *   const { id, method } = await request.json();
 *   return method === "add"
 *     ? Response.json({ jsonrpc: "2.0", id, result: 3 })
 *     : Response.json({ jsonrpc: "2.0", id, error: { code: -32601, message: "Method not found" } });
 * });
 *
 * interface Methods {
 *   add(params: [number, number]): number; // by position
 *   greet(params: { name: string }): string; // by name
 * }
 * await using client = new HTTPClient({ baseUrl: `http://localhost:${server.addr.port}` });
 * const api = rpc<Methods>(client, { url: "/rpc" });
 * console.log(await api.call("add", [1, 2], { timeout: 5 })); // 3
 * try {
 *   await api.call("greet", { name: "Ada" });
 * } catch (error) {
 *   if (!(error instanceof RPCError)) throw error;
 *   console.log(error.rpcCode, error.remoteMessage); // -32601 Method not found
 * }
 * await server.shutdown();
 * ```
 *
 * ## Over a socket
 *
 * `rpc(socket, { methods })` takes a WebSocketClient, a ReliableClient, or a session of a ReliableServer,
 * without a `codec`. Both sides may call: the peer can call `methods`. If a handler throws, the answer
 * is "Internal error", and there is an `error` event here. An {@linkcode RPCError} is answered with its
 * code, message and data.
 *
 * A call ends with `idle_timeout` after `timeout` (30 s), with the signal's reason, or when its answer
 * can no longer come: over a WebSocketClient if its connection is lost (`connection_closed`), over a
 * ReliableClient at a gap (`session_lost`).
 *
 * ## Batches
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { rpc } from "@codomyrmex/networking/rpc";
 *
 * const server = Deno.serve({ hostname: "localhost", port: 0, onListen() {} }, async (request) => {
 *   const calls: { id: number; params: number[] }[] = await request.json();
 *   return Response.json(calls.map(({ id, params: [n] }) => ({ jsonrpc: "2.0", id, result: n! * 2 })));
 * });
 * await using client = new HTTPClient({ baseUrl: `http://localhost:${server.addr.port}` });
 *
 * const batch = rpc<{ twice(params: [number]): number }>(client, { url: "/" }).batch();
 * const [two, four] = [batch.call("twice", [1]), batch.call("twice", [2])];
 * await batch.send();
 * console.log(await two, await four); // 2 4
 * await server.shutdown();
 * ```
 *
 * ## Subscriptions
 *
 * `await api.subscribe("eth_subscribe", ["newHeads"], { notification: "eth_subscription", unsubscribe:
 * "eth_unsubscribe" })` is an async iterable; leaving its loop calls `unsubscribe`. Notifications that
 * come before the answer with the subscription's ID are not lost. `api.notifications("tick")` has all
 * notifications of a method. A stream ends with an error if notifications may have been lost, or if its
 * inbox is full.
 *
 * @module
 */

export { rpc, type RPCHTTPOptions, type RPCSocketOptions } from "./rpc.ts";
export { RPCBatch, RPCCaller } from "./caller.ts";
export { RPCPeer } from "./peer.ts";
export { RPCError, type RPCErrorOptions } from "./errors.ts";
export type { RPCSubscription } from "./subscription.ts";
export type {
  AnyMethods,
  MethodName,
  ParamsOf,
  ResultOf,
  RPCCallOptions,
  RPCContext,
  RPCHandlers,
  RPCParams,
  RPCPeerEvents,
  RPCSocket,
  RPCSubscribeOptions,
} from "./types.ts";
