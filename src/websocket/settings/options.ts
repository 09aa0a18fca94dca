/**
 * The options of a WebSocketClient and of its calls.
 *
 * @module
 */

import type { AuthScheme } from "../../http/settings/auth_scheme.ts";
import type { DrainOptions } from "../../options/drain_options.ts";
import type { Duration } from "../../options/duration.ts";
import type { Hooks } from "../../hooks.ts";
import type { HeadersOption } from "../../http/request/headers.ts";
import type { QueueBounds } from "../../messages/queue.ts";
import type { ReconnectOptions } from "./reconnect_options.ts";
import type { Transport } from "../../http/transport/transport.ts";
import type { SocketData, WebSocketConstructor } from "../../runtime/web_socket.ts";

/** A raw message: text or bytes. */
export type WebSocketMessage = string | Uint8Array<ArrayBuffer>;

/** An attempt to connect. */
export interface ConnectAttempt {
  /** The number of the attempt, counted from 1 after the last stable connection. */
  readonly attempt: number;
  /** Whether the server refused the last credentials: do not use cached ones then. */
  readonly refresh: boolean;
}

/** What a provider function is called with. */
export interface ConnectContext extends ConnectAttempt {
  /** Aborted when the attempt is abandoned. */
  readonly signal: AbortSignal;
}

/** A value, or a function that returns it and is called before each attempt, within `timeout`. */
export type Provider<T> = T | ((context: ConnectContext) => T | Promise<T>);

/** A new connection, as `onConnect` sees it: only `onConnect` can use it yet. */
export interface WebSocketSession<In, Out> extends ConnectAttempt {
  /** The subprotocol that was agreed on, or the empty string. */
  readonly protocol: string;
  /** Sends a message before those in the outbox. */
  send(message: Out): void;
  /**
   * Returns the next message, or null when `onConnect` is done or the connection has ended. Messages that
   * `onConnect` does not read go to the client.
   */
  receive(): Promise<In | null>;
}

/** Encodes values as messages, and decodes messages. */
export interface WebSocketCodec<In, Out> {
  /** Returns the message for a value. */
  readonly encode: (value: Out) => SocketData;
  /**
   * Returns the value of a message. An error that it throws is an `error` event with the raw message. Without a
   * handler for `error`, the reader gets the error instead of the message.
   */
  readonly decode: (message: WebSocketMessage) => In;
}

/** Checks that the peer is alive, by messages of the application: only Bun shows ping frames to clients. */
export interface HeartbeatOptions {
  /**
   * Seconds of silence before the ping.
   *
   * @default {30}
   */
  readonly every?: Duration;
  /**
   * Seconds to wait for any message after the ping, before the client reconnects.
   *
   * @default {10}
   */
  readonly timeout?: Duration;
  /**
   * The ping message, or a function that returns it. The codec encodes it, the default too. Without a codec it
   * is a string, a Uint8Array or a Blob.
   *
   * @default {"ping"}
   */
  readonly ping?: unknown;
  /**
   * Whether a raw message is a pong, which is not delivered. By default that is the text pong, also as JSON.
   *
   * @default {(message) => message === "pong" || message === '"pong"'}
   */
  readonly isPong?: (message: WebSocketMessage) => boolean;
}

/**
 * The options of a WebSocketClient. The first eight are those of HTTP, with the same defaults.
 *
 * Limits of the runtimes:
 *
 * | runtime | fact | consequence |
 * | --- | --- | --- |
 * | all | the socket cannot pause reading | a full `inbox` follows its policy: it ends the client, or drops messages |
 * | all but Bun | no ping frames | `heartbeat` sends messages |
 * | browsers | a handshake carries no headers | `headers`, and `auth` that needs them, are `protocol_error`; use `apiKeyAuth({ in: "query" })`, `protocols` or `onConnect` |
 * | browsers; Deno over wss: | a refused handshake has no status and no cause | `connection_failed`, retried 20 times at most |
 * | Deno, Node, browsers | a socket stays open until the peer sends its close frame | `close()` ends in time, but the socket may keep the process alive. Sockets of Bun and npm:ws are terminated |
 * | Deno | a small message waits about 40 ms for the acknowledgement of the one before (Nagle) | send one message instead of several, or set `webSocket` to the class of npm:ws |
 * | Deno | `ws:` through an HTTP proxy does not use CONNECT | a proxy that does not forward Upgrade refuses; use `wss:` |
 * | Deno | the accept key, extensions and masks of a server are not checked | a connection to a faulty server opens, and its messages are garbage |
 * | Deno | a Blob that is being read is not in `bufferedAmount` | no backpressure for Blobs |
 * | Node | the peer's close frame is reported when TCP ends, without its code | the client checks the socket every 5 s; the code is 1006 |
 * | Node 24 | the WebSocket repeats a handshake that got 401 | the server sees two handshakes for one attempt |
 * | older workerd | a socket lacks `bufferedAmount`, `readyState` or `protocol` | the defaults are 0, open, and no protocol |
 *
 * @example Log in over each connection, and send heartbeats
 * ```ts
 * import { WebSocketClient } from "@codomyrmex/networking";
 *
 * const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
 *   const { socket, response } = Deno.upgradeWebSocket(request);
 *   socket.onmessage = ({ data }) => {
 *     if (data === "login t0ken") socket.send("welcome");
 *     if (data === "subscribe news") socket.send("news 1");
 *   };
 *   return response;
 * });
 * await using client = new WebSocketClient(`ws://127.0.0.1:${server.addr.port}`, {
 *   async onConnect(session) {
 *     session.send("login t0ken"); // `session.refresh` is true if the last login was refused
 *     if (await session.receive() !== "welcome") throw new Error("the login was refused");
 *     session.send("subscribe news");
 *   },
 *   heartbeat: { every: 20, timeout: 5 },
 *   maxRetryBackoff: 10,
 * });
 * await client.connect();
 * console.log(await client.receive()); // news 1
 * await client.close();
 * await server.shutdown();
 * ```
 */
export interface WebSocketClientOptions<In = WebSocketMessage, Out = SocketData>
  extends WebSocketQueues {
  /**
   * Seconds for one handshake, its provider functions and `onConnect` included; `false` switches it off.
   *
   * @default {30}
   */
  readonly timeout?: Duration | false;
  /**
   * Retries of the first connection. `reconnect.maxRetries` is for lost connections.
   *
   * @default {3}
   */
  readonly maxRetries?: number;
  /**
   * Maximum of the first random wait, in seconds; doubles with each retry.
   *
   * @default {1.0}
   */
  readonly retryBackoff?: Duration;
  /**
   * Maximum of all waits, in seconds. In interactive programs, 5 to 10 is better.
   *
   * @default {60}
   */
  readonly maxRetryBackoff?: Duration;
  /** Headers of the handshake. Browsers cannot send any. */
  readonly headers?: Provider<HeadersOption>;
  /**
   * The credentials; the scheme is called before each attempt. A scheme that sets a header needs Deno, Node,
   * Bun or workerd; in browsers use `apiKeyAuth({ in: "query" })`, `protocols` or `onConnect`. A scheme that waits
   * for a challenge is `auth_failed`.
   */
  readonly auth?: AuthScheme | false;
  /** Ends the client when aborted, with the signal's own reason. */
  readonly signal?: AbortSignal;
  /** `onRequest` before each handshake, `onResponse` after it, `onRetry`, `onError`. */
  readonly hooks?: Pick<Hooks, "onRequest" | "onResponse" | "onRetry" | "onError">;
  /**
   * Seconds that `close()` takes at most, even if the peer does not respond.
   *
   * @default {5}
   */
  readonly closeTimeout?: Duration;
  /**
   * Whether and when to reconnect after the connection is lost.
   *
   * @default {true}
   */
  readonly reconnect?: boolean | ReconnectOptions;
  /** Subprotocols to offer; the server must choose one of them. */
  readonly protocols?: Provider<string | readonly string[]>;
  /**
   * Authenticates or subscribes: called with each new connection, before waiting messages are sent. After the
   * server refused the credentials it is called again once, with `refresh: true`.
   */
  readonly onConnect?: (session: WebSocketSession<In, Out>) => void | Promise<void>;
  /** Detects a dead connection by pings after silence. Off when left out. */
  readonly heartbeat?: HeartbeatOptions;
  /**
   * The largest accepted message, in bytes; `false` for no limit.
   *
   * @default {16777216}
   */
  readonly maxMessageSize?: number | false;
  /** Encodes and decodes messages; without it, messages are text and bytes. */
  readonly codec?: WebSocketCodec<In, Out>;
  /** Matches responses to requests; `request()` needs it. */
  readonly correlation?: Correlation<In, Out>;
  /** The WebSocket class; the global `WebSocket` when left out. */
  readonly webSocket?: WebSocketConstructor;
  /**
   * Makes sockets with connection options, such as `denoTransport()` of `./transports/deno`: proxy,
   * certificates, Unix socket. `close()` closes it.
   */
  readonly transport?: Transport;
}

/** How to close. */
export interface CloseOptions extends DrainOptions {
  /**
   * 1000, or 3000 to 4999.
   *
   * @default {1000}
   */
  readonly code?: number;
  /** At most 123 bytes of UTF-8. */
  readonly reason?: string;
  /** Seconds for sending waiting messages and for closing, instead of the client's `closeTimeout`. */
  readonly timeout?: Duration;
}

/** The options of `send()`. */
export interface SendOptions {
  /** Seconds that the message may wait; after that it is discarded, and `send()` resolves to false. */
  readonly ttl?: Duration;
  /** Withdraws the message while it waits. */
  readonly signal?: AbortSignal;
}

/** The options of `request()`. */
export interface SocketRequestOptions {
  /** Seconds, sending included; the client's `timeout` when left out. `false` switches it off. */
  readonly timeout?: Duration | false;
  /** Ends the wait, with the signal's own reason; a response that comes later is an ordinary message. */
  readonly signal?: AbortSignal;
}

/** The two queues. */
export interface WebSocketQueues {
  /** The messages that wait for a reader: by default at most 10,000 and 64 MiB; then `"error"`. */
  readonly inbox?: Partial<QueueBounds<"error">>;
  /** The messages that wait for the socket: by default at most 1,000 and 16 MiB; then `"reject"`. */
  readonly outbox?: Partial<QueueBounds<"reject">>;
}

/** Matches received messages to the requests they respond to. */
export interface Correlation<In, Out> {
  /** Returns the key of a message sent by `request()`, such as its `id`. */
  readonly ofRequest: (message: Out) => string | number;
  /**
   * Returns the key of the request that a received message responds to, or undefined if there is none. Keys are
   * not converted: the text "1" does not match the request 1.
   */
  readonly ofResponse: (message: In) => string | number | undefined;
}
