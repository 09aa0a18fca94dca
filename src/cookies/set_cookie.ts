/**
 * Parses a Set-Cookie field (RFC 6265bis 5.6); `scope.ts` decides whether the server may set it. Parsing
 * takes linear time, since the server chooses the length.
 *
 * @module
 */

import { parseCookieDate } from "./cookie_date.ts";
import { trimField } from "../formats/tokens.ts";

/** Whether a browser would send the cookie with requests that another site starts. */
export type SameSite = "strict" | "lax" | "none";

const SAME_SITE: readonly SameSite[] = ["strict", "lax", "none"];

/** The content of a Set-Cookie field. */
export interface SetCookie {
  readonly name: string;
  readonly value: string;
  /** In lower case, without the dot in front. */
  readonly domain: string | undefined;
  /** `undefined` if it does not begin with a slash. */
  readonly path: string | undefined;
  /** Milliseconds since 1970; `Infinity` for a session cookie. */
  readonly expiresAt: number;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  readonly sameSite: SameSite | undefined;
}

/** RFC 6265bis 5.6: a longer attribute is ignored. */
const MAX_ATTRIBUTE_LENGTH = 1024;

/** RFC 6265bis 5.6: no control character but the tab. */
// deno-lint-ignore no-control-regex -- it finds control characters
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

/** Returns the content of a field received at the time `now`, or undefined if it has no cookie. */
export function parseSetCookie(text: string, now: number): SetCookie | undefined {
  // NUL, CR and LF end the field in the vectors of http-state; fetch lets none through.
  const [field = ""] = text.split(/[\0\r\n]/, 1);
  if (CONTROL.test(field)) return undefined;
  const [pair = "", ...texts] = field.split(";");
  const [name, value] = splitPair(pair);
  // RFC 6265bis allows cookies without a name; RFC 6265 and the vectors do not.
  if (name === "" || !pair.includes("=")) return undefined;
  const attributes = new Map<string, string>();
  for (const text of texts) {
    const [key, given] = splitPair(text);
    const lower = key.toLowerCase();
    if (given.length > MAX_ATTRIBUTE_LENGTH || ignored(lower, given)) continue;
    attributes.set(lower, given); // the last attribute of a name counts
  }
  const domain = attributes.get("domain")?.replace(/^\./, "").toLowerCase();
  const path = attributes.get("path");
  const sameSite = attributes.get("samesite")?.toLowerCase();
  return {
    name,
    value,
    domain,
    path: path?.startsWith("/") ? path : undefined,
    expiresAt: expiry(attributes, now),
    secure: attributes.has("secure"),
    httpOnly: attributes.has("httponly"),
    sameSite: SAME_SITE.find((known) => known === sameSite),
  };
}

/** Whether an attribute is ignored, so that an earlier one of its name counts. */
function ignored(name: string, value: string): boolean {
  if (name === "domain") return value === "";
  if (name === "max-age") return !/^-?\d+$/.test(value);
  return name === "expires" && parseCookieDate(value) === undefined;
}

function expiry(attributes: ReadonlyMap<string, string>, now: number): number {
  const maxAge = attributes.get("max-age");
  if (maxAge !== undefined) {
    // It may have any number of digits; `Infinity` would make it a session cookie.
    return Number(maxAge) > 0 ? now + Math.min(Number(maxAge) * 1000, 1e15) : -Infinity;
  }
  const expires = attributes.get("expires");
  return expires === undefined ? Infinity : parseCookieDate(expires)!;
}

function splitPair(text: string): [string, string] {
  const equals = text.indexOf("=");
  return equals < 0
    ? [trimField(text), ""]
    : [trimField(text.slice(0, equals)), trimField(text.slice(equals + 1))];
}
