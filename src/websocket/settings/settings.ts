/**
 * Reads the options of a WebSocketClient. Options that HTTP has too are read by the same code, so they
 * mean and refuse the same.
 *
 * @module
 */

import { bare } from "../../runtime/bare.ts";
import { bindAuth } from "../../http/settings/bound_auth.ts";
import { checkHost } from "../../http/request/headers.ts";
import {
  applyOptions,
  SHARED,
  SHARED_DEFAULTS,
  SHARED_READERS,
  type SharedSettings,
} from "../../http/settings/shared_settings.ts";
import type { QueueBounds } from "../../messages/queue.ts";
import {
  abortSignal,
  anything,
  callable,
  type Check,
  duration,
  expect,
  flag,
  isRecord,
  list,
  type OptionTable,
  orFalse,
  text,
  that,
  wholeNumber,
  withMethods,
} from "../../options/checks.ts";
import { oneOf } from "../../options/one_of.ts";
import { optionsOrFlag } from "../../options/options_or_flag.ts";
import { SHARED_HABITS } from "../../options/habits.ts";
import { options, type Read, readOptions as readTable } from "../../options/read_options.ts";
import { describeURL } from "../../redact.ts";
import type { ConnectionSettings, ReconnectQuestion } from "../connection/connection_types.ts";
import { httpURL } from "../connection/http_url.ts";
import { checkData } from "./message.ts";
import type {
  CloseOptions,
  Correlation,
  HeartbeatOptions,
  Provider,
  SendOptions,
  WebSocketClientOptions,
  WebSocketCodec,
  WebSocketMessage,
} from "./options.ts";
import type { ReconnectOptions } from "./reconnect_options.ts";
import type { Transport } from "../../http/transport/transport.ts";
import {
  type MakeSocket,
  secondArgument,
  type SocketData,
  type WebSocketConstructor,
} from "../../runtime/web_socket.ts";

/** The options, read and with their defaults. */
export interface WebSocketSettings<In, Out> {
  readonly url: Provider<string | URL>;
  readonly common: SharedSettings;
  readonly connection: ConnectionSettings;
  readonly given: WebSocketClientOptions<In, Out>;
  readonly closeTimeoutMs: number;
  readonly inbox: QueueBounds<string>;
  readonly outbox: QueueBounds<string>;
  readonly maxMessageSize: number;
  readonly makeSocket: MakeSocket;
  readonly ping: () => SocketData;
  /** Undefined without a heartbeat. */
  readonly isPong: ((message: WebSocketMessage) => boolean) | undefined;
}

const MIB = 1024 * 1024;
const COUNT = wholeNumber({ infinite: true });

const RECONNECT = {
  maxRetries: COUNT,
  stableAfter: duration("reconnect.stableAfter"),
  codes: (name: string, value: unknown): ReadonlyMap<number, boolean> => {
    expect(isRecord(value), name, value, "an object of close codes with true or false");
    const code = wholeNumber({ min: 1000, max: 4999 });
    return new Map(
      Object.entries(value as object).map((
        [key, again],
      ) => [code(`${name} with the close code`, Number(key)), flag(`${name}[${key}]`, again)]),
    );
  },
  shouldReconnect: callable<NonNullable<ReconnectOptions["shouldReconnect"]>>(),
} satisfies OptionTable<ReconnectOptions>;

const isData = (value: unknown): boolean =>
  typeof value === "string" || value instanceof Uint8Array || value instanceof Blob;
const HEARTBEAT = {
  every: duration("heartbeat.every"),
  timeout: duration("heartbeat.timeout"),
  ping: anything,
  isPong: callable<(message: WebSocketMessage) => boolean>(),
} satisfies OptionTable<HeartbeatOptions>;

function queue<Policy extends string>(policy: Policy): Check<Partial<QueueBounds<Policy>>> {
  return options(
    {
      maxMessages: COUNT,
      maxBytes: COUNT,
      overflow: oneOf<Policy | "drop-oldest" | "drop-newest">(policy, "drop-oldest", "drop-newest"),
    } satisfies OptionTable<QueueBounds<string>>,
  );
}

const OBJECT_OR_FUNCTION = (value: unknown): boolean =>
  typeof value === "function" || (typeof value === "object" && value !== null);
const protocolList = list(text, "an array of names");

/** The check of each option. */
const TABLE = {
  ...SHARED,
  headers: that(OBJECT_OR_FUNCTION, "header fields, or a function that returns them"),
  closeTimeout: duration("closeTimeout"),
  reconnect: optionsOrFlag(RECONNECT),
  protocols: (name: string, value: unknown): Provider<string | readonly string[]> => {
    if (typeof value === "string" || typeof value === "function") return value as string;
    expect(Array.isArray(value), name, value, "a name, an array of names, or a function");
    return protocolList(name, value);
  },
  onConnect: callable(),
  heartbeat: options(HEARTBEAT),
  inbox: queue("error"),
  outbox: queue("reject"),
  maxMessageSize: orFalse(COUNT, Infinity),
  codec: withMethods<WebSocketCodec<never, never>>(
    "a codec such as jsonCodec()",
    "encode",
    "decode",
  ),
  correlation: withMethods<Correlation<never, never>>(
    "an object with ofRequest() and ofResponse()",
    "ofRequest",
    "ofResponse",
  ),
  webSocket: callable<WebSocketConstructor>("a class like WebSocket"),
  transport: that<Transport>(
    (value) => typeof (value as Transport | null)?.webSocket === "function",
    "a transport with webSocket(), such as denoTransport()",
  ),
} satisfies OptionTable<WebSocketClientOptions<never, never>>;

const HABITS = {
  ...SHARED_HABITS,
  names: SHARED_HABITS.names +
    ";write transport: denoTransport()=agent httpagent httpsagent dispatcher proxy proxies",
};

const SEND = { ttl: duration("ttl"), signal: abortSignal } satisfies OptionTable<SendOptions>;
const CLOSE = {
  code: that<number>((value) => typeof value === "number", "a number"), // its range is checkClose()'s
  reason: text,
  timeout: duration("closeTimeout"),
  drain: duration("drain"),
} satisfies OptionTable<CloseOptions>;

/** Reads the options of `send()`, its `ttl` in milliseconds. */
export function readSend(
  given: SendOptions | undefined,
): { readonly ttl?: number; readonly signal?: AbortSignal } {
  return given === undefined ? NOTHING : readTable("send", given, SEND);
}

const NOTHING = Object.freeze(Object.create(null));

/** Reads the options of `close()`, its `timeout` and `drain` in milliseconds. */
export function readClose(
  given: CloseOptions,
): Omit<CloseOptions, "timeout" | "drain"> & {
  readonly timeout?: number;
  readonly drain?: number;
} {
  return readTable("close", given, CLOSE);
}

/** Reads the options, and throws if one is wrong. */
export function readOptions<In, Out>(
  url: Provider<string | URL>,
  options: WebSocketClientOptions<In, Out> | undefined,
): WebSocketSettings<In, Out> {
  const own = readTable("create a WebSocketClient", options, TABLE, undefined, "", HABITS);
  const given: WebSocketClientOptions<In, Out> = bare({ ...options });
  const { headers: fixed, ...shared } = own;
  const common = applyOptions(
    SHARED_DEFAULTS,
    typeof fixed === "object" ? own : shared,
    SHARED_READERS,
  );
  checkHost(common.headers);
  const { headers, protocols, auth } = given;
  const { reconnect = true, heartbeat: beat, closeTimeout: closeTimeoutMs = 5000 } = own;
  if (auth && typeof url !== "function" && URL.canParse(url)) {
    bindAuth(auth, new URL(httpURL(String(url))).origin); // a wrong scheme throws here
  }
  const again: Read<typeof RECONNECT> = typeof reconnect === "boolean" ? {} : reconnect;
  const { ping = "ping", isPong = isPlainPong } = beat ?? {};
  expect(
    own.codec !== undefined || isData(ping) || typeof ping === "function",
    "heartbeat.ping",
    ping,
    "a string, a Uint8Array, a Blob, or a function that returns one; for other values set codec",
  );
  const { shouldReconnect } = again;
  return {
    url,
    common,
    given,
    connection: {
      name: typeof url === "function" ? "the WebSocket" : describeURL(String(url)),
      timeoutMs: common.timeoutMs,
      closeTimeoutMs,
      policy: common.policy,
      reconnect: reconnect !== false,
      maxReconnects: again.maxRetries ?? Infinity,
      stableAfterMs: again.stableAfter ?? 5000,
      codes: again.codes ?? new Map(),
      ...(shouldReconnect !== undefined && {
        shouldReconnect: (question: ReconnectQuestion) => {
          const answer = shouldReconnect(question);
          if (typeof answer === "boolean") return answer ? undefined : false;
          return RECONNECT_WAIT("the result of shouldReconnect", answer);
        },
      }),
      canRefresh: Boolean(auth) ||
        [url, headers, protocols, given.onConnect].some((value) => typeof value === "function"),
      heartbeat: beat && {
        everyMs: beat.every ?? 30_000,
        timeoutMs: beat.timeout ?? 10_000,
      },
    },
    closeTimeoutMs,
    inbox: { maxMessages: 10_000, maxBytes: 64 * MIB, overflow: "error", ...own.inbox },
    outbox: { maxMessages: 1000, maxBytes: 16 * MIB, overflow: "reject", ...own.outbox },
    maxMessageSize: own.maxMessageSize ?? 16 * MIB,
    makeSocket: socketMaker(own.webSocket, own.transport),
    ping: () => {
      const value: unknown = typeof ping === "function" ? ping() : ping;
      return checkData(given.codec === undefined ? value : given.codec.encode(value as Out));
    },
    isPong: beat && isPong,
  };
}

const RECONNECT_WAIT = duration("shouldReconnect", { zero: true });

/** Whether a message is the text pong, plain or as JSON. */
function isPlainPong(message: WebSocketMessage): boolean {
  return message === "pong" || message === '"pong"';
}

function socketMaker(
  given: WebSocketConstructor | undefined,
  transport: Transport | undefined,
): MakeSocket {
  const action = "Cannot create a WebSocketClient";
  if (transport !== undefined) {
    if (given === undefined) return (url, init) => transport.webSocket!(url, init);
    throw new TypeError(`${action}: use either transport or webSocket, not both`);
  }
  const webSocket = given ?? globalThis.WebSocket as WebSocketConstructor | undefined;
  if (webSocket === undefined) {
    throw new TypeError(`${action}: the runtime has no WebSocket; set webSocket`);
  }
  return (url, init) => new webSocket(url, secondArgument(init));
}
