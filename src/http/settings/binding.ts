/**
 * Decides which origins receive the options of a client or a call. It decides before the first request.
 * Redirects, pages, URLs outside `baseUrl` and `extend()` apply it.
 *
 * @module
 */

import { NO_PARAMS, type Params } from "../../formats/url_params.ts";
import { redactURL } from "../../redact.ts";
import { isSecretHeader } from "../../redact_headers.ts";
import { type HeaderRecord, mergeHeaders, NO_HEADERS } from "../request/headers.ts";
import type { Settings } from "./settings.ts";

/**
 * Returns `headers` without Host and without those that carry credentials, such as a Referer with
 * credentials in its URL.
 */
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

/** Headers and params that are kept for one origin when a client is extended to another origin. */
export interface LeftBehind {
  readonly headers: HeaderRecord;
  readonly params: Params;
}

/** The kept values by origin, collected from all clients that a client was extended from. */
export type LeftBehindByOrigin = ReadonlyMap<string, LeftBehind>;

/**
 * Returns the settings of a client for another origin. Its secret headers and `params` are kept for the old
 * origin; values that were kept for the new origin are restored.
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
