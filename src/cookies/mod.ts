/**
 * A cookie jar for the `cookies` option of a client: logins and sessions work over redirects and retries, by the rules
 * of browsers (RFC 6265bis). It brings the Public Suffix List, so it has an entry of its own.
 *
 * ## A login by form
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { CookieJar } from "@codomyrmex/networking/cookies";
 *
 * const headers = { location: "/", "set-cookie": "sid=1; HttpOnly" };
 * const handler = (request: Request) =>
 *   new URL(request.url).pathname === "/login"
 *     ? new Response(null, { status: 303, headers })
 *     : new Response(request.headers.get("cookie"));
 * const local = { hostname: "localhost", port: 0 };
 * await using server = Deno.serve(local, handler);
 * const baseUrl = `http://localhost:${server.addr.port}`;
 *
 * const cookies = new CookieJar();
 * await using client = new HTTPClient({ baseUrl, cookies });
 * const form = { user: "ada", password: "engine" };
 * const home = await client.post("/login", undefined, { form });
 * console.log(home.text); // sid=1
 * ```
 *
 * Each request on the wire takes its cookies from the jar: the first attempt, a retry, a redirect hop. Each response
 * stores its cookies in the jar at once, also a redirect or one that is retried, so the next hop has them. Several
 * clients may share a jar; `client.extend({ cookies: new CookieJar() })` is another user.
 *
 * ## Keep the session for the next run
 *
 * `JSON.stringify(jar)` has the values, so write it into a file that only its owner can read. `CookieJar.from()` takes
 * each cookie by the rules for a server, and names a field that no server could have set.
 *
 * ```ts
 * import { CookieJar } from "@codomyrmex/networking/cookies";
 *
 * const jar = new CookieJar();
 * const url = "https://www.example.com/login";
 * jar.setCookie("sid=1; Secure; HttpOnly; Max-Age=3600", url);
 * const file = await Deno.makeTempFile({ dir: "/tmp" });
 * await Deno.writeTextFile(file, JSON.stringify(jar), { mode: 0o600 });
 *
 * const again = CookieJar.from(JSON.parse(await Deno.readTextFile(file)));
 * console.log(again.size); // 1
 * await Deno.remove(file);
 * ```
 *
 * ## Look into the jar, and change it
 *
 * ```ts
 * import { CookieJar } from "@codomyrmex/networking/cookies";
 *
 * const jar = new CookieJar();
 * jar.setCookie("theme=dark; Path=/", "https://www.example.com/");
 * jar.setCookie("cart=7; Domain=example.com", "https://www.example.com/");
 * const names = (url: string) =>
 *   jar.getCookies(url).map(({ name }) => name);
 * console.log(names("https://www.example.com/shop")); // ["theme", "cart"]
 * console.log(names("https://example.com/")); // ["cart"]
 * const gone = "cart=; Domain=example.com; Max-Age=0";
 * jar.setCookie(gone, "https://example.com/"); // as a server removes it
 * jar.clear(); // removes all
 * ```
 *
 * A `cookie` field of a call stays with its origin. The jar's cookies come after it, and leave out the names that it has.
 *
 * ## Why is my cookie not sent?
 *
 * | the cookie | what holds |
 * | --- | --- |
 * | without `Domain` | it goes to the host that set it, and to no host below it |
 * | `Domain=example.com` | it goes to that host and all below; the host that sets it must be one of them |
 * | `Domain=co.uk`, `github.io`, an address | a public suffix or an address sets cookies for itself only |
 * | `Secure` | it is set by and sent to `https:`, `wss:` and loopback (`localhost`, 127.0.0.0/8, `[::1]`) |
 * | one that replaces a `Secure` cookie over `http:` | it is dropped |
 * | `__Secure-…`, `__Host-…`, `__Http-…`, `__Host-Http-…` | the attributes that the prefix promises must be there |
 * | `SameSite` | it is kept and not applied: the program starts each request, as a user does with an address |
 * | no name, or a control character | it is dropped |
 * | `Max-Age` or `Expires` in more than 400 days | it ends after 400 days |
 *
 * A port is no part of a cookie's scope: `localhost:1` and `localhost:2` share their cookies.
 *
 * ## Limits
 *
 * | option | default | what does not fit |
 * | --- | --- | --- |
 * | `maxCookiesPerDomain` | 50 of a registered domain and all hosts below it | the expired go, then those that are not Secure, then the one sent the longest time ago |
 * | `maxCookies` | 3,000 | the expired go, then the one sent the longest time ago |
 * | `maxCookieSize` | 4,096 bytes of name and value | it is not kept |
 * | `maxHeaderSize` | 8,190 bytes of the Cookie field | it is not sent, and stays in the jar |
 *
 * ## Errors, and where it works
 *
 * A wrong option, and JSON that is no saved jar, are a TypeError or RangeError that names what is wrong and shows no
 * value. A cookie that is refused is no error: `setCookie()` returns false. The option takes any object with
 * `cookieHeader(url)` and `store(url, setCookie)`; what such a store throws ends the call unchanged.
 *
 * Browsers keep cookies themselves and show none of them; there the option does nothing. Hooks see cookies redacted,
 * and exchange middleware does not see those of the jar.
 *
 * Neighbours: an API key that goes in a cookie is `apiKeyAuth({ name, value, in: "cookie" })` of `.`; tests replay a
 * session with `cassette()` of `./testing`; the command line keeps a jar with `--session`.
 *
 * @module
 */

export { CookieJar, type CookieJarOptions } from "./cookie_jar.ts";
export type { SavedCookies } from "./saved_cookies.ts";
export type { Cookie } from "./scope.ts";
export type { SameSite } from "./set_cookie.ts";
