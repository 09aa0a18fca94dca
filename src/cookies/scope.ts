/**
 * Which cookies may be set by whom, and sent where (RFC 6265bis 5.1.3, 5.1.4, 5.7): pure rules.
 *
 * @module
 */

import { isLoopbackHost } from "../hosts/loopback.ts";
import { registrableDomain } from "./public_suffix.ts";
import type { SameSite, SetCookie } from "./set_cookie.ts";

/** A cookie that is kept. */
export interface Cookie {
  /** The name; never empty. */
  readonly name: string;
  /** The value, as it came. */
  readonly value: string;
  /** The host, without a dot in front. */
  readonly domain: string;
  /** Whether hosts below `domain` do not get it. */
  readonly hostOnly: boolean;
  /** It is sent to this path and what is below. */
  readonly path: string;
  /** Whether it is sent over https and to loopback only. */
  readonly secure: boolean;
  /** Whether it is hidden from scripts of a page, of which there are none here. */
  readonly httpOnly: boolean;
  /** What a browser would go by when another site starts the request; kept, and not applied. */
  readonly sameSite?: SameSite;
  /** When it ends, as ISO 8601; left out for a cookie of the session. */
  readonly expires?: string;
}

/** Where a request goes, as far as cookies are concerned. */
export interface Place {
  readonly host: string;
  readonly path: string;
  /** Encrypted, or on this very machine, where browsers accept Secure cookies as well. */
  readonly secure: boolean;
}

/** The place of a URL. */
export function placeOf(url: string | URL): Place {
  const { protocol, hostname: host, pathname } = new URL(url);
  return {
    host,
    // RFC 3986 6.2.2.2: an escaped letter is that letter.
    path: pathname.replace(/%(?:[46][1-9a-f]|[57][0-9a]|3\d|2[de]|5f|7e)/gi, decodeURIComponent),
    secure: protocol === "https:" || protocol === "wss:" || isLoopbackHost(host),
  };
}

/** What a host keeps its cookies under: the domain that its owner has registered, or itself. */
export function siteOf(host: string): string {
  return registrableDomain(host) ?? host;
}

/** Whether a cookie for `domain` may be set by, or sent to, `host` (RFC 6265bis 5.1.3). */
function domainMatches(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}

/** Whether a cookie for `cookiePath` is for `path` (RFC 6265bis 5.1.4). */
function pathMatches(path: string, cookiePath: string): boolean {
  return path === cookiePath ||
    path.startsWith(cookiePath.endsWith("/") ? cookiePath : `${cookiePath}/`);
}

/** Whether the cookie goes with a request to the place. */
export function isFor({ domain, hostOnly, path, secure }: Cookie, place: Place): boolean {
  return (hostOnly ? place.host === domain : domainMatches(place.host, domain)) &&
    pathMatches(place.path, path) && (place.secure || !secure);
}

/** The cookie that a Set-Cookie from the place makes, or undefined if the place may not set it. */
export function admit(said: SetCookie, place: Place): Omit<Cookie, "expires"> | undefined {
  const { name, value, secure, httpOnly, sameSite } = said;
  const { host } = place;
  let domain = said.domain ?? host;
  if (!domainMatches(host, domain) || (secure && !place.secure)) return undefined;
  const hostOnly = said.domain === undefined || registrableDomain(domain) === null;
  if (hostOnly && domain !== host) {
    // RFC 6265bis 5.7: a public suffix may set cookies for itself alone. Intranets below .local,
    // where nobody is known to own what, get theirs for the host that sets them.
    if (!domain.endsWith(".local")) return undefined;
    domain = host;
  }
  // Stricter than the RFC, like Chromium: no cookie across a public suffix in between.
  if (siteOf(domain) !== siteOf(host)) return undefined;
  const path = said.path ?? (/^(\/.*)\//s.exec(place.path)?.[1] ?? "/");
  if (!agrees(said, path)) return undefined;
  const cookie = { name, value, domain, hostOnly, path, secure, httpOnly };
  return sameSite === undefined ? cookie : { ...cookie, sameSite };
}

/**
 * Whether the name's prefix (RFC 6265bis 4.1.3, draft-ietf-httpbis-layered-cookies for `__Http-`) and
 * SameSite agree with the other attributes.
 */
function agrees(
  { name, domain, path: said, secure, httpOnly, sameSite }: SetCookie,
  path: string,
): boolean {
  if (sameSite === "none" && !secure) return false;
  if (/^__(?:host-)?http-/i.test(name) && !(secure && httpOnly)) return false;
  if (/^__secure-/i.test(name)) return secure;
  return !/^__host-/i.test(name) ||
    (secure && domain === undefined && said !== undefined && path === "/");
}

/** Whether setting `added` from a place that is not secure would hide or replace `kept` there. */
export function shadows(added: Omit<Cookie, "expires">, kept: Cookie): boolean {
  return kept.secure && kept.name === added.name && pathMatches(added.path, kept.path) &&
    (domainMatches(kept.domain, added.domain) || domainMatches(added.domain, kept.domain));
}
