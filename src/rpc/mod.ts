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
 * `api.notify("log", ["started"])` sends what needs no answer. `Methods` is a promise of yours: nothing checks what the peer
 * answers. Check it where it matters, such as by a Standard Schema.
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
 *   // A peer that calls `whoAmI` when it is asked to greet:
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
 * // A handler failed, or the peer sends nonsense:
 * api.on("error", ({ error }) => console.warn(error));
 * console.log(await api.call("greet")); // Hello, Ada
 * await api.close();
 * await socket.close();
 * await server.shutdown();
 * ```
 *
 * A handler gets `params` and a context: `method`, `isNotification`, and a `signal` that aborts when the answer can reach
 * nobody any more. What it throws is answered as "Internal error" (-32603) without its text, and is an `error` event here;
 * only an RPCError that it made itself goes to the peer. Set its `rpcCode` above -32000 or below -32768.
 *
 * ## How a call ends
 *
 * | the call ends with | when |
 * | --- | --- |
 * | its result | the peer answered |
 * | `RPCError` (`rpc_error`) | the peer answered with an error: `rpcCode`, `remoteMessage`, `data` |
 * | `TimeoutError` (`idle_timeout`) | no answer within `timeout`, 30 seconds by default, sending included |
 * | the signal's reason | `signal` was aborted; the peer does not learn of it |
 * | `connection_closed` | the connection of a WebSocketClient is lost that the call went over |
 * | `session_lost` | a reliable session is lost; over one that resumes, calls survive a cut |
 * | `protocol_error` | the answer breaks the specification |
 * | `TypeError` | `params` is neither an array nor an object; nothing was sent |
 *
 * Over HTTP a call is one POST with the clocks and errors of the HTTPClient, and an answer counts whatever its status and
 * media type. Nothing of this repeats a call: whether it ran is not known after a loss. Repeat it yourself if it may run twice.
 *
 * `api.close({ drain: 5 })` waits for answers for at most five seconds and begins no new call. It does not close the client.
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
 * A subscription is a call whose result is an ID, and notifications that carry it. Those that come before the answer with
 * the ID are not lost; leaving the loop calls `unsubscribe`.
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
 * `api.notifications("tick")` has all notifications of a method. `idOf` and `itemOf` read notifications of another form.
 * A stream ends with an error if notifications may have been lost, so that a program fetches the state again: with
 * `connection_closed` or `session_lost`, and with `queue_full` if `inbox` is full.
 *
 * ## Limits
 *
 * | option | default | if exceeded |
 * | --- | --- | --- |
 * | `maxIncoming`, calls of the peer at once | 1,000 | they are answered with -32000; a batch of more gets one such answer |
 * | `inbox.maxMessages`, `inbox.maxBytes` of a stream | 10,000, 64 MiB | the stream ends with `queue_full` |
 *
 * Names of methods are looked up among your own properties only, and messages are bounded by the socket's `maxMessageSize`.
 * An answer goes over the connection that its request came over, or nowhere: after a loss, the peer's IDs are other calls.
 *
 * See `./reliable` for sessions that survive a lost connection, `WebSocketClient` of `.` for `request()` without JSON-RPC.
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
