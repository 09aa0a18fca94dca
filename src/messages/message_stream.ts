/**
 * The interface of all clients, and the interface of clients that receive messages.
 *
 * @module
 */

import type { DrainOptions } from "../options/drain_options.ts";
import type { Duration } from "../options/duration.ts";

/** The interface of all clients. */
export interface NetworkClient extends AsyncDisposable {
  /** The URL, without userinfo and with secret query values hidden; empty if it is not fixed. */
  readonly url: string;
  /** Closes the client, and frees its connections. */
  close(options?: DrainOptions): Promise<void>;
}

/** The limits of a wait for a message. */
export interface ReceiveOptions {
  /** Seconds to wait; after that, `receive()` rejects and consumes no message. */
  readonly timeout?: Duration;
  /** Ends the wait, with the signal's own reason. */
  readonly signal?: AbortSignal;
}

/** The state of a connection. */
export type ConnectionState = "idle" | "connecting" | "open" | "draining" | "waiting" | "closed";

/**
 * A client that receives messages: a WebSocketClient or an EventSourceClient.
 *
 * | state | meaning | next state |
 * | --- | --- | --- |
 * | `idle` | never connected | `connecting` |
 * | `connecting` | an attempt is under way | `open`, `waiting`, `closed` |
 * | `open` | messages come | `draining`, `waiting`, `closed` |
 * | `draining` | a WebSocket's `close()` sends the waiting messages | `closed` |
 * | `waiting` | waits for the next attempt; `connect()` ends the wait | `connecting`, `closed` |
 * | `closed` | ended; `connect()` connects again | `connecting` |
 *
 * **Who gets a message.** While there is a handler for `message`, messages go to handlers and are not kept. `receive()`
 * and loops get those that come while they wait. Without a handler, messages are kept for readers, within bounds. A handler
 * that is registered later gets the kept messages first. Messages from before the end can still be read after it.
 *
 * **A message that cannot be decoded** is an `error` event in its place. Without a handler for `error`, `receive()` or the
 * loop rejects once, and the next call continues with the next message.
 *
 * **Promises that are not awaited** do not end the process if a handler of `close` or `error` is called for the same end, or
 * the program has read `closed`.
 *
 * @example One function for both clients
 * ```ts
 * import { EventSourceClient, type MessageStream, WebSocketClient } from "@codomyrmex/networking";
 *
 * async function read(stream: MessageStream<unknown>): Promise<number> {
 *   let count = 0;
 *   await stream.connect();
 *   for await (const _message of stream) count++; // throws if the client failed
 *   return count;
 * }
 *
 * const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
 *   if (request.headers.get("upgrade") !== "websocket") {
 *     const headers = { "content-type": "text/event-stream" };
 *     return new Response("data: a\n\ndata: b\n\n", { headers });
 *   }
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onopen = () => {
 *     for (const text of ["a", "b", "c"]) socket.send(text);
 *     socket.close(1000);
 *   };
 *   return response;
 * });
 * const host = `127.0.0.1:${server.addr.port}`;
 * console.log(await read(new WebSocketClient(`ws://${host}`))); // 3
 * console.log(await read(new EventSourceClient(`http://${host}`, { reconnect: false }))); // 2
 * await server.shutdown();
 * ```
 */
export interface MessageStream<In> extends NetworkClient, AsyncIterable<In> {
  /** The connection state. */
  readonly state: ConnectionState;
  /** Resolves when the client is closed; with an error if it failed. */
  readonly closed: Promise<{ readonly error?: unknown }>;
  /** Connects; returns true when open, false if `close()` ended it first. */
  connect(): Promise<boolean>;
  /** Returns the next message, or null after a clean end. */
  receive(options?: ReceiveOptions): Promise<In | null>;
}
