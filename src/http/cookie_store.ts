/**
 * Cookies, as far as the client knows of them: somebody else keeps them, and is asked at every
 * request on the wire. The jar itself is in `./cookies`, which nothing here imports.
 *
 * @module
 */

import { mergeHeaders } from "./headers.ts";
import type { RequestValue } from "./request.ts";

/** What the `cookies` option takes; the `CookieJar` of `./cookies` is one. */
export interface CookieStore {
  /** The value of the Cookie header for a request to `url`, undefined for none. */
  cookieHeader(url: string): string | undefined;
  /** Takes the Set-Cookie fields of the answer to a request to `url`. */
  store(url: string, setCookie: readonly string[]): void;
}

/**
 * The request with the cookies of the store behind those of the caller's own Cookie header, which
 * count where both have a name.
 */
export function withCookies(request: RequestValue, store: CookieStore): RequestValue {
  const kept = store.cookieHeader(request.url);
  if (kept === undefined) return request;
  const own = request.headers.cookie;
  const taken = new Set(own?.split(";").map(nameOf));
  const added = kept.split("; ").filter((pair) => !taken.has(nameOf(pair)));
  const cookie = [...own === undefined ? [] : [own], ...added].join("; ");
  return cookie === own
    ? request
    : request.copy({ headers: mergeHeaders(request.headers, { cookie }) });
}

/** Hands the cookies of a response to the store. */
export function keepCookies(web: globalThis.Response, url: string, store: CookieStore): void {
  const fields = web.headers.getSetCookie();
  if (fields.length > 0) store.store(url, fields);
}

function nameOf(pair: string): string {
  return pair.split("=", 1)[0]!.trim();
}
