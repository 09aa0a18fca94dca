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

/** A message as it comes over the wire: text, or bytes. */
export type WebSocketMessage = string | Uint8Array<ArrayBuffer>;

/** What is known of an attempt to connect. */
export interface ConnectAttempt {
  /** The number of the attempt; 1 again after a connection that did well. */
  readonly attempt: number;
  /** Whether the server refused the credentials: then do not use cached ones. */
  readonly refresh: boolean;
}

/** What a provider gets about the attempt. */
export interface ConnectContext extends ConnectAttempt {
  /** Aborted when the attempt is abandoned. */
  readonly signal: AbortSignal;
}

/** A value, or a function that returns it and is called before each attempt, within `timeout`. */
export type Provider<T> = T | ((context: ConnectContext) => T | Promise<T>);

/** The new connection, before anybody else can use it. */
export interface WebSocketSession<In, Out> extends ConnectAttempt {
  /** The subprotocol that was agreed on, or the empty string. */
  readonly protocol: string;
  /** Sends before everything that waits. */
  send(message: Out): void;
  /**
   * The next message; what `onConnect` does not take goes to the client. Null when `onConnect` is done, or
   * the connection is over.
   */
  receive(): Promise<In | null>;
}

/** How messages become values and back. */
export interface WebSocketCodec<In, Out> {
  /** The message for a value. */
  readonly encode: (value: Out) => SocketData;
  /**
   * The value of a message. What it throws is an `error` event with the raw message; without a handler for
   * `error` the reader gets it instead of the message.
   */
  readonly decode: (message: WebSocketMessage) => In;
}

/** Liveness by messages of the application; no runtime shows ping frames to clients. */
export interface HeartbeatOptions {
  /**
   * Seconds of silence before the ping.
   *
   * @default {30}
   */
  readonly every?: Duration;
  /**
   * Seconds to wait for any message after that, before the connection is given up.
   *
   * @default {10}
   */
  readonly timeout?: Duration;
  /**
   * The message to send, or a function that returns it: a value for the codec, which encodes the default too.
   * Without a codec it is a string, a Uint8Array or a Blob.
   *
   * @default {"ping"}
   */
  readonly ping?: unknown;
  /**
   * Whether a raw message is an answer, which no reader gets. By default that is the text pong, also as JSON.
   *
   * @default {(message) => message === "pong" || message === '"pong"'}
   */
  readonly isPong?: (message: WebSocketMessage) => boolean;
}

/**
 * The options of a WebSocketClient. The first eight are HTTP's, with the same defaults.
 *
 * What runtimes do not let a client do, and what it does instead:
 *
 * | runtime | fact | consequence |
 * | --- | --- | --- |
 * | all | reading cannot be paused | `inbox` is bounded by its policy: the client ends, or drops messages |
 * | all but Bun | no ping frames | `heartbeat` sends messages |
 * | browsers | a handshake has no headers | `headers`, and `auth` that needs them, are `protocol_error`; use `apiKeyAuth({ in: "query" })`, `protocols` or `onConnect` |
 * | browsers; Deno over wss: | a refused handshake has no status and no cause | `connection_failed`, which is tried again, 20 times at most |
 * | Deno, Node, browsers | a socket whose peer never answers the close frame lives on | `close()` ends in time; the socket may keep the process alive. Those of Bun and npm:ws are terminated |
 * | Deno | small messages wait some 40 ms for the last one's acknowledgement (Nagle) | send one message instead of several, or give `webSocket` of npm:ws |
 * | Deno | `ws:` through an HTTP proxy is no CONNECT | a proxy that does not forward Upgrade refuses; use `wss:` |
 * | Deno | the accept key, extensions and masks of a server are not checked | a wrong server opens, and sends garbage |
 * | Deno | a Blob that is being read is not in `bufferedAmount` | Blobs are not slowed down |
 * | Node | the peer's close frame is reported when TCP ends, without its code | the socket is looked at every 5 s; the code is 1006 |
 * | Node 24 | the WebSocket repeats a handshake that got 401 | the server sees two for one attempt |
 * | older workerd | a socket lacks `bufferedAmount`, `readyState` or `protocol` | it counts as: nothing waits, open, no protocol |
 *
 * @example Log in over each connection, and stay alive
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
 *     session.send("login t0ken"); // `session.refresh` says whether the last one was refused
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
   * Seconds for one handshake with all providers and `onConnect`; `false` switches it off.
   *
   * @default {30}
   */
  readonly timeout?: Duration | false;
  /**
   * Attempts after the first, to get the first connection.
   *
   * @default {3}
   */
  readonly maxRetries?: number;
  /**
   * Seconds that the first wait can be long; doubles with each.
   *
   * @default {1.0}
   */
  readonly retryBackoff?: Duration;
  /**
   * Seconds that the backoff grows to. For a program that people wait at, 5 to 10 is better.
   *
   * @default {60}
   */
  readonly maxRetryBackoff?: Duration;
  /** Headers of the handshake. Browsers cannot send any. */
  readonly headers?: Provider<HeadersOption>;
  /**
   * Proves who is calling; asked again before each attempt. What puts a header on the handshake
   * needs a runtime that can (Deno, Node, Bun); in browsers use `apiKeyAuth({ in: "query" })`,
   * `protocols` or `onConnect`. A scheme that waits for a challenge is `auth_failed`.
   */
  readonly auth?: AuthScheme | false;
  /** Ends the client when aborted, with the signal's own reason. */
  readonly signal?: AbortSignal;
  /** `onRequest` before each handshake, `onResponse` after it, `onRetry`, `onError`. */
  readonly hooks?: Pick<Hooks, "onRequest" | "onResponse" | "onRetry" | "onError">;
  /**
   * Seconds that `close()` takes at most, whatever the peer does.
   *
   * @default {5}
   */
  readonly closeTimeout?: Duration;
  /**
   * Whether and when to connect again after the connection is lost.
   *
   * @default {true}
   */
  readonly reconnect?: boolean | ReconnectOptions;
  /** Subprotocols to offer; the server must choose one of them. */
  readonly protocols?: Provider<string | readonly string[]>;
  /**
   * Authenticates, subscribes: called with each new connection, before what waits is sent. After the server
   * refused the credentials it is called once more, with `refresh: true`.
   */
  readonly onConnect?: (session: WebSocketSession<In, Out>) => void | Promise<void>;
  /** Asks whether the peer is still there. */
  readonly heartbeat?: HeartbeatOptions;
  /**
   * The largest message that is taken, in bytes; `false` for no limit.
   *
   * @default {16777216}
   */
  readonly maxMessageSize?: number | false;
  /** Turns messages into values and back; text and bytes pass as they are without. */
  readonly codec?: WebSocketCodec<In, Out>;
  /** Tells which message answers which: what `request()` needs. */
  readonly correlation?: Correlation<In, Out>;
  /** The class that makes sockets; the `WebSocket` global when left out. */
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
  /** Seconds for sending what waits and for closing, instead of the client's `closeTimeout`. */
  readonly timeout?: Duration;
}

/** What can be said of one message. */
export interface SendOptions {
  /** Seconds after which it is not sent any more; `send()` then resolves to false. */
  readonly ttl?: Duration;
  /** Takes it back while it waits. */
  readonly signal?: AbortSignal;
}

/** How long to wait for an answer. */
export interface SocketRequestOptions {
  /** Seconds, sending included; the client's `timeout` when left out. `false` switches it off. */
  readonly timeout?: Duration | false;
  /** Ends the wait, with the signal's own reason; an answer that comes later is a message. */
  readonly signal?: AbortSignal;
}

/** The two queues. */
export interface WebSocketQueues {
  /** Messages that nobody has received yet: at most 10,000 and 64 MiB; then `"error"`. */
  readonly inbox?: Partial<QueueBounds<"error">>;
  /** Messages that cannot be handed to the socket yet: at most 1,000 and 16 MiB; then `"reject"`. */
  readonly outbox?: Partial<QueueBounds<"reject">>;
}

/** Tells which received message answers which sent one. */
export interface Correlation<In, Out> {
  /** The key of a message that is sent by `request()`, such as its `id`. */
  readonly ofRequest: (message: Out) => string | number;
  /**
   * The key that a received message answers, or undefined for one that answers none. Keys are compared as
   * they are: the text "1" does not answer the request 1.
   */
  readonly ofResponse: (message: In) => string | number | undefined;
}
