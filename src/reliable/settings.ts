/**
 * The options of both ends, checked.
 *
 * @module
 */

import {
  anything,
  callable,
  type Check,
  duration,
  orFalse,
  that,
  wholeNumber,
  withMethods,
} from "../options/checks.ts";
import { oneOf } from "../options/one_of.ts";
import type { QueueBounds } from "../messages/queue.ts";
import { options as nested, type Read, readOptions } from "../options/read_options.ts";
import type { SocketData } from "../runtime/web_socket.ts";
import type {
  WebSocketClientOptions,
  WebSocketCodec,
  WebSocketMessage,
} from "../websocket/settings/options.ts";
import type { HalfBounds } from "./channel/half.ts";
import { CLOSE, controlFrame, RELIABLE_PROTOCOL } from "./channel/wire.ts";
import type { ReliableStore } from "./channel/journal.ts";
import type { ReliableClientOptions, ReliableServerOptions } from "./options.ts";
import type { ReliableSession } from "./reliable_session.ts";

const MIB = 1024 * 1024;
const COUNT = wholeNumber({ infinite: true });
const QUEUE = nested({ maxMessages: COUNT, maxBytes: COUNT });
const CODEC: Check<WebSocketCodec<never, never>> = withMethods(
  "an object with encode() and decode()",
  "encode",
  "decode",
);
const BOTH = {
  codec: CODEC,
  maxUnackedMessages: wholeNumber({ min: 1, infinite: true }),
  maxUnackedBytes: wholeNumber({ min: 1, infinite: true }),
  outbox: QUEUE,
  inbox: QUEUE,
  maxMessageSize: orFalse(wholeNumber({ min: 1, infinite: true }), Infinity),
  closeTimeout: duration("closeTimeout"),
};
const CLIENT = {
  ...BOTH,
  ...{ auth: anything, headers: anything, hooks: anything, maxRetries: anything },
  ...{ maxRetryBackoff: anything, protocols: anything, reconnect: anything },
  ...{ retryBackoff: anything, signal: anything, timeout: anything, webSocket: anything },
  store: withMethods<ReliableStore>(
    "a shared state, with get(), set() and compareAndSet()",
    ...["get", "set", "compareAndSet"] as const,
  ),
  storeKey: that<string | readonly string[]>(
    (value) =>
      (typeof value === "string" && value !== "") ||
      (Array.isArray(value) && value.length > 0 && value.every((part) => typeof part === "string")),
    "a string, or an array of strings",
  ),
  heartbeat: orFalse(nested({
    every: duration("heartbeat.every"),
    timeout: duration("heartbeat.timeout"),
  })),
};
const SERVER = {
  ...BOTH,
  onSession: callable<(session: never) => unknown>(),
  ttl: duration("ttl"),
  timeout: duration("timeout"),
  idleTimeout: duration("idleTimeout", { off: true }),
  overflow: oneOf<"expire" | "reject">("expire", "reject"),
  maxDetachedSessions: COUNT,
  maxDetachedBytes: COUNT,
};
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ["onConnect", "a WebSocketClient; the subprotocol allows no other messages"],
  ["correlation", "a WebSocketClient; use rpc() for requests"],
]);

/** The settings of both ends. */
export interface ReliableSettings<In, Out> {
  readonly codec: WebSocketCodec<In, Out> | undefined;
  readonly bounds: HalfBounds;
  readonly inbox: QueueBounds<string>;
  readonly maxMessageSize: number;
  readonly closeTimeoutMs: number;
}

/** The settings of a server; durations are in milliseconds. */
export interface ServerSettings<In, Out> extends ReliableSettings<In, Out> {
  readonly onSession: (session: ReliableSession<In, Out>) => unknown;
  readonly ttlMs: number;
  readonly timeoutMs: number;
  readonly idleMs: number;
  readonly overflow: "expire" | "reject";
  readonly maxDetachedSessions: number;
  readonly maxDetachedBytes: number;
}

/** Reads the options of a client: its own, and those for the WebSocketClient below. */
export function readClientOptions<In, Out>(
  given: ReliableClientOptions<In, Out> | undefined,
): {
  readonly settings: ReliableSettings<In, Out>;
  readonly socket: WebSocketClientOptions<WebSocketMessage, SocketData>;
  readonly store: ReliableStore | undefined;
  readonly storeKey: readonly string[] | undefined;
} {
  const read = readOptions("create a ReliableClient", given, CLIENT, ELSEWHERE);
  const { heartbeat = {}, store, storeKey, ...rest } = read;
  const settings = common<In, Out>(read);
  return {
    settings,
    socket: socketOptions(rest, settings, heartbeat),
    store,
    storeKey: storeKey === undefined ? undefined : [storeKey].flat(),
  };
}

/** Which close codes reconnect; 1000 does, unless there was a bye. */
const CODES = {
  1000: true,
  [CLOSE.takenOver]: false,
  [CLOSE.protocol]: false,
  [CLOSE.refused]: false,
  [CLOSE.full]: false,
  [CLOSE.tooLarge]: false,
};

const PING = controlFrame({ type: "ping" });

/** The options of the WebSocketClient below. */
function socketOptions(
  given: Readonly<Record<string, unknown>>,
  { maxMessageSize, closeTimeoutMs }: Pick<
    ReliableSettings<unknown, unknown>,
    "maxMessageSize" | "closeTimeoutMs"
  >,
  heartbeat: { readonly every?: number; readonly timeout?: number } | false,
): WebSocketClientOptions<WebSocketMessage, SocketData> {
  const inherited = Object.entries(given).filter(([name]) => !Object.hasOwn(BOTH, name));
  const { protocols, reconnect }: Pick<ReliableClientOptions, "protocols" | "reconnect"> = given;
  const { codes, ...again } = typeof reconnect === "object" ? reconnect : {};
  return {
    ...Object.fromEntries(inherited),
    ...(heartbeat && {
      heartbeat: {
        every: { milliseconds: heartbeat.every ?? 30_000 },
        timeout: { milliseconds: heartbeat.timeout ?? 10_000 },
        ping: PING,
        isPong: () => false,
      },
    }),
    maxMessageSize: maxMessageSize === Infinity ? false : maxMessageSize,
    closeTimeout: { milliseconds: closeTimeoutMs },
    inbox: { maxMessages: Infinity, maxBytes: Infinity }, // frames pass; the channel has the bounds
    reconnect: reconnect === false ? false : { ...again, codes: { ...codes, ...CODES } },
    protocols: typeof protocols === "function"
      ? async (context) => [RELIABLE_PROTOCOL, ...[await protocols(context)].flat()]
      : [RELIABLE_PROTOCOL, ...[protocols ?? []].flat()],
  };
}

/** Reads the options of a server. */
export function readServerOptions<In, Out>(
  given: ReliableServerOptions<In, Out>,
): ServerSettings<In, Out> {
  const read = readOptions("create a ReliableServer", given, SERVER);
  const { onSession } = given ?? {};
  if (onSession === undefined) {
    throw new TypeError(
      "Cannot create a ReliableServer: onSession, a function for new sessions, is missing",
    );
  }
  return {
    ...common(read),
    onSession,
    ttlMs: read.ttl ?? 120_000,
    timeoutMs: read.timeout ?? 30_000,
    idleMs: read.idleTimeout ?? 90_000,
    overflow: read.overflow ?? "expire",
    maxDetachedSessions: read.maxDetachedSessions ?? 10_000,
    maxDetachedBytes: read.maxDetachedBytes ?? 256 * MIB,
  };
}

function common<In, Out>(read: Read<typeof BOTH>): ReliableSettings<In, Out> {
  const { outbox = {}, inbox = {} } = read;
  return {
    codec: read.codec as WebSocketCodec<In, Out> | undefined,
    bounds: {
      maxUnackedMessages: read.maxUnackedMessages ?? 10_000,
      maxUnackedBytes: read.maxUnackedBytes ?? MIB,
      maxWaitingMessages: outbox.maxMessages ?? 1000,
      maxWaitingBytes: outbox.maxBytes ?? 16 * MIB,
    },
    inbox: {
      maxMessages: inbox.maxMessages ?? 10_000,
      maxBytes: inbox.maxBytes ?? 64 * MIB,
      overflow: "error",
    },
    maxMessageSize: read.maxMessageSize ?? 16 * MIB,
    closeTimeoutMs: read.closeTimeout ?? 5000,
  };
}
