/**
 * How old a stored response is, and how long it is fresh (RFC 9111 4.2). Pure: the time is passed in.
 *
 * @module
 */

import { parseHTTPDate } from "../../formats/http_date.ts";
import { trimField } from "../../formats/tokens.ts";
import { deltaSeconds, type Directives, readDirectives, secondsOf } from "./cache_control.ts";
import { type CacheEntry, fieldOf } from "./cache_entry.ts";

/** The parts of a stored response that determine its freshness. */
export type Timed = Pick<CacheEntry, "status" | "headers" | "requestTime" | "responseTime">;

/** RFC 9110 15.1, without 206: partial content is never stored. */
export const HEURISTIC_STATUSES: ReadonlySet<number> = new Set([
  ...[200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501],
]);
const HEURISTIC_SHARE = 0.1;
const LONGEST_HEURISTIC_MS = 7 * 86_400_000;

/** Returns the Cache-Control of a stored response. */
export function directivesOf({ headers }: Pick<CacheEntry, "headers">): Directives {
  return readDirectives(fieldOf(headers, "cache-control"));
}

function dateOf({ headers, responseTime }: Timed): number {
  const date = fieldOf(headers, "date");
  return (date === undefined ? undefined : parseHTTPDate(trimField(date), responseTime)) ??
    responseTime;
}

/** The initial age of each stored response, since every hit needs it. */
const AGES = new WeakMap<Timed, number>();

/** Returns the age of a stored response, in milliseconds (RFC 9111 4.2.3). */
export function ageMs(stored: Timed, now: number): number {
  let age = AGES.get(stored);
  if (age === undefined) AGES.set(stored, age = initialAgeMs(stored));
  return age + Math.max(0, now - stored.responseTime);
}

function initialAgeMs(stored: Timed): number {
  const { headers, requestTime, responseTime } = stored;
  // RFC 9111 5.1: the first member of a list counts; a malformed value is ignored.
  const age = deltaSeconds(trimField(fieldOf(headers, "age")?.split(",", 1)[0] ?? "")) ?? 0;
  const apparent = Math.max(0, responseTime - dateOf(stored));
  const corrected = age * 1000 + Math.max(0, responseTime - requestTime);
  return Math.max(apparent, corrected);
}

/** Whether the server set an explicit lifetime. */
export function hasExplicitLifetime({ headers }: Timed, isShared: boolean): boolean {
  const directives = directivesOf({ headers });
  return directives.has("max-age") || (isShared && directives.has("s-maxage")) ||
    fieldOf(headers, "expires") !== undefined;
}

/** Returns how long a stored response is fresh, in milliseconds (RFC 9111 4.2.1, 4.2.2). */
export function lifetimeMs(stored: Timed, isShared: boolean, hasQuery: boolean): number {
  const directives = directivesOf(stored);
  const seconds = (isShared ? secondsOf(directives, "s-maxage") : undefined) ??
    secondsOf(directives, "max-age");
  if (seconds !== undefined) return seconds * 1000;
  const { headers, responseTime, status } = stored;
  const expires = fieldOf(headers, "expires");
  const date = dateOf(stored);
  if (expires !== undefined) {
    // RFC 9111 5.3: an invalid date counts as past; so does a list of two.
    const until = parseHTTPDate(trimField(expires), responseTime);
    return until === undefined ? 0 : Math.max(0, until - date);
  }
  const modified = fieldOf(headers, "last-modified");
  if (modified === undefined || hasQuery) return 0;
  if (!HEURISTIC_STATUSES.has(status) && !directives.has("public")) return 0;
  const since = parseHTTPDate(trimField(modified), responseTime);
  if (since === undefined) return 0;
  return Math.min(Math.max(0, date - since) * HEURISTIC_SHARE, LONGEST_HEURISTIC_MS);
}
