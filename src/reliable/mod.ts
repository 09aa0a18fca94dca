/**
 * Messages over WebSockets that arrive once and in order, in both directions, even if the connection
 * breaks and reconnects any number of times. That does not hold for a crash: a message counts as
 * delivered when the other program received it, not when its effect lasts, and unread messages end with
 * their process. A client with a `store` keeps its sent messages across its own restart. If a session
 * cannot be resumed, such as after a restart of the server, both sides learn it, the client by a `gap`
 * event. Nothing is lost in silence.
 *
 * ```ts
 * import {
 *   RELIABLE_PROTOCOL as protocol,
 *   ReliableClient,
 *   ReliableServer,
 * } from "@codomyrmex/networking/reliable";
 *
 * const sessions = new ReliableServer({
 *   async onSession(session) {
 *     for await (const message of session) {
 *       await session.send(`echo ${message}`);
 *     }
 *   },
 * });
 * const local = { hostname: "127.0.0.1", port: 0 };
 * const server = Deno.serve(local, (request) => {
 *   const upgraded = Deno.upgradeWebSocket(request, { protocol });
 *   sessions.accept(upgraded.socket, { user: "ada" }); // from the request
 *   return upgraded.response;
 * });
 *
 * const client = new ReliableClient(`ws://127.0.0.1:${server.addr.port}`);
 * client.on("gap", () => console.log("fetch the state again"));
 * await client.connect();
 * await client.send("hello"); // the other program has it
 * console.log(await client.receive({ timeout: 5 })); // echo hello
 * await client.close();
 * await sessions.close();
 * await server.shutdown();
 * ```
 *
 * ## On a server
 *
 * `onSession` is called once for each session, not for each connection. `accept()` takes the sockets of any server:
 *
 * | server | how |
 * | --- | --- |
 * | Deno, and runtimes with `Deno.upgradeWebSocket` | as above |
 * | `ws` of npm | `new WebSocketServer({ handleProtocols: () => RELIABLE_PROTOCOL })`, and `on("connection", (socket) => sessions.accept(socket))` |
 * | Bun | `websocket: sessions.bunHandlers()`, and `server.upgrade(request, { headers: { "sec-websocket-protocol": RELIABLE_PROTOCOL } })` |
 *
 * Authenticate the request before the upgrade, and pass the user to `accept(socket, { user })`. A session belongs to the user
 * that began it: a connection of another user is closed with 4003. The client authenticates each connection with `auth` or
 * `headers`. A process keeps its sessions in memory: behind a load balancer a client must reconnect to the same process.
 *
 * ## What each side learns
 *
 * | event | of | when |
 * | --- | --- | --- |
 * | `gap` | client | a session was lost; `rejected` counts the sends that failed, `restored` has stored messages |
 * | `reconnecting`, `reconnected` | client | the connection was lost, and is open again; no message is missing |
 * | `disconnected`, `resumed` | session | the same, seen from the server |
 * | `close` | both | it has ended; with an `error` unless both agreed |
 * | `error` | both | a handler failed, or a message cannot be decoded |
 *
 * After a gap messages may be missing: fetch the state again. Each send that was not acknowledged rejects with a
 * `SessionLostError`; its `mayHaveArrived` is false if the message was never written to a connection. What came before the
 * gap and was not read is still read.
 *
 * ## To send fast
 *
 * `await client.send(message)` waits for the other program. To send without waiting for each message, await `ready` instead:
 * `await client.ready; client.send(message);`. A rejected send that you do not await does not end the process; the end of a session is a
 * `gap` or `close` event too.
 *
 * `close()` waits for acknowledgements, for `closeTimeout` (5 seconds) at most, and frees the session on the server. Without
 * it the session waits there for `ttl`.
 *
 * ## Across a restart of the client
 *
 * With `store`, any shared state, a client stores each message before sending it, and each delivery before acknowledging it.
 * The next client with the same `storeKey` continues the session:
 *
 * ```ts
 * import {
 *   RELIABLE_PROTOCOL as protocol,
 *   ReliableClient,
 *   ReliableServer,
 * } from "@codomyrmex/networking/reliable";
 * import { memoryState } from "@codomyrmex/networking/shared-state";
 *
 * const heard = Promise.withResolvers<void>();
 * const sessions = new ReliableServer({
 *   async onSession(session) {
 *     await heard.promise; // a server that is busy
 *     session.on("message", ({ message }) => console.log(message));
 *   },
 * });
 * const local = { hostname: "127.0.0.1", port: 0 };
 * const server = Deno.serve(local, (request) => {
 *   const upgraded = Deno.upgradeWebSocket(request, { protocol });
 *   sessions.accept(upgraded.socket);
 *   return upgraded.response;
 * });
 * const url = `ws://127.0.0.1:${server.addr.port}`;
 * const store = memoryState(); // in a program `kvState()` or `redisState()`
 *
 * const process = new AbortController();
 * const { signal } = process;
 * const storeKey = "device";
 * const first = new ReliableClient(url, { store, storeKey, signal });
 * await first.connect();
 * first.send("sent before the crash").catch(() => {});
 * await new Promise((resolve) => setTimeout(resolve, 20));
 * process.abort(new Error("the process crashes"));
 *
 * const second = new ReliableClient(url, { store, storeKey });
 * await second.connect(); // the same session
 * heard.resolve();
 * await second.send("sent after it"); // the server prints both
 * await second.close(); // empties the store
 * await sessions.close();
 * await server.shutdown();
 * ```
 *
 * If the server has forgotten the session, the `gap` event has the stored messages as `restored`. A message that was
 * delivered just before a crash may be delivered again: give messages an ID where that matters. One client may use a
 * `storeKey` at a time; of two, one ends with an error. `close()` empties the store of all but what is not acknowledged.
 *
 * ## Bounds
 *
 * | bound | default | at the bound |
 * | --- | --- | --- |
 * | `maxUnackedBytes`, `maxUnackedMessages` | 1 MiB, 10,000 | `send()` waits |
 * | `outbox`, messages that wait so | 16 MiB, 1,000 | `send()` rejects with `queue_full`; a server with `overflow: "expire"` ends the session |
 * | `inbox`, unread messages | 64 MiB, 10,000 | the session ends with `queue_full` |
 * | `maxMessageSize` | 16 MiB | the session ends with `message_too_large` |
 * | `ttl` of a session without a connection | 120 s | it ends; its client has a gap |
 * | `maxDetachedSessions`, `maxDetachedBytes` | 10,000, 256 MiB | the oldest ends |
 *
 * A message counts as delivered when a handler was called with it, or a reader received it. A program
 * that reads slowly slows its peer down.
 *
 * See {@linkcode [rpc]} for calls over a session, {@linkcode [shared-state]} for stores, and `WebSocketClient` for sockets without this promise.
 *
 * ## The wire contract, `reliable.v1`
 *
 * The WebSocket subprotocol `reliable.v1`. A frame is a text message with a JSON object, or a binary
 * message. Unknown members are ignored. Frames and conversations for tests of other implementations are
 * in `tests/vectors/reliable/`.
 *
 * | frame | from | members |
 * | --- | --- | --- |
 * | hello | client, first on each connection | `type: "hello"`, `sid`: text or null, `rx` |
 * | welcome | server, in reply to hello, before any other frame | `type: "welcome"`, `sid`, `rx`, `resumed`: boolean |
 * | data | both, after welcome | `n`, `d`: the message's text, `a` (optional) |
 * | data, bytes | both, after welcome | binary: one byte 1, `n` and `a` as 64 bits big-endian, the message's bytes |
 * | ack | both, after welcome | `a` |
 * | ping, pong | client, server | `type` |
 * | bye | both | `type: "bye"`: the session is over by agreement |
 *
 * - `n` counts the messages of one direction from 1, without gaps, for the life of a session. `rx` and
 *   `a` say that all messages up to that number were delivered to the program; 0 is none.
 * - A receiver accepts `n` = its last + 1. A smaller one came twice and is ignored. A larger one is a
 *   breach. It acknowledges within 100 ms, and at least every 32 messages.
 * - Each side keeps its unacknowledged messages. On a resumed session it sends those above the other's
 *   `rx` again, in order, before new ones.
 * - `sid` is a secret of 128 random bits that the server chooses. It resumes the session, and takes it
 *   over from a connection that still has it. It is never in a URL or a log. A session belongs to the
 *   user that was authenticated when it began.
 * - A `sid` that is unknown, expired, or whose `rx` is below what was acknowledged: a new session with
 *   `resumed: false`, another `sid` and all counters at zero. The client's unacknowledged messages are
 *   never sent in it.
 * - A breach (no frame, data before hello or welcome, a second hello, a number that is not whole or is
 *   above what was sent) ends the session with close code 4002.
 *
 * | close code | meaning | the client |
 * | --- | --- | --- |
 * | 4000 | the server goes away, or heard nothing for too long | reconnects |
 * | 4001 | another connection has the session | ends: two clients that reconnect would take it from each other forever |
 * | 4002 | a breach of this contract | ends |
 * | 4003 | the session is another user's | ends |
 * | 4008, 4009 | a full inbox, too large a message | ends |
 * | 1000 after bye | the session is over | ends by agreement |
 * | any other | a cut, with or without a close frame | reconnects, and resumes |
 *
 * @module
 */

export { ReliableClient } from "./reliable_client.ts";
export type { ReliableClientEvents } from "./client_events.ts";
export {
  type AcceptOptions,
  ReliableServer,
  type ReliableServerEvents,
} from "./reliable_server.ts";
export type { ReliableSession, ReliableSessionEvents } from "./reliable_session.ts";
export { SessionLostError } from "./channel/send_errors.ts";
export type {
  ReliableClientOptions,
  ReliableHeartbeat,
  ReliableOptions,
  ReliableQueue,
  ReliableServerOptions,
} from "./options.ts";
export type { ReliableStore } from "./channel/journal.ts";
export type { ReliableSendOptions } from "./channel/send_options.ts";
export type { BunHandlers, BunSocket, ServerSocket } from "./sockets.ts";
export { type Payload, RELIABLE_PROTOCOL, type Sendable } from "./channel/wire.ts";
