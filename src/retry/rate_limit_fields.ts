/**
 * Reads the wait that a server asks for: Retry-After, otherwise the RateLimit fields of both generations.
 * Pure; the current time is passed in.
 *
 * @module
 */

import { trimField } from "../formats/tokens.ts";
import { firstItem, namedWait, parseDeltaSeconds } from "./retry_after.ts";

/** Returns field values by name, like `Headers`. */
interface FieldReader {
  get(name: string): string | null;
}

/** Older fields for the reset, each with its field for the remaining requests, if it has one. */
const RESET_FIELDS: readonly (readonly [reset: string, remaining: string | undefined])[] = [
  ["ratelimit-reset", "ratelimit-remaining"],
  ["x-ratelimit-retry-after", undefined],
  ["x-ratelimit-reset", "x-ratelimit-remaining"],
  ["x-rate-limit-reset", "x-rate-limit-remaining"],
];

/** Numbers from here on are points in time (2024-01-01 in epoch seconds); smaller ones are delays. */
const EPOCH_SECONDS_FLOOR = 1_704_067_200;

/**
 * Returns the wait that the response asks for, in milliseconds, or `undefined` without one. RateLimit
 * fields count only with 429 and 503, and only if no request remains: several services send them with every
 * response.
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

/** Returns the longest wait of all exhausted quotas. */
function parseRateLimit(value: string): number | undefined {
  let longest: number | undefined;
  for (const { parameters } of rateLimitItems(value)) {
    const reset = parameters.get("t");
    if (parameters.get("r") !== 0 || reset === undefined) continue;
    longest = Math.max(longest ?? 0, reset * 1000);
  }
  return longest;
}

/** An item of the RateLimit or the RateLimit-Policy field. */
export interface RateLimitItem {
  /** The text before the parameters, such as `"burst"`, quotes included. */
  readonly name: string;
  /** The parameters that are whole numbers. */
  readonly parameters: ReadonlyMap<string, number>;
  /** The other parameters, as they are written. */
  readonly texts: ReadonlyMap<string, string>;
}

/**
 * Yields the items of draft-ietf-httpapi-ratelimit-headers 08 and later:
 * `"burst";r=0;t=30, "daily";r=9;t=60`.
 */
export function* rateLimitItems(value: string): Generator<RateLimitItem, void, undefined> {
  for (const item of splitOutsideQuotes(value, ",")) {
    const [name = "", ...rest] = splitOutsideQuotes(item, ";");
    const parameters = new Map<string, number>();
    const texts = new Map<string, string>();
    for (const parameter of rest) {
      const [, key, number, text] = /^[ \t]*([a-z]+)=(?:(\d{1,15})|(.*?))[ \t]*$/.exec(parameter) ??
        [];
      if (number !== undefined) parameters.set(key!, Number(number));
      else if (text !== undefined) texts.set(key!, text);
    }
    yield { name: trimField(name), parameters, texts };
  }
}

/**
 * Reads a reset and returns the wait in milliseconds. It is a number: seconds from now, or a time in epoch
 * seconds or milliseconds.
 */
export function parseReset(text: string, nowMs: number): number | undefined {
  const delayMs = parseDeltaSeconds(text);
  if (delayMs === undefined) return undefined;
  const seconds = delayMs / 1000;
  if (seconds >= EPOCH_SECONDS_FLOOR * 1000) return Math.max(0, seconds - nowMs); // epoch, in ms
  if (seconds >= EPOCH_SECONDS_FLOOR) return Math.max(0, delayMs - nowMs);
  return delayMs;
}

/** Splits at a separator outside quoted strings. */
function splitOutsideQuotes(text: string, separator: string): string[] {
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
