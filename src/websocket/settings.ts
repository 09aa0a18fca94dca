/**
 * What the options of a WebSocketClient come to. The names it shares with HTTP are read by the same
 * code, so they mean and refuse the same.
 *
 * @module
 */

import { type Duration, type DurationRule, toMilliseconds } from "../duration.ts";
import { bindAuth } from "../http/bound_auth.ts";
import { DEFAULT_SETTINGS, mergeSettings, type Settings } from "../http/settings.ts";
import { ownOptions } from "../option_names.ts";
import { describeURL } from "../redact.ts";
import type { ConnectionSettings, ReconnectQuestion } from "./connection_types.ts";
import { httpURL } from "./handshake_auth.ts";
import type { Provider, WebSocketClientOptions, WebSocketMessage } from "./options.ts";
import type { QueueBounds } from "../messages/queue.ts";
import type { SocketData, WebSocketConstructor } from "./socket.ts";

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
const COMMON = "timeout maxRetries retryBackoff maxRetryBackoff signal hooks auth".split(" ");
const NAMES: ReadonlySet<string> = new Set([
  ...COMMON,
  ...["headers", "closeTimeout", "reconnect", "protocols", "onConnect", "heartbeat", "inbox"],
  ...["outbox", "maxMessageSize", "codec", "correlation", "webSocket"],
]);

/** The options of `send()` and `close()`. */
export const CALLS: Readonly<Record<"send" | "close", ReadonlySet<string>>> = {
  send: new Set(["ttl", "signal"]),
  close: new Set(["code", "reason", "timeout"]),
};

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
  const { reconnect = true, heartbeat, headers, protocols, auth } = given;
  if (auth && typeof url !== "function" && URL.canParse(url)) {
    bindAuth(auth, new URL(httpURL(String(url))).origin); // what is wrong with it is told here
  }
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
      canRefresh: Boolean(auth) ||
        [url, headers, protocols].some((value) => typeof value === "function"),
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
