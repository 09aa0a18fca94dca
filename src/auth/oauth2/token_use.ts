/**
 * Whether a token is used, renewed or left alone. Pure.
 *
 * @module
 */

import type { TokenSet } from "./token_store.ts";

/** What is to be done. `leave` is for a token that the server refuses, and that would be again. */
export type TokenUse = "use" | "renew" | "leave";

/** What else decides. Times are milliseconds since 1970. */
export interface TokenFacts {
  readonly now: number;
  /** How long before its end a token is renewed, at most. */
  readonly leewayMs: number;
  /** How long the token was to live when it was given, where the store does not tell. */
  readonly lifetimeMs?: number | undefined;
  /** The access token that the server just refused. */
  readonly refused?: string | undefined;
  /** Until when tokens that are refused are not renewed, since that did not help. */
  readonly pausedUntil: number;
}

/** What is to be done with the tokens of the store. */
export function judgeToken(tokens: TokenSet | undefined, facts: TokenFacts): TokenUse {
  if (tokens === undefined) return "renew";
  const { now, leewayMs, refused, pausedUntil } = facts;
  if (tokens.accessToken === refused) return now < pausedUntil ? "leave" : "renew";
  const { expiresAt } = tokens;
  if (expiresAt === undefined) return "use";
  // Never more than half of its life, or a short-lived token would be requested for each call.
  const lifetimeMs = lifetimeOf(tokens) ?? facts.lifetimeMs ?? Infinity;
  return now < expiresAt - Math.min(leewayMs, lifetimeMs / 2) ? "use" : "renew";
}

/** How long a token was to live when it was given, in milliseconds, as far as that is known. */
export function lifetimeOf({ issuedAt, expiresAt }: TokenSet): number | undefined {
  return issuedAt === undefined || expiresAt === undefined
    ? undefined
    : Math.max(0, expiresAt - issuedAt);
}

/** A wait that doubles while what is tried does not help. */
export interface Pause {
  readonly until: number;
  readonly ms: number;
}

const FIRST_PAUSE_MS = 1000;
/** The longest pause. */
export const LONGEST_PAUSE_MS = 60_000;

/** No pause. */
export const NO_PAUSE: Pause = { until: 0, ms: 0 };

/** The pause after one more try that did not help. */
export function nextPause({ ms }: Pause, now: number): Pause {
  const next = ms === 0 ? FIRST_PAUSE_MS : Math.min(ms * 2, LONGEST_PAUSE_MS);
  return { until: now + next, ms: next };
}
