/**
 * What options come to: one frozen {@linkcode Settings} value. A client reads its options once; a
 * call without options uses the client's settings as they are, so the common call computes nothing
 * here. Wrong options are a TypeError or RangeError before anything is sent.
 *
 * @module
 */

import { type Duration, type DurationRule, toMilliseconds } from "../duration.ts";
import { addHooks, HOOK_NAMES, type HookLists, type Hooks } from "../hooks.ts";
import { ownOptions } from "../option_names.ts";
import { IDEMPOTENT_METHODS, RETRY_STATUSES, type RetryPolicy } from "../retry.ts";
import { BODY_OPTIONS } from "./body.ts";
import { type HeaderRecord, mergeHeaders, NO_HEADERS } from "./headers.ts";
import type { CommonOptions, HTTPClientOptions, RequestOptions, RetryOptions } from "./options.ts";
import { mergeParams, NO_PARAMS, type Params } from "./url.ts";

/** What options come to. Durations are milliseconds; a clock that is off is `Infinity`. */
export interface Settings {
  readonly timeoutMs: number;
  readonly totalTimeoutMs: number;
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
}

/** The defaults, which are the functional description's where it has them. */
export const DEFAULT_SETTINGS: Settings = Object.freeze({
  timeoutMs: 30_000,
  totalTimeoutMs: 120_000,
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
  hooks: {},
  throwOnError: false,
  maxResponseSize: 100 * 1024 * 1024,
  maxRedirects: 10,
  sensitiveHeaders: [],
  allowCrossOriginBody: false,
  allowDowngrade: false,
  allowAnyOrigin: false,
});

const COMMON_NAMES = [
  "timeout",
  "totalTimeout",
  "maxRetries",
  "retryBackoff",
  "maxRetryBackoff",
  "maxRetryAfter",
  "retry",
  "headers",
  "params",
  "signal",
  "context",
  "urlTemplate",
  "hooks",
  "throwOnError",
  "maxResponseSize",
  "maxRedirects",
  "sensitiveHeaders",
  "allowCrossOriginBody",
  "allowDowngrade",
  "allowAnyOrigin",
] as const satisfies readonly (keyof CommonOptions)[];
const CLIENT_ONLY: readonly string[] = ["baseUrl", "use", "transport"];
const CALL_ONLY: readonly string[] = [...BODY_OPTIONS, "idempotencyKey"];

/** The names of every option of a call. */
export const CALL_NAMES: ReadonlySet<string> = new Set([...COMMON_NAMES, ...CALL_ONLY]);
const CLIENT_NAMES: ReadonlySet<string> = new Set([...COMMON_NAMES, ...CLIENT_ONLY]);
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

const CLOCK: DurationRule = { largestBareSeconds: 300 };
const BACKOFF: DurationRule = { largestBareSeconds: 60, allowZero: true };
const MAX_BACKOFF: DurationRule = { largestBareSeconds: 60 };

/**
 * `base` with `options` on top. The options must be own properties only, as `ownClientOptions` and
 * `ownRequestOptions` give them.
 */
export function mergeSettings(base: Settings, options: CommonOptions): Settings {
  if (!COMMON_NAMES.some((name) => name in options)) return base;
  const { retry, signal, context, hooks, headers, params, urlTemplate } = options;
  check("signal", signal, signal instanceof AbortSignal, "an AbortSignal");
  check("context", context, typeof context === "object" && context !== null, "an object");
  check("urlTemplate", urlTemplate, typeof urlTemplate === "string", "a string");
  return Object.freeze({
    timeoutMs: clock("timeout", options.timeout, CLOCK) ?? base.timeoutMs,
    totalTimeoutMs: clock("totalTimeout", options.totalTimeout) ?? base.totalTimeoutMs,
    policy: mergePolicy(base.policy, options),
    shouldRetry: retryFunction(retry) ?? base.shouldRetry,
    headers: headers === undefined ? base.headers : mergeHeaders(base.headers, headers),
    params: params === undefined ? base.params : mergeParams(base.params, params),
    signals: signal === undefined ? base.signals : [...base.signals, signal],
    context: context === undefined ? base.context : Object.freeze({ ...base.context, ...context }),
    urlTemplate: urlTemplate ?? base.urlTemplate,
    hooks: hooks === undefined ? base.hooks : addHooks(base.hooks, checkHooks(hooks)),
    throwOnError: flag("throwOnError", options) ?? base.throwOnError,
    maxResponseSize: options.maxResponseSize === false
      ? Infinity
      : count("maxResponseSize", options.maxResponseSize) ?? base.maxResponseSize,
    maxRedirects: count("maxRedirects", options.maxRedirects) ?? base.maxRedirects,
    sensitiveHeaders: options.sensitiveHeaders === undefined
      ? base.sensitiveHeaders
      : [...base.sensitiveHeaders, ...headerNames(options.sensitiveHeaders)],
    allowCrossOriginBody: flag("allowCrossOriginBody", options) ?? base.allowCrossOriginBody,
    allowDowngrade: flag("allowDowngrade", options) ?? base.allowDowngrade,
    allowAnyOrigin: flag("allowAnyOrigin", options) ?? base.allowAnyOrigin,
  });
}

const RETRY_NAMES = new Set(["methods", "statuses", "shouldRetry"]);

function mergePolicy(base: RetryPolicy, options: CommonOptions): RetryPolicy {
  const retry = ownOptions<RetryOptions>("use retry", options.retry, RETRY_NAMES);
  const policy: RetryPolicy = {
    maxRetries: count("maxRetries", options.maxRetries) ?? base.maxRetries,
    backoffMs: duration("retryBackoff", options.retryBackoff, BACKOFF) ?? base.backoffMs,
    maxBackoffMs: duration("maxRetryBackoff", options.maxRetryBackoff, MAX_BACKOFF) ??
      base.maxBackoffMs,
    maxRetryAfterMs: duration("maxRetryAfter", options.maxRetryAfter, { allowZero: true }) ??
      base.maxRetryAfterMs,
    methods: retry.methods === undefined ? base.methods : methodSet(retry.methods),
    statuses: retry.statuses === undefined ? base.statuses : statusSet(retry.statuses),
  };
  if (policy.backoffMs > policy.maxBackoffMs) {
    throw new RangeError(
      `Cannot use retryBackoff: ${policy.backoffMs} ms is longer than maxRetryBackoff, ` +
        `${policy.maxBackoffMs} ms; raise maxRetryBackoff or lower retryBackoff`,
    );
  }
  return policy;
}

/** A clock, which `false` switches off. */
function clock(
  name: string,
  value: Duration | false | undefined,
  rule: DurationRule = {},
): number | undefined {
  if (value === undefined) return undefined;
  const ms = toMilliseconds(name, value, rule);
  return ms === false ? Infinity : ms;
}

/** A duration that cannot be switched off. */
function duration(
  name: string,
  value: Duration | undefined,
  rule: DurationRule,
): number | undefined {
  check(name, value, (value as unknown) !== false, "a duration, since it cannot be switched off");
  return clock(name, value, rule);
}

function count(name: string, value: number | undefined): number | undefined {
  check(name, value, typeof value === "number", "a number");
  if (value !== undefined && (!Number.isSafeInteger(value) || value < 0)) {
    throw new RangeError(`Cannot use ${name}: ${value}: it must be a whole number, zero or more`);
  }
  return value;
}

function flag(name: keyof CommonOptions, options: CommonOptions): boolean | undefined {
  const value: unknown = options[name];
  check(name, value, typeof value === "boolean", "true or false");
  return value as boolean | undefined;
}

function check(name: string, value: unknown, valid: boolean, required: string): void {
  if (valid || value === undefined) return;
  const kind = value === null ? "null" : Array.isArray(value) ? "an array" : `a ${typeof value}`;
  throw new TypeError(`Cannot use ${name} that is ${kind}: it must be ${required}`);
}

function retryFunction(retry: RetryOptions | undefined): RetryOptions["shouldRetry"] {
  if (retry === undefined || !Object.hasOwn(retry, "shouldRetry")) return undefined;
  const { shouldRetry } = retry;
  check("retry.shouldRetry", shouldRetry, typeof shouldRetry === "function", "a function");
  return shouldRetry;
}

function methodSet(methods: readonly string[]): ReadonlySet<string> {
  check("retry.methods", methods, Array.isArray(methods), "an array of methods");
  return new Set(methods.map(checkMethod));
}

function statusSet(statuses: readonly number[]): ReadonlySet<number> {
  check("retry.statuses", statuses, Array.isArray(statuses), "an array of status codes");
  for (const status of statuses) {
    if (!Number.isInteger(status) || status < 400 || status > 599) {
      throw new RangeError(
        `Cannot use retry.statuses with ${status}: only 400 to 599 can be tried again`,
      );
    }
  }
  return new Set(statuses);
}

function headerNames(names: readonly string[]): readonly string[] {
  check("sensitiveHeaders", names, Array.isArray(names), "an array of header names");
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
  const upper = typeof method === "string" ? method.toUpperCase() : "";
  if (!/^[!#$%&'*+\-.^_`|~0-9A-Z]+$/.test(upper)) {
    throw new TypeError(
      `Cannot use the method ${JSON.stringify(method)}: it must be a word such as GET or POST`,
    );
  }
  if (FORBIDDEN_METHODS.has(upper)) {
    throw new TypeError(`Cannot use the method ${upper}: fetch does not allow it`);
  }
  return upper;
}
