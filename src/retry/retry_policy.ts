/**
 * The retry policy of every protocol: what is worth another attempt, and how long to wait for it.
 * Pure: the caller brings the facts and the clock; `retry()` of `@std/async` does the waiting.
 *
 * @module
 */

import type { NetworkingErrorCode, RetrySkipped } from "../errors.ts";

/** The settings that a decision depends on. */
export interface RetryPolicy {
  /** Attempts after the first. */
  readonly maxRetries: number;
  /** Back-off before the first retry, in milliseconds; doubles with each. */
  readonly backoffMs: number;
  /** Longest back-off, in milliseconds. */
  readonly maxBackoffMs: number;
  /** Longest wait that a server may ask for, in milliseconds. */
  readonly maxRetryAfterMs: number;
  /** Methods that may be sent again. */
  readonly methods: ReadonlySet<string>;
  /** Status codes that are worth another attempt. */
  readonly statuses: ReadonlySet<number>;
}

/** What came back from an attempt: an unwelcome status, or an error without one. */
export type Failure =
  | { readonly statusCode: number; readonly retryAfterMs?: number }
  | { readonly errorCode: NetworkingErrorCode };

/** The facts of the attempt that failed. */
export interface FailedAttempt {
  /** 1 for the first attempt. */
  readonly number: number;
  /** The request method, in upper case. */
  readonly method: string;
  /** Whether the request carries an Idempotency-Key, which makes any method repeatable. */
  readonly idempotencyKey: boolean;
  /** Whether the body can be sent again. True when there is none. */
  readonly replayable: boolean;
  /** What is left of `totalTimeout`, in milliseconds; `Infinity` when it is off. */
  readonly remainingMs: number;
}

/** Whether to try again: not before `delayMs` have passed, or not at all, with the reason. */
export type RetryDecision =
  | { readonly retry: true; readonly delayMs: number }
  | { readonly retry: false; readonly skipped?: RetrySkipped };

/** RFC 9110 9.2.2 and RFC 10008 (QUERY); TRACE is left out because fetch forbids it. */
export const IDEMPOTENT_METHODS: ReadonlySet<string> = new Set([
  "GET",
  "HEAD",
  "OPTIONS",
  "PUT",
  "DELETE",
  "QUERY",
]);

/** Statuses that say "later", not "no". 501, 505 and 511 are permanent. */
export const RETRY_STATUSES: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Failures that prove that the server did not see the request: any method may be sent again. */
const NOT_SENT: ReadonlySet<NetworkingErrorCode> = new Set(["dns_failed", "connection_refused"]);

/** Failures after which the server may have done the work: only repeatable methods go again. */
const TRANSIENT: ReadonlySet<NetworkingErrorCode> = new Set([
  "connection_reset",
  "connection_failed",
  "body_truncated",
  "attempt_timeout",
  "idle_timeout", // of an upload; a stream that is read has a client no longer
]);

/** Decides on another attempt after `failed` ended with `failure`. */
export function decideRetry(
  policy: RetryPolicy,
  failed: FailedAttempt,
  failure: Failure,
): RetryDecision {
  if (!isTransient(policy, failure)) return { retry: false };
  const notSent = "errorCode" in failure && NOT_SENT.has(failure.errorCode);
  if (!notSent && !failed.idempotencyKey && !policy.methods.has(failed.method)) {
    return { retry: false, skipped: "method_not_idempotent" };
  }
  if (!failed.replayable) return { retry: false, skipped: "body_not_replayable" };
  if (failed.number > policy.maxRetries) return { retry: false, skipped: "max_retries" };
  const retryAfterMs = "retryAfterMs" in failure ? failure.retryAfterMs ?? 0 : 0;
  if (retryAfterMs > policy.maxRetryAfterMs) {
    return { retry: false, skipped: "retry_after_too_long" };
  }
  // The back-off is drawn at random later: it must fit even when the draw is the longest one,
  // since sleeping into the end of the total clock helps nobody.
  const longestWaitMs = Math.max(longestBackoff(policy, failed.number), retryAfterMs);
  if (longestWaitMs >= failed.remainingMs) return { retry: false, skipped: "total_timeout" };
  return { retry: true, delayMs: retryAfterMs };
}

/** The longest back-off after attempt `number`: `backoff * 2^(number-1)`, capped. */
export function longestBackoff(policy: RetryPolicy, number: number): number {
  // The exponent is bounded because zero times infinity is not a number.
  return Math.min(policy.maxBackoffMs, policy.backoffMs * 2 ** Math.min(number - 1, 60));
}

/** Whether the failure is of a kind that goes away. */
export function isTransient(policy: RetryPolicy, failure: Failure): boolean {
  if ("errorCode" in failure) {
    return NOT_SENT.has(failure.errorCode) || TRANSIENT.has(failure.errorCode);
  }
  // 413 means "later" only when the server says when (RFC 9110 15.5.14).
  return policy.statuses.has(failure.statusCode) ||
    (failure.statusCode === 413 && failure.retryAfterMs !== undefined);
}
