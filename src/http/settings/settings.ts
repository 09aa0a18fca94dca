/**
 * What options come to: one frozen {@linkcode Settings} value. A client reads its options once; a
 * call without options uses the client's settings as they are, so the common call computes nothing
 * here. Wrong options are a TypeError or RangeError before anything is sent.
 *
 * @module
 */

import type { AuthScheme } from "./auth_scheme.ts";
import {
  mergeParams,
  NO_PARAMS,
  type Params,
  type ParamsOption,
} from "../../formats/url_params.ts";
import { addHooks, type HookLists, type Hooks, NO_HOOKS } from "../../hooks.ts";
import { ownOptions } from "../../options/option_names.ts";
import {
  abortSignal,
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
  someText,
  text,
  wholeNumber,
  withMethods,
} from "../../options/checks.ts";
import { namesOf, options, type Read, readPart } from "../../options/read_options.ts";
import type { RetryBudget } from "../../retry/retry_budget.ts";
import { IDEMPOTENT_METHODS, RETRY_STATUSES, type RetryPolicy } from "../../retry/retry_policy.ts";
import type { BodyData, FormOption } from "../body/body_source.ts";
import type { BoundAuth } from "./bound_auth.ts";
import type { CookieStore } from "./cookie_store.ts";
import {
  type HeaderRecord,
  type HeadersOption,
  mergeHeaders,
  NO_HEADERS,
} from "../request/headers.ts";
import type { ExchangeMiddleware, MiddlewareLists, OperationMiddleware } from "./middleware.ts";
import type { MultipartOption } from "../body/multipart.ts";
import type { CommonOptions, HTTPClientOptions, RequestOptions, RetryOptions } from "./options.ts";
import type { ProgressListener } from "../body/progress_meter.ts";
import { checkMethod } from "../request/method.ts";
import type { AddressPolicy, Transport } from "../transport/transport.ts";

/** What options come to. Durations are milliseconds; a clock that is off is `Infinity`. */
export interface Settings {
  readonly timeoutMs: number;
  readonly totalTimeoutMs: number;
  readonly idleTimeoutMs: number;
  /** An `idleTimeout` that was given, for event streams, which have defaults of their own. */
  readonly eventIdleMs: number | undefined;
  readonly policy: RetryPolicy;
  readonly shouldRetry: RetryOptions["shouldRetry"];
  readonly headers: HeaderRecord;
  readonly params: Params;
  readonly signals: readonly AbortSignal[];
  readonly context: Readonly<Record<string, unknown>>;
  readonly urlTemplate: string | undefined;
  readonly hooks: HookLists;
  readonly throwOnError: boolean;
  readonly maxResponseSize: number;
  /** The limit of a download: a `maxResponseSize` that was given, not the default. */
  readonly maxDownloadSize: number;
  readonly maxRedirects: number;
  readonly sensitiveHeaders: readonly string[];
  readonly allowCrossOriginBody: boolean;
  readonly allowDowngrade: boolean;
  readonly allowAnyOrigin: boolean;
  readonly auth: BoundAuth | undefined;
}

/** The defaults, which are the functional description's where it has them. */
export const DEFAULT_SETTINGS: Settings = Object.freeze({
  timeoutMs: 30_000,
  totalTimeoutMs: 120_000,
  idleTimeoutMs: 30_000,
  eventIdleMs: undefined,
  policy: Object.freeze({
    maxRetries: 3,
    backoffMs: 1000,
    maxBackoffMs: 60_000,
    maxRetryAfterMs: 60_000,
    methods: IDEMPOTENT_METHODS,
    statuses: RETRY_STATUSES,
  }),
  shouldRetry: undefined,
  headers: NO_HEADERS,
  params: NO_PARAMS,
  signals: [],
  context: Object.freeze({}),
  urlTemplate: undefined,
  hooks: NO_HOOKS,
  throwOnError: false,
  maxResponseSize: 100 * 1024 * 1024,
  maxDownloadSize: Infinity,
  maxRedirects: 10,
  sensitiveHeaders: [],
  allowCrossOriginBody: false,
  allowDowngrade: false,
  allowAnyOrigin: false,
  auth: undefined,
});

const COUNT = wholeNumber();
const HOOKS = {
  onRequest: callable(),
  onResponse: callable(),
  onRetry: callable(),
  onRedirect: callable(),
  onError: callable(),
} satisfies OptionTable<Hooks>;
/** What people write in `retry` that stands next to it. */
const NEXT_TO_RETRY: ReadonlyMap<string, string> = new Map([
  ...["limit", "retries", "attempts", "maxRetries", "count"].map((name) =>
    [name, "the client or the call: maxRetries, next to retry"] as const
  ),
  ...["delay", "backoff", "retryDelay", "interval"].map((name) =>
    [name, "the client or the call: retryBackoff, next to retry"] as const
  ),
  ["backoffLimit", "the client or the call: maxRetryBackoff, next to retry"],
]);
const RETRY = {
  methods: list<string>((name, value) => checkMethod(text(name, value)), "an array of methods"),
  statuses: list(wholeNumber({ min: 400, max: 599 }), "an array of status codes"),
  shouldRetry: callable<NonNullable<RetryOptions["shouldRetry"]>>(),
} satisfies OptionTable<RetryOptions>;
const readRetry = options(RETRY, NEXT_TO_RETRY);
const LAYERS = "an array of functions";

/** The options that the client and a call share. Headers and params are checked as they are read. */
const COMMON = {
  timeout: duration("timeout", { off: true }),
  totalTimeout: duration("totalTimeout", { off: true }),
  idleTimeout: duration("idleTimeout", { off: true }),
  maxRetries: COUNT,
  retryBackoff: duration("retryBackoff", { zero: true }),
  maxRetryBackoff: duration("maxRetryBackoff"),
  maxRetryAfter: duration("maxRetryAfter", { zero: true }),
  retry: (name: string, value: unknown): Read<typeof RETRY> => {
    expect(typeof value === "object", name, value, "an object; write maxRetries for how often");
    return readRetry(name, value);
  },
  headers: anything as Check<HeadersOption>,
  params: anything as Check<ParamsOption>,
  signal: abortSignal,
  context: record,
  urlTemplate: text,
  hooks: options(HOOKS) as Check<Hooks>,
  throwOnError: flag,
  maxResponseSize: orFalse(COUNT, Infinity),
  maxRedirects: COUNT,
  sensitiveHeaders: list(text, "an array of header names"),
  allowCrossOriginBody: flag,
  allowDowngrade: flag,
  allowAnyOrigin: flag,
  auth: orFalse(withMethods<AuthScheme>("a scheme such as basicAuth(), or false", "authenticate")),
} satisfies OptionTable<CommonOptions>;

/** The options of a call alone. Bodies are checked as they are read. */
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

/** The options of a client alone. URLs and the address policy are checked as they are read. */
const CLIENT = {
  baseUrl: anything as Check<string | URL>,
  use: options(
    {
      operation: list(callable<OperationMiddleware>(), LAYERS),
      exchange: list(callable<ExchangeMiddleware>(), LAYERS),
    } satisfies OptionTable<MiddlewareLists>,
  ),
  retryBudget: orFalse(
    withMethods<RetryBudget>("a RetryBudget, or false", "withdraw", "deposit", "balance"),
  ),
  transport: callable<Transport>("a function like fetch"),
  addressPolicy: withMethods<AddressPolicy>(
    "made by addressPolicy() of @codomyrmex/networking/address-policy",
    "guard",
  ),
  cookies: orFalse(withMethods<CookieStore>("a CookieJar, or false", "cookieHeader", "store")),
} satisfies OptionTable<Omit<HTTPClientOptions, keyof CommonOptions>>;

/** How each option changes the settings, once it is checked. */
const READERS: {
  readonly [Name in keyof typeof COMMON]: (
    value: ReturnType<(typeof COMMON)[Name]>,
    base: Settings,
  ) => Partial<Settings>;
} = {
  timeout: (timeoutMs) => ({ timeoutMs }),
  totalTimeout: (totalTimeoutMs) => ({ totalTimeoutMs }),
  idleTimeout: (idleTimeoutMs) => ({ idleTimeoutMs, eventIdleMs: idleTimeoutMs }),
  maxRetries: (maxRetries, { policy }) => ({ policy: { ...policy, maxRetries } }),
  retryBackoff: (backoffMs, { policy }) => ({ policy: { ...policy, backoffMs } }),
  maxRetryBackoff: (maxBackoffMs, { policy }) => ({ policy: { ...policy, maxBackoffMs } }),
  maxRetryAfter: (maxRetryAfterMs, { policy }) => ({ policy: { ...policy, maxRetryAfterMs } }),
  retry: ({ methods, statuses, shouldRetry }, { policy }) => ({
    policy: {
      ...policy,
      ...(methods !== undefined && { methods: new Set(methods) }),
      ...(statuses !== undefined && { statuses: new Set(statuses) }),
    },
    ...(shouldRetry !== undefined && { shouldRetry }),
  }),
  headers: (value, base) => ({ headers: mergeHeaders(base.headers, value) }),
  params: (value, base) => ({ params: mergeParams(base.params, value) }),
  signal: (value, { signals }) => ({ signals: [...signals, value] }),
  context: (value, { context }) => ({ context: Object.freeze({ ...context, ...value }) }),
  urlTemplate: (urlTemplate) => ({ urlTemplate }),
  hooks: (value, { hooks }) => ({ hooks: addHooks(hooks, value) }),
  throwOnError: (throwOnError) => ({ throwOnError }),
  maxResponseSize: (maxResponseSize) => ({ maxResponseSize, maxDownloadSize: maxResponseSize }),
  maxRedirects: (maxRedirects) => ({ maxRedirects }),
  sensitiveHeaders: (names, { sensitiveHeaders }) => ({
    sensitiveHeaders: [
      ...sensitiveHeaders,
      ...Object.keys(mergeHeaders(NO_HEADERS, names.map((name) => [name, ""] as const))),
    ],
  }),
  allowCrossOriginBody: (allowCrossOriginBody) => ({ allowCrossOriginBody }),
  allowDowngrade: (allowDowngrade) => ({ allowDowngrade }),
  allowAnyOrigin: (allowAnyOrigin) => ({ allowAnyOrigin }),
  // A scheme is bound where its origin is known: see `withAuth`.
  auth: (value) => value === false ? { auth: undefined } : {},
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

/** A client's own options; those that a call may override are checked when they are merged. */
export function ownClientOptions(given: HTTPClientOptions | undefined): HTTPClientOptions {
  const own = ownOptions("create an HTTPClient", given, CLIENT_NAMES, NOT_IN_CLIENT);
  readPart(own, CLIENT);
  return own;
}

/** A call's own options; those that the client has as well are checked when they are merged. */
export function ownRequestOptions(method: string, given: RequestOptions): RequestOptions {
  const own = ownOptions(`make a ${method} request`, given, CALL_NAMES, NOT_IN_CALL);
  readPart(own, CALL);
  return own;
}

/**
 * `base` with `options` on top. The options must be own properties only, as `ownClientOptions` and
 * `ownRequestOptions` give them.
 */
export function mergeSettings(base: Settings, options: CommonOptions): Settings {
  let merged = base;
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(READERS, name)) continue;
    const option = name as keyof CommonOptions;
    const read: (value: never, base: Settings) => Partial<Settings> = READERS[option];
    merged = { ...merged, ...read(COMMON[option](name, value) as never, merged) };
  }
  const { backoffMs, maxBackoffMs } = merged.policy;
  if (backoffMs > maxBackoffMs) {
    throw new RangeError(
      `Cannot use retryBackoff: ${backoffMs} ms is longer than maxRetryBackoff, ${maxBackoffMs} ms; raise maxRetryBackoff`,
    );
  }
  return Object.freeze(merged);
}

/** The settings with this scheme and no other; the names of its secrets are not shown. */
export function withAuth(settings: Settings, auth?: BoundAuth): Settings {
  const { sensitiveNames = [] } = auth?.scheme ?? {};
  const sensitiveHeaders = [...settings.sensitiveHeaders, ...sensitiveNames];
  return Object.freeze({ ...settings, auth, sensitiveHeaders });
}
