/**
 * Converts options to one frozen {@linkcode Settings} value. A client reads its options once; a call
 * without options reuses the client's settings and computes nothing. Wrong options throw a TypeError or
 * RangeError before anything is sent.
 *
 * @module
 */

import {
  mergeParams,
  NO_PARAMS,
  type Params,
  type ParamsOption,
} from "../../formats/url_params.ts";
import { HTTP_HABITS } from "../../options/http_habits.ts";
import { ownOptions } from "../../options/option_names.ts";
import {
  anything,
  callable,
  type Check,
  duration,
  expect,
  flag,
  list,
  type OptionTable,
  orFalse,
  record,
  text,
  wholeNumber,
  withMethods,
} from "../../options/checks.ts";
import { someText } from "../../options/some_text.ts";
import { namesOf, options, type Read, readPart } from "../../options/read_options.ts";
import type { CircuitBreaker, RequestLimiter } from "./stages.ts";
import type { RetryAccount } from "../../retry/retry_budget.ts";
import type { BodyData, FormOption } from "../body/body_types.ts";
import type { BoundAuth } from "./bound_auth.ts";
import type { CallCache } from "./call_cache.ts";
import type { CookieStore } from "./cookie_store.ts";
import { mergeHeaders, NO_HEADERS } from "../request/headers.ts";
import type { ExchangeMiddleware, MiddlewareLists, OperationMiddleware } from "./middleware.ts";
import type { MultipartOption } from "../body/form_fields.ts";
import type { CommonOptions, HTTPClientOptions, RequestOptions, RetryOptions } from "./options.ts";
import type { ProgressListener } from "../body/progress_meter.ts";
import { checkMethod } from "../request/method.ts";
import type { AddressPolicy, Transport } from "../transport/transport.ts";
import {
  applyOptions,
  type Readers,
  SHARED,
  SHARED_DEFAULTS,
  SHARED_READERS,
  type SharedSettings,
} from "./shared_settings.ts";

/** The result of all options. Durations are in milliseconds; a clock that is off is `Infinity`. */
export interface Settings extends SharedSettings {
  readonly totalTimeoutMs: number;
  readonly idleTimeoutMs: number;
  /** The `idleTimeout` of the caller, for event streams, which have other defaults. */
  readonly eventIdleMs: number | undefined;
  readonly shouldRetry: RetryOptions["shouldRetry"];
  readonly params: Params;
  readonly context: Readonly<Record<string, unknown>>;
  readonly urlTemplate: string | undefined;
  readonly throwOnError: boolean;
  readonly maxResponseSize: number;
  /** The limit of a download: the `maxResponseSize` of the caller, not the default. */
  readonly maxDownloadSize: number;
  readonly maxRedirects: number;
  readonly sensitiveHeaders: readonly string[];
  readonly allowCrossOriginBody: boolean;
  readonly allowDowngrade: boolean;
  readonly allowAnyOrigin: boolean;
  readonly auth: BoundAuth | undefined;
  readonly cookies: CookieStore | undefined;
  readonly limit: RequestLimiter | undefined;
  readonly breaker: CircuitBreaker | undefined;
  readonly cache: CallCache | undefined;
  readonly dedupe: boolean;
}

/** The default settings. */
export const DEFAULT_SETTINGS: Settings = Object.freeze({
  ...SHARED_DEFAULTS,
  totalTimeoutMs: 120_000,
  idleTimeoutMs: 30_000,
  eventIdleMs: undefined,
  shouldRetry: undefined,
  params: NO_PARAMS,
  context: Object.freeze({}),
  urlTemplate: undefined,
  throwOnError: false,
  maxResponseSize: 100 * 1024 * 1024,
  maxDownloadSize: Infinity,
  maxRedirects: 10,
  sensitiveHeaders: [],
  allowCrossOriginBody: false,
  allowDowngrade: false,
  allowAnyOrigin: false,
  auth: undefined,
  cookies: undefined,
  limit: undefined,
  breaker: undefined,
  cache: undefined,
  dedupe: false,
});

const COUNT = wholeNumber();
/** Options that callers wrongly write in `retry`, by these names or those of other clients. */
const NEXT_TO_RETRY: ReadonlyMap<string, string> = new Map(
  ["maxRetries", "retryBackoff", "maxRetryBackoff"].map((name) =>
    [name, "the client or the call, next to retry"] as const
  ),
);
const RETRY = {
  methods: list<string>((name, value) => checkMethod(text(name, value)), "an array of methods"),
  statuses: list(wholeNumber({ min: 400, max: 599 }), "an array of status codes"),
  shouldRetry: callable<NonNullable<RetryOptions["shouldRetry"]>>(),
} satisfies OptionTable<RetryOptions>;
const readRetry = options(RETRY, NEXT_TO_RETRY);
const LAYERS = "an array of functions";

/** The options that a client and a call share. Params are checked when they are read. */
const COMMON = {
  ...SHARED,
  totalTimeout: duration("totalTimeout", { off: true }),
  idleTimeout: duration("idleTimeout", { off: true }),
  maxRetryAfter: duration("maxRetryAfter", { zero: true }),
  retry: (name: string, value: unknown): Read<typeof RETRY> => {
    expect(typeof value === "object", name, value, "an object; write maxRetries for how often");
    return readRetry(name, value);
  },
  params: anything as Check<ParamsOption>,
  context: record,
  urlTemplate: text,
  throwOnError: flag,
  maxResponseSize: orFalse(COUNT, Infinity),
  maxRedirects: COUNT,
  sensitiveHeaders: list(text, "an array of header names"),
  allowCrossOriginBody: flag,
  allowDowngrade: flag,
  allowAnyOrigin: flag,
  limit: orFalse<RequestLimiter>(
    withMethods<RequestLimiter>("a Limiter, or false", "tryEnter", "enter"),
  ),
  cache: orFalse<CallCache>(
    withMethods("httpCache() of @codomyrmex/networking/cache, or false", "answer"),
  ),
  dedupe: flag,
  breaker: orFalse<CircuitBreaker>(
    withMethods<CircuitBreaker>("a Breaker, or false", "check", "enter"),
  ),
} satisfies OptionTable<CommonOptions>;

/** The options of a call only. Bodies are checked when they are read. */
const CALL = {
  json: anything,
  data: anything as Check<BodyData>,
  form: anything as Check<FormOption>,
  multipart: anything as Check<MultipartOption>,
  idempotencyKey: (name: string, value: unknown): string | true => {
    if (value === true) return value;
    expect(typeof value === "string", name, value, "a string, or true for a random one");
    return someText(name, value);
  },
  onProgress: callable<ProgressListener>(),
} satisfies OptionTable<Omit<RequestOptions, keyof CommonOptions>>;

/** The options of a client only. URLs and the address policy are checked when they are read. */
const CLIENT = {
  baseUrl: anything as Check<string | URL>,
  use: options(
    {
      operation: list(callable<OperationMiddleware>(), LAYERS),
      exchange: list(callable<ExchangeMiddleware>(), LAYERS),
    } satisfies OptionTable<MiddlewareLists>,
  ),
  retryBudget: orFalse(
    withMethods<RetryAccount>("a RetryBudget, or false", "withdraw", "deposit"),
  ),
  transport: callable<Transport>("a function like fetch"),
  addressPolicy: withMethods<AddressPolicy>(
    "made by addressPolicy() of @codomyrmex/networking/address-policy",
    "guard",
  ),
  cookies: orFalse(withMethods<CookieStore>("a CookieJar, or false", "cookieHeader", "store")),
} satisfies OptionTable<Omit<HTTPClientOptions, keyof CommonOptions>>;

/** Options whose checked value is the setting. */
const AS_THEY_ARE = [
  "urlTemplate",
  "throwOnError",
  "maxRedirects",
  "allowCrossOriginBody",
  "allowDowngrade",
  "allowAnyOrigin",
  "dedupe",
] as const;
type AllReaders = Readers<typeof COMMON, Settings>;

/** Returns the settings that each checked option changes. */
const READERS: AllReaders = {
  ...SHARED_READERS,
  ...Object.fromEntries(
    AS_THEY_ARE.map((name) => [name, (value: never) => ({ [name]: value })]),
  ) as unknown as Pick<AllReaders, typeof AS_THEY_ARE[number]>,
  totalTimeout: (totalTimeoutMs) => ({ totalTimeoutMs }),
  idleTimeout: (idleTimeoutMs) => ({ idleTimeoutMs, eventIdleMs: idleTimeoutMs }),
  maxRetryAfter: (maxRetryAfterMs, { policy }) => ({ policy: { ...policy, maxRetryAfterMs } }),
  retry: ({ methods, statuses, shouldRetry }, { policy }) => ({
    policy: {
      ...policy,
      ...(methods !== undefined && { methods: new Set(methods) }),
      ...(statuses !== undefined && { statuses: new Set(statuses) }),
    },
    ...(shouldRetry !== undefined && { shouldRetry }),
  }),
  params: (value, base) => ({ params: mergeParams(base.params, value) }),
  context: (value, { context }) => ({ context: Object.freeze({ ...context, ...value }) }),
  maxResponseSize: (maxResponseSize) => ({ maxResponseSize, maxDownloadSize: maxResponseSize }),
  sensitiveHeaders: (names, { sensitiveHeaders }) => ({
    sensitiveHeaders: [
      ...sensitiveHeaders,
      ...Object.keys(mergeHeaders(NO_HEADERS, names.map((name) => [name, ""] as const))),
    ],
  }),
  // A scheme is bound when its origin is known: see `withAuth`.
  auth: (value) => value === false ? { auth: undefined } : {},
  limit: (value) => ({ limit: value || undefined }),
  breaker: (value) => ({ breaker: value || undefined }),
  cache: (value) => ({ cache: value || undefined }),
};

/** The names of every option of a call. */
export const CALL_NAMES: ReadonlySet<string> = namesOf({ ...COMMON, ...CALL });
/** The names of every option of a client. */
export const CLIENT_NAMES: ReadonlySet<string> = namesOf({ ...COMMON, ...CLIENT });
const NOT_IN_CALL = elsewhere(CLIENT, "the client, not to a call");
const NOT_IN_CLIENT = elsewhere(CALL, "a call, not to the client");

function elsewhere(table: object, place: string): ReadonlyMap<string, string> {
  return new Map(Object.keys(table).map((name) => [name, place]));
}

/**
 * Returns the checked options of a client; those that a call may override are checked when they are merged.
 */
export function ownClientOptions(given: HTTPClientOptions | undefined): HTTPClientOptions {
  const own = ownOptions("create an HTTPClient", given, CLIENT_NAMES, NOT_IN_CLIENT, HTTP_HABITS);
  readPart(own, CLIENT);
  return own;
}

/** Returns the checked options of a call; those that a client also has are checked when they are merged. */
export function ownRequestOptions(method: string, given: RequestOptions): RequestOptions {
  const own = ownOptions(`make a ${method} request`, given, CALL_NAMES, NOT_IN_CALL, HTTP_HABITS);
  readPart(own, CALL);
  return own;
}

/**
 * Returns `base` with `options` on top. The options must be own properties only, as `ownClientOptions` and
 * `ownRequestOptions` return them.
 */
export function mergeSettings(base: Settings, options: CommonOptions): Settings {
  return applyOptions(base, readPart(options, COMMON), READERS);
}

/** Returns the settings with this scheme only; values of its secret names are redacted. */
export function withAuth(settings: Settings, auth: BoundAuth): Settings {
  const { sensitiveNames = [] } = auth.scheme;
  const sensitiveHeaders = [...settings.sensitiveHeaders, ...sensitiveNames];
  return Object.freeze({ ...settings, auth, sensitiveHeaders });
}

/** Returns the settings with this cookie store only. */
export function withCookies(settings: Settings, cookies: CookieStore | undefined): Settings {
  return Object.freeze({ ...settings, cookies });
}

/** Returns the settings without a scheme. */
export function withoutAuth(settings: Settings): Settings {
  return Object.freeze({ ...settings, auth: undefined });
}
