/**
 * The interfaces of all clients, and of clients that receive messages.
 *
 * @module
 */

import type { DrainOptions } from "../options/drain_options.ts";
import type { Duration } from "../options/duration.ts";

/** A client of any protocol. */
export interface NetworkClient extends AsyncDisposable {
  /** The URL, without userinfo and with secret query values hidden; empty if it is not fixed. */
  readonly url: string;
  /** Closes the client, and frees what it holds. */
  close(options?: DrainOptions): Promise<void>;
}

/** The limits of a wait for a message. */
export interface ReceiveOptions {
  /** Seconds; `receive()` then rejects, and consumes nothing. */
  readonly timeout?: Duration;
  /** Ends the wait, with the signal's own reason. */
  readonly signal?: AbortSignal;
}

/** The state of a connection. */
export type ConnectionState = "idle" | "connecting" | "open" | "draining" | "waiting" | "closed";

/**
 * A client that receives messages: a WebSocket's, or an event stream's.
 *
 * | state | what it means | next state |
 * | --- | --- | --- |
 * | `idle` | made, never connected | `connecting` |
 * | `connecting` | an attempt is under way | `open`, `waiting`, `closed` |
 * | `open` | messages come | `draining`, `waiting`, `closed` |
 * | `draining` | a socket's `close()` sends what waits | `closed` |
 * | `waiting` | for the next attempt; `connect()` ends the wait | `connecting`, `closed` |
 * | `closed` | the life is over; `connect()` starts another one | `connecting` |
 *
 * **Who gets a message.** While there is a handler for `message`, messages go to handlers and are not kept; `receive()`
 * and loops get those that come while they wait. Without a handler they are kept for readers, within bounds; a handler
 * that is registered later gets what was kept first. What came before the end can still be read after it.
 *
 * **What cannot be decoded** is an `error` event in its place. Without a handler for `error`, `receive()` or the loop rejects
 * once, and the next call continues with the next message.
 *
 * **Promises that nobody awaits** do not end the process if a handler of `close` or `error` is called for the same end, or
 * the program has read `closed`.
 *
 * @example One program for both
 * ```ts
 * import { EventSourceClient, type MessageStream, WebSocketClient } from "@codomyrmex/networking";
 *
 * async function read(stream: MessageStream<unknown>): Promise<number> {
 *   let count = 0;
 *   await stream.connect();
 *   for await (const _message of stream) count++; // an end that was not agreed on throws
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
  /** Resolves once, when the connection is over for good; with an error if it failed. */
  readonly closed: Promise<{ readonly error?: unknown }>;
  /** Connects; returns true when open, false if `close()` ended it first. */
  connect(): Promise<boolean>;
  /** Returns the next message, or null after a clean end. */
  receive(options?: ReceiveOptions): Promise<In | null>;
}
