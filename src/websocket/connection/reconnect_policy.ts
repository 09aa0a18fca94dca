/**
 * Whether to connect again after a connection ended: by close code, by the status of the handshake, by
 * the kind of error. Pure tables; the caller's `codes` and `shouldReconnect` come on top.
 *
 * @module
 */

import { NetworkingError } from "../../errors.ts";
import { isWorthReconnecting } from "../../retry/reconnect.ts";
import type { RetryPolicy } from "../../retry/retry_policy.ts";

/** How a connection ended, or how it failed to begin. */
export interface Ending {
  /** The close code (RFC 6455 7.4); 1006 when there was none on the wire. */
  readonly code: number;
  /** The reason that came with it, or the empty string. */
  readonly reason: string;
  /** Whether both sides took part in the closing handshake. */
  readonly wasClean: boolean;
  /** What went wrong, where that is known. */
  readonly error?: unknown;
}

/**
 * What follows: stop with an error or as if by agreement, connect again not before `floorMs`, or
 * once more with fresh credentials.
 */
export type Verdict =
  | { readonly next: "stop"; readonly clean: boolean }
  | { readonly next: "again"; readonly floorMs: number }
  | { readonly next: "refresh" };

const STOP: Verdict = { next: "stop", clean: false };
const AGAIN: Verdict = { next: "again", floorMs: 0 };
const REFRESH: Verdict = { next: "refresh" };

/** Repeating cannot help: protocol, data, size and extension errors, and their HTTP relatives. */
const FINAL_CODES: ReadonlySet<number> = new Set([1002, 1003, 1007, 1009, 1010, 4400, 4404, 4409]);
/** The credentials are not good, or not any more. */
const CREDENTIAL_CODES: ReadonlySet<number> = new Set([1008, 3000, 3003, 4401, 4403]);
/** Ends that nobody has to be told of as a failure, when there is no further connection. */
const CLEAN_CODES: ReadonlySet<number> = new Set([1000, 1001, 1005]);

/** Service restart (RFC 6455 registry): clients are asked to come back after 5 to 30 s. */
const RESTART_FLOOR_MS = 5000;
const RESTART_SPREAD_MS = 25_000;
/** Try again later: the server is overloaded. */
const OVERLOAD_FLOOR_MS = 5000;

/** Whether the peer ended the connection without saying that anything failed. */
export function isOrderly(code: number): boolean {
  return CLEAN_CODES.has(code);
}

/** What a close code means for an open connection. */
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

/** What an attempt that never opened means. Errors of the caller's own code count as transient. */
export function judgeFailure(error: unknown, policy: RetryPolicy): Verdict {
  if (!(error instanceof NetworkingError)) return AGAIN;
  const { statusCode, retryAfterMs: floorMs = 0 }: NetworkingError & {
    readonly statusCode?: number;
  } = error;
  if (statusCode === 401 || statusCode === 403) return REFRESH;
  // How often, the connection counts itself.
  return isWorthReconnecting(error, policy) ? { next: "again", floorMs } : STOP;
}
