/**
 * Decides whether to use a token, renew it, or keep it although it was refused. Pure functions.
 *
 * @module
 */

import type { TokenSet } from "./token_store.ts";

/** What to do with a token. `leave` is for a refused token if renewing did not help. */
export type TokenUse = "use" | "renew" | "leave";

/** The facts that decide. Times are milliseconds since 1970. */
export interface TokenFacts {
  readonly now: number;
  /** The longest time before its end at which a token is renewed. */
  readonly leewayMs: number;
  /** The token's lifetime when it was issued, if the store does not have it. */
  readonly lifetimeMs?: number | undefined;
  /** Whether the tokens are bound to another key, so this scheme cannot use them. */
  readonly isOfOtherKey?: boolean;
  /** The access token that the server has just refused. */
  readonly refused?: string | undefined;
  /** Until when refused tokens are not renewed, since renewing did not help. */
  readonly pausedUntil: number;
}

/** Returns what to do with the stored tokens. */
export function tokenUse(tokens: TokenSet | undefined, facts: TokenFacts): TokenUse {
  if (tokens === undefined || facts.isOfOtherKey === true) return "renew";
  const { now, leewayMs, refused, pausedUntil } = facts;
  if (tokens.accessToken === refused) return now < pausedUntil ? "leave" : "renew";
  const { expiresAt } = tokens;
  if (expiresAt === undefined) return "use";
  // Never more than half of its lifetime, or each call would request a short-lived token.
  const lifetimeMs = lifetimeOf(tokens) ?? facts.lifetimeMs ?? Infinity;
  return now < expiresAt - Math.min(leewayMs, lifetimeMs / 2) ? "use" : "renew";
}

/** Returns the lifetime of a token when it was issued, in milliseconds, if known. */
export function lifetimeOf({ issuedAt, expiresAt }: TokenSet): number | undefined {
  return issuedAt === undefined || expiresAt === undefined
    ? undefined
    : Math.max(0, expiresAt - issuedAt);
}

/** A pause that doubles after each failed attempt. */
export interface Pause {
  readonly until: number;
  readonly ms: number;
}

const FIRST_PAUSE_MS = 1000;
/** The longest pause. */
export const LONGEST_PAUSE_MS = 60_000;

/** No pause. */
export const NO_PAUSE: Pause = { until: 0, ms: 0 };

/** Returns the pause after another failed attempt. */
export function nextPause({ ms }: Pause, now: number): Pause {
  const next = ms === 0 ? FIRST_PAUSE_MS : Math.min(ms * 2, LONGEST_PAUSE_MS);
  return { until: now + next, ms: next };
}
