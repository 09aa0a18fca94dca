/**
 * The rules for reconnecting sockets and event streams: how often, and after which wait. Pure.
 *
 * @module
 */

import { NetworkingError } from "../errors.ts";
import { isTransient, longestBackoff, type RetryPolicy } from "./retry_policy.ts";

/** A connection that ended, or a failed attempt to connect. */
export interface EndedConnection {
  /** The milliseconds that it was open; `undefined` if it never was. */
  readonly openMs: number | undefined;
  /** Whether it brought messages and ended normally. */
  readonly didWell: boolean;
  /** Whether `connect()` started it while the client waited. */
  readonly wasForced: boolean;
}

/**
 * Returns the number of the next attempt. The count restarts at 1 after a connection that was stable, or
 * that brought messages and ended normally. A failed attempt that `connect()` started does not count.
 */
export function nextAttempt(
  attempt: number,
  { openMs, didWell, wasForced }: EndedConnection,
  stableAfterMs: number,
): number {
  if (openMs === undefined) return wasForced ? Math.max(attempt, 1) : attempt + 1;
  return didWell || openMs >= stableAfterMs ? 1 : attempt + 1;
}

/**
 * Returns the wait in milliseconds: the time that the server asked for, plus a backoff with full jitter.
 */
export function reconnectDelay(
  policy: RetryPolicy,
  attempt: number,
  floorMs: number,
  random: () => number,
): number {
  return floorMs + random() * longestBackoff(policy, attempt);
}

/**
 * Whether to reconnect after a failure. Errors of the program's own code are retried, since they may be
 * temporary, such as an unavailable token service.
 */
export function isWorthReconnecting(error: unknown, policy: RetryPolicy): boolean {
  if (!(error instanceof NetworkingError)) return true;
  const { code, statusCode, retryAfterMs }: NetworkingError & { statusCode?: number } = error;
  if ((retryAfterMs ?? 0) > policy.maxRetryAfterMs) return false;
  if (statusCode === undefined) return isTransient(policy, { errorCode: code });
  return isTransient(policy, { statusCode, ...(retryAfterMs !== undefined && { retryAfterMs }) });
}
