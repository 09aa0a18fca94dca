/**
 * A cookie jar for the `cookies` option of a client. It brings the Public Suffix List, so it has an
 * entry of its own.
 *
 * ```ts
 * import { CookieJar } from "@codomyrmex/networking/cookies";
 *
 * const jar = new CookieJar();
 * jar.setCookie("theme=dark; Path=/; Max-Age=3600", "https://www.example.com/");
 * console.log(jar.getCookies("https://www.example.com/shop").map(({ name }) => name)); // ["theme"]
 * ```
 *
 * @module
 */

export { CookieJar, type CookieJarOptions } from "./cookie_jar.ts";
export type { SavedCookies } from "./saved_cookies.ts";
export type { Cookie } from "./scope.ts";
export type { SameSite } from "./set_cookie.ts";
