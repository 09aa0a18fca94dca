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
 * With a client, it takes and sends cookies by itself, over redirects too, and can be kept:
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { CookieJar } from "@codomyrmex/networking/cookies";
 *
 * const handler = (request: Request) =>
 *   new URL(request.url).pathname === "/login"
 *     ? new Response(null, { status: 303, headers: { location: "/", "set-cookie": "sid=1" } })
 *     : new Response(request.headers.get("cookie"));
 * await using server = Deno.serve({ hostname: "localhost", port: 0, onListen() {} }, handler);
 * const cookies = new CookieJar();
 * await using client = new HTTPClient({ cookies, baseUrl: `http://localhost:${server.addr.port}` });
 * console.log((await client.post("/login", { user: "ada" })).text); // sid=1
 * const saved = JSON.stringify(cookies); // with the values; console.log shows none
 * console.log(CookieJar.from(JSON.parse(saved)).size); // 1
 * ```
 *
 * @module
 */

export { CookieJar, type CookieJarOptions } from "./cookie_jar.ts";
export type { SavedCookies } from "./saved_cookies.ts";
export type { Cookie } from "./scope.ts";
export type { SameSite } from "./set_cookie.ts";
