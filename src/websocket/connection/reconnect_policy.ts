/**
 * Decides whether to reconnect after a connection ended: by close code, handshake status, or kind of error.
 * Pure tables; the caller's `codes` and `shouldReconnect` override them.
 *
 * @module
 */

import { NetworkingError } from "../../errors.ts";
import { isWorthReconnecting } from "../../retry/reconnect.ts";
import type { RetryPolicy } from "../../retry/retry_policy.ts";

/** How a connection ended, or failed to open. */
export interface Ending {
  /** The close code (RFC 6455 7.4); 1006 when there was none on the wire. */
  readonly code: number;
  /** The reason in the close frame, or the empty string. */
  readonly reason: string;
  /** Whether both sides took part in the closing handshake. */
  readonly wasClean: boolean;
  /** The error, if known. */
  readonly error?: unknown;
}

/**
 * What follows: stop with an error or as a clean end, reconnect after `floorMs` at the earliest, or try once
 * with fresh credentials.
 */
export type Verdict =
  | { readonly next: "stop"; readonly clean: boolean }
  | { readonly next: "again"; readonly floorMs: number }
  | { readonly next: "refresh" };

const STOP: Verdict = { next: "stop", clean: false };
const AGAIN: Verdict = { next: "again", floorMs: 0 };
const REFRESH: Verdict = { next: "refresh" };

/** A retry cannot help: protocol, data, size and extension errors, and their HTTP counterparts. */
const FINAL_CODES: ReadonlySet<number> = new Set([1002, 1003, 1007, 1009, 1010, 4400, 4404, 4409]);
/** The credentials are wrong or have expired. */
const CREDENTIAL_CODES: ReadonlySet<number> = new Set([1008, 3000, 3003, 4401, 4403]);
/** Ends that are not reported as a failure when no further connection follows. */
const CLEAN_CODES: ReadonlySet<number> = new Set([1000, 1001, 1005]);

/** Service restart (RFC 6455 registry): clients should reconnect after 5 to 30 s. */
const RESTART_FLOOR_MS = 5000;
const RESTART_SPREAD_MS = 25_000;
/** Try again later: the server is overloaded. */
const OVERLOAD_FLOOR_MS = 5000;

/** Whether the close code reports no failure. */
export function isOrderly(code: number): boolean {
  return CLEAN_CODES.has(code);
}

/** Decides by the close code of an open connection. */
export function judgeClose(
  { code }: Ending,
  reconnect: boolean,
  codes: ReadonlyMap<number, boolean>,
  random: () => number,
): Verdict {
  const clean = CLEAN_CODES.has(code);
  if (!reconnect) return { next: "stop", clean };
  const chosen = codes.get(code);
  if (chosen !== undefined) return chosen ? AGAIN : { next: "stop", clean };
  if (code === 1000) return { next: "stop", clean };
  if (FINAL_CODES.has(code)) return STOP;
  if (CREDENTIAL_CODES.has(code)) return REFRESH;
  if (code === 1012) {
    return { next: "again", floorMs: RESTART_FLOOR_MS + random() * RESTART_SPREAD_MS };
  }
  return code === 1013 ? { next: "again", floorMs: OVERLOAD_FLOOR_MS } : AGAIN;
}

/** Decides by the error of an attempt that never opened. Errors of the caller's own code count as transient. */
export function judgeFailure(error: unknown, policy: RetryPolicy): Verdict {
  if (!(error instanceof NetworkingError)) return AGAIN;
  const { statusCode, retryAfterMs: floorMs = 0 }: NetworkingError & {
    readonly statusCode?: number;
  } = error;
  if (statusCode === 401 || statusCode === 403) return REFRESH;
  // The connection itself counts the attempts.
  return isWorthReconnecting(error, policy) ? { next: "again", floorMs } : STOP;
}
