import { assert, assertEquals, assertThrows } from "@std/assert";
import { CookieJar, type CookieJarOptions } from "../../src/cookies/mod.ts";
import { readVectors } from "../support/vectors.ts";

const SITE = "https://example.com/";
const NOW = Date.UTC(2015, 5, 1);

/** `name=value` of the cookies for a URL. */
function sent(jar: CookieJar, url = SITE): string[] {
  return jar.getCookies(url).map(({ name, value }) => `${name}=${value}`);
}

function filled(fields: readonly string[], options?: CookieJarOptions): CookieJar {
  const jar = new CookieJar({ now: () => NOW, ...options });
  jar.store(SITE, fields);
  return jar;
}

// R14.4
Deno.test("a CookieJar gives every answer of http-state", async () => {
  interface Vector {
    readonly test: string;
    readonly received: readonly string[];
    readonly sent: readonly { readonly name: string; readonly value: string }[];
    readonly "sent-to"?: string;
  }
  const vectors = await readVectors<Vector[]>("http-state/parser.json");
  for (const { test, received, sent: expected, "sent-to": to } of vectors) {
    const jar = new CookieJar({ now: () => NOW });
    const from = `http://home.example.org:8888/cookie-parser?${test.toLowerCase()}`;
    jar.store(from, received);
    const target = new URL(to ?? "/cookie-parser-result", from);
    assertEquals(
      sent(jar, target.href),
      expected.map(({ name, value }) => `${name}=${value}`),
      test,
    );
  }
  // deno-lint-ignore no-console -- the count is to be seen
  console.log(`http-state: ${vectors.length} of ${vectors.length} cookie exchanges`);
  assertEquals(vectors.length, 222);
});

// R14.4
Deno.test("a cookie ends when it says, and after 400 days at the latest", () => {
  let now = NOW;
  const jar = filled(["a=1; Max-Age=60", "b=2; Max-Age=99999999999", "c=3"], { now: () => now });
  assertEquals(jar.getCookies(SITE)[0]?.expires, "2015-06-01T00:01:00.000Z");
  now += 60_000;
  assertEquals(sent(jar), ["b=2", "c=3"]);
  now += 400 * 86_400_000;
  assertEquals(sent(jar), ["c=3"]);
  assertEquals(jar.setCookie("c=; Max-Age=0", SITE), true);
  assertEquals([jar.size, sent(jar).length], [2, 0]);
  assertEquals(jar.toJSON().cookies, []);
});

Deno.test("the clock is the system's, looked up at each question", () => {
  const jar = new CookieJar();
  jar.setCookie("a=1; Max-Age=60", SITE);
  const { now } = Date;
  try {
    Date.now = () => now() + 61_000;
    assertEquals(sent(jar), []);
  } finally {
    Date.now = now;
  }
});

// R14.7
Deno.test("a site that is not secure cannot replace or hide a Secure cookie", () => {
  const clear = "http://example.com/";
  // The path of the new one, and whether it would come before or instead of the old one.
  const rows = [["/", "/", false], ["/x", "/", false], ["/", "/x", true], [
    "/xy",
    "/x",
    true,
  ]] as const;
  for (const [added, kept, taken] of rows) {
    const jar = filled([`sid=1; Secure; Path=${kept}`]);
    assertEquals(jar.setCookie(`sid=evil; Path=${added}`, clear), taken, `${added} over ${kept}`);
    assertEquals(jar.setCookie(`sid=evil; Path=${added}; Domain=example.com`, clear), taken);
    assertEquals(jar.setCookie(`other=1; Path=${added}`, clear), true);
  }
  const whole = filled(["sid=1; Secure; Domain=example.com"]);
  assertEquals(whole.setCookie("sid=evil", "http://www.example.com/"), false);
  assertEquals(whole.setCookie("sid=; Max-Age=0; Domain=example.com", clear), false);
  assertEquals(whole.setCookie("sid=2; Domain=example.com", SITE), true);
  assertEquals(sent(whole), ["sid=2"]);
});

Deno.test("a cookie for a host and one for its domain are two", () => {
  const jar = filled(["a=host", "a=domain; Domain=example.com", "a=host2"]);
  assertEquals(sent(jar), ["a=host2", "a=domain"]);
  assertEquals(sent(jar, "https://www.example.com/"), ["a=domain"]);
});

// R14.5
Deno.test("a full domain loses what is not Secure first, then what was used least", () => {
  let now = NOW;
  const jar = new CookieJar({ maxCookiesPerDomain: 3, now: () => now++ });
  jar.store(SITE, ["s=1; Secure", "a=1; Path=/a", "b=1; Path=/b"]);
  jar.cookieHeader(`${SITE}a`);
  jar.setCookie("c=1; Path=/c", "https://www.example.com");
  assertEquals(jar.toJSON().cookies.map(({ name }) => name), ["s", "a", "c"]);
  jar.store(SITE, ["t=1; Secure", "u=1; Secure"]);
  assertEquals(jar.toJSON().cookies.map(({ name }) => name), ["s", "t", "u"]);
  assertEquals(jar.setCookie("d=1", SITE), false);
  jar.setCookie("v=1; Secure", SITE);
  assertEquals(jar.toJSON().cookies.map(({ name }) => name), ["t", "u", "v"]);
});

// R14.5
Deno.test("a full jar loses what has expired, then what was used least", () => {
  let now = NOW;
  const jar = new CookieJar({ maxCookies: 2, now: () => now++ });
  jar.setCookie("a=1", "https://a.example/");
  jar.setCookie("b=1; Max-Age=1", "https://b.example/");
  now += 1000;
  jar.setCookie("c=1", "https://c.example/");
  assertEquals(jar.toJSON().cookies.map(({ name }) => name), ["a", "c"]);
  jar.cookieHeader("https://a.example/");
  jar.setCookie("d=1", "https://d.example/");
  assertEquals(jar.toJSON().cookies.map(({ name }) => name), ["a", "d"]);
  assertEquals(jar.size, 2);
});

// R14.5
Deno.test("10,000 cookies of 4 KB leave a jar and a header of bounded size", () => {
  const jar = new CookieJar();
  for (let n = 0; n < 10_000; n++) {
    const name = `n${n}=`; // the name and the value have 4,096 bytes, or one more
    const value = "x".repeat(4097 - name.length + n % 2);
    assertEquals(jar.setCookie(name + value, `https://h.example${n % 200}.com/`), n % 2 === 0);
  }
  assertEquals(jar.size, 3000);
  const one = new CookieJar();
  for (let n = 0; n < 10_000; n++) one.setCookie(`n${n}=${"x".repeat(1000)}`, SITE);
  assertEquals(one.size, 50);
  assertEquals(one.cookieHeader(SITE)!.length <= 8190, true);
  assertEquals(one.cookieHeader(SITE)!.split("; ").length, 8);
});

Deno.test("limits are options, wrong ones are refused by name", () => {
  assertEquals(filled(["a=12345", "b=1234"], { maxCookieSize: 5 }).cookieHeader(SITE), "b=1234");
  assertEquals(
    filled(["a=1", "long=12345", "c=3"], { maxHeaderSize: 8 }).cookieHeader(SITE),
    "a=1; c=3",
  );
  assertEquals(filled(["a=1"], { maxCookies: 0 }).size, 0);
  assertThrows(() => new CookieJar({ maxCookies: -1 }), RangeError, "maxCookies");
  assertThrows(() => new CookieJar({ maxHeaderSize: 1.5 }), RangeError, "maxHeaderSize");
  assertThrows(() => new CookieJar({ now: 5 as never }), TypeError, "now");
  assertThrows(() => new CookieJar({ maxCookie: 5 } as never), TypeError, "maxCookies");
});

// R14.10
Deno.test("CookieJar.from() restores what toJSON() gave, host-only flags and order included", () => {
  const fields = [
    "a=1; Path=/",
    "b=2; Domain=example.com",
    "c=3; Secure; HttpOnly; SameSite=Strict",
  ];
  const jar = filled([...fields, "d=4; Max-Age=60"]);
  for (const json of [jar.toJSON(), JSON.parse(JSON.stringify(jar))]) {
    const restored = CookieJar.from(json, { now: () => NOW });
    assertEquals(restored.toJSON(), jar.toJSON());
    assertEquals(restored.getCookies(SITE), jar.getCookies(SITE));
    assertEquals(sent(restored, "https://www.example.com/"), ["b=2"]);
    assertEquals(sent(CookieJar.from(json, { now: () => NOW + 60_000 })), ["a=1", "b=2", "c=3"]);
    assertEquals(CookieJar.from(json, { now: () => NOW, maxCookiesPerDomain: 2 }).size, 2);
  }
  assertThrows(() => CookieJar.from(JSON.stringify(jar)), TypeError, "JSON.parse()");
});

Deno.test("a hostile name or domain is only a name or domain", () => {
  const jar = filled(["__proto__=1; Path=/x", "constructor=2", "a=1; Domain=__proto__; Path=/x"]);
  assertEquals(sent(jar), ["constructor=2"]);
  assertEquals(({} as Record<string, unknown>)["/x"], undefined);
  jar.setCookie("a=1; Domain=__proto__; Path=/x", "https://__proto__/");
  assertEquals(sent(jar, "https://__proto__/x"), ["a=1"]);
});

// R14.10
Deno.test("console.log shows no value, JSON.stringify is for keeping the jar", () => {
  const jar = filled(["sid=hunter2"]);
  const shown = Deno.inspect(jar);
  assertEquals(shown, 'CookieJar { size: 1, domains: [ "example.com" ] }');
  assert(JSON.stringify(jar).includes("hunter2"));
});

Deno.test("cookieHeader() has one character a byte, and clear() empties the jar", () => {
  const jar = filled(["a=\u6625", "b=\xe9"]);
  assertEquals(jar.cookieHeader(SITE), "a=\xe6\x98\xa5; b=\xe9");
  jar.clear();
  assertEquals([jar.size, jar.cookieHeader(SITE)], [0, undefined]);
});
