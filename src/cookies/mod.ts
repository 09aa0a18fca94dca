/**
 * A cookie jar for the `cookies` option of a client. Logins and sessions work across redirects and retries, by the
 * rules of browsers (RFC 6265bis). It includes the Public Suffix List, so it is a separate entry.
 *
 * ## Log in with a form
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
 * Each request on the wire takes its cookies from the jar: the first attempt, a retry, a redirect hop. The cookies of
 * each response are stored immediately, also those of a redirect or a retried response, so the next request has them.
 * Several clients may share a jar; `client.extend({ cookies: new CookieJar() })` is another user.
 *
 * ## Keep the session for the next run
 *
 * `JSON.stringify(jar)` contains the values, so write it to a file that only its owner can read. `CookieJar.from()`
 * checks each cookie by the rules for servers; its error names a field that no server could have set.
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
 * ## Inspect and change the jar
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
 * A `cookie` field of a call is sent to its origin only. The jar's cookies follow it, except those whose names the
 * field already has.
 *
 * ## Why is my cookie not sent?
 *
 * | the cookie | rule |
 * | --- | --- |
 * | without `Domain` | is sent to the host that set it, and to no host below it |
 * | `Domain=example.com` | is sent to that host and all below; the host that sets it must be one of them |
 * | `Domain=co.uk`, `github.io`, an address | a public suffix or an address sets cookies for itself only |
 * | `Secure` | is set by and sent to `https:`, `wss:` and loopback (`localhost`, 127.0.0.0/8, `[::1]`) |
 * | replaces a `Secure` cookie over `http:` | is dropped |
 * | `__Secure-…`, `__Host-…`, `__Http-…`, `__Host-Http-…` | must have the attributes that the prefix requires |
 * | `SameSite` | the attribute is stored but not applied: no other site starts a program's requests |
 * | no name, or a control character | is dropped |
 * | `Max-Age` or `Expires` in more than 400 days | expires after 400 days |
 *
 * The port is not part of a cookie's scope: `localhost:1` and `localhost:2` share their cookies.
 *
 * ## Limits
 *
 * | option | default | above the limit |
 * | --- | --- | --- |
 * | `maxCookiesPerDomain` | 50 of a registered domain and all hosts below it | evicts expired cookies, then those without Secure, then the least recently sent |
 * | `maxCookies` | 3,000 | evicts expired cookies, then the least recently sent |
 * | `maxCookieSize` | 4,096 bytes of name and value | the cookie is dropped |
 * | `maxHeaderSize` | 8,190 bytes of the Cookie field | the cookie stays in the jar but is not sent |
 *
 * ## Errors and runtimes
 *
 * An invalid option or saved jar throws a TypeError or RangeError. Its message names the field and shows no value. A
 * refused cookie is not an error: `setCookie()` returns false. The option accepts any object with `cookieHeader(url)`
 * and `store(url, setCookie)`; an error that such a store throws ends the call unchanged.
 *
 * Browsers manage cookies themselves and hide them from scripts, so the option does nothing there. Hooks see cookies
 * redacted, and exchange middleware does not see those of the jar.
 *
 * Related entries: `apiKeyAuth({ name, value, in: "cookie" })` of `.` sends an API key in a cookie; `cassette()` of
 * {@linkcode [testing]} replays a session in tests; `--session` of the command line keeps a jar.
 *
 * @module
 */

export { CookieJar, type CookieJarOptions } from "./cookie_jar.ts";
export type { SavedCookies } from "./saved_cookies.ts";
export type { Cookie } from "./scope.ts";
export type { SameSite } from "./set_cookie.ts";
