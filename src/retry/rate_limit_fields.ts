/**
 * How long a server asks to wait: Retry-After, otherwise the RateLimit fields of both generations.
 * Pure; the current time is passed in.
 *
 * @module
 */

import { firstItem, namedWait, parseDeltaSeconds } from "./retry_after.ts";

/** Returns field values by name, like `Headers`. */
interface FieldReader {
  get(name: string): string | null;
}

/** Older fields that name a reset, each with its field for the remaining requests, if it has one. */
const RESET_FIELDS: readonly (readonly [reset: string, remaining: string | undefined])[] = [
  ["ratelimit-reset", "ratelimit-remaining"],
  ["x-ratelimit-retry-after", undefined],
  ["x-ratelimit-reset", "x-ratelimit-remaining"],
  ["x-rate-limit-reset", "x-rate-limit-remaining"],
];

/** Numbers from here on are points in time (2024-01-01 in epoch seconds); smaller ones are delays. */
const EPOCH_SECONDS_FLOOR = 1_704_067_200;

/**
 * The wait that the response asks for, in milliseconds, or `undefined` if it names none. RateLimit
 * fields count on 429 and 503 only, and only if nothing remains: several services send them with
 * every response.
 */
export function readRetryAfter(
  statusCode: number,
  headers: FieldReader,
  nowMs: number,
): number | undefined {
  const named = namedWait(headers, nowMs);
  if (named !== undefined) return named;
  if (statusCode !== 429 && statusCode !== 503) return undefined;
  const policies = headers.get("ratelimit");
  if (policies !== null) {
    const ms = parseRateLimit(policies);
    if (ms !== undefined) return ms;
  }
  for (const [reset, remaining] of RESET_FIELDS) {
    const value = headers.get(reset);
    if (value === null) continue;
    const left = remaining === undefined ? null : headers.get(remaining);
    if (left !== null && Number(firstItem(left)) > 0) continue;
    const ms = parseReset(firstItem(value), nowMs);
    if (ms !== undefined) return ms;
  }
  return undefined;
}

/** The RateLimit field of draft-ietf-httpapi-ratelimit-headers 08 and later: `"name";r=0;t=30`. */
function parseRateLimit(value: string): number | undefined {
  let longest: number | undefined;
  for (const item of splitOutsideQuotes(value, ",")) {
    let remaining: number | undefined;
    let reset: number | undefined;
    for (const parameter of splitOutsideQuotes(item, ";").slice(1)) {
      const match = /^[ \t]*([rt])=(\d{1,15})[ \t]*$/.exec(parameter);
      if (match?.[1] === "r") remaining = Number(match[2]);
      if (match?.[1] === "t") reset = Number(match[2]);
    }
    if (remaining === 0 && reset !== undefined) longest = Math.max(longest ?? 0, reset * 1000);
  }
  return longest;
}

function parseReset(text: string, nowMs: number): number | undefined {
  const delayMs = parseDeltaSeconds(text);
  if (delayMs === undefined) return undefined;
  const seconds = delayMs / 1000;
  if (seconds >= EPOCH_SECONDS_FLOOR * 1000) return Math.max(0, seconds - nowMs); // epoch, in ms
  if (seconds >= EPOCH_SECONDS_FLOOR) return Math.max(0, delayMs - nowMs);
  return delayMs;
}

/** Splits at a separator that stands outside quoted strings. */
export function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === "\\" && quoted) index++;
    else if (character === '"') quoted = !quoted;
    else if (character === separator && !quoted) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}
