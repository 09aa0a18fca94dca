/**
 * Reads the rate limits that servers send in header fields, with a table of field families. Pure. An unknown
 * or malformed field is ignored; among several policies the strictest counts.
 *
 * @module
 */

import { trimField } from "../formats/tokens.ts";
import type { FieldReader } from "../http/settings/stages.ts";
import { parseReset, rateLimitItems } from "../retry/rate_limit_fields.ts";
import { firstItem } from "../retry/retry_after.ts";

/** The rest of a quota. */
export interface Quota {
  /** The number of requests that are left; not below zero. */
  readonly remaining: number;
  /** The time until the quota is full again, in milliseconds. */
  readonly resetMs: number;
  /** The full quota, if the server sends it. */
  readonly limit: number | undefined;
}

/** The format of a reset field. */
type ResetForm = "number" | "seconds" | "duration" | "date";

/** The field names of a family, and the format of its reset field. */
type Family = readonly [remaining: string, reset: string, limit: string, form: ResetForm];

const X = "x-ratelimit-";
const ANTHROPIC = "anthropic-ratelimit-";

const FAMILIES: readonly Family[] = [
  // draft-ietf-httpapi-ratelimit-headers 00 to 06
  ["ratelimit-remaining", "ratelimit-reset", "ratelimit-limit", "number"],
  [`${X}remaining`, `${X}reset-after`, `${X}limit`, "seconds"], // Discord
  [`${X}remaining`, `${X}reset`, `${X}limit`, "number"],
  ["x-rate-limit-remaining", "x-rate-limit-reset", "x-rate-limit-limit", "number"],
  ...["requests", "tokens"].map((unit): Family => [
    `${X}remaining-${unit}`, // OpenAI: 6m0s
    `${X}reset-${unit}`,
    `${X}limit-${unit}`,
    "duration",
  ]),
  ...["requests", "tokens", "input-tokens", "output-tokens"].map((unit): Family => [
    `${ANTHROPIC}${unit}-remaining`,
    `${ANTHROPIC}${unit}-reset`,
    `${ANTHROPIC}${unit}-limit`,
    "date", // RFC 3339
  ]),
];

/** Returns the strictest quota of a response; undefined if it has none. */
export function readQuota(headers: FieldReader, nowMs: number): Quota | undefined {
  const quotas = [...structuredQuotas(headers)];
  for (const [remaining, reset, limit, form] of FAMILIES) {
    const left = readNumber(headers.get(remaining));
    const resetMs = readReset(headers.get(reset), form, nowMs);
    if (left === undefined || resetMs === undefined) continue;
    quotas.push({ remaining: left, resetMs, limit: readNumber(headers.get(limit)) });
  }
  return quotas.reduce<Quota | undefined>(
    (strictest, quota) =>
      strictest === undefined || isStricter(quota, strictest) ? quota : strictest,
    undefined,
  );
}

/** Whether `a` is stricter than `b`: an empty quota first, then the longer wait for each request. */
function isStricter(a: Quota, b: Quota): boolean {
  if ((a.remaining === 0) !== (b.remaining === 0)) return a.remaining === 0;
  if (a.remaining === 0) return a.resetMs > b.resetMs;
  return a.resetMs / a.remaining > b.resetMs / b.remaining;
}

/**
 * Yields the quotas of the RateLimit field. In draft 07 it is a dictionary (`limit=100, remaining=50, reset=30`).
 * In drafts 08 and later it is a list of named items, whose full quotas are in RateLimit-Policy.
 */
function* structuredQuotas(headers: FieldReader): Generator<Quota, void, undefined> {
  const field = shortField(headers, "ratelimit");
  const policies = [...rateLimitItems(shortField(headers, "ratelimit-policy"))];
  const dictionary = new Map<string, number | undefined>();
  for (const { name, parameters } of rateLimitItems(field)) {
    const [, key, value = ""] = /^(limit|remaining|reset)=(.*)$/.exec(name) ?? [];
    if (key !== undefined) dictionary.set(key, readNumber(value));
    const [remaining, reset] = [parameters.get("r"), parameters.get("t")];
    const policy = policies.find((one) => one.name === name);
    // A unit other than requests does not limit the number of requests.
    const isOfRequests = (policy?.texts.get("qu") ?? '"requests"') === '"requests"';
    if (remaining === undefined || reset === undefined || !isOfRequests) continue;
    yield { remaining, resetMs: reset * 1000, limit: policy?.parameters.get("q") };
  }
  const [remaining, reset] = [dictionary.get("remaining"), dictionary.get("reset")];
  if (remaining === undefined || reset === undefined) return;
  yield { remaining, resetMs: reset * 1000, limit: dictionary.get("limit") };
}

/** The longest field in characters; a longer one counts as empty, to save the time of parsing it. */
const LONGEST_FIELD = 4096;

function shortField(headers: FieldReader, name: string): string {
  const field = headers.get(name) ?? "";
  return field.length > LONGEST_FIELD ? "" : field;
}

/** Parses digits only; from a list, the first item. */
function readNumber(text: string | null): number | undefined {
  const first = firstItem(text ?? "");
  return /^\d{1,15}$/.test(first) ? Number(first) : undefined;
}

function readReset(text: string | null, form: ResetForm, nowMs: number): number | undefined {
  if (text === null) return undefined;
  const value = trimField(text);
  if (form === "number") return parseReset(firstItem(value), nowMs);
  if (form === "seconds") {
    return /^\d{1,15}(?:\.\d+)?$/.test(value) ? Number(value) * 1000 : undefined;
  }
  if (form === "date") {
    const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i.test(value)
      ? Date.parse(value)
      : NaN;
    return Number.isNaN(moment) ? undefined : Math.max(0, moment - nowMs);
  }
  const [whole = "", ...parts] =
    /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+)ms)?$/.exec(value) ?? [];
  if (whole === "") return undefined;
  const [h = 0, m = 0, s = 0, ms = 0] = parts.map((part) => Number(part ?? 0));
  return h * 3_600_000 + m * 60_000 + s * 1000 + ms;
}
