import { assertEquals } from "@std/assert";
import { acceptCookie, isFor, scopeOf } from "../../src/cookies/scope.ts";
import { parseSetCookie } from "../../src/cookies/set_cookie.ts";

/** Domain and path of the cookie that the URL may set with the field; null for none. */
function storedAs(field: string, url: string): string | null {
  const cookie = acceptCookie(parseSetCookie(field, 0)!, scopeOf(url));
  if (cookie === undefined) return null;
  return `${cookie.hostOnly ? "" : "*."}${cookie.domain}${cookie.path}`;
}

// R14.6, R14.7, R14.8
Deno.test("acceptCookie() gives a cookie the scope that it may have", () => {
  const rows: [field: string, url: string, scope: string | null][] = [
    ["a=1", "https://www.example.com/x/y?z=/q/", "www.example.com/x"],
    ["a=1", "https://www.example.com", "www.example.com/"],
    ["a=1; Domain=example.com", "https://www.example.com", "*.example.com/"],
    ["a=1; Domain=EXAMPLE.com", "https://www.example.com", "*.example.com/"],
    ["a=1; Domain=ample.com", "https://www.example.com", null],
    ["a=1; Domain=www.example.com", "https://example.com", null],
    // Public suffixes, in every case and with a dot at the end (CVE-2023-46218, CVE-2022-27779).
    ["a=1; Domain=co.uk", "https://example.co.uk", null],
    ["a=1; Domain=co.UK", "https://example.co.uk", null],
    ["a=1; Domain=com", "https://example.com", null],
    ["a=1; Domain=co.uk.", "https://example.co.uk.", null],
    ["a=1; Domain=uk.", "https://co.uk.", null],
    ["a=1; Domain=co.uk.", "https://example.co.uk", null],
    ["a=1; Domain=.", "https://example.com", null],
    ["a=1; Domain=github.io", "https://me.github.io", null],
    ["a=1; Domain=github.io", "https://github.io", "github.io/"],
    ["a=1; Domain=localhost", "http://app.localhost", null],
    ["a=1; Domain=localhost", "http://localhost", "localhost/"],
    // amazonaws.com is registered, but s3.amazonaws.com is a suffix in between.
    ["a=1; Domain=amazonaws.com", "https://bucket.s3.amazonaws.com", null],
    // Nobody knows who owns what below .local.
    ["a=1; Domain=corp.local", "http://mail.corp.local", "mail.corp.local/"],
    // Addresses (CVE-2014-3613).
    ["a=1; Domain=.168.0.1", "http://192.168.0.1", null],
    ["a=1; Domain=0.1", "http://192.168.0.1", null],
    ["a=1; Domain=192.168.0.1", "http://192.168.0.1", "192.168.0.1/"],
    ["a=1; Domain=[::1]", "http://[::1]", "[::1]/"],
    ["a=1; Domain=__proto__; Path=/x", "https://example.com", null],
    // Secure, loopback included.
    ["a=1; Secure", "http://example.com", null],
    ["a=1; Secure", "https://example.com", "example.com/"],
    ["a=1; Secure", "wss://example.com", "example.com/"],
    ["a=1; Secure", "http://localhost:8000", "localhost/"],
    ["a=1; Secure", "http://127.0.0.1", "127.0.0.1/"],
    ["a=1; Secure", "http://127.0.0.1.example.com", null],
    ["a=1; SameSite=None", "https://example.com", null],
    ["a=1; SameSite=None; Secure", "https://example.com", "example.com/"],
    // Prefixes.
    ["__Secure-a=1", "https://example.com", null],
    ["__SECURE-a=1; Secure", "https://example.com", "example.com/"],
    ["__Host-a=1; Secure; Path=/", "https://example.com", "example.com/"],
    ["__host-a=1; Path=/", "https://example.com", null],
    ["__Host-a=1; Secure", "https://example.com", null],
    ["__Host-a=1; Secure; Path=/x", "https://example.com", null],
    ["__Host-a=1; Secure; Path=/; Domain=example.com", "https://example.com", null],
    // httpwg/http-extensions#3511
    ["__Http-a=1", "https://example.com", null],
    ["__Http-a=1; Secure", "https://example.com", null],
    ["__Http-a=1; HttpOnly", "https://example.com", null],
    ["__Http-a=1; Secure; HttpOnly", "https://example.com/x/y", "example.com/x"],
    ["__hTTP-a=1; Secure", "https://example.com", null],
    ["__Http-a=1; Secure; HttpOnly; Domain=example.com", "https://a.example.com", "*.example.com/"],
    ["__Host-Http-a=1; Secure; Path=/", "https://example.com", null],
    ["__HOST-HTTP-a=1; Secure; Path=/", "https://example.com", null],
    ["__Host-Http-a=1; HttpOnly; Path=/", "https://example.com", null],
    ["__Host-Http-a=1; Secure; HttpOnly; Path=/", "https://example.com", "example.com/"],
    ["__Host-Http-a=1; Secure; HttpOnly", "https://example.com", null],
    ["__Host-Http-a=1; Secure; HttpOnly; Path=/; Domain=example.com", "https://example.com", null],
    ["__Httpa=1", "https://example.com", "example.com/"],
  ];
  for (const [field, url, scope] of rows) {
    assertEquals(storedAs(field, url), scope, `${field} ${url}`);
  }
});

// R14.7
Deno.test("isFor() sends a cookie where it belongs, and nowhere else", () => {
  const base = { name: "a", value: "1", secure: false, httpOnly: false };
  const host = { ...base, domain: "example.com", hostOnly: true, path: "/x" };
  const domain = { ...host, hostOnly: false };
  const secure = { ...host, secure: true };
  const rows = [
    [host, "http://example.com/x", true],
    [host, "http://example.com:81/x/y", true],
    [host, "http://example.com/%78/y", true],
    [host, "http://example.com/xy", false],
    [host, "http://example.com/", false],
    [host, "http://www.example.com/x", false],
    [domain, "http://www.example.com/x", true],
    [domain, "http://badexample.com/x", false],
    [domain, "http://example.com./x", false],
    [secure, "https://example.com/x", true],
    [secure, "http://example.com/x", false],
  ] as const;
  for (const [cookie, url, sent] of rows) assertEquals(isFor(cookie, scopeOf(url)), sent, url);
});
