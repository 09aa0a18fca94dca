/**
 * The interface of a cookie store, which the client calls for every request on the wire. The jar itself is
 * in `./cookies`, which nothing here imports.
 *
 * @module
 */

/** What the `cookies` option accepts; the `CookieJar` of `./cookies` is one. */
export interface CookieStore {
  /** Returns the value of the Cookie header for a request to `url`, or undefined for none. */
  cookieHeader(url: string): string | undefined;
  /** Stores the Set-Cookie fields of the response to a request to `url`. */
  store(url: string, setCookie: readonly string[]): void;
}
