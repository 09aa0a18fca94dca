/** From what the caller wrote to the URL that is sent: base URL, parameters, hostile input. */

import { NetworkingError } from "../../../src/errors.ts";
import { mergeParams, NO_PARAMS, type ParamsOption } from "../../../src/formats/url_params.ts";
import {
  parseBaseURL,
  type ResolvedURL,
  resolveURL,
} from "../../../src/http/request/resolve_url.ts";
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { assertLinear } from "../../support/linear.ts";

const SECRET = "hunter2";

interface Given {
  readonly base?: string;
  /** The client's parameters. */
  readonly defaults?: ParamsOption;
  /** The call's parameters. */
  readonly params?: ParamsOption;
  readonly allowAnyOrigin?: boolean;
}

function resolve(input: string | URL, given: Given = {}): ResolvedURL {
  const { base, defaults = {}, params = {}, allowAnyOrigin = false } = given;
  const rules = {
    base: base === undefined ? undefined : parseBaseURL(base),
    defaults: mergeParams(NO_PARAMS, defaults),
    allowAnyOrigin,
  };
  return resolveURL("GET", input, rules, mergeParams(NO_PARAMS, params));
}

function refusal(input: string, given: Given = {}): NetworkingError {
  const error = assertThrows(() => resolve(input, given), NetworkingError);
  assertStrictEquals(error.code, "invalid_url");
  return error;
}

Deno.test("an absolute URL is sent as it is, normalised as the platform does", async (t) => {
  const rows: { input: string | URL; url: string; source: string }[] = [
    {
      input: "https://example.com/a?b=c",
      url: "https://example.com/a?b=c",
      source: "as it is",
    },
    { input: "http://example.com", url: "http://example.com/", source: "WHATWG URL: a path of /" },
    {
      input: "HTTPS://EXAMPLE.com:443/A",
      url: "https://example.com/A",
      source: "WHATWG URL: scheme and host in lower case, default port gone",
    },
    {
      input: " \t\nhttps://example.com/ \0",
      url: "https://example.com/",
      source: "WHATWG URL: controls and space around it",
    },
    {
      input: new URL("https://example.com/x"),
      url: "https://example.com/x",
      source: "a URL object",
    },
    {
      input: "https://bücher.example/ü?ü",
      url: "https://xn--bcher-kva.example/%C3%BC?%C3%BC",
      source: "WHATWG URL: punycode and UTF-8",
    },
    {
      input: "http://[::1]:8080/",
      url: "http://[::1]:8080/",
      source: "an IPv6 address",
    },
    {
      input: "https://example.com/x?q=a b&r='#f",
      url: "https://example.com/x?q=a%20b&r=%27#f",
      source: "WHATWG URL: the special-query percent-encode set",
    },
  ];
  for (const { input, url, source } of rows) {
    await t.step(`${JSON.stringify(input)} (${source})`, () => {
      const resolved = resolve(input);
      assertStrictEquals(resolved.url.href, url);
      assertFalse(resolved.leavesBase);
      assertStrictEquals(resolved.userinfo, undefined);
    });
  }
});

// R3.1
Deno.test("without a base URL, what is not an absolute http(s) URL is invalid_url", async (t) => {
  const rows: { input: string; says: string; source: string }[] = [
    { input: "", says: "it has no scheme", source: "empty" },
    { input: "/users", says: "it has no scheme", source: "a path" },
    { input: "users", says: "it has no scheme", source: "a relative path" },
    { input: "//example.com/", says: "it has no scheme", source: "a network-path reference" },
    {
      input: "example.com/x?q=1",
      says: 'write "https://example.com/x"',
      source: "a host: the remedy is shown, without the query",
    },
    { input: "localhost:8080/x", says: "it has no scheme", source: "host and port, no scheme" },
    { input: "example.com:443", says: 'write "https://example.com:443"', source: "the same" },
    { input: "ftp://example.com/", says: 'its scheme is "ftp:"', source: "another scheme" },
    { input: "file:///etc/passwd", says: 'its scheme is "file:"', source: "a local file" },
    { input: "javascript:alert(1)", says: 'its scheme is "javascript:"', source: "code" },
    { input: "data:text/plain,x", says: 'its scheme is "data:"', source: "data" },
    { input: "ws://example.com/", says: 'its scheme is "ws:"', source: "a WebSocket" },
    { input: "blob:https://example.com/x", says: 'its scheme is "blob:"', source: "a blob" },
    { input: "http:example.com", says: "not a well-formed", source: "no slashes" },
    { input: "http:/example.com", says: "not a well-formed", source: "one slash" },
    { input: "http:\\\\example.com", says: "not a well-formed", source: "backslashes" },
    { input: "http:///example.com", says: "not a well-formed", source: "three slashes" },
    { input: "http://", says: "not a well-formed", source: "no host" },
    { input: "http://?x", says: "not a well-formed", source: "no host" },
    { input: "http://:80/", says: "not a well-formed", source: "a port without host" },
    { input: "http://example.com:99999/", says: "not a well-formed", source: "no such port" },
    { input: "http://exa mple.com/", says: "not a well-formed", source: "a space in the host" },
    { input: "http://[::1/", says: "not a well-formed", source: "a bracket too few" },
    { input: "http://a%00b/", says: "not a well-formed", source: "NUL in the host" },
  ];
  for (const { input, says, source } of rows) {
    await t.step(`${JSON.stringify(input)} (${source})`, () => {
      const { message, method } = refusal(input);
      assert(message.startsWith("Cannot GET "), message);
      assert(message.includes(says), message);
      assertStrictEquals(method, "GET");
    });
  }
});

Deno.test("a url that is neither string nor URL is a TypeError", () => {
  for (const input of [undefined, null, 5, {}, ["http://h/"]]) {
    assertThrows(() => resolve(input as never), TypeError, "url must be a string or URL");
  }
});

Deno.test("the error for a bad URL shows no secret and cannot forge a log line", () => {
  const error = refusal(`ftp://user:${SECRET}@example.com/?token=${SECRET}#${SECRET}`);
  for (const shown of [error.message, error.url ?? "", JSON.stringify(error)]) {
    assertFalse(shown.includes(SECRET), shown);
    assert(shown.includes("example.com"), shown);
  }
  const forged = refusal("nonsense\r\n\x1b[31m2026-01-01 all is well");
  for (const control of ["\r", "\n", "\x1b"]) {
    assertFalse(forged.message.includes(control), JSON.stringify(forged.message));
  }
  assert(refusal(`nonsense/${"x".repeat(10_000)}`).message.length < 500);
});

const BASE = "http://h.example/api";

// R3.3, R3.4
Deno.test("a base URL is a directory, whatever slashes are written", async (t) => {
  const rows: { base: string; input: string; url: string; source: string }[] = [
    { base: BASE, input: "x", url: `${BASE}/x`, source: "9 of 13 clients agree" },
    { base: BASE, input: "/x", url: `${BASE}/x`, source: "got refuses the slash, wretch: /apix" },
    { base: `${BASE}/`, input: "x", url: `${BASE}/x`, source: "a slash on the base" },
    { base: `${BASE}/`, input: "/x", url: `${BASE}/x`, source: "both slashes" },
    { base: BASE, input: "x/", url: `${BASE}/x/`, source: "a slash behind stays" },
    { base: BASE, input: "", url: BASE, source: "empty: the base itself, no slash added" },
    { base: `${BASE}/`, input: "", url: `${BASE}/`, source: "empty: no slash taken" },
    { base: BASE, input: "/", url: BASE, source: "a slash alone" },
    { base: BASE, input: "  ", url: BASE, source: "white space alone" },
    { base: BASE, input: "?a=2", url: `${BASE}?a=2`, source: "a query alone" },
    { base: BASE, input: "#f", url: `${BASE}#f`, source: "a fragment alone" },
    {
      base: "http://h.example",
      input: "x",
      url: "http://h.example/x",
      source: "a base without path",
    },
    {
      base: "http://h.example",
      input: "",
      url: "http://h.example/",
      source: "a base without path, alone",
    },
    { base: BASE, input: "a/../b", url: `${BASE}/b`, source: "dots that stay inside" },
    { base: BASE, input: "./b", url: `${BASE}/b`, source: "a dot" },
    { base: BASE, input: "..b/c..", url: `${BASE}/..b/c..`, source: "dots that are no segment" },
    {
      base: BASE,
      input: "v1/x:cancel",
      url: `${BASE}/v1/x:cancel`,
      source: "a colon behind a slash is no scheme (Google's custom methods)",
    },
    { base: BASE, input: "a b", url: `${BASE}/a%20b`, source: "a space is escaped" },
    { base: BASE, input: "a%20b", url: `${BASE}/a%20b`, source: "an escape stays" },
    {
      base: BASE,
      input: "projects/g%2Fp",
      url: `${BASE}/projects/g%2Fp`,
      source: "GitLab: an escaped slash inside a segment",
    },
    {
      base: "http://h.example/projects/g%2Fp",
      input: "issues",
      url: "http://h.example/projects/g%2Fp/issues",
      source: "GitLab: an escaped slash in the base",
    },
    {
      base: BASE,
      input: "http://h.example/other",
      url: "http://h.example/other",
      source: "an absolute URL on the same origin is meant",
    },
    {
      base: BASE,
      input: "HTTP://H.EXAMPLE:80/other",
      url: "http://h.example/other",
      source: "the same origin in another spelling",
    },
    {
      base: BASE,
      input: "//h.example/api/x",
      url: `${BASE}/x`,
      source: "a network-path reference to the base's own directory",
    },
    {
      base: BASE,
      input: "ht\ntp://evil.example/",
      url: `${BASE}/http://evil.example/`,
      source: "a broken scheme is a path",
    },
    {
      base: BASE,
      input: "\u00a0http://evil.example/",
      url: `${BASE}/%C2%A0http://evil.example/`,
      source: "white space that WHATWG URL does not take off: a path",
    },
  ];
  for (const { base, input, url, source } of rows) {
    await t.step(`${base} and ${JSON.stringify(input)} (${source})`, () => {
      const resolved = resolve(input, { base });
      assertStrictEquals(resolved.url.href, url);
      assertFalse(resolved.leavesBase);
    });
  }
});

// R3.3
Deno.test("the query of a base URL stays, and yields to the input's", async (t) => {
  const base = `${BASE}?v=1&w=a%20b`;
  const rows: { input: string; url: string; source: string }[] = [
    { input: "x", url: `${BASE}/x?v=1&w=a%20b`, source: "kept" },
    { input: "", url: base, source: "the base itself" },
    { input: "/x?a=2", url: `${BASE}/x?v=1&w=a%20b&a=2`, source: "only better-fetch does this" },
    { input: "x?v=2", url: `${BASE}/x?w=a%20b&v=2`, source: "the input's wins per name" },
    { input: "x?%76=2", url: `${BASE}/x?w=a%20b&%76=2`, source: "an escaped name is the same" },
    { input: "x?", url: `${BASE}/x?v=1&w=a%20b`, source: "an empty query" },
    { input: "?#f", url: `${base}#f`, source: "an empty query and a fragment" },
    { input: "x?a=2#f", url: `${BASE}/x?v=1&w=a%20b&a=2#f`, source: "in front of the fragment" },
  ];
  for (const { input, url, source } of rows) {
    await t.step(`${input} (${source})`, () => {
      assertStrictEquals(resolve(input, { base }).url.href, url);
    });
  }
});

// R3.4
Deno.test("what leads out of the base URL is refused, however it is written", async (t) => {
  const rows: { input: string; says: string; source: string }[] = [
    { input: "http://evil.example/", says: "its origin is http://evil.example", source: "a host" },
    { input: "https://h.example/api/x", says: "its origin is https://h", source: "a scheme" },
    { input: "http://h.example:8080/api/x", says: "its origin is http://h", source: "a port" },
    { input: "http://h.example.evil.example/", says: "its origin is", source: "a longer host" },
    { input: "http://h.example@evil.example/", says: "its origin is", source: "userinfo" },
    { input: "http://h.example:80@evil.example/", says: "its origin is", source: "userinfo" },
    { input: "http://evil.example\\@h.example/", says: "its origin is", source: "a backslash" },
    { input: "http://h.example./api", says: "its origin is", source: "a trailing dot" },
    { input: "//evil.example/x", says: "its origin is", source: "network-path reference" },
    { input: "///evil.example/x", says: "its origin is", source: "one slash more" },
    { input: "/\\evil.example/x", says: "its origin is", source: "WHATWG URL: \\ is /" },
    { input: "\\\\evil.example/x", says: "its origin is", source: "WHATWG URL: \\ is /" },
    { input: "\\/evil.example/x", says: "its origin is", source: "WHATWG URL: \\ is /" },
    { input: "/\t/evil.example/x", says: "its origin is", source: "WHATWG URL: tabs go" },
    { input: "/\n\r\\evil.example/x", says: "its origin is", source: "WHATWG URL: newlines go" },
    { input: " //evil.example/x", says: "its origin is", source: "space in front" },
    { input: "\0//evil.example/x", says: "its origin is", source: "NUL in front" },
    { input: "//h.example@evil.example/api", says: "its origin is", source: "userinfo" },
    { input: "//h.example/admin", says: "its path is outside", source: "the same host, no base" },
    { input: "/\\h.example/admin", says: "its path is outside", source: "the same, disguised" },
    { input: "../admin", says: "its path is outside", source: "RFC 3986 5.2.4" },
    { input: "/../admin", says: "its path is outside", source: "with a slash in front" },
    { input: "..", says: "its path is outside", source: "the parent itself" },
    { input: "x/../../admin", says: "its path is outside", source: "deeper first" },
    { input: "..\\admin", says: "its path is outside", source: "WHATWG URL: \\ is /" },
    { input: "%2e%2e/admin", says: "its path is outside", source: "WHATWG URL: %2e is a dot" },
    { input: ".%2E/admin", says: "its path is outside", source: "WHATWG URL: half escaped" },
    { input: ".\t./admin", says: "its path is outside", source: "WHATWG URL: tabs go" },
    { input: "..%2fadmin", says: "its path is outside", source: "a slash that servers decode" },
    { input: "..%5Cadmin", says: "its path is outside", source: "a backslash that servers decode" },
    { input: "x%2f..%2f..%2fadmin", says: "its path is outside", source: "all of it escaped" },
    { input: "%2e%2e%2fadmin", says: "its path is outside", source: "all of it escaped" },
    { input: "../apix/y", says: "its path is outside", source: "a sibling with the same prefix" },
    { input: "javascript:alert(1)", says: 'its scheme is "javascript:"', source: "a scheme" },
    { input: "http:x", says: "not a well-formed", source: "a scheme without slashes" },
    { input: "http:/x", says: "not a well-formed", source: "a scheme with one slash" },
  ];
  for (const { input, says, source } of rows) {
    await t.step(`${JSON.stringify(input)} (${source})`, () => {
      const { message } = refusal(input, { base: BASE });
      assert(message.includes(says), message);
    });
  }
});

/** The depth below the base that the path reaches at its lowest, as a careless server reads it. */
function lowestDepth(path: string): number {
  let depth = 0;
  let lowest = 0;
  for (const segment of decodeURIComponent(path).split(/[/\\]/)) {
    if (segment === "..") depth--;
    else if (segment !== "" && segment !== ".") depth++;
    lowest = Math.min(lowest, depth);
  }
  return lowest;
}

// R3.4
Deno.test("no combination of hostile pieces leads out of the base URL", () => {
  const pieces = [
    "/",
    "\\",
    "\t",
    "\n",
    ".",
    "..",
    "%2e",
    "%2F",
    "%5c",
    "@",
    ":",
    "?",
    "#",
    "http:",
    "https://",
    "evil.example",
    "//h.example",
  ];
  let accepted = 0;
  let refused = 0;
  function probe(input: string, left: number): void {
    let url: URL | undefined;
    try {
      url = resolve(input, { base: BASE }).url;
    } catch (error) {
      assertInstanceOf(error, NetworkingError);
      assertStrictEquals(error.code, "invalid_url");
    }
    if (url === undefined) refused++;
    else {
      accepted++;
      assertStrictEquals(url.origin, "http://h.example", JSON.stringify(input));
      const isAbsolute = input.trimStart().startsWith("http:"); // may name any path of the origin
      if (!isAbsolute) {
        assert(/^\/api(?:\/|$)/.test(url.pathname), `${JSON.stringify(input)} became ${url.href}`);
        const lowest = lowestDepth(url.pathname.slice("/api".length));
        assertStrictEquals(lowest, 0, `${JSON.stringify(input)} became ${url.href}`);
      }
    }
    if (left > 0) { for (const piece of pieces) probe(input + piece, left - 1); }
  }
  probe("", 4);
  assert(accepted > 1000 && refused > 1000, `${accepted} accepted, ${refused} refused`);
});

// R3.4
Deno.test("with allowAnyOrigin a URL may lead away, and the client's params stay behind", () => {
  const given = { base: BASE, defaults: { key: SECRET }, allowAnyOrigin: true };
  const away = resolve("https://other.example/x?a=1", { ...given, params: { b: 2 } });
  assertStrictEquals(away.url.href, "https://other.example/x?a=1&b=2");
  assert(away.leavesBase);
  const network = resolve("//other.example/x", given);
  assertStrictEquals(network.url.href, "http://other.example/x");
  assert(network.leavesBase);
  const up = resolve("../admin", given);
  assertStrictEquals(up.url.href, `http://h.example/admin?key=${SECRET}`);
  assertFalse(up.leavesBase);
});

// R3.2
Deno.test("a base URL is an absolute http(s) URL without userinfo and fragment", async (t) => {
  const rows: { base: unknown; says: string }[] = [
    { base: "", says: "must be an absolute URL" },
    { base: "/api", says: 'https://; write new URL("/api", "https://…")' },
    { base: "../api?a=1", says: 'write new URL("../api", "https://…")' },
    { base: "//example.com/api", says: "begins with http:// or https://" },
    { base: "example.com", says: "must be an absolute URL" },
    { base: "ftp://example.com", says: "must be an absolute URL" },
    { base: "http:example.com", says: "must be an absolute URL" },
    { base: "http://", says: "must be an absolute URL" },
    { base: "http://exa mple/", says: "must be an absolute URL" },
    { base: null, says: "must be an absolute URL" },
    { base: 5, says: "must be an absolute URL" },
    { base: `http://user:${SECRET}@example.com/`, says: "remove its user and password" },
    { base: `http://${SECRET}@example.com/`, says: "set auth" },
    { base: "http://example.com/#x", says: "remove its fragment" },
  ];
  for (const { base, says } of rows) {
    await t.step(`${JSON.stringify(base)}: ${says}`, () => {
      const { message } = assertThrows(() => parseBaseURL(base as string), TypeError);
      assert(message.startsWith("Cannot use baseUrl "), message);
      assert(message.includes(says), message);
      assertFalse(message.includes(SECRET), message);
    });
  }
  assertStrictEquals(parseBaseURL(new URL("https://example.com/a")).href, "https://example.com/a");
});

// R3.2
Deno.test("a base URL that is a path is relative to the page, as for fetch", async (t) => {
  const rows: [base: string, page: string | undefined, worker: string | undefined, href: string][] =
    [
      ["/api", "https://a.example/shop/index.html?q#f", undefined, "https://a.example/api"],
      ["./api", "https://a.example/shop/index.html", undefined, "https://a.example/shop/api"],
      ["../api/", "https://a.example/shop/x/", "https://b.example/", "https://a.example/shop/api/"],
      ["/api", undefined, "https://b.example/worker.js", "https://b.example/api"],
      ["https://c.example/", "https://a.example/", undefined, "https://c.example/"],
    ];
  const names = ["document", "location"] as const;
  const before = names.map((name) => Object.getOwnPropertyDescriptor(globalThis, name));
  const stand = (page: string | undefined, worker: string | undefined) => {
    const values = [page && { baseURI: page }, worker && { href: worker }];
    names.forEach((name, index) =>
      Object.defineProperty(globalThis, name, { value: values[index], configurable: true })
    );
  };
  try {
    for (const [base, page, worker, href] of rows) {
      await t.step(`${base} of ${page ?? worker}`, () => {
        stand(page, worker);
        assertStrictEquals(parseBaseURL(base).href, href);
      });
    }
    await t.step("which is not the web's, or another host", () => {
      for (const place of ["about:blank", "blob:https://a.example/1", "file:///a/index.html"]) {
        stand(undefined, place);
        assertThrows(() => parseBaseURL("/api"), TypeError, 'write new URL("/api", ');
      }
      stand("https://a.example/", undefined);
      for (const base of ["", "api", "//b.example/", "/\\b.example/", "/\t/b.example/"]) {
        assertThrows(() => parseBaseURL(base), TypeError, "must be an absolute URL");
      }
    });
  } finally {
    names.forEach((name, index) => {
      if (before[index]) Object.defineProperty(globalThis, name, before[index]);
      else Reflect.deleteProperty(globalThis, name);
    });
  }
});

Deno.test("userinfo is taken out of the URL and given decoded", async (t) => {
  const rows: { input: string; user: string; password: string; source: string }[] = [
    {
      input: "http://u:p@example.com/x?y#z",
      user: "u",
      password: "p",
      source: "Node's fetch throws, Deno's sends it",
    },
    { input: "http://u@example.com/x?y#z", user: "u", password: "", source: "no password" },
    { input: "http://:p@example.com/x?y#z", user: "", password: "p", source: "no user" },
    {
      input: "http://a%40b:p%3Aq%2f@example.com/x?y#z",
      user: "a@b",
      password: "p:q/",
      source: "RFC 3986 3.2.1: percent-encoded",
    },
    {
      input: "http://u:p@q@example.com/x?y#z",
      user: "u",
      password: "p@q",
      source: "WHATWG URL: the last @ ends it",
    },
    {
      input: "http://u:%zz@example.com/x?y#z",
      user: "u",
      password: "%zz",
      source: "a malformed escape stands for itself",
    },
    {
      input: "http://ü:é@example.com/x?y#z",
      user: "ü",
      password: "é",
      source: "RFC 7617 2.1: UTF-8",
    },
  ];
  for (const { input, user, password, source } of rows) {
    await t.step(`${input} (${source})`, () => {
      const { url, userinfo } = resolve(input);
      assertStrictEquals(url.href, "http://example.com/x?y#z");
      assertEquals(userinfo, { user, password });
    });
  }
});

// R3.5
Deno.test("parameters are merged per name, the other pairs keep their spelling", async (t) => {
  const url = "http://h.example/x";
  const rows: { input: string; given: Given; url: string; source: string }[] = [
    { input: url, given: { params: { a: 1 } }, url: `${url}?a=1`, source: "no query yet" },
    {
      input: `${url}#f`,
      given: { params: { a: 1 } },
      url: `${url}?a=1#f`,
      source: "in front of the fragment; wretch and xior lose it",
    },
    {
      input: `${url}?a=1`,
      given: { params: { a: 3 } },
      url: `${url}?a=3`,
      source: "replaced per name; ky and axios append",
    },
    {
      input: `${url}?a=1&b=2&a=3`,
      given: { params: { a: 4 } },
      url: `${url}?b=2&a=4`,
      source: "all of the name are replaced",
    },
    {
      input: `${url}?%61=1&b=2`,
      given: { params: { a: 4 } },
      url: `${url}?b=2&a=4`,
      source: "an escaped name is the same name",
    },
    {
      input: `${url}?a+b=1`,
      given: { params: { "a b": 2 } },
      url: `${url}?a%20b=2`,
      source: "URL Standard 5.1: + is a space in a query",
    },
    {
      input: `${url}?b=x+y&c=%7E~&d=%2f&e&f=&g==`,
      given: { params: { a: 1 } },
      url: `${url}?b=x+y&c=%7E~&d=%2f&e&f=&g==&a=1`,
      source: "untouched pairs keep their spelling: signatures depend on it",
    },
    {
      input: `${url}?a=%zz`,
      given: { params: { b: 1 } },
      url: `${url}?a=%zz&b=1`,
      source: "malformed escapes stay",
    },
    {
      input: url,
      given: { defaults: { key: "k" } },
      url: `${url}?key=k`,
      source: "the client's parameters",
    },
    {
      input: `${url}?key=own`,
      given: { defaults: { key: "k" } },
      url: `${url}?key=own`,
      source: "they yield to the URL's own",
    },
    {
      input: `${url}?key=own`,
      given: { defaults: { key: "k" }, params: { key: "call" } },
      url: `${url}?key=call`,
      source: "the call's win over both",
    },
    {
      input: url,
      given: { defaults: { key: "k" }, params: { key: null } },
      url,
      source: "null takes the client's away",
    },
    {
      input: `${url}?a=1&b=2`,
      given: { params: { a: undefined } },
      url: `${url}?b=2`,
      source: "undefined takes the URL's away",
    },
    {
      input: `${url}?a=1`,
      given: { params: { a: null } },
      url,
      source: "the last one goes with the question mark",
    },
    {
      input: "x?a=2",
      given: { base: `${BASE}?v=1&key=b`, defaults: { key: "k", d: 1 }, params: { p: 1 } },
      url: `${BASE}/x?v=1&key=b&a=2&d=1&p=1`,
      source: "base, URL, client and call together",
    },
  ];
  for (const { input, given, url, source } of rows) {
    await t.step(source, () => assertStrictEquals(resolve(input, given).url.href, url));
  }
});

// R3.5
Deno.test("parameter values become text, and text is escaped", async (t) => {
  const rows: { params: ParamsOption; query: string; source: string }[] = [
    {
      params: { n: null, u: undefined, a: 1 },
      query: "a=1",
      source: "null and undefined drop; ky sends n=null, redaxios u=undefined",
    },
    {
      params: { e: [1, 2] },
      query: "e=1&e=2",
      source: "arrays repeat; ky sends e=1%2C2, axios e[]=",
    },
    { params: { e: [] }, query: "", source: "an empty array is nothing" },
    { params: { e: [1, null, undefined, 2] }, query: "e=1&e=2", source: "holes in an array drop" },
    {
      params: { t: true, f: false, z: 0, e: "" },
      query: "t=true&f=false&z=0&e=",
      source: "false ones are values",
    },
    {
      params: { d: new Date("2026-01-02T03:04:05.006Z") },
      query: "d=2026-01-02T03%3A04%3A05.006Z",
      source: "Dates as ISO 8601",
    },
    {
      params: { b: 12345678901234567890n },
      query: "b=12345678901234567890",
      source: "a bigint in full",
    },
    {
      params: new URLSearchParams("a=1&b=2&a=3"),
      query: "a=1&a=3&b=2",
      source: "URLSearchParams, repeated names together",
    },
    { params: [["a", 1], ["b", 2], ["a", 3]], query: "a=1&a=3&b=2", source: "a list of pairs" },
    { params: [["a", 1], ["a", null]], query: "a=1", source: "a null among values" },
    { params: { "a b": "c d" }, query: "a%20b=c%20d", source: "a space is %20, never +" },
    { params: { q: "a+b&c=d#e" }, query: "q=a%2Bb%26c%3Dd%23e", source: "what separates" },
    { params: { "&=": "x" }, query: "%26%3D=x", source: "names too" },
    { params: { "a[]": "[1]" }, query: "a%5B%5D=%5B1%5D", source: "brackets" },
    { params: { q: "ü😀" }, query: "q=%C3%BC%F0%9F%98%80", source: "UTF-8" },
    { params: { q: "\r\nX: y\0" }, query: "q=%0D%0AX%3A%20y%00", source: "control characters" },
    { params: { q: "\ud800" }, query: "q=%EF%BF%BD", source: "a lone surrogate is replaced" },
    { params: { q: "it's" }, query: "q=it%27s", source: "URL Standard: special-query set" },
    { params: { "": "x" }, query: "=x", source: "an empty name" },
    {
      params: JSON.parse('{ "__proto__": "x", "constructor": "y" }') as ParamsOption,
      query: "__proto__=x&constructor=y",
      source: "names of Object.prototype are names",
    },
  ];
  for (const { params, query, source } of rows) {
    await t.step(source, () => {
      const { href } = resolve("http://h.example/x", { params }).url;
      assertStrictEquals(href, `http://h.example/x${query === "" ? "" : `?${query}`}`);
    });
  }
});

Deno.test("what a server reads is what was given", () => {
  const nasty = "a b+c&d=e#f?g%h/i\\j'k\"l<m>n\u00e9\u{1f600}\t\r\n\0~!*()";
  const { searchParams } = resolve("http://h.example/?x=1", { params: { [nasty]: nasty } }).url;
  assertEquals([...searchParams], [["x", "1"], [nasty, nasty]]);
});

// R3.5
Deno.test("params that are none are refused, with the name and what is wrong", async (t) => {
  const rows: { params: unknown; type: typeof TypeError; says: string }[] = [
    { params: null, type: TypeError, says: "params that is null" },
    { params: "a=1", type: TypeError, says: "params that is a string" },
    { params: 5, type: TypeError, says: "params that is a number" },
    { params: { a: { b: 1 } }, type: TypeError, says: 'params["a"] that is an object' },
    { params: { a: [[1]] }, type: TypeError, says: 'params["a"] that is an array' },
    { params: { a: () => 1 }, type: TypeError, says: 'params["a"] that is a function' },
    { params: { a: Symbol("s") }, type: TypeError, says: 'params["a"] that is a symbol' },
    { params: { a: new Map() }, type: TypeError, says: 'params["a"] that is a Map' },
    {
      params: { a: new Date(NaN) },
      type: RangeError,
      says: 'params["a"]: its value is an invalid Date',
    },
    { params: ["ab"], type: TypeError, says: "each entry must be a pair" },
    { params: [["a"]], type: TypeError, says: "each entry must be a pair" },
    { params: [[1, 2]], type: TypeError, says: "a name of params that is a number" },
  ];
  for (const { params, type, says } of rows) {
    await t.step(`${Deno.inspect(params)}: ${says}`, () => {
      assertThrows(() => mergeParams(NO_PARAMS, params as ParamsOption), type, says);
    });
  }
});

Deno.test("the message names the option that the parameters came from", () => {
  assertThrows(
    () => mergeParams(NO_PARAMS, "x" as never, "form"),
    TypeError,
    "Cannot use form that is a string",
  );
});

Deno.test("merging parameters leaves the base as it is", () => {
  const base = mergeParams(NO_PARAMS, { a: 1, b: 2 });
  const merged = mergeParams(base, { b: 3, c: [4, 5], a: null });
  assertEquals([...base], [["a", ["1"]], ["b", ["2"]]]);
  assertEquals([...merged], [["a", []], ["b", ["3"]], ["c", ["4", "5"]]]);
});

Deno.test("white space in a URL takes linear time", async () => {
  const input = (size: number) => ` http://h.example/x${" ".repeat(size)}x`;
  await assertLinear("spaces", input, (url) => resolve(url));
});

Deno.test("a polluted Object.prototype adds no parameter", () => {
  const prototype = Object.prototype as Record<string, unknown>;
  prototype["evil"] = "1";
  try {
    assertStrictEquals(
      resolve("http://h.example/x", { params: { a: 1 } }).url.href,
      "http://h.example/x?a=1",
    );
  } finally {
    delete prototype["evil"];
  }
});
