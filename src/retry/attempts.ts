/**
 * Attempts one after another: the one place that hands them to `retry()` of `@std/async`, which waits
 * the backoff between them.
 *
 * @module
 */

import { retry } from "@std/async/retry";
import type { RetryPolicy } from "./retry_policy.ts";

/**
 * Attempts until one succeeds, what one throws is not retriable, or there were all that the policy has.
 *
 * @param isRetriable Whether what an attempt threw is followed by another.
 * @param signal Ends a wait.
 * @param first What an attempt before threw: it is waited for first, and counts.
 */
export function attempts<T>(
  attempt: () => Promise<T>,
  { maxRetries, backoffMs, maxBackoffMs }: RetryPolicy,
  isRetriable: (thrown: unknown) => boolean,
  signal: AbortSignal,
  first?: unknown,
): Promise<T> {
  let isHandedOver = first === undefined;
  return retry(() => {
    if (isHandedOver) return attempt();
    isHandedOver = true;
    throw first;
  }, {
    maxAttempts: maxRetries + 1,
    minTimeout: backoffMs,
    maxTimeout: maxBackoffMs,
    isRetriable,
    signal,
  });
}
