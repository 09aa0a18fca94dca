/**
 * The cookie jar: stores cookies by registered domain, within limits, and selects those for a request.
 * `set_cookie.ts` reads Set-Cookie, and `scope.ts` decides who may set a cookie.
 *
 * @module
 */

import { callable, type OptionTable, wholeNumber } from "../options/checks.ts";
import { readOptions } from "../options/read_options.ts";
import { inspectAs } from "../redact.ts";
import { readSavedCookies, type SavedCookies } from "./saved_cookies.ts";
import {
  acceptCookie,
  type Cookie,
  isFor,
  type RequestScope,
  scopeOf,
  shadows,
  siteOf,
} from "./scope.ts";
import { parseSetCookie } from "./set_cookie.ts";

/** Limits of a {@linkcode CookieJar}, and its clock. */
export interface CookieJarOptions {
  /**
   * Maximum number of cookies of one registered domain and all hosts below it.
   *
   * @default {50}
   */
  readonly maxCookiesPerDomain?: number;
  /**
   * Maximum number of cookies in the jar.
   *
   * @default {3000}
   */
  readonly maxCookies?: number;
  /**
   * Maximum size of a cookie's name and value together, in bytes; larger cookies are dropped.
   *
   * @default {4096}
   */
  readonly maxCookieSize?: number;
  /**
   * Maximum size of the Cookie header, in bytes; cookies that do not fit are not sent.
   *
   * @default {8190}
   */
  readonly maxHeaderSize?: number;
  /**
   * Returns the time in milliseconds since 1970.
   *
   * @default {Date.now}
   */
  readonly now?: () => number;
}

const DEFAULT_LIMITS = {
  maxCookiesPerDomain: 50,
  maxCookies: 3000,
  maxCookieSize: 4096,
  maxHeaderSize: 8190,
};

const COUNT = wholeNumber();
const TABLE = {
  maxCookiesPerDomain: COUNT,
  maxCookies: COUNT,
  maxCookieSize: COUNT,
  maxHeaderSize: COUNT,
  now: callable<() => number>(),
} satisfies OptionTable<CookieJarOptions>;

/** RFC 6265bis 5.5: a cookie expires after 400 days at the latest. */
const MAX_AGE_MS = 400 * 24 * 60 * 60 * 1000;

/** A cookie in the jar, with its key and its times. */
interface Entry {
  readonly cookie: Cookie;
  readonly site: string;
  readonly key: string;
  readonly expiresAt: number;
  usedAt: number;
}

/**
 * Keeps cookies between calls (RFC 6265bis), for the `cookies` option of a client. `console.log`
 * shows no values. `JSON.stringify` does, so that a jar can be saved.
 *
 * @example
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { CookieJar } from "@codomyrmex/networking/cookies";
 *
 * const handler = (request: Request) =>
 *   new Response(request.headers.get("cookie"), { headers: { "set-cookie": "sid=1" } });
 * await using server = Deno.serve({ hostname: "localhost", port: 0, onListen() {} }, handler);
 * const cookies = new CookieJar();
 * await using client = new HTTPClient({ cookies, baseUrl: `http://localhost:${server.addr.port}` });
 * await client.get("/login");
 * console.log((await client.get("/")).text); // sid=1
 *
 * const saved = JSON.stringify(cookies); // a file with it should be readable by its owner only
 * console.log(CookieJar.from(JSON.parse(saved)).size); // 1
 * ```
 */
export class CookieJar {
  static {
    inspectAs(this, "CookieJar", (jar) => ({ size: jar.size, domains: [...jar.#sites.keys()] }));
  }

  /** Keyed by registered domain, then by the identity of a cookie; both in order of creation. */
  readonly #sites = new Map<string, Map<string, Entry>>();
  readonly #limits: Readonly<typeof DEFAULT_LIMITS>;
  readonly #now: () => number;
  #size = 0;

  /**
   * Creates an empty jar.
   *
   * @param options Limits that differ from the defaults.
   * @throws {TypeError | RangeError} If an option cannot be used.
   */
  constructor(options?: CookieJarOptions) {
    const { now, ...limits } = readOptions("make a CookieJar", options, TABLE);
    this.#now = now ?? (() => Date.now());
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
  }

  /**
   * Creates a jar from the result of {@linkcode CookieJar.toJSON}.
   *
   * @param json The result of `JSON.parse`; every field is checked.
   * @param options As for the constructor.
   * @throws {TypeError} If a jar cannot have written `json`; the message names the field.
   */
  static from(json: unknown, options?: CookieJarOptions): CookieJar {
    const jar = new CookieJar(options);
    for (const { expires, ...cookie } of readSavedCookies(json)) {
      jar.#put(cookie, expires === undefined ? Infinity : Date.parse(expires));
    }
    return jar;
  }

  /** The number of cookies in the jar, including expired ones that it has not removed yet. */
  get size(): number {
    return this.#size;
  }

  /**
   * Stores the cookie of a Set-Cookie field if the server may set it. An expired cookie removes the stored one.
   *
   * @param text The value of the field.
   * @param url The URL of the request.
   * @returns Whether the cookie was accepted.
   */
  setCookie(text: string, url: string | URL): boolean {
    const field = parseSetCookie(text, this.#now());
    if (field === undefined) return false;
    const scope = scopeOf(url);
    const cookie = acceptCookie(field, scope);
    if (cookie === undefined) return false;
    // RFC 6265bis 5.7: plain http can be tampered with, so it must not replace cookies set over https.
    const hides = !scope.secure &&
      this.#entries(scope).some((entry) => shadows(cookie, entry.cookie));
    return !hides && this.#put(cookie, field.expiresAt);
  }

  /**
   * Returns the cookies for a request in the order of sending: longest path first, then oldest.
   *
   * @param url The URL of the request.
   */
  getCookies(url: string | URL): Cookie[] {
    return this.#matching(url).map(({ cookie }) => cookie);
  }

  /**
   * Returns the Cookie header for a request, or undefined if it has no cookies.
   *
   * @param url The URL of the request.
   */
  cookieHeader(url: string): string | undefined {
    const now = this.#now();
    let header = "";
    for (const entry of this.#matching(url)) {
      const pair = toBytes(`${entry.cookie.name}=${entry.cookie.value}`);
      const longer = header === "" ? pair : `${header}; ${pair}`;
      if (longer.length > this.#limits.maxHeaderSize) continue;
      header = longer;
      entry.usedAt = now;
    }
    return header === "" ? undefined : header;
  }

  /**
   * Stores the cookies of a response's Set-Cookie fields.
   *
   * @param url The URL of the request.
   * @param setCookie The values of the fields.
   */
  store(url: string, setCookie: readonly string[]): void {
    for (const text of setCookie) this.setCookie(text, url);
  }

  /** Removes all cookies. */
  clear(): void {
    this.#sites.clear();
    this.#size = 0;
  }

  /** Returns the cookies with their values, for {@linkcode CookieJar.from}. */
  toJSON(): SavedCookies {
    const now = this.#now();
    const kept = this.#all().filter(({ expiresAt }) => expiresAt > now);
    return { version: 1, cookies: kept.map(({ cookie }) => cookie) };
  }

  #entries({ host }: RequestScope): Entry[] {
    const site = this.#sites.get(siteOf(host));
    const now = this.#now();
    return site === undefined ? [] : [...site.values()].filter(({ expiresAt }) => expiresAt > now);
  }

  #matching(url: string | URL): Entry[] {
    const scope = scopeOf(url);
    // The sort is stable, and a Map keeps the order of creation.
    return this.#entries(scope).filter(({ cookie }) => isFor(cookie, scope))
      .sort((one, other) => other.cookie.path.length - one.cookie.path.length);
  }

  #put(given: Omit<Cookie, "expires">, until: number): boolean {
    const { name, value, domain, hostOnly, path } = given;
    if (name.length + value.length > this.#limits.maxCookieSize) return false;
    const now = this.#now();
    const expiresAt = until === Infinity ? until : Math.min(until, now + MAX_AGE_MS);
    const expires = isFinite(expiresAt) ? { expires: new Date(expiresAt).toISOString() } : {};
    const cookie = Object.freeze({ ...given, ...expires });
    const site = siteOf(domain);
    const key = [name, domain, hostOnly, path].join(";"); // none of them has a semicolon
    const entry: Entry = { cookie, site, key, expiresAt, usedAt: now };
    if (expiresAt <= now) {
      this.#remove(entry);
      return true;
    }
    const entries = this.#sites.get(site) ?? new Map<string, Entry>();
    if (!entries.has(key)) this.#size++;
    this.#sites.set(site, entries.set(key, entry));
    this.#evict(entries);
    return entries.get(key) === entry;
  }

  /** RFC 6265bis 5.7: evicts expired cookies, then those not Secure of a full domain, then the least used. */
  #evict(site: ReadonlyMap<string, Entry>): void {
    const { maxCookiesPerDomain, maxCookies } = this.#limits;
    if (site.size <= maxCookiesPerDomain && this.#size <= maxCookies) return;
    const now = this.#now();
    for (const entry of this.#all()) if (entry.expiresAt <= now) this.#remove(entry);
    while (site.size > maxCookiesPerDomain) {
      const open = [...site.values()].filter(({ cookie }) => !cookie.secure);
      this.#remove(leastUsed(open.length > 0 ? open : [...site.values()]));
    }
    while (this.#size > maxCookies) this.#remove(leastUsed(this.#all()));
  }

  #all(): Entry[] {
    return [...this.#sites.values()].flatMap((site) => [...site.values()]);
  }

  #remove({ site, key }: Entry): void {
    const entries = this.#sites.get(site);
    if (entries?.delete(key)) this.#size--;
    if (entries?.size === 0) this.#sites.delete(site);
  }
}

/** Returns the least recently used cookie; among equals, the oldest. */
function leastUsed(entries: readonly Entry[]): Entry {
  return entries.reduce((least, entry) => entry.usedAt < least.usedAt ? entry : least);
}

const encoder = new TextEncoder();

/** Encodes the pair as a byte string, like header values; pairs from the wire are already encoded. */
function toBytes(pair: string): string {
  return /[\u0100-\uffff]/.test(pair) ? String.fromCharCode(...encoder.encode(pair)) : pair;
}
