/**
 * Which origins get what a program gave to a client or a call: decided before the first request, and
 * asked by everything that leads elsewhere: redirects, pages, a URL that leaves `baseUrl`, `extend()`.
 *
 * @module
 */

import { NO_PARAMS, type Params } from "../../formats/url_params.ts";
import { redactURL } from "../../redact.ts";
import { isSecretHeader } from "../../redact_headers.ts";
import { type HeaderRecord, mergeHeaders, NO_HEADERS } from "../request/headers.ts";
import type { Settings } from "./settings.ts";

/** `headers` without those that carry credentials, a Referer with some in its URL included, or name the origin. */
export function withoutCredentials(
  headers: HeaderRecord,
  sensitive: readonly string[],
): HeaderRecord {
  const kept = Object.entries(headers).filter(([name, value]) =>
    !isSecretHeader(name) && !sensitive.includes(name) && name !== "host" &&
    !(name === "referer" && redactURL(value, sensitive) !== value)
  );
  return mergeHeaders(NO_HEADERS, kept);
}

/** What stayed with an origin when a client was extended to another. */
export interface LeftBehind {
  readonly headers: HeaderRecord;
  readonly params: Params;
}

/** What clients that a client was extended from had for other origins. */
export type LeftBehindByOrigin = ReadonlyMap<string, LeftBehind>;

/**
 * The settings of a client for another origin: its secret headers and `params` stay with the one that
 * it had, and what was left at the other one before is there again.
 */
export function moveSettings(
  settings: Settings,
  [from, to]: readonly [string, string],
  left: LeftBehindByOrigin,
): [Settings, LeftBehindByOrigin] {
  const kept = withoutCredentials(settings.headers, settings.sensitiveHeaders);
  const secret = Object.entries(settings.headers).filter(([name]) => !(name in kept));
  const { headers = NO_HEADERS, params = NO_PARAMS } = left.get(to) ?? {};
  const stays = { headers: mergeHeaders(NO_HEADERS, secret), params: settings.params };
  return [
    Object.freeze({ ...settings, headers: mergeHeaders(kept, headers), params }),
    new Map(left).set(from, stays),
  ];
}
