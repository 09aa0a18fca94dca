/**
 * The options of an EventSourceClient.
 *
 * @module
 */

import type { Duration } from "../options/duration.ts";
import type { BodyOptions } from "../http/body/body_types.ts";
import { isSendable, toBodySource } from "../http/body/body_source.ts";
import { describe } from "../http/body/form_fields.ts";
import { HTTPClient, settingsOf } from "../http/http_client.ts";
import type { HTTPClientOptions, RequestOptions } from "../http/settings/options.ts";
import { checkMethod } from "../http/request/method.ts";
import {
  CALL_NAMES,
  CLIENT_NAMES,
  mergeSettings,
  ownRequestOptions,
} from "../http/settings/settings.ts";
import { HTTP_HABITS } from "../options/http_habits.ts";
import { ownOptions } from "../options/option_names.ts";
import {
  duration,
  type OptionTable,
  text,
  that,
  wholeNumber,
  withMethods,
} from "../options/checks.ts";
import { optionsOrFlag } from "../options/options_or_flag.ts";
import { readPart } from "../options/read_options.ts";
import { IDEMPOTENT_METHODS, type RetryPolicy } from "../retry/retry_policy.ts";
import type { ParserOptions } from "../formats/event_stream_parser.ts";

/** A server-sent event, with decoded data. */
export interface EventMessage<T = string> {
  /** The event type; `message` unless the stream names one. */
  readonly type: string;
  /** The data: the lines joined with newlines, or the value that `codec` returns. */
  readonly data: T;
  /** The last event ID in force; empty when none was set. */
  readonly lastEventId: string;
}

/** When to reconnect after a stream ended or was lost. */
export interface EventReconnectOptions {
  /**
   * Attempts in a row that may fail before the client ends.
   *
   * @default {Infinity}
   */
  readonly maxRetries?: number;
  /**
   * Seconds that a stream must last to reset the count of attempts.
   *
   * @default {5}
   */
  readonly stableAfter?: Duration;
}

/**
 * The options of an EventSourceClient. Options of an HTTPClient and of a call have the same meaning and
 * defaults, except that `maxResponseSize` is off.
 */
export interface EventSourceClientOptions<T = string>
  extends Omit<HTTPClientOptions, "throwOnError" | "totalTimeout">, BodyOptions {
  /**
   * The method. Methods other than GET carry a body, as services of language models require. They are not
   * repeated unless `reconnect` is true, and have no `idleTimeout` unless it is set.
   *
   * @default {"GET"}
   */
  readonly method?: string;
  /** The HTTPClient that sends the requests, with its own options as defaults; a new one when left out. */
  readonly client?: HTTPClient;
  /**
   * Whether and when to reconnect after the stream ended or was lost. By default true for idempotent methods,
   * and false for others.
   */
  readonly reconnect?: boolean | EventReconnectOptions;
  /** Decodes the data of events, such as `jsonCodec(schema)`; without it the data is text. */
  readonly codec?: { readonly decode: (data: string) => T };
  /**
   * The longest line and the longest data of one event, in characters.
   *
   * @default {16777216}
   */
  readonly maxEventSize?: number;
  /** Starts the stream after this event: sent as Last-Event-ID. */
  readonly lastEventId?: string;
}

/** The options, read and with their defaults. */
export interface EventSourceSettings<T> {
  /** The client that was passed. */
  readonly client: HTTPClient | undefined;
  /** Makes a client for the time from `connect()` to the end. */
  readonly newClient: () => HTTPClient;
  readonly signal: AbortSignal | undefined;
  readonly method: string;
  readonly call: RequestOptions;
  readonly policy: RetryPolicy;
  readonly reconnect: boolean;
  readonly maxReconnects: number;
  readonly stableAfterMs: number;
  readonly decode: (data: string) => T;
  readonly lastEventId: string;
  readonly parser: (lastEventId: string) => ParserOptions;
}

/**
 * Characters that a header cannot carry: RFC 9110 5.5 allows no control characters but the tab, and runtimes
 * enforce it. The parser drops an ID with NUL, as the HTML Standard requires.
 */
// deno-lint-ignore no-control-regex -- it finds control characters
export const UNSENDABLE: RegExp = /[\0-\x08\x0a-\x1f\x7f]/;

const RECONNECT = {
  maxRetries: wholeNumber({ infinite: true }),
  stableAfter: duration("reconnect.stableAfter"),
} satisfies OptionTable<EventReconnectOptions>;

/** The checks of options that only event streams have. */
const OWN = {
  method: (name: string, value: unknown) => checkMethod(text(name, value)),
  client: that<HTTPClient>((value) => value instanceof HTTPClient, "an HTTPClient"),
  reconnect: optionsOrFlag(RECONNECT),
  codec: withMethods<{ decode(data: string): unknown }>("a codec such as jsonCodec()", "decode"),
  maxEventSize: wholeNumber({ min: 1 }),
  lastEventId: that<string>(
    (value) => typeof value === "string" && !UNSENDABLE.test(value),
    "a string without control characters",
  ),
} satisfies OptionTable<
  Omit<EventSourceClientOptions<unknown>, keyof HTTPClientOptions | keyof RequestOptions>
>;
const NOT_HERE = ["throwOnError", "totalTimeout", "onProgress", "idempotencyKey"];
const NAMES: ReadonlySet<string> = new Set(
  [...CALL_NAMES, ...CLIENT_NAMES, ...Object.keys(OWN)].filter((name) => !NOT_HERE.includes(name)),
);

/** Reads the options, and throws if one is wrong. */
export function readOptions<T>(
  options: EventSourceClientOptions<T> | undefined,
): EventSourceSettings<T> {
  const own = ownOptions("create an EventSourceClient", options, NAMES, undefined, HTTP_HABITS);
  const { method = "GET", client, reconnect, maxEventSize, lastEventId = "" } = readPart(own, OWN);
  const { codec } = own;
  const pick = (names: (name: string) => boolean) =>
    Object.fromEntries(Object.entries(own).filter(([name]) => names(name)));
  const shared = pick((name) => CALL_NAMES.has(name));
  const { signal, ...call }: RequestOptions = { maxResponseSize: false, ...shared };
  const newClient = () => new HTTPClient(clientOnly);
  const clientOnly = pick((name) => CLIENT_NAMES.has(name) && !CALL_NAMES.has(name));
  const [wrong] = Object.keys(clientOnly);
  if (client !== undefined && wrong !== undefined) {
    throw new TypeError(
      `Cannot create an EventSourceClient: ${wrong} belongs to the client; set it there`,
    );
  }
  const base = settingsOf(client ?? newClient()); // wrong options are refused here
  const { policy } = mergeSettings(base, shared);
  const { data, ...rest } = ownRequestOptions(method, call);
  // Refuses a wrong body; a stream with a size is checked only when it is sent.
  if (data !== undefined && data !== null && !isSendable(data)) {
    throw new TypeError(`Cannot send data that is ${describe(data)}; use text, bytes or a stream`);
  }
  toBodySource(Object(data).stream instanceof ReadableStream ? rest : { ...rest, data });
  const { maxRetries = Infinity, stableAfter = 5000 } = typeof reconnect === "object"
    ? reconnect
    : {};
  return {
    client,
    newClient,
    signal,
    method,
    call,
    policy,
    reconnect: reconnect === undefined ? IDEMPOTENT_METHODS.has(method) : reconnect !== false,
    maxReconnects: maxRetries,
    stableAfterMs: stableAfter,
    decode: codec === undefined ? (data) => data as T : (data) => codec.decode(data),
    lastEventId,
    parser: (id) => ({ lastEventId: id, ...(maxEventSize !== undefined && { maxEventSize }) }),
  };
}
