/**
 * JSON-RPC 2.0 over HTTP, WebSocket and reliable sessions: typed calls, notifications, batches, methods for the peer, and
 * subscriptions as streams. https://www.jsonrpc.org/specification
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { rpc, RPCError } from "@codomyrmex/networking/rpc";
 *
 * const local = { hostname: "localhost", port: 0 };
 * const server = Deno.serve(local, async (request) => {
 *   const { id, method } = await request.json();
 *   const error = { code: -32601, message: "Method not found" };
 *   return method === "add"
 *     ? Response.json({ jsonrpc: "2.0", id, result: 3 })
 *     : Response.json({ jsonrpc: "2.0", id, error });
 * });
 *
 * interface Methods {
 *   add(params: [number, number]): number; // by position
 *   greet(params: { name: string }): string; // by name
 * }
 * const baseUrl = `http://localhost:${server.addr.port}`;
 * await using client = new HTTPClient({ baseUrl });
 * const api = rpc<Methods>(client, { url: "/rpc" });
 * console.log(await api.call("add", [1, 2], { timeout: 5 })); // 3
 * try {
 *   await api.call("greet", { name: "Ada" });
 * } catch (error) {
 *   if (!(error instanceof RPCError)) throw error;
 *   console.log(error.remoteMessage); // Method not found
 * }
 * await server.shutdown();
 * ```
 *
 * `api.notify("log", ["started"])` sends a notification, which has no response. The results of `Methods` are types only:
 * results are not checked at run time. Validate them where it matters, for example with a Standard Schema.
 *
 * ## Over a socket, both sides call
 *
 * `rpc(socket, { methods })` takes a WebSocketClient, a ReliableClient, or a session of a ReliableServer, without a `codec`:
 * messages are JSON text.
 *
 * ```ts
 * import { WebSocketClient } from "@codomyrmex/networking";
 * import { rpc, RPCError } from "@codomyrmex/networking/rpc";
 *
 * const local = { hostname: "127.0.0.1", port: 0 };
 * const server = Deno.serve(local, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   const send = (message: object) =>
 *     socket.send(JSON.stringify({ jsonrpc: "2.0", ...message }));
 *   // A peer that calls `whoAmI` when `greet` is called:
 *   socket.onmessage = ({ data }) => {
 *     const { id, method, result } = JSON.parse(data);
 *     if (method === "greet") send({ id: "q", method: "whoAmI" });
 *     else if (id === "q") send({ id: 1, result: `Hello, ${result}` });
 *   };
 *   return response;
 * });
 * const socket = new WebSocketClient(`ws://127.0.0.1:${server.addr.port}`);
 * await socket.connect();
 * const api = rpc<{ greet(): string }>(socket, {
 *   methods: {
 *     whoAmI: () => "Ada",
 *     remove: ([id]: [string]) => {
 *       const details = { rpcCode: 404, data: { id } };
 *       throw new RPCError("no such file", details); // the peer gets this
 *     },
 *   },
 * });
 * // A handler failed, or a message is invalid:
 * api.on("error", ({ error }) => console.warn(error));
 * console.log(await api.call("greet")); // Hello, Ada
 * await api.close();
 * await socket.close();
 * await server.shutdown();
 * ```
 *
 * A handler receives `params` and a context: `method`, `isNotification`, and a `signal` that aborts when the connection is
 * lost. If a handler throws, the peer receives "Internal error" (-32603) without the error's text, and an `error` event
 * is emitted here. Only an RPCError that the handler created is sent to the peer. Set its `rpcCode` above -32000 or
 * below -32768.
 *
 * ## How a call ends
 *
 * | the call ends with | when |
 * | --- | --- |
 * | its result | the peer sent a result |
 * | `RPCError` (`rpc_error`) | the peer sent an error: `rpcCode`, `remoteMessage`, `data` |
 * | `TimeoutError` (`idle_timeout`) | no response within `timeout`, 30 seconds by default; includes the time to send |
 * | the signal's reason | `signal` was aborted; the peer is not notified |
 * | `connection_closed` | a WebSocketClient lost the connection that carried the call |
 * | `session_lost` | a reliable session is lost; calls survive a lost connection if the session resumes |
 * | `protocol_error` | the response breaks the specification |
 * | `TypeError` | `params` is neither an array nor an object; nothing was sent |
 *
 * Over HTTP a call is one POST with the timeouts and errors of the HTTPClient. A JSON-RPC response is accepted with any
 * status and media type. A call over a socket is never repeated, since it may have run before the connection was lost.
 * Repeat it yourself if it may run twice.
 *
 * `api.close({ drain: 5 })` waits at most five seconds for responses and starts no new call. It does not close the client.
 *
 * ## Batches
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { rpc } from "@codomyrmex/networking/rpc";
 *
 * const local = { hostname: "localhost", port: 0 };
 * const server = Deno.serve(local, async (request) => {
 *   const calls: { id: number; params: number[] }[] = await request.json();
 *   const answers = calls.map(({ id, params: [n = 0] }) => {
 *     return { jsonrpc: "2.0", id, result: n * 2 };
 *   });
 *   return Response.json(answers);
 * });
 * const baseUrl = `http://localhost:${server.addr.port}`;
 * await using client = new HTTPClient({ baseUrl });
 *
 * interface Methods {
 *   twice(params: [number]): number;
 * }
 * const batch = rpc<Methods>(client, { url: "/" }).batch();
 * const [two, four] = [batch.call("twice", [1]), batch.call("twice", [2])];
 * await batch.send(); // rejects only if the batch was not sent
 * console.log(await two, await four); // 2 4
 * await server.shutdown();
 * ```
 *
 * ## Subscriptions
 *
 * A subscription is a call whose result is an ID, followed by notifications with this ID. Notifications that arrive before
 * the ID are not lost. Leaving the loop calls `unsubscribe`.
 *
 * ```ts
 * import { WebSocketClient } from "@codomyrmex/networking";
 * import { rpc } from "@codomyrmex/networking/rpc";
 *
 * const local = { hostname: "127.0.0.1", port: 0 };
 * const server = Deno.serve(local, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   const send = (message: object) =>
 *     socket.send(JSON.stringify({ jsonrpc: "2.0", ...message }));
 *   socket.onmessage = ({ data }) => {
 *     const { id, method } = JSON.parse(data);
 *     if (method !== "watch") return send({ id, result: true });
 *     send({ id, result: "s1" });
 *     for (const result of [1, 2]) {
 *       send({ method: "seen", params: { subscription: "s1", result } });
 *     }
 *   };
 *   return response;
 * });
 * const url = `ws://127.0.0.1:${server.addr.port}`;
 * await using socket = new WebSocketClient(url);
 * await socket.connect();
 * const api = rpc(socket);
 * const seen = await api.subscribe<number>("watch", ["heads"], {
 *   notification: "seen",
 *   unsubscribe: "unwatch",
 * });
 * for await (const n of seen) {
 *   console.log(n); // 1, then 2
 *   if (n === 2) break;
 * }
 * await api.close();
 * await socket.close();
 * await server.shutdown();
 * ```
 *
 * `api.notifications("tick")` returns all notifications of a method. Use `idOf` and `itemOf` to read other forms of
 * notifications. A stream ends with an error if notifications may have been lost: `connection_closed`, `session_lost`, or
 * `queue_full` if `inbox` is full. Fetch the state again then.
 *
 * ## Limits
 *
 * | option | default | if exceeded |
 * | --- | --- | --- |
 * | `maxIncoming`, concurrent calls of the peer | 1,000 | each further call gets error -32000; a batch above it gets one such error |
 * | `inbox.maxMessages`, `inbox.maxBytes` of a stream | 10,000, 64 MiB | the stream ends with `queue_full` |
 *
 * Only own properties of `methods` can be called. The socket's `maxMessageSize` limits messages. A response is sent only
 * over the connection of its request, since the peer may use the same ID again on the next connection.
 *
 * See {@linkcode [reliable]} for sessions that survive a lost connection, `WebSocketClient` of `.` for `request()` without JSON-RPC.
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
