/**
 * What options come to: one frozen {@linkcode Settings} value. A client reads its options once; a
 * call without options uses the client's settings as they are, so the common call computes nothing
 * here. Wrong options are a TypeError or RangeError before anything is sent.
 *
 * @module
 */

import type { AuthScheme } from "../auth/scheme.ts";
import { type Duration, toMilliseconds } from "../duration.ts";
import { addHooks, HOOK_NAMES, type HookLists, type Hooks, NO_HOOKS } from "../hooks.ts";
import { ownOptions } from "../option_names.ts";
import { IDEMPOTENT_METHODS, RETRY_STATUSES, type RetryPolicy } from "../retry.ts";
import type { BoundAuth } from "./bound_auth.ts";
import { BODY_OPTIONS } from "./body.ts";
import { type HeaderRecord, mergeHeaders, NO_HEADERS } from "./headers.ts";
import type { CommonOptions, HTTPClientOptions, RequestOptions, RetryOptions } from "./options.ts";
import { mergeParams, NO_PARAMS, type Params } from "./url.ts";

/** What options come to. Durations are milliseconds; a clock that is off is `Infinity`. */
export interface Settings {
  readonly timeoutMs: number;
  readonly totalTimeoutMs: number;
  readonly idleTimeoutMs: number;
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
  maxRedirects: 10,
  sensitiveHeaders: [],
  allowCrossOriginBody: false,
  allowDowngrade: false,
  allowAnyOrigin: false,
  auth: undefined,
});

/** How each option changes the settings. */
const READERS: {
  readonly [Name in keyof CommonOptions]-?: (
    value: NonNullable<CommonOptions[Name]>,
    base: Settings,
    name: string,
  ) => Partial<Settings>;
} = {
  timeout: (value, _, name) => ({ timeoutMs: clock(name, value, 300) }),
  totalTimeout: (value, _, name) => ({ totalTimeoutMs: clock(name, value) }),
  idleTimeout: (value, _, name) => ({ idleTimeoutMs: clock(name, value, 300) }),
  maxRetries: (value, { policy }, name) => ({
    policy: { ...policy, maxRetries: count(name, value) },
  }),
  retryBackoff: (value, { policy }, name) => ({
    policy: { ...policy, backoffMs: duration(name, value, 60, true) },
  }),
  maxRetryBackoff: (value, { policy }, name) => ({
    policy: { ...policy, maxBackoffMs: duration(name, value, 60) },
  }),
  maxRetryAfter: (value, { policy }, name) => ({
    policy: { ...policy, maxRetryAfterMs: duration(name, value, Infinity, true) },
  }),
  retry: readRetry,
  headers: (value, base) => ({ headers: mergeHeaders(base.headers, value) }),
  params: (value, base) => ({ params: mergeParams(base.params, value) }),
  signal: (value, { signals }, name) => {
    check(name, value, value instanceof AbortSignal, "an AbortSignal");
    return { signals: [...signals, value] };
  },
  context: (value, { context }, name) => {
    check(name, value, typeof value === "object" && value !== null, "an object");
    return { context: Object.freeze({ ...context, ...value }) };
  },
  urlTemplate: (value, _, name) => {
    check(name, value, typeof value === "string", "a string");
    return { urlTemplate: value };
  },
  hooks: (value, { hooks }) => ({ hooks: addHooks(hooks, checkHooks(value)) }),
  throwOnError: flag,
  maxResponseSize: (value, _, name) => ({
    maxResponseSize: value === false ? Infinity : count(name, value),
  }),
  maxRedirects: (value, _, name) => ({ maxRedirects: count(name, value) }),
  sensitiveHeaders: (value, { sensitiveHeaders }, name) => ({
    sensitiveHeaders: [...sensitiveHeaders, ...headerNames(name, value)],
  }),
  allowCrossOriginBody: flag,
  allowDowngrade: flag,
  allowAnyOrigin: flag,
  // A scheme is bound where its origin is known: see `withAuth`.
  auth: (value, _, name) => {
    const isScheme = typeof (value as Partial<AuthScheme> | null)?.authenticate === "function";
    check(name, value, value === false || isScheme, "a scheme such as basicAuth(), or false");
    return value === false ? { auth: undefined } : {};
  },
};

const COMMON_NAMES: readonly string[] = Object.keys(READERS);
const CLIENT_ONLY: readonly string[] = [
  "baseUrl",
  "use",
  "retryBudget",
  "transport",
  "addressPolicy",
  "cookies",
];
const CALL_ONLY: readonly string[] = [...BODY_OPTIONS, "idempotencyKey", "onProgress"];

/** The names of every option of a call. */
export const CALL_NAMES: ReadonlySet<string> = new Set([...COMMON_NAMES, ...CALL_ONLY]);
/** The names of every option of a client. */
export const CLIENT_NAMES: ReadonlySet<string> = new Set([...COMMON_NAMES, ...CLIENT_ONLY]);
const NOT_IN_CALL = new Map(CLIENT_ONLY.map((name) => [name, "the client, not to a call"]));
const NOT_IN_CLIENT = new Map(CALL_ONLY.map((name) => [name, "a call, not to the client"]));

/** A client's own options, names checked. */
export function ownClientOptions(given: HTTPClientOptions | undefined): HTTPClientOptions {
  return ownOptions("create an HTTPClient", given, CLIENT_NAMES, NOT_IN_CLIENT);
}

/** A call's own options, names checked. */
export function ownRequestOptions(method: string, given: RequestOptions): RequestOptions {
  return ownOptions(`make a ${method} request`, given, CALL_NAMES, NOT_IN_CALL);
}

/**
 * `base` with `options` on top. The options must be own properties only, as `ownClientOptions` and
 * `ownRequestOptions` give them.
 */
export function mergeSettings(base: Settings, options: CommonOptions): Settings {
  let merged = base;
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(READERS, name)) continue;
    const read: (value: never, base: Settings, name: string) => Partial<Settings> =
      READERS[name as keyof CommonOptions];
    merged = { ...merged, ...read(value as never, merged, name) };
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

/** A clock, which `false` switches off. */
function clock(name: string, value: Duration | false, largestBareSeconds = Infinity): number {
  const ms = toMilliseconds(name, value, { largestBareSeconds });
  return ms === false ? Infinity : ms;
}

/** A duration that cannot be switched off. */
function duration(
  name: string,
  value: Duration,
  largestBareSeconds: number,
  allowZero = false,
): number {
  check(name, value, (value as unknown) !== false, "a duration");
  return toMilliseconds(name, value, { largestBareSeconds, allowZero }) as number;
}

function count(name: string, value: number): number {
  check(name, value, typeof value === "number", "a number");
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new RangeError(`Cannot use ${name}: ${value}: it must be a whole number, zero or more`);
}

function flag(value: boolean, _base: Settings, name: string): Partial<Settings> {
  check(name, value, typeof value === "boolean", "true or false");
  return { [name]: value };
}

function check(name: string, value: unknown, valid: boolean, required: string): void {
  if (valid) return;
  const kind = value === null ? "null" : Array.isArray(value) ? "an array" : `a ${typeof value}`;
  throw new TypeError(`Cannot use ${name} that is ${kind}: it must be ${required}`);
}

const RETRY_NAMES = new Set(["methods", "statuses", "shouldRetry"]);

function readRetry(given: RetryOptions, base: Settings): Partial<Settings> {
  const { methods, statuses, shouldRetry } = ownOptions("use retry", given, RETRY_NAMES);
  const policy = { ...base.policy };
  if (methods !== undefined) {
    check("retry.methods", methods, Array.isArray(methods), "an array of methods");
    policy.methods = new Set(methods.map(checkMethod));
  }
  if (statuses !== undefined) {
    check("retry.statuses", statuses, Array.isArray(statuses), "an array of status codes");
    for (const status of statuses) {
      if (Number.isInteger(status) && status >= 400 && status <= 599) continue;
      throw new RangeError(
        `Cannot use retry.statuses with ${status}: only 400 to 599 can be tried again`,
      );
    }
    policy.statuses = new Set(statuses);
  }
  if (shouldRetry === undefined) return { policy };
  check("retry.shouldRetry", shouldRetry, typeof shouldRetry === "function", "a function");
  return { policy, shouldRetry };
}

function headerNames(option: string, names: readonly string[]): readonly string[] {
  check(option, names, Array.isArray(names), "an array of header names");
  return Object.keys(mergeHeaders(NO_HEADERS, names.map((name) => [name, ""] as const)));
}

function checkHooks(hooks: Hooks): Hooks {
  const own = ownOptions("use hooks", hooks, new Set<string>(HOOK_NAMES));
  for (const [name, hook] of Object.entries(own)) {
    check(`hooks.${name}`, hook, typeof hook === "function", "a function");
  }
  return own;
}

/** Methods that fetch refuses (Fetch Standard, "forbidden method"). */
const FORBIDDEN_METHODS: ReadonlySet<string> = new Set(["CONNECT", "TRACE", "TRACK"]);

/**
 * The method in upper case: fetch would send `patch` as it is, and servers refuse it.
 *
 * @throws {TypeError} If it is no token (RFC 9110 9.1), or one that fetch forbids.
 */
export function checkMethod(method: string): string {
  if (IDEMPOTENT_METHODS.has(method) || method === "POST") return method;
  // Checked before it is changed: the upper case of "ſ" is "S".
  if (typeof method !== "string" || !/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(method)) {
    throw new TypeError(
      `Cannot use the method ${
        typeof method === "string" ? JSON.stringify(method) : String(method)
      }: it must be a word such as GET or POST`,
    );
  }
  const upper = method.toUpperCase();
  if (FORBIDDEN_METHODS.has(upper)) {
    throw new TypeError(`Cannot use the method ${upper}: fetch does not allow it`);
  }
  return upper;
}
