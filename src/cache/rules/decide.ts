/**
 * Decides what a cache does with a request (RFC 9111 4, RFC 5861). Pure: the time is passed in.
 *
 * @module
 */

import { type Directives, readDirectives, secondsOf } from "./cache_control.ts";
import { type CacheEntry, fieldOf } from "./cache_entry.ts";
import { ageMs, directivesOf, lifetimeMs } from "./freshness.ts";
import type { AskedRequest } from "./storable.ts";
import { matches } from "./vary.ts";

/** What the cache does with a request. */
export type Decision =
  /** The cache does not handle the request. */
  | { readonly type: "bypass" }
  | { readonly type: "miss" }
  | { readonly type: "hit"; readonly stored: CacheEntry; readonly ageMs: number }
  | { readonly type: "stale"; readonly stored: CacheEntry; readonly ageMs: number }
  /** Returns the stored response, and requests a new one in the background (`stale-while-revalidate`). */
  | { readonly type: "refresh"; readonly stored: CacheEntry; readonly ageMs: number }
  | {
    readonly type: "revalidate";
    /** The variant for this request; undefined if only other variants are stored. */
    readonly stored: CacheEntry | undefined;
    /** The entries whose validators are sent. */
    readonly candidates: readonly CacheEntry[];
    /** The age up to which `stored` is returned if the server fails; 0 for never. */
    readonly ifErrorMs: number;
  }
  /** The request has only-if-cached, and nothing is stored: 504. */
  | { readonly type: "unsatisfiable" };

/** Preconditions that only the origin can evaluate. */
const FOR_THE_ORIGIN = ["if-match", "if-unmodified-since", "if-range"];

/** Decides about a request. */
export function decide(
  request: AskedRequest,
  stored: readonly CacheEntry[],
  now: number,
  isShared: boolean,
): Decision {
  const { method, headers } = request;
  if (method !== "GET" && method !== "HEAD") return BYPASS;
  const asked = askedDirectives(request);
  const onlyCached = asked.has("only-if-cached");
  const none: Decision = onlyCached ? { type: "unsatisfiable" } : { type: "miss" };
  if (FOR_THE_ORIGIN.some((name) => headers[name] !== undefined)) {
    return onlyCached ? none : BYPASS;
  }
  const hasOwnValidators = headers["if-none-match"] !== undefined ||
    headers["if-modified-since"] !== undefined;
  let found: CacheEntry | undefined;
  for (const entry of stored) {
    // RFC 9111 4.1: among several that match, the most recent.
    if (!matches(entry, headers)) continue;
    if (found === undefined || entry.responseTime >= found.responseTime) found = entry;
  }
  if (found === undefined) {
    if (onlyCached || hasOwnValidators || method === "HEAD" || headers.range !== undefined) {
      return none;
    }
    const candidates = stored.filter((entry) => fieldOf(entry.headers, "etag") !== undefined);
    return candidates.length === 0
      ? none
      : { type: "revalidate", stored: undefined, candidates, ifErrorMs: 0 };
  }
  const directives = directivesOf(found);
  const age = ageMs(found, now);
  const lifetime = lifetimeMs(found, isShared, request.url.includes("?"));
  const left = lifetime - age;
  const maxAge = secondsOf(asked, "max-age");
  const mayStale = mayBeStale(directives, isShared);
  const isRefused = asked.has("no-cache") || directives.has("no-cache");
  if (!isRefused) {
    const isYoung = maxAge === undefined || age <= maxAge * 1000;
    if (isYoung && left > (secondsOf(asked, "min-fresh") ?? 0) * 1000) {
      return { type: "hit", stored: found, ageMs: age };
    }
    const isJustOld = isYoung && !asked.has("min-fresh") && mayStale;
    if (isJustOld && asked.has("max-stale")) {
      const limit = asked.get("max-stale")!.includes(true)
        ? Infinity
        : secondsOf(asked, "max-stale")! * 1000;
      if (-left <= limit) return { type: "stale", stored: found, ageMs: age };
    }
    const grace = (secondsOf(directives, "stale-while-revalidate") ?? 0) * 1000;
    if (isJustOld && !onlyCached && !hasOwnValidators && -left < grace) {
      return { type: "refresh", stored: found, ageMs: age };
    }
  }
  if (onlyCached) return none;
  // The caller's own preconditions and ranges go to the origin unchanged.
  if (hasOwnValidators || method === "HEAD" || headers.range !== undefined) return { type: "miss" };
  const ifError = Math.max(
    secondsOf(directives, "stale-if-error") ?? 0,
    secondsOf(asked, "stale-if-error") ?? 0,
  );
  const ifErrorMs = mayStale && !isRefused && ifError > 0 ? lifetime + ifError * 1000 : 0;
  const isUseful = fieldOf(found.headers, "etag") !== undefined ||
    fieldOf(found.headers, "last-modified") !== undefined || ifErrorMs > age;
  return isUseful
    ? { type: "revalidate", stored: found, candidates: [found], ifErrorMs }
    : { type: "miss" };
}

const BYPASS: Decision = { type: "bypass" };

/** Returns the Cache-Control of a request; Pragma counts if it has none (RFC 9111 5.4). */
export function askedDirectives({ headers }: Pick<AskedRequest, "headers">): Directives {
  const field = headers["cache-control"];
  if (field !== undefined) return readDirectives(field);
  const pragma = headers.pragma;
  return readDirectives(
    pragma !== undefined && /(?:^|,)\s*no-cache\s*(?:,|$)/i.test(pragma) ? "no-cache" : undefined,
  );
}

/** Whether the server allows stale responses at all (RFC 9111 4.2.4, 5.2.2.2, 5.2.2.10). */
function mayBeStale(directives: Directives, isShared: boolean): boolean {
  if (directives.has("must-revalidate") || directives.has("no-cache")) return false;
  return !isShared || !(directives.has("proxy-revalidate") || directives.has("s-maxage"));
}
