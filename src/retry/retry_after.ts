/**
 * Reads the wait in Retry-After. Pure; the current time is passed in.
 *
 * @module
 */

import { parseHTTPDate } from "../formats/http_date.ts";
import { trimField } from "../formats/tokens.ts";

/**
 * Reads a Retry-After value (RFC 9110 10.2.3: delta-seconds or HTTP-date, nothing else). Returns
 * milliseconds from now, 0 for a date in the past, or `undefined` if it is neither. If the field was sent
 * twice, fetch joins the values with a comma, and the first one counts.
 */
export function parseRetryAfter(value: string, nowMs: number): number | undefined {
  const text = trimField(value);
  const first = firstItem(text);
  const seconds = parseDeltaSeconds(first);
  if (seconds !== undefined) return seconds;
  // Two of the three date forms contain a comma.
  const twoDates = text.indexOf("GMT,");
  const time = parseHTTPDate(twoDates < 0 ? text : text.slice(0, twoDates + 3), nowMs) ??
    parseHTTPDate(first, nowMs);
  return time === undefined ? undefined : Math.max(0, time - nowMs);
}

/**
 * Returns the wait that a response asks for, in milliseconds: `retry-after-ms`, which model services send,
 * then Retry-After; `undefined` without either.
 */
export function namedWait(
  headers: { get(name: string): string | null },
  nowMs: number,
): number | undefined {
  const ms = headers.get("retry-after-ms") ?? "";
  if (/^\d{1,15}(?:\.\d+)?$/.test(ms)) return Number(ms);
  const named = headers.get("retry-after");
  return named === null ? undefined : parseRetryAfter(named, nowMs);
}

/** Reads digits as seconds and returns milliseconds, at most the largest safe integer. */
export function parseDeltaSeconds(text: string): number | undefined {
  if (!/^\d+$/.test(text)) return undefined;
  return Math.min(Number(text) * 1000, Number.MAX_SAFE_INTEGER);
}

/** Returns the first of several values of a field. */
export function firstItem(value: string): string {
  const comma = value.indexOf(",");
  return trimField(comma < 0 ? value : value.slice(0, comma));
}
