/**
 * Cookies of a store in requests and responses.
 *
 * @module
 */

import type { CookieStore } from "../settings/cookie_store.ts";
import { mergeHeaders } from "../request/headers.ts";
import type { RequestValue } from "../request/request_value.ts";
import type { Answer } from "../../runtime/answer.ts";

/**
 * Returns the request with the cookies of the store appended to the caller's own Cookie header. If both
 * have a name, the caller's cookie is sent.
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

/** Passes the cookies of a response to the store. */
export function keepCookies(web: Answer, url: string, store: CookieStore): void {
  const fields = web.headers.getSetCookie();
  if (fields.length > 0) store.store(url, fields);
}

function nameOf(pair: string): string {
  return pair.split("=", 1)[0]!.trim();
}
