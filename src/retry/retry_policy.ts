/**
 * The retry policy of all protocols: which failures are worth another attempt, and how long to wait.
 * Pure: the caller passes the facts and the time; `retry()` of `@std/async` waits.
 *
 * @module
 */

import type { NetworkingErrorCode } from "../errors.ts";

/** The settings that a decision depends on. */
export interface RetryPolicy {
  /** Attempts after the first. */
  readonly maxRetries: number;
  /** Backoff before the first retry, in milliseconds; doubles with each. */
  readonly backoffMs: number;
  /** Longest backoff, in milliseconds. */
  readonly maxBackoffMs: number;
  /** Longest wait that a server may ask for, in milliseconds. */
  readonly maxRetryAfterMs: number;
  /** Methods that may be sent again. */
  readonly methods: ReadonlySet<string>;
  /** Status codes that are worth another attempt. */
  readonly statuses: ReadonlySet<number>;
}

/** How an attempt failed: a status, or an error without one. */
export type Failure =
  | { readonly statusCode: number; readonly retryAfterMs?: number }
  | { readonly errorCode: NetworkingErrorCode };

/** RFC 9110 9.2.2 and RFC 10008 (QUERY); TRACE is left out because fetch forbids it. */
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

/** Failures that prove that the server did not see the request: any method may go again. */
export const NOT_SENT: ReadonlySet<NetworkingErrorCode> = new Set([
  "dns_failed",
  "connection_refused",
]);

/** Failures after which the server may have done the work: only repeatable methods go again. */
const TRANSIENT: ReadonlySet<NetworkingErrorCode> = new Set([
  "connection_reset",
  "connection_failed",
  "body_truncated",
  "attempt_timeout",
  "idle_timeout", // of an upload; a stream being read is past its attempts
]);

/** The longest backoff after attempt `number`: `backoff * 2^(number-1)`, capped. */
export function longestBackoff(policy: RetryPolicy, number: number): number {
  // The exponent is bounded because zero times infinity is not a number.
  return Math.min(policy.maxBackoffMs, policy.backoffMs * 2 ** Math.min(number - 1, 60));
}

/** Whether failures of this kind pass, of a request with an Idempotency-Key or without. */
export function isTransient(policy: RetryPolicy, failure: Failure, hasKey = false): boolean {
  if ("errorCode" in failure) {
    return NOT_SENT.has(failure.errorCode) || TRANSIENT.has(failure.errorCode);
  }
  // 413 means "later" only when the server says when (RFC 9110 15.5.14).
  return policy.statuses.has(failure.statusCode) ||
    (failure.statusCode === 413 && failure.retryAfterMs !== undefined) ||
    (failure.statusCode === 409 && hasKey); // the first request with that key may still run
}
