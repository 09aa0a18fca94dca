/**
 * Reads one Set-Cookie field (RFC 6265bis 5.6): what it says, not yet whether it may. Linear in the
 * length of the text, since that is the server's.
 *
 * @module
 */

import { parseCookieDate } from "./cookie_date.ts";
import { trimField } from "../formats/tokens.ts";

/** When a browser would send the cookie along with what another site started. */
export type SameSite = "strict" | "lax" | "none";

const SAME_SITE: readonly SameSite[] = ["strict", "lax", "none"];

/** What a Set-Cookie field says. */
export interface SetCookie {
  readonly name: string;
  readonly value: string;
  /** Without the dot in front, in lower case. */
  readonly domain: string | undefined;
  /** Left out if it does not begin with a slash. */
  readonly path: string | undefined;
  /** Milliseconds since 1970; `Infinity` for the session. */
  readonly expiresAt: number;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  readonly sameSite: SameSite | undefined;
}

/** RFC 6265bis 5.6: a longer attribute is ignored. */
const MAX_ATTRIBUTE_LENGTH = 1024;

/** RFC 6265bis 5.6: none but the tab. */
// deno-lint-ignore no-control-regex -- they are what is looked for
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

/** What the text says at the time `now`, or undefined if it is no cookie. */
export function parseSetCookie(text: string, now: number): SetCookie | undefined {
  // NUL, CR and LF end the field, as the vectors of http-state have it; fetch lets none through.
  const [field = ""] = text.split(/[\0\r\n]/, 1);
  if (CONTROL.test(field)) return undefined;
  const [pair = "", ...attributes] = field.split(";");
  const [name, value] = halves(pair);
  // RFC 6265bis has cookies without a name; RFC 6265 and the vectors do not.
  if (name === "" || !pair.includes("=")) return undefined;
  const said = new Map<string, string>();
  for (const attribute of attributes) {
    const [key, given] = halves(attribute);
    const lower = key.toLowerCase();
    if (given.length > MAX_ATTRIBUTE_LENGTH || ignored(lower, given)) continue;
    said.set(lower, given); // the last of a name counts
  }
  const domain = said.get("domain")?.replace(/^\./, "").toLowerCase();
  const path = said.get("path");
  const sameSite = said.get("samesite")?.toLowerCase();
  return {
    name,
    value,
    domain,
    path: path?.startsWith("/") ? path : undefined,
    expiresAt: expiry(said, now),
    secure: said.has("secure"),
    httpOnly: said.has("httponly"),
    sameSite: SAME_SITE.find((known) => known === sameSite),
  };
}

/** Attributes that are as good as absent, so that an earlier one of the name counts. */
function ignored(name: string, value: string): boolean {
  if (name === "domain") return value === "";
  if (name === "max-age") return !/^-?\d+$/.test(value);
  return name === "expires" && parseCookieDate(value) === undefined;
}

function expiry(said: ReadonlyMap<string, string>, now: number): number {
  const maxAge = said.get("max-age");
  if (maxAge !== undefined) {
    // However many digits there are, it is not the session's `Infinity`.
    return Number(maxAge) > 0 ? now + Math.min(Number(maxAge) * 1000, 1e15) : -Infinity;
  }
  const expires = said.get("expires");
  return expires === undefined ? Infinity : parseCookieDate(expires)!;
}

function halves(text: string): [string, string] {
  const equals = text.indexOf("=");
  return equals < 0
    ? [trimField(text), ""]
    : [trimField(text.slice(0, equals)), trimField(text.slice(equals + 1))];
}
