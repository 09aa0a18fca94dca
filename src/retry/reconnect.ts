/**
 * How often a client connects again, and how long it waits for that: one rule for sockets and event
 * streams. Pure.
 *
 * @module
 */

import { NetworkingError } from "../errors.ts";
import { isTransient, longestBackoff, type RetryPolicy } from "./retry_policy.ts";

/** What is known of a connection that ended, or of an attempt to get one that failed. */
export interface EndedConnection {
  /** Milliseconds that it was open; undefined if it never was. */
  readonly openMs: number | undefined;
  /** It brought messages, and ended in order. */
  readonly didWell: boolean;
  /** `connect()` asked for it while the client waited. */
  readonly wasForced: boolean;
}

/**
 * The number of the next attempt. The count begins at 1 again after a connection that was stable, or
 * that brought messages and ended in order. An attempt that `connect()` forced and that failed does not
 * count: it makes no wait longer, and uses up no attempt.
 */
export function nextAttempt(
  attempt: number,
  { openMs, didWell, wasForced }: EndedConnection,
  stableAfterMs: number,
): number {
  if (openMs === undefined) return wasForced ? Math.max(attempt, 1) : attempt + 1;
  return didWell || openMs >= stableAfterMs ? 1 : attempt + 1;
}

/** How long to wait for it: what the server asked for, and a backoff with full jitter. */
export function reconnectDelay(
  policy: RetryPolicy,
  attempt: number,
  floorMs: number,
  random: () => number,
): number {
  return floorMs + random() * longestBackoff(policy, attempt);
}

/**
 * Whether a failure is worth another attempt. What the program's own code threw may be over the next
 * time, as when a service for tokens is down.
 */
export function isWorthReconnecting(error: unknown, policy: RetryPolicy): boolean {
  if (!(error instanceof NetworkingError)) return true;
  const { code, statusCode, retryAfterMs }: NetworkingError & { statusCode?: number } = error;
  if ((retryAfterMs ?? 0) > policy.maxRetryAfterMs) return false;
  if (statusCode === undefined) return isTransient(policy, { errorCode: code });
  return isTransient(policy, { statusCode, ...(retryAfterMs !== undefined && { retryAfterMs }) });
}
