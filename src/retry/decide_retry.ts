/**
 * Decides whether a call is retried, as a pure function: the caller passes the facts and the time.
 *
 * @module
 */

import type { RetrySkipped } from "../errors.ts";
import {
  type Failure,
  isTransient,
  longestBackoff,
  NOT_SENT,
  type RetryPolicy,
} from "./retry_policy.ts";

/** The facts of the attempt that failed. */
export interface FailedAttempt {
  /** 1 for the first attempt. */
  readonly number: number;
  /** The request method, in upper case. */
  readonly method: string;
  /** Whether the request carries an Idempotency-Key, which makes any method repeatable. */
  readonly idempotencyKey: boolean;
  /** Whether the body can be sent again; true if there is none. */
  readonly replayable: boolean;
  /** The rest of `totalTimeout`, in milliseconds; `Infinity` if it is off. */
  readonly remainingMs: number;
}

/** Whether to retry: after `delayMs` at the earliest, or not, with the reason. */
export type RetryDecision =
  | { readonly retry: true; readonly delayMs: number }
  | { readonly retry: false; readonly skipped?: RetrySkipped };

/** Decides whether another attempt follows `failed`, which ended with `failure`. */
export function decideRetry(
  policy: RetryPolicy,
  failed: FailedAttempt,
  failure: Failure,
): RetryDecision {
  if (!isTransient(policy, failure, failed.idempotencyKey)) return { retry: false };
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
  // The backoff is drawn at random later. Its longest draw must fit: waiting until the total timeout
  // is of no use.
  const longestWaitMs = Math.max(longestBackoff(policy, failed.number), retryAfterMs);
  if (longestWaitMs >= failed.remainingMs) return { retry: false, skipped: "total_timeout" };
  return { retry: true, delayMs: retryAfterMs };
}
