/**
 * The jar: it keeps cookies by the domain that their owner has registered, within limits, and knows
 * which go where. What a Set-Cookie says and who may set it is up to the modules beside it.
 *
 * @module
 */

import { callable, type OptionTable, wholeNumber } from "../options/checks.ts";
import { readOptions } from "../options/read_options.ts";
import { inspectAs } from "../redact.ts";
import { readSavedCookies, type SavedCookies } from "./saved_cookies.ts";
import { admit, type Cookie, isFor, type Place, placeOf, shadows, siteOf } from "./scope.ts";
import { parseSetCookie } from "./set_cookie.ts";

/** Limits of a {@linkcode CookieJar}, and its clock. */
export interface CookieJarOptions {
  /**
   * Most cookies of one registered domain, its hosts together.
   *
   * @default {50}
   */
  readonly maxCookiesPerDomain?: number;
  /**
   * Most cookies in all.
   *
   * @default {3000}
   */
  readonly maxCookies?: number;
  /**
   * Longest name and value of a cookie together, in bytes; a longer one is not kept.
   *
   * @default {4096}
   */
  readonly maxCookieSize?: number;
  /**
   * Longest Cookie header, in bytes; cookies that do not fit are not sent.
   *
   * @default {8190}
   */
  readonly maxHeaderSize?: number;
  /**
   * Tells the time, in milliseconds since 1970.
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

/** RFC 6265bis 5.5: no cookie is kept for more than 400 days. */
const MAX_AGE_MS = 400 * 24 * 60 * 60 * 1000;

/** A cookie in the jar, and where it is there. */
interface Entry {
  readonly cookie: Cookie;
  readonly site: string;
  readonly key: string;
  readonly expiresAt: number;
  usedAt: number;
}

/**
 * Keeps cookies between calls (RFC 6265bis), for the `cookies` option of a client. `console.log`
 * shows no values; `JSON.stringify` does, since that is how a jar is kept.
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
 * const saved = JSON.stringify(cookies); // a file of it should be readable by its owner alone
 * console.log(CookieJar.from(JSON.parse(saved)).size); // 1
 * ```
 */
export class CookieJar {
  static {
    inspectAs(this, "CookieJar", (jar) => ({ size: jar.size, domains: [...jar.#sites.keys()] }));
  }

  /** By registered domain, then by what makes a cookie the same; both in order of creation. */
  readonly #sites = new Map<string, Map<string, Entry>>();
  readonly #limits: Readonly<typeof DEFAULT_LIMITS>;
  readonly #now: () => number;
  #size = 0;

  /**
   * Makes an empty jar.
   *
   * @param options What differs from the defaults.
   * @throws {TypeError | RangeError} If an option cannot be used.
   */
  constructor(options?: CookieJarOptions) {
    const { now, ...limits } = readOptions("make a CookieJar", options, TABLE);
    this.#now = now ?? (() => Date.now());
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
  }

  /**
   * A jar with the cookies that {@linkcode CookieJar.toJSON} gave.
   *
   * @param json What `JSON.parse` gave; nothing in it is trusted.
   * @param options As for the constructor.
   * @throws {TypeError} If it is not what a jar writes; the message names the field.
   */
  static from(json: unknown, options?: CookieJarOptions): CookieJar {
    const jar = new CookieJar(options);
    for (const { expires, ...cookie } of readSavedCookies(json)) {
      jar.#put(cookie, expires === undefined ? Infinity : Date.parse(expires));
    }
    return jar;
  }

  /** How many cookies are in the jar, those that have expired unnoticed included. */
  get size(): number {
    return this.#size;
  }

  /**
   * Takes a Set-Cookie field, if the server may set such a cookie.
   *
   * @param text The value of the field.
   * @param url The URL of the request that it answers.
   * @returns Whether it was taken; one that has expired already removes the cookie of its name.
   */
  setCookie(text: string, url: string | URL): boolean {
    const said = parseSetCookie(text, this.#now());
    if (said === undefined) return false;
    const place = placeOf(url);
    const cookie = admit(said, place);
    if (cookie === undefined) return false;
    // RFC 6265bis 5.7: who can change clear traffic cannot change what was set over https.
    const hides = !place.secure &&
      this.#entries(place).some((entry) => shadows(cookie, entry.cookie));
    return !hides && this.#put(cookie, said.expiresAt);
  }

  /**
   * The cookies for a request, in the order in which they are sent: longest path first, then oldest.
   *
   * @param url Where the request goes.
   */
  getCookies(url: string | URL): Cookie[] {
    return this.#matching(url).map(({ cookie }) => cookie);
  }

  /**
   * The Cookie header for a request; undefined for none.
   *
   * @param url Where the request goes.
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
   * Takes the Set-Cookie fields of a response.
   *
   * @param url The URL of the request.
   * @param setCookie The fields, one by one.
   */
  store(url: string, setCookie: readonly string[]): void {
    for (const text of setCookie) this.setCookie(text, url);
  }

  /** Empties the jar. */
  clear(): void {
    this.#sites.clear();
    this.#size = 0;
  }

  /** The cookies with their values, to be kept and given to {@linkcode CookieJar.from}. */
  toJSON(): SavedCookies {
    const now = this.#now();
    const kept = this.#all().filter(({ expiresAt }) => expiresAt > now);
    return { version: 1, cookies: kept.map(({ cookie }) => cookie) };
  }

  #entries({ host }: Place): Entry[] {
    const site = this.#sites.get(siteOf(host));
    const now = this.#now();
    return site === undefined ? [] : [...site.values()].filter(({ expiresAt }) => expiresAt > now);
  }

  #matching(url: string | URL): Entry[] {
    const place = placeOf(url);
    // The sort is stable, and a Map keeps the order of creation.
    return this.#entries(place).filter(({ cookie }) => isFor(cookie, place))
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

  /** RFC 6265bis 5.7: the expired first, of a full domain those not Secure, then the least used. */
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

/** What was used the longest time ago; the oldest of equals. */
function leastUsed(entries: readonly Entry[]): Entry {
  return entries.reduce((least, entry) => entry.usedAt < least.usedAt ? entry : least);
}

const encoder = new TextEncoder();

/** One character a byte, as header values are; what came from the wire is that already. */
function toBytes(pair: string): string {
  return /[\u0100-\uffff]/.test(pair) ? String.fromCharCode(...encoder.encode(pair)) : pair;
}
