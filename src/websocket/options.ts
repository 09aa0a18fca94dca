/**
 * The options of a WebSocketClient, and what they come to. The names it shares with HTTP are read by
 * the same code, so they mean and refuse the same.
 *
 * @module
 */

import { type Duration, type DurationRule, toMilliseconds } from "../duration.ts";
import type { Hooks } from "../hooks.ts";
import type { HeadersOption } from "../http/headers.ts";
import { DEFAULT_SETTINGS, mergeSettings, type Settings } from "../http/settings.ts";
import { ownOptions } from "../option_names.ts";
import { describeURL } from "../redact.ts";
import type { ConnectionSettings, ReconnectQuestion } from "./connection_types.ts";
import type { QueueBounds } from "./queue.ts";
import type { SocketData, WebSocketConstructor } from "./socket.ts";

/** A message as it comes over the wire: text, or bytes. */
export type WebSocketMessage = string | Uint8Array<ArrayBuffer>;

/** What a provider is told of the attempt that it is asked for. */
export interface ConnectContext {
  /** The attempt, from 1; counted anew after a stable connection. */
  readonly attempt: number;
  /** Whether the server refused the credentials, so that kept ones must not be used again. */
  readonly refresh: boolean;
  /** Aborted when the attempt is given up. */
  readonly signal: AbortSignal;
}

/** A value, or a function that is asked for it before each attempt, within `timeout`. */
export type Provider<T> = T | ((context: ConnectContext) => T | Promise<T>);

/** The new connection, before anybody else can use it. */
export interface WebSocketSession<In, Out> {
  /** The subprotocol that was agreed on, or the empty string. */
  readonly protocol: string;
  /** Sends before everything that waits. */
  send(message: Out): void;
  /** The next message; what `onConnect` does not take goes to the client. */
  receive(): Promise<In | null>;
}

/** How messages become values and back. */
export interface WebSocketCodec<In, Out> {
  /** The message for a value. */
  readonly encode: (value: Out) => SocketData;
  /** The value of a message; what it throws is an `error` event with the raw message. */
  readonly decode: (message: WebSocketMessage) => In;
}

/** When to connect again after a connection was lost. */
export interface ReconnectOptions {
  /**
   * Attempts in a row that may fail.
   *
   * @default {Infinity}
   */
  readonly maxRetries?: number;
  /**
   * Seconds that a connection must last for the count of attempts to begin anew.
   *
   * @default {5}
   */
  readonly stableAfter?: Duration;
  /** Overrides the table for close codes: true to connect again, false to stop. */
  readonly codes?: Readonly<Record<number, boolean>>;
  /** Has the last word: whether to connect again, or after how long instead of the back-off. */
  readonly shouldReconnect?: (question: ReconnectQuestion) => boolean | Duration;
}

/** Liveness by messages of the application; no runtime shows ping frames to clients. */
export interface HeartbeatOptions {
  /**
   * Seconds of silence after which to ask.
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
   * The message that asks.
   *
   * @default {"ping"}
   */
  readonly ping?: SocketData | (() => SocketData);
  /**
   * Whether a message is an answer, which no reader gets.
   *
   * @default {(message) => message === "pong"}
   */
  readonly isPong?: (message: WebSocketMessage) => boolean;
}

/** The options of a WebSocketClient. The first seven are HTTP's, with the same defaults. */
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
   * Seconds that the back-off grows to.
   *
   * @default {60}
   */
  readonly maxRetryBackoff?: Duration;
  /** Headers of the handshake, where the runtime can send some: Deno, Node, Bun. */
  readonly headers?: Provider<HeadersOption>;
  /** Ends the client when aborted, with the signal's own reason. */
  readonly signal?: AbortSignal;
  /** `onRequest` before each handshake, `onRetry`, `onError`. */
  readonly hooks?: Pick<Hooks, "onRequest" | "onRetry" | "onError">;
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
  /** Authenticates, subscribes: called with each new connection, before what waits is sent. */
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
  /** What makes sockets; the `WebSocket` global when left out. */
  readonly webSocket?: WebSocketConstructor;
}

/** How to close. */
export interface CloseOptions {
  /**
   * 1000, or 3000 to 4999.
   *
   * @default {1000}
   */
  readonly code?: number;
  /** At most 123 bytes of UTF-8. */
  readonly reason?: string;
  /** Seconds, instead of the client's `closeTimeout`. */
  readonly timeout?: Duration;
}

/** What can be said of one message. */
export interface SendOptions {
  /** Seconds after which it is not to be sent any more; `send()` then gives false. */
  readonly ttl?: Duration;
  /** Takes it back while it waits. */
  readonly signal?: AbortSignal;
}

/** How long to wait for a message. */
export interface ReceiveOptions {
  /** Seconds; `receive()` then rejects, and consumes nothing. */
  readonly timeout?: Duration;
  /** Ends the wait, with the signal's own reason. */
  readonly signal?: AbortSignal;
}

/** The two queues. */
export interface WebSocketQueues {
  /** Messages that nobody has received yet: 10,000, 64 MiB, and `"error"` beyond. */
  readonly inbox?: Partial<QueueBounds<"error">>;
  /** Messages that cannot be handed to the socket yet: 1,000, 16 MiB, and `"reject"` beyond. */
  readonly outbox?: Partial<QueueBounds<"reject">>;
}

/** What the options come to. */
export interface WebSocketSettings<In, Out> {
  readonly url: Provider<string | URL>;
  readonly common: Settings;
  readonly connection: ConnectionSettings;
  readonly given: WebSocketClientOptions<In, Out>;
  readonly closeTimeoutMs: number;
  readonly inbox: QueueBounds<string>;
  readonly outbox: QueueBounds<string>;
  readonly maxMessageSize: number;
  readonly webSocket: WebSocketConstructor;
  readonly ping: () => SocketData;
  readonly isPong: (message: WebSocketMessage) => boolean;
}

const MIB = 1024 * 1024;
const COMMON = ["timeout", "maxRetries", "retryBackoff", "maxRetryBackoff", "signal", "hooks"];
const NAMES: ReadonlySet<string> = new Set([
  ...COMMON,
  ...["headers", "closeTimeout", "reconnect", "protocols", "onConnect", "heartbeat", "inbox"],
  ...["outbox", "maxMessageSize", "codec", "webSocket"],
]);

/** Reads the options, and refuses wrong ones. */
export function readOptions<In, Out>(
  url: Provider<string | URL>,
  options: WebSocketClientOptions<In, Out> | undefined,
): WebSocketSettings<In, Out> {
  const given = ownOptions("create a WebSocketClient", options, NAMES);
  const shared = Object.fromEntries(
    Object.entries(given).filter(([name, value]) =>
      COMMON.includes(name) || (name === "headers" && typeof value !== "function")
    ),
  );
  const common = mergeSettings(DEFAULT_SETTINGS, shared);
  const { reconnect = true, heartbeat, headers, protocols } = given;
  const again = typeof reconnect === "boolean" ? {} : ownOptions(
    "use reconnect",
    reconnect,
    new Set(["maxRetries", "stableAfter", "codes", "shouldReconnect"]),
  );
  const beat = heartbeat &&
    ownOptions("use heartbeat", heartbeat, new Set(["every", "timeout", "ping", "isPong"]));
  const { ping = "ping", isPong = isPlainPong } = beat ?? {};
  const { shouldReconnect } = again;
  const webSocket = given.webSocket ?? globalThis.WebSocket as WebSocketConstructor | undefined;
  if (typeof webSocket !== "function") {
    throw new TypeError("Cannot create a WebSocketClient: there is no WebSocket; give webSocket");
  }
  return {
    url,
    common,
    given,
    connection: {
      name: typeof url === "function" ? "the WebSocket" : describeURL(String(url)),
      timeoutMs: common.timeoutMs,
      policy: common.policy,
      reconnect: reconnect !== false,
      maxReconnects: count("reconnect.maxRetries", again.maxRetries ?? Infinity),
      stableAfterMs: duration("reconnect.stableAfter", again.stableAfter ?? 5),
      codes: new Map(Object.entries(again.codes ?? {}).map(([code, go]) => [Number(code), go])),
      ...(shouldReconnect !== undefined && {
        shouldReconnect: (question: ReconnectQuestion) => {
          const answer = shouldReconnect(question);
          if (typeof answer === "boolean") return answer ? undefined : false;
          return duration("the result of shouldReconnect", answer, { allowZero: true });
        },
      }),
      canRefresh: [url, headers, protocols].some((value) => typeof value === "function"),
      heartbeat: beat && {
        everyMs: duration("heartbeat.every", beat.every ?? 30),
        timeoutMs: duration("heartbeat.timeout", beat.timeout ?? 10),
      },
    },
    closeTimeoutMs: closeTimeout(given.closeTimeout ?? 5),
    inbox: bounds("inbox", given.inbox, 10_000, 64 * MIB, "error"),
    outbox: bounds("outbox", given.outbox, 1000, 16 * MIB, "reject"),
    maxMessageSize: given.maxMessageSize === false
      ? Infinity
      : count("maxMessageSize", given.maxMessageSize ?? 16 * MIB),
    webSocket,
    ping: typeof ping === "function" ? ping : () => ping,
    isPong: beat === undefined ? () => false : isPong,
  };
}

function isPlainPong(message: WebSocketMessage): boolean {
  return message === "pong";
}

/** `closeTimeout`, or the `timeout` of one `close()`, in milliseconds. */
export function closeTimeout(value: Duration): number {
  return duration("closeTimeout", value, { largestBareSeconds: 60 });
}

/** A duration in milliseconds that cannot be switched off. */
export function duration(name: string, value: Duration, rule: DurationRule = {}): number {
  const ms = toMilliseconds(name, value, rule);
  if (ms !== false) return ms;
  throw new TypeError(`Cannot use ${name}: false: it cannot be switched off; give seconds`);
}

function bounds(
  name: string,
  given: Partial<QueueBounds<string>> | undefined,
  maxMessages: number,
  maxBytes: number,
  overflow: string,
): QueueBounds<string> {
  const fallback = { maxMessages, maxBytes, overflow };
  const known = new Set(Object.keys(fallback));
  const merged = { ...fallback, ...ownOptions(`use ${name}`, given, known) };
  const policies = [overflow, "drop-oldest", "drop-newest"];
  if (!policies.includes(merged.overflow)) {
    throw new RangeError(
      `Cannot use ${name}.overflow: ${JSON.stringify(merged.overflow)}: it must be one of ${
        policies.join(", ")
      }`,
    );
  }
  count(`${name}.maxMessages`, merged.maxMessages);
  count(`${name}.maxBytes`, merged.maxBytes);
  return merged;
}

function count(name: string, value: number): number {
  if (typeof value !== "number") throw new TypeError(`Cannot use ${name}: it must be a number`);
  if (value === Infinity || (Number.isSafeInteger(value) && value >= 0)) return value;
  throw new RangeError(`Cannot use ${name}: ${value}: it must be a whole number, zero or more`);
}
