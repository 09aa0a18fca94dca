/**
 * The retry policy of all protocols: which failures are retried, and after which wait. Pure: the caller
 * passes the facts and the time; `retry()` of `@std/async` waits.
 *
 * @module
 */

import type { NetworkingErrorCode } from "../errors.ts";

/** The settings that a decision depends on. */
export interface RetryPolicy {
  /** Attempts after the first. */
  readonly maxRetries: number;
  /** Backoff before the first retry, in milliseconds; it doubles with each retry. */
  readonly backoffMs: number;
  /** Longest backoff, in milliseconds. */
  readonly maxBackoffMs: number;
  /** Longest wait that a server may ask for, in milliseconds. */
  readonly maxRetryAfterMs: number;
  /** Methods that may be retried. */
  readonly methods: ReadonlySet<string>;
  /** Status codes that are retried. */
  readonly statuses: ReadonlySet<number>;
}

/** How an attempt failed: a status, or an error without one. */
export type Failure =
  | { readonly statusCode: number; readonly retryAfterMs?: number }
  | { readonly errorCode: NetworkingErrorCode };

/** The idempotent methods of RFC 9110 9.2.2 and RFC 10008 (QUERY), except TRACE, which fetch forbids. */
export const IDEMPOTENT_METHODS: ReadonlySet<string> = new Set([
  "GET",
  "HEAD",
  "OPTIONS",
  "PUT",
  "DELETE",
  "QUERY",
]);

/** Statuses that mean "later", not "no". 501, 505 and 511 are permanent. */
export const RETRY_STATUSES: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Failures that prove that the server did not receive the request: any method may be retried. */
export const NOT_SENT: ReadonlySet<NetworkingErrorCode> = new Set([
  "dns_failed",
  "connection_refused",
]);

/** Failures after which the server may have done the work: only repeatable methods are retried. */
const TRANSIENT: ReadonlySet<NetworkingErrorCode> = new Set([
  "connection_reset",
  "connection_failed",
  "body_truncated",
  "attempt_timeout",
  "idle_timeout", // of an upload; a received stream is no longer retried
]);

/** Returns the longest backoff after attempt `number` in milliseconds: `backoff * 2^(number-1)`, capped. */
export function longestBackoff(policy: RetryPolicy, number: number): number {
  // The exponent is bounded, since zero times infinity is NaN.
  return Math.min(policy.maxBackoffMs, policy.backoffMs * 2 ** Math.min(number - 1, 60));
}

/** Whether failures of this kind are temporary; `hasKey` is whether the request has an Idempotency-Key. */
export function isTransient(policy: RetryPolicy, failure: Failure, hasKey = false): boolean {
  if ("errorCode" in failure) {
    return NOT_SENT.has(failure.errorCode) || TRANSIENT.has(failure.errorCode);
  }
  // 413 means "later" only with a wait from the server (RFC 9110 15.5.14).
  return policy.statuses.has(failure.statusCode) ||
    (failure.statusCode === 413 && failure.retryAfterMs !== undefined) ||
    (failure.statusCode === 409 && hasKey); // the first request with that key may still run
}
