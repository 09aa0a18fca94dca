/**
 * The options that all protocols share. The same code reads them, so that all protocols accept and refuse
 * the same values.
 *
 * @module
 */

import { addHooks, HOOK_NAMES, type HookLists, type Hooks, NO_HOOKS } from "../../hooks.ts";
import {
  abortSignal,
  anything,
  callable,
  type Check,
  duration,
  type DurationCheck,
  type OptionTable,
  orFalse,
  wholeNumber,
  withMethods,
} from "../../options/checks.ts";
import { options } from "../../options/read_options.ts";
import { IDEMPOTENT_METHODS, RETRY_STATUSES, type RetryPolicy } from "../../retry/retry_policy.ts";
import {
  type HeaderRecord,
  type HeadersOption,
  mergeHeaders,
  NO_HEADERS,
} from "../request/headers.ts";
import type { AuthScheme } from "./auth_scheme.ts";
import type { CommonOptions } from "./options.ts";

/** The result of the shared options. Durations are in milliseconds; a clock that is off is `Infinity`. */
export interface SharedSettings {
  readonly timeoutMs: number;
  readonly policy: RetryPolicy;
  readonly headers: HeaderRecord;
  readonly signals: readonly AbortSignal[];
  readonly hooks: HookLists;
}

/** The defaults of the shared options. */
export const SHARED_DEFAULTS: SharedSettings = {
  timeoutMs: 30_000,
  policy: Object.freeze({
    maxRetries: 3,
    backoffMs: 1000,
    maxBackoffMs: 60_000,
    maxRetryAfterMs: 60_000,
    methods: IDEMPOTENT_METHODS,
    statuses: RETRY_STATUSES,
  }),
  headers: NO_HEADERS,
  signals: [],
  hooks: NO_HOOKS,
};

const HOOKS = Object.fromEntries(
  HOOK_NAMES.map((name) => [name, callable()]),
) as OptionTable<Hooks>;

/** The checks of the options. */
export interface SharedChecks {
  readonly timeout: DurationCheck;
  readonly maxRetries: Check<number>;
  readonly retryBackoff: DurationCheck;
  readonly maxRetryBackoff: DurationCheck;
  /** Header fields are checked when they are read. */
  readonly headers: Check<HeadersOption>;
  readonly signal: Check<AbortSignal>;
  readonly hooks: Check<Hooks>;
  readonly auth: Check<AuthScheme | false>;
}

/** The checks of the options. */
export const SHARED: SharedChecks = {
  timeout: duration("timeout", { off: true }),
  maxRetries: wholeNumber(),
  retryBackoff: duration("retryBackoff", { zero: true }),
  maxRetryBackoff: duration("maxRetryBackoff"),
  headers: anything as Check<HeadersOption>,
  signal: abortSignal,
  hooks: options(HOOKS) as Check<Hooks>,
  auth: orFalse<AuthScheme>(
    withMethods("a scheme such as basicAuth(), or false", "authenticate"),
  ),
} satisfies OptionTable<Pick<CommonOptions, keyof SharedChecks>>;

/** Functions that return the settings that each checked option changes. */
export type Readers<Table, Settings> = {
  readonly [Name in keyof Table]: (
    value: Table[Name] extends Check<infer Value> ? Value : never,
    base: Settings,
  ) => Partial<Settings>;
};

/** Returns the settings that each checked option changes. */
export const SHARED_READERS: Readers<Omit<SharedChecks, "auth">, SharedSettings> = {
  timeout: (timeoutMs) => ({ timeoutMs }),
  maxRetries: (maxRetries, { policy }) => ({ policy: { ...policy, maxRetries } }),
  retryBackoff: (backoffMs, { policy }) => ({ policy: { ...policy, backoffMs } }),
  maxRetryBackoff: (maxBackoffMs, { policy }) => ({ policy: { ...policy, maxBackoffMs } }),
  headers: (value, base) => ({ headers: mergeHeaders(base.headers, value) }),
  signal: (value, { signals }) => ({ signals: [...signals, value] }),
  hooks: (value, { hooks }) => ({ hooks: addHooks(hooks, value) }),
};

/** Returns `base` with checked options on top. */
export function applyOptions<Settings extends SharedSettings>(
  base: Settings,
  options: object,
  readers: Readonly<Record<string, (value: never, base: never) => object>>,
): Settings {
  let merged = base;
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(readers, name)) continue;
    merged = { ...merged, ...readers[name]!(value as never, merged as never) };
  }
  const { backoffMs, maxBackoffMs } = merged.policy;
  if (backoffMs > maxBackoffMs) {
    throw new RangeError(
      `Cannot use retryBackoff: ${backoffMs} ms is longer than maxRetryBackoff, ${maxBackoffMs} ms; raise maxRetryBackoff`,
    );
  }
  return Object.freeze(merged);
}
