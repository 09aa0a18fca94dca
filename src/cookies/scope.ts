/**
 * Decides who may set a cookie and which requests it is sent with (RFC 6265bis 5.1.3, 5.1.4, 5.7). Pure.
 *
 * @module
 */

import { isLoopbackHost } from "../hosts/loopback.ts";
import { registrableDomain } from "./public_suffix.ts";
import type { SameSite, SetCookie } from "./set_cookie.ts";

/** A cookie in a jar. */
export interface Cookie {
  /** The name; never empty. */
  readonly name: string;
  /** The value, unchanged. */
  readonly value: string;
  /** The host, without a dot in front. */
  readonly domain: string;
  /** Whether only `domain` itself gets the cookie, and not the hosts below it. */
  readonly hostOnly: boolean;
  /** The path that gets the cookie, with all paths below it. */
  readonly path: string;
  /** Whether it is sent over https and to loopback only. */
  readonly secure: boolean;
  /** Whether browsers hide it from scripts; stored, but without effect here. */
  readonly httpOnly: boolean;
  /** Whether browsers send it with requests that other sites start; stored, but without effect here. */
  readonly sameSite?: SameSite;
  /** When it expires, as ISO 8601; left out for a session cookie. */
  readonly expires?: string;
}

/** The parts of a request's URL that select its cookies. */
export interface RequestScope {
  readonly host: string;
  readonly path: string;
  /** Whether it is encrypted or goes to loopback, where browsers accept Secure cookies as well. */
  readonly secure: boolean;
}

/** Returns the scope of a URL. */
export function scopeOf(url: string | URL): RequestScope {
  const { protocol, hostname: host, pathname } = new URL(url);
  return {
    host,
    // RFC 3986 6.2.2.2: an escaped letter equals that letter.
    path: pathname.replace(/%(?:[46][1-9a-f]|[57][0-9a]|3\d|2[de]|5f|7e)/gi, decodeURIComponent),
    secure: protocol === "https:" || protocol === "wss:" || isLoopbackHost(host),
  };
}

/** Returns the registered domain of a host, or the host if it has none. A jar stores cookies under it. */
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

/** Whether the cookie is sent with the request. */
export function isFor({ domain, hostOnly, path, secure }: Cookie, scope: RequestScope): boolean {
  return (hostOnly ? scope.host === domain : domainMatches(scope.host, domain)) &&
    pathMatches(scope.path, path) && (scope.secure || !secure);
}

/** Returns the cookie of a Set-Cookie field, or undefined if the server may not set it. */
export function acceptCookie(
  setCookie: SetCookie,
  scope: RequestScope,
): Omit<Cookie, "expires"> | undefined {
  const { name, value, secure, httpOnly, sameSite } = setCookie;
  const { host } = scope;
  let domain = setCookie.domain ?? host;
  if (!domainMatches(host, domain) || (secure && !scope.secure)) return undefined;
  const hostOnly = setCookie.domain === undefined || registrableDomain(domain) === null;
  if (hostOnly && domain !== host) {
    // RFC 6265bis 5.7: a public suffix may set cookies for itself only. Owners of names below .local
    // are unknown, so a cookie there belongs to the host that sets it.
    if (!domain.endsWith(".local")) return undefined;
    domain = host;
  }
  // Stricter than the RFC, like Chromium: no public suffix may lie between domain and host.
  if (siteOf(domain) !== siteOf(host)) return undefined;
  const path = setCookie.path ?? (/^(\/.*)\//s.exec(scope.path)?.[1] ?? "/");
  if (!agrees(setCookie, path)) return undefined;
  const cookie = { name, value, domain, hostOnly, path, secure, httpOnly };
  return sameSite === undefined ? cookie : { ...cookie, sameSite };
}

/**
 * Whether the attributes satisfy the name's prefix and SameSite (RFC 6265bis 4.1.3;
 * draft-ietf-httpbis-layered-cookies for `__Http-`).
 */
function agrees(
  { name, domain, path: given, secure, httpOnly, sameSite }: SetCookie,
  path: string,
): boolean {
  if (sameSite === "none" && !secure) return false;
  if (/^__(?:host-)?http-/i.test(name) && !(secure && httpOnly)) return false;
  if (/^__secure-/i.test(name)) return secure;
  return !/^__host-/i.test(name) ||
    (secure && domain === undefined && given !== undefined && path === "/");
}

/** Whether `added`, set by an insecure request, would hide or replace `kept`. */
export function shadows(added: Omit<Cookie, "expires">, kept: Cookie): boolean {
  return kept.secure && kept.name === added.name && pathMatches(added.path, kept.path) &&
    (domainMatches(kept.domain, added.domain) || domainMatches(added.domain, kept.domain));
}
