/**
 * What servers say of their limits in header fields: a table of families, and one reading of each field.
 * Pure. An unknown or malformed field counts for nothing; of several policies the strictest counts.
 *
 * @module
 */

import { trimField } from "../formats/tokens.ts";
import type { FieldReader } from "../http/settings/stages.ts";
import { splitOutsideQuotes } from "../retry/rate_limit_fields.ts";

/** What is left of a quota. */
export interface Quota {
  /** The number of requests that are left; not below zero. */
  readonly remaining: number;
  /** When the quota is whole again, in milliseconds from now. */
  readonly resetMs: number;
  /** The whole quota, if the server says it. */
  readonly limit: number | undefined;
}

/** How a reset is written. */
type ResetForm = "number" | "seconds" | "duration" | "date";

/** The fields of a family: what is left, when it is whole again, the whole. */
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

/** Numbers from here on are moments (2024-01-01 in epoch seconds); smaller ones are delays. */
const EPOCH_SECONDS_FLOOR = 1_704_067_200;

/** The strictest quota that a response names; undefined if it names none. */
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

/** What is empty counts before what is not, then the longer wait, then the smaller share that is left. */
function isStricter(a: Quota, b: Quota): boolean {
  if ((a.remaining === 0) !== (b.remaining === 0)) return a.remaining === 0;
  if (a.remaining === 0) return a.resetMs > b.resetMs;
  return a.resetMs / a.remaining > b.resetMs / b.remaining;
}

/**
 * The RateLimit field of draft 07, one dictionary (`limit=100, remaining=50, reset=30`), and of drafts 08
 * and later, a list of named items (`"burst";r=50;t=30`, with its quota in RateLimit-Policy).
 */
function* structuredQuotas(headers: FieldReader): Generator<Quota, void, undefined> {
  const field = headers.get("ratelimit");
  if (field === null || field.length > LONGEST_FIELD) return;
  const dictionary = new Map<string, string>();
  for (const item of splitOutsideQuotes(field, ",")) {
    const [name = "", ...parameters] = splitOutsideQuotes(item, ";").map(trimField);
    const [, key, value] = /^(limit|remaining|reset)=(.*)$/.exec(name) ?? [];
    if (key !== undefined) dictionary.set(key, value!);
    const remaining = parameterOf(parameters, "r");
    const reset = parameterOf(parameters, "t");
    // Another unit than requests says nothing of how many may be sent.
    const policy = policyOf(headers.get("ratelimit-policy"), name);
    if (remaining === undefined || reset === undefined || policy.unit !== "requests") continue;
    yield { remaining, resetMs: reset * 1000, limit: policy.quota };
  }
  const remaining = readNumber(dictionary.get("remaining") ?? null);
  const reset = readNumber(dictionary.get("reset") ?? null);
  if (remaining === undefined || reset === undefined) return;
  yield { remaining, resetMs: reset * 1000, limit: readNumber(dictionary.get("limit") ?? null) };
}

/** No server writes more; what is longer costs time for nothing. */
const LONGEST_FIELD = 4096;

function policyOf(
  field: string | null,
  name: string,
): { readonly quota: number | undefined; readonly unit: string } {
  if (field !== null && field.length <= LONGEST_FIELD) {
    for (const item of splitOutsideQuotes(field, ",")) {
      const [found, ...parameters] = splitOutsideQuotes(item, ";").map(trimField);
      if (found !== name) continue;
      const unit = parameters.find((parameter) => parameter.startsWith("qu="));
      return {
        quota: parameterOf(parameters, "q"),
        unit: unit?.slice(3).replaceAll('"', "") ?? "requests",
      };
    }
  }
  return { quota: undefined, unit: "requests" };
}

function parameterOf(parameters: readonly string[], name: string): number | undefined {
  const found = parameters.find((parameter) => parameter.startsWith(`${name}=`));
  return readNumber(found?.slice(name.length + 1) ?? null);
}

/** Digits only; of a list the first item. */
function readNumber(text: string | null): number | undefined {
  const first = trimField(text?.split(",", 1)[0] ?? "");
  return /^\d{1,15}$/.test(first) ? Number(first) : undefined;
}

function readReset(text: string | null, form: ResetForm, nowMs: number): number | undefined {
  if (text === null) return undefined;
  const value = trimField(text);
  if (form === "date") {
    const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i.test(value)
      ? Date.parse(value)
      : NaN;
    return Number.isNaN(moment) ? undefined : Math.max(0, moment - nowMs);
  }
  if (form === "duration") {
    const [whole, ...parts] =
      /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+)ms)?$/.exec(value) ??
        [];
    if (whole === undefined || whole === "") return undefined;
    const [h = 0, m = 0, s = 0, ms = 0] = parts.map((part) => Number(part ?? 0));
    return h * 3_600_000 + m * 60_000 + s * 1000 + ms;
  }
  const number = /^\d{1,15}(?:\.\d+)?$/.test(value) ? Number(value) : readNumber(value);
  if (number === undefined) return undefined;
  if (form === "seconds" || number < EPOCH_SECONDS_FLOOR) return number * 1000;
  const moment = number >= EPOCH_SECONDS_FLOOR * 1000 ? number : number * 1000;
  return Math.max(0, moment - nowMs);
}
