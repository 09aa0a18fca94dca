/**
 * Decides which responses may be stored (RFC 9111 3), and which stored ones a response makes invalid (4.4).
 * Pure.
 *
 * @module
 */

import { readDirectives, secondsOf } from "./cache_control.ts";
import { type CacheEntry, fieldOf, type FieldPairs } from "./cache_entry.ts";
import { hasExplicitLifetime, HEURISTIC_STATUSES, lifetimeMs } from "./freshness.ts";
import { type FieldsOfRequest, varyNames } from "./vary.ts";

/** The parts of a request that the rules need. */
export interface AskedRequest {
  /** The method, in upper case. */
  readonly method: string;
  /** The absolute URL. */
  readonly url: string;
  /** The header fields by lower-case name. */
  readonly headers: FieldsOfRequest;
  /** Whether credentials are sent with it. */
  readonly isAuthorized: boolean;
}

/** Statuses whose meaning for caches is known: RFC 9110 15, without 206 and 304. */
const UNDERSTOOD: ReadonlySet<number> = new Set([
  ...[200, 201, 202, 203, 204, 205, 300, 301, 302, 303, 305, 307, 308],
  ...[400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417],
  ...[421, 422, 425, 426, 428, 429, 431, 451, 500, 501, 502, 503, 504, 505, 511],
]);

/** Fields for one connection or for a proxy only (RFC 9111 3.1). */
const NOT_STORED: ReadonlySet<string> = new Set([
  ...["connection", "keep-alive", "proxy-authenticate", "proxy-authentication-info"],
  ...["proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"],
]);

/** Returns the fields that a cache may store. */
export function storedFields(headers: Iterable<readonly [string, string]>): [string, string][] {
  const pairs = [...headers].map(([name, value]): [string, string] => [name.toLowerCase(), value]);
  const listed = fieldOf(pairs, "connection")?.toLowerCase().split(",") ?? [];
  const named = new Set(listed.map((name) => name.trim()));
  return pairs.filter(([name]) => !NOT_STORED.has(name) && !named.has(name));
}

/** The parts of a response that the rules need. */
export type AskedResponse = Pick<CacheEntry, "status" | "requestTime" | "responseTime"> & {
  readonly headers: FieldPairs;
};

/** Whether the response to the request may be stored. */
export function storable(
  request: AskedRequest,
  response: AskedResponse,
  isShared: boolean,
): boolean {
  const { status, headers } = response;
  if (request.method !== "GET" || status < 200 || status === 206 || status === 304) return false;
  const directives = readDirectives(fieldOf(headers, "cache-control"));
  const isUnderstood = UNDERSTOOD.has(status);
  // RFC 9111 5.2.2.3: a cache that knows the status need not obey no-store next to it.
  if (directives.has("must-understand") ? !isUnderstood : directives.has("no-store")) return false;
  if (readDirectives(request.headers["cache-control"]).has("no-store")) return false;
  if (varyNames(fieldOf(headers, "vary")) === undefined) return false;
  if (isShared) {
    if (directives.has("private") || fieldOf(headers, "set-cookie") !== undefined) return false;
    const isForAll = ["public", "must-revalidate", "s-maxage"].some((name) => directives.has(name));
    if (request.isAuthorized && !isForAll) return false; // RFC 9111 3.5
  }
  const isExplicit = hasExplicitLifetime(response, isShared);
  if (
    !isExplicit && !directives.has("public") && !(directives.has("private") && !isShared) &&
    !HEURISTIC_STATUSES.has(status)
  ) return false;
  // A response is useless if it is not fresh, cannot be validated and cannot be used stale.
  return lifetimeMs(response, isShared, request.url.includes("?")) > 0 ||
    fieldOf(headers, "etag") !== undefined || fieldOf(headers, "last-modified") !== undefined ||
    (secondsOf(directives, "stale-while-revalidate") ?? 0) > 0 ||
    (secondsOf(directives, "stale-if-error") ?? 0) > 0;
}

/** RFC 9110 9.2.1, and RFC 10008. */
const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "QUERY"]);

/** Whether a response to the method can make stored responses invalid. */
export function isUnsafe(method: string): boolean {
  return !SAFE_METHODS.has(method);
}

/** Returns the URLs whose stored responses are invalid after this response (RFC 9111 4.4). */
export function invalidates(
  request: Pick<AskedRequest, "method" | "url">,
  response: { readonly status: number; readonly headers: FieldPairs },
): readonly string[] {
  if (!isUnsafe(request.method) || response.status < 200 || response.status > 399) return [];
  const { origin, href } = new URL(request.url);
  const urls = new Set([href]);
  for (const name of ["location", "content-location"]) {
    const target = fieldOf(response.headers, name);
    if (target === undefined || !URL.canParse(target, href)) continue;
    const url = new URL(target, href);
    if (url.origin === origin) urls.add(url.href);
  }
  return Array.from(urls, (url) => url.split("#", 1)[0]!);
}
