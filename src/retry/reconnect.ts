/**
 * How often a client reconnects, and how long it waits: one rule for sockets and event streams. Pure.
 *
 * @module
 */

import { NetworkingError } from "../errors.ts";
import { isTransient, longestBackoff, type RetryPolicy } from "./retry_policy.ts";

/** A connection that ended, or a failed attempt to connect. */
export interface EndedConnection {
  /** The milliseconds that it was open; `undefined` if it never was. */
  readonly openMs: number | undefined;
  /** Whether it brought messages and ended in order. */
  readonly didWell: boolean;
  /** Whether `connect()` asked for it while the client waited. */
  readonly wasForced: boolean;
}

/**
 * The number of the next attempt. The count restarts at 1 after a connection that was stable, or that
 * brought messages and ended in order. A failed attempt that `connect()` forced does not count: it
 * makes no wait longer, and uses up no attempt.
 */
export function nextAttempt(
  attempt: number,
  { openMs, didWell, wasForced }: EndedConnection,
  stableAfterMs: number,
): number {
  if (openMs === undefined) return wasForced ? Math.max(attempt, 1) : attempt + 1;
  return didWell || openMs >= stableAfterMs ? 1 : attempt + 1;
}

/** How long to wait: the time that the server asked for, and a backoff with full jitter. */
export function reconnectDelay(
  policy: RetryPolicy,
  attempt: number,
  floorMs: number,
  random: () => number,
): number {
  return floorMs + random() * longestBackoff(policy, attempt);
}

/**
 * Whether a failure is worth another attempt. So are errors of the program's own code, which may pass:
 * a token service can be down for a while.
 */
export function isWorthReconnecting(error: unknown, policy: RetryPolicy): boolean {
  if (!(error instanceof NetworkingError)) return true;
  const { code, statusCode, retryAfterMs }: NetworkingError & { statusCode?: number } = error;
  if ((retryAfterMs ?? 0) > policy.maxRetryAfterMs) return false;
  if (statusCode === undefined) return isTransient(policy, { errorCode: code });
  return isTransient(policy, { statusCode, ...(retryAfterMs !== undefined && { retryAfterMs }) });
}
