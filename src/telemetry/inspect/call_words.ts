/**
 * What people read about the parts of a call.
 *
 * @module
 */

import type { RetrySkipped } from "../../errors.ts";
import type { CacheOutcome } from "../../http/response/response_head.ts";

/** A time, with as many digits as people read. */
export function shownMs(ms: number): string {
  if (ms < 9.95) return `${+ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 9_995) return `${(ms / 1000).toFixed(2)} s`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** A length, with as many digits as people read. */
export function shownBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  const units = ["kB", "MB", "GB", "TB"];
  let [value, unit] = [bytes, -1];
  while (value >= 999.5 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** The field that a server names a wait with, as it stood there. */
const WAIT_FIELDS = ["retry-after-ms", "retry-after", "ratelimit", "ratelimit-reset"];

/** What a server said about when to come back. */
export function namedWaitOf(headers: Readonly<Record<string, string>> = {}): string | undefined {
  const name = WAIT_FIELDS.find((field) => headers[field] !== undefined);
  return name && `${FIELD_NAMES[name] ?? name}: ${headers[name]}`;
}

const FIELD_NAMES: Readonly<Record<string, string>> = {
  "retry-after": "Retry-After",
  "ratelimit": "RateLimit",
  "ratelimit-reset": "RateLimit-Reset",
};

/** Why a call waited before an attempt. */
export function waitWords(
  wait: {
    readonly ms: number | undefined;
    readonly reason: "backoff" | "retry_after" | undefined;
    readonly attempt: number;
    readonly after: string;
    readonly named: string | undefined;
  },
): string {
  const { ms, reason, attempt, after, named } = wait;
  const waited = ms === undefined ? "waiting" : `waited ${shownMs(ms)}`;
  if (reason === "retry_after") {
    return `${waited} before attempt ${attempt}, because the server said ${
      named ?? "when to come back"
    }`;
  }
  const why = reason === "backoff" ? "backoff after" : "after";
  return `${waited} before attempt ${attempt}: ${why} ${after}`;
}

const SKIPPED: Readonly<Record<RetrySkipped, string>> = {
  "max_retries": "maxRetries attempts were made",
  "closed": "the client was being closed",
  "method_not_idempotent": "the method may not be sent twice; set idempotencyKey if it may",
  "body_not_replayable": "the body can be sent once only",
  "retry_after_too_long": "the server asks for a longer wait than maxRetryAfter",
  "total_timeout": "the wait does not fit into totalTimeout",
  "should_retry": "the server or retry.shouldRetry said no",
  "retry_budget": "the retry budget of the origin is empty",
};

/** Why there was no further attempt. */
export function skippedWords(reason: RetrySkipped): string {
  return `no further attempt: ${SKIPPED[reason]}`;
}

const CACHE: Readonly<Record<CacheOutcome["status"], string>> = {
  hit: "answered from the cache",
  stale: "answered from the cache, though it is stale",
  revalidated: "answered from the cache, after the server confirmed it",
  miss: "not in the cache",
  bypass: "the cache had no part in it",
};

/** What the cache did. */
export function cacheWords({ status, ageMs }: CacheOutcome): string {
  return ageMs === undefined ? CACHE[status] : `${CACHE[status]} (${shownMs(ageMs)} old)`;
}
