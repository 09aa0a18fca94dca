/** Lists of hosts are compared as hosts. */

import { assertEquals, assertThrows } from "@std/assert";
import { hostPatterns } from "../../src/hosts/host_patterns.ts";

// R8.14
Deno.test("an entry is a host, all hosts below one, an address or a range", () => {
  const rows: [pattern: string, url: string, plain: boolean, withSubdomains: boolean][] = [
    ["example.com", "http://example.com/", true, true],
    ["example.com", "http://EXAMPLE.com./", true, true],
    ["Example.COM.", "http://example.com/", true, true],
    ["example.com", "http://a.example.com/", false, true],
    ["example.com", "http://badexample.com/", false, false],
    ["example.com", "http://example.com.evil/", false, false],
    ["example.com", "http://example.com@evil/", false, false],
    ["example.com", "http://evil/example.com", false, false],
    [".example.com", "http://example.com/", false, false],
    [".example.com", "http://a.b.example.com/", true, true],
    [".example.com", "http://badexample.com/", false, false],
    ["bücher.example", "http://xn--bcher-kva.example/", true, true],
    ["xn--bcher-kva.example", "http://BÜCHER.example/", true, true],
    ["127.0.0.1", "http://0x7f.1/", true, true],
    ["0x7f.1", "http://127.0.0.1/", true, true],
    ["127.0.0.1", "http://[::ffff:127.0.0.1]/", true, true],
    ["127.0.0.0/8", "http://127.9.9.9/", true, true],
    ["127.0.0.0/8", "http://[::ffff:7f00:1]/", true, true],
    ["127.0.0.0/8", "http://127.0.0.1.example/", false, false],
    ["10.0.0.0/8", "http://127.0.0.1/", false, false],
    ["[::1]", "http://[0:0::1]/", true, true],
    ["::1", "http://[::1]/", true, true],
    ["fc00::/7", "http://[fd00::1]/", true, true],
  ];
  for (const [pattern, url, plain, withSubdomains] of rows) {
    const { hostname } = new URL(url);
    assertEquals(hostPatterns("x", [pattern]).has(hostname), plain, `${pattern} ${url}`);
    assertEquals(hostPatterns("x", [pattern], true).has(hostname), withSubdomains, pattern);
  }
});

Deno.test("an entry that is none of those is a TypeError that quotes it", () => {
  const wrong = [
    "",
    ".",
    "*",
    "*.a",
    "a:80",
    "http://a",
    "a/b",
    "a@b",
    "a b",
    "10.0.0.0/33",
    "1.2.3.256",
  ];
  for (const pattern of wrong) {
    assertThrows(() => hostPatterns("denyHosts", [pattern]), TypeError, JSON.stringify(pattern));
  }
});
