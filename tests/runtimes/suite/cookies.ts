/**
 * The cookie jar. A browser keeps cookies itself, and shows none of them.
 *
 * @module
 */

import { HTTPClient } from "@codomyrmex/networking";
import { CookieJar } from "@codomyrmex/networking/cookies";
import { equal, ok } from "./assert.ts";
import { type Case, feature } from "./case.ts";

/** The cases. */
export const cookies: readonly Case[] = feature("cookies", {
  async "a cookie that was set comes back"({ url, answer, requests }) {
    await answer("/login", { headers: { "set-cookie": "sid=1; HttpOnly" } });
    const client = new HTTPClient({ cookies: new CookieJar() });
    await client.get(url("/login"));
    await client.get(url("/x"));
    equal((await requests()).map(({ headers }) => headers.cookie), [undefined, "sid=1"]);
  },
  async "a cookie that a redirect sets is sent to its target"({ url, answer, requests }) {
    const headers = { location: "x", "set-cookie": "sid=2" };
    await answer("/login", { status: 303, headers });
    await new HTTPClient({ cookies: new CookieJar() }).post(url("/login"), { user: "ada" });
    equal((await requests()).at(-1)?.headers.cookie, "sid=2");
  },
  async "a jar that was filled before sends what it has"({ url, requests }) {
    const jar = new CookieJar();
    jar.setCookie("kept=3", url("/"));
    await new HTTPClient({ cookies: jar }).get(url("/x"));
    equal((await requests())[0]?.headers.cookie, "kept=3");
  },
  // deno-lint-ignore require-await -- cases are asynchronous
  async "the rules of RFC 6265 hold for what is set and sent"() {
    const jar = new CookieJar();
    ok(jar.setCookie("a=1; Path=/docs", "https://www.shop.example/"), "it is kept");
    ok(jar.setCookie("b=2; Domain=shop.example; Secure", "https://www.shop.example/"), "it too");
    ok(!jar.setCookie("c=3; Domain=other.example", "https://www.shop.example/"), "not another's");
    ok(!jar.setCookie("d=4; Domain=co.uk", "https://shop.co.uk/"), "not a public suffix's");
    equal(jar.cookieHeader("https://www.shop.example/docs/x"), "a=1; b=2");
    equal(jar.cookieHeader("https://shop.example/"), "b=2");
    equal(jar.cookieHeader("http://shop.example/"), undefined);
    equal(jar.cookieHeader("https://other.example/"), undefined);
  },
  // deno-lint-ignore require-await -- cases are asynchronous
  async "a jar is saved and read again, and shows no value by itself"() {
    const jar = new CookieJar();
    jar.setCookie("sid=hunter2; Max-Age=3600", "https://shop.example/");
    jar.setCookie("old=1; Max-Age=0", "https://shop.example/");
    const again = CookieJar.from(JSON.parse(JSON.stringify(jar)));
    equal([again.size, again.cookieHeader("https://shop.example/")], [1, "sid=hunter2"]);
    ok(!String(jar).includes("hunter2"), "String() shows no value");
  },
});
