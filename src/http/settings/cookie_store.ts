/**
 * Cookies, as far as the client knows of them: somebody else keeps them, and is asked at every
 * request on the wire. The jar itself is in `./cookies`, which nothing here imports.
 *
 * @module
 */

/** What the `cookies` option takes; the `CookieJar` of `./cookies` is one. */
export interface CookieStore {
  /** The value of the Cookie header for a request to `url`, undefined for none. */
  cookieHeader(url: string): string | undefined;
  /** Takes the Set-Cookie fields of the answer to a request to `url`. */
  store(url: string, setCookie: readonly string[]): void;
}
