/**
 * Which origins get what a program gave to a client or a call: decided before the first request, and
 * asked by everything that leads elsewhere: redirects, pages, a URL that leaves `baseUrl`, `extend()`.
 *
 * @module
 */

import { NO_PARAMS, type Params } from "../../formats/url_params.ts";
import { isSecretHeader, redactURL } from "../../redact.ts";
import type { BoundAuth } from "./bound_auth.ts";
import { type HeaderRecord, mergeHeaders, NO_HEADERS } from "../request/headers.ts";
import type { RequestOptions } from "./options.ts";
import { mergeSettings, type Settings } from "./settings.ts";
import type { ResolvedURL } from "../request/resolve_url.ts";

/** Where the credentials of the requests of a pagination may go. */
export interface Binding {
  /** The origin of the URL that the program named: it gets secret headers, and `params`. */
  readonly origin: string;
  /** The scheme with origins of its own. */
  readonly auth: BoundAuth | undefined;
  /** Of the URL that the program named, for the same origin. */
  readonly userinfo: ResolvedURL["userinfo"];
}

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

/** The options of a call to a URL of a stranger's choice, elsewhere than the credentials are for. */
export function strangersOptions(settings: Settings, call: RequestOptions): RequestOptions {
  const { sensitiveHeaders } = mergeSettings(settings, {
    sensitiveHeaders: call.sensitiveHeaders ?? [],
  });
  const headers = mergeHeaders(settings.headers, call.headers ?? NO_HEADERS);
  const kept = withoutCredentials(headers, sensitiveHeaders);
  const removed = Object.keys(headers).filter((name) => !(name in kept));
  return {
    ...call,
    headers: [...Object.entries(kept), ...removed.map((name) => [name, null] as const)],
    params: Array.from(settings.params.keys(), (name) => [name, null] as const),
  };
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
