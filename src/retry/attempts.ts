/**
 * Runs attempts one after another with `retry()` of `@std/async`, which waits the backoff between them.
 *
 * @module
 */

import { retry } from "@std/async/retry";
import type { RetryPolicy } from "./retry_policy.ts";

/**
 * Runs attempts until one succeeds, one fails with an error that is not retriable, or the policy allows no
 * more.
 *
 * @param isRetriable Whether another attempt follows an error.
 * @param signal Ends a wait.
 * @param first The error of an earlier attempt, which counts as the first one.
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
