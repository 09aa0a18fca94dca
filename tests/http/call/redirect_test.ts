/** The redirect rules as tables: methods, bodies, headers, origins, and what is refused. */

import { RedirectError, TooManyRedirectsError } from "../../../src/refusal_errors.ts";
import type { BodySource } from "../../../src/http/body/body_types.ts";
import { isRedirect } from "../../../src/http/call/call_state.ts";
import { nextRequest, type RedirectRules, visit } from "../../../src/http/call/redirect.ts";
import { RequestValue } from "../../../src/http/request/request_value.ts";
import type { HTTPRequest } from "../../../src/http/request/http_request.ts";
import { DEFAULT_SETTINGS } from "../../../src/http/settings/settings.ts";
import { HARMLESS_HEADERS, SECRET_HEADERS } from "../../support/secret_names.ts";
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertStrictEquals,
} from "@std/assert";

const SECRET = "hunter2";
const HERE = "https://example.com/a/b";

const BODY: BodySource = { replayable: true, open: () => ({ body: "x" }) };
const STREAM: BodySource = { replayable: false, open: () => ({ body: "x" }) };

function requestOf(facts: Partial<HTTPRequest> = {}): RequestValue {
  return new RequestValue({
    method: "GET",
    url: HERE,
    headers: {},
    context: {},
    attempt: 1,
    hop: 0,
    resends: 0,
    ...facts,
  });
}

interface Given {
  readonly request?: Partial<HTTPRequest>;
  readonly status?: number;
  readonly location?: string;
  readonly rules?: Partial<RedirectRules>;
  readonly visited?: readonly string[];
}

function outcome(given: Given): RequestValue | RedirectError {
  const { request, status = 302, location = "/next", rules = {}, visited = [] } = given;
  return nextRequest(
    requestOf(request),
    status,
    location,
    { ...DEFAULT_SETTINGS, ...rules },
    new Set(visited),
  );
}

function follow(given: Given): RequestValue {
  const next = outcome(given);
  assertInstanceOf(next, RequestValue, next instanceof Error ? next.message : undefined);
  return next;
}

function refuse(given: Given): RedirectError {
  const error = outcome(given);
  assertInstanceOf(error, RedirectError);
  return error;
}

// R6.1
Deno.test("five statuses lead elsewhere, 300 and 304 are answers", () => {
  const redirects: number[] = [];
  for (let status = 100; status < 600; status++) if (isRedirect(status)) redirects.push(status);
  assertEquals(redirects, [301, 302, 303, 307, 308]);
});

/** Fetch Standard, "HTTP-redirect fetch", step 12; RFC 10008 for QUERY. */
const METHODS: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  GET: { 301: "GET", 302: "GET", 303: "GET", 307: "GET", 308: "GET" },
  HEAD: { 301: "HEAD", 302: "HEAD", 303: "HEAD", 307: "HEAD", 308: "HEAD" },
  POST: { 301: "GET", 302: "GET", 303: "GET", 307: "POST", 308: "POST" },
  PUT: { 301: "PUT", 302: "PUT", 303: "GET", 307: "PUT", 308: "PUT" },
  PATCH: { 301: "PATCH", 302: "PATCH", 303: "GET", 307: "PATCH", 308: "PATCH" },
  DELETE: { 301: "DELETE", 302: "DELETE", 303: "GET", 307: "DELETE", 308: "DELETE" },
  OPTIONS: { 301: "OPTIONS", 302: "OPTIONS", 303: "GET", 307: "OPTIONS", 308: "OPTIONS" },
  QUERY: { 301: "QUERY", 302: "QUERY", 303: "GET", 307: "QUERY", 308: "QUERY" },
};

// R6.1
Deno.test("the method changes as fetch has it, and the body with its headers goes along or not", async (t) => {
  const headers: Record<string, string> = {
    "content-type": "text/plain",
    "content-language": "en",
    "content-encoding": "gzip",
    "content-location": "/x",
    "content-digest": "sha-256=:x:",
    "x-content": "stays",
    accept: "*/*",
  };
  for (const [method, byStatus] of Object.entries(METHODS)) {
    for (const [status, expected] of Object.entries(byStatus)) {
      await t.step(
        `${method} ${status} → ${expected} (Fetch Standard, HTTP-redirect fetch)`,
        () => {
          const hasBody = method !== "GET" && method !== "HEAD";
          const request = { method, headers, ...(hasBody && { body: BODY }) };
          const next = follow({ request, status: Number(status) });
          assertStrictEquals(next.method, expected);
          const keeps = expected === method;
          assertStrictEquals(next.body, hasBody && keeps ? BODY : undefined);
          assertEquals(
            { ...next.headers },
            keeps ? headers : { "x-content": "stays", accept: "*/*" },
          );
        },
      );
    }
  }
});

Deno.test("a POST without body loses the headers of a body as well when it becomes a GET", () => {
  const request = { method: "POST", headers: { "content-type": "text/plain", "x-a": "1" } };
  assertEquals({ ...follow({ request, status: 303 }).headers }, { "x-a": "1" });
});

Deno.test("the next request is another value with a hop more, the first stays as it was", () => {
  const first = requestOf({
    method: "PUT",
    headers: { authorization: SECRET },
    body: BODY,
    context: { a: 1 },
    urlTemplate: "/a/{id}",
    attempt: 3,
    hop: 4,
  });
  const next = nextRequest(first, 307, "/next", DEFAULT_SETTINGS, new Set());
  assertInstanceOf(next, RequestValue);
  assertEquals([next.hop, next.attempt, next.urlTemplate], [5, 3, "/a/{id}"]);
  assertStrictEquals(next.context, first.context);
  assertStrictEquals(next.body, BODY);
  assertEquals([first.url, first.hop, first.method], [HERE, 4, "PUT"]);
});

// R6.2, R6.4
Deno.test("a Location is resolved against the URL that redirected", async (t) => {
  const rows: { location: string; from?: string; url: string; source: string }[] = [
    { location: "/x", url: "https://example.com/x", source: "RFC 9110 10.2.2: relative" },
    { location: "x", url: "https://example.com/a/x", source: "RFC 3986 5.2" },
    { location: "../x", url: "https://example.com/x", source: "RFC 3986 5.2" },
    { location: "?q=1", url: "https://example.com/a/b?q=1", source: "RFC 3986 5.2" },
    { location: "//example.com/x", url: "https://example.com/x", source: "RFC 3986 5.2" },
    { location: "//cdn.example/x", url: "https://cdn.example/x", source: "RFC 3986 5.2" },
    { location: "https://other.example/", url: "https://other.example/", source: "absolute" },
    { location: "  /x ", url: "https://example.com/x", source: "WHATWG URL: space around it" },
    { location: "/a b", url: "https://example.com/a%20b", source: "a space, unescaped" },
    {
      location: "/caf\u00c3\u00a9",
      url: "https://example.com/caf%C3%A9",
      source: "UTF-8 bytes, unescaped, which fetch gives as one character each",
    },
    {
      location: "/caf\u00e9",
      url: "https://example.com/caf%EF%BF%BD",
      source: "bytes that are no UTF-8 are replaced, not guessed",
    },
    {
      location: "/x",
      from: `${HERE}#part`,
      url: "https://example.com/x#part",
      source: "RFC 9110 10.2.2: the fragment is inherited",
    },
    {
      location: "/x#other",
      from: `${HERE}#part`,
      url: "https://example.com/x#other",
      source: "RFC 9110 10.2.2: unless Location has its own",
    },
    {
      location: "/x#",
      from: `${HERE}#part`,
      url: "https://example.com/x#",
      source: "RFC 9110 10.2.2: an empty fragment is one",
    },
    {
      location: `https://user:${SECRET}@other.example/x`,
      url: "https://other.example/x",
      source: "credentials in a Location come from a stranger",
    },
    {
      location: `//user:${SECRET}@example.com/x`,
      url: "https://example.com/x",
      source: "the same, without scheme",
    },
  ];
  for (const { location, from = HERE, url, source } of rows) {
    await t.step(`${JSON.stringify(location)} (${source})`, () => {
      const next = follow({ request: { url: from }, location });
      assertStrictEquals(next.url, url);
      assertFalse("authorization" in next.headers, "userinfo of a Location is no credential");
    });
  }
});

const CREDENTIALS = Object.fromEntries(SECRET_HEADERS.map((name) => [name, SECRET]));
const HARMLESS = Object.fromEntries(HARMLESS_HEADERS.map((name) => [name, "value"]));

// R6.2
Deno.test("credentials stay with their origin: scheme, host and port", async (t) => {
  const rows: { from?: string; location: string; leaves: boolean; source: string }[] = [
    { location: "/x", leaves: false, source: "the same origin" },
    { location: "https://EXAMPLE.com:443/x", leaves: false, source: "the same, spelt otherwise" },
    { location: "https://user@example.com/x", leaves: false, source: "userinfo is no origin" },
    { location: "https://other.example/x", leaves: true, source: "another host" },
    { location: "//other.example/x", leaves: true, source: "another host, no scheme" },
    { location: "/\\other.example/x", leaves: true, source: "WHATWG URL: \\ is /" },
    { location: "/\t/other.example/x", leaves: true, source: "WHATWG URL: tabs go" },
    { location: "https://www.example.com/x", leaves: true, source: "a subdomain" },
    { location: "https://example.com./x", leaves: true, source: "a trailing dot" },
    { location: "https://example.com:8443/x", leaves: true, source: "another port" },
    { location: "https://example.com@other.example/x", leaves: true, source: "userinfo" },
    {
      from: "http://example.com/a",
      location: "https://example.com/a",
      leaves: true,
      source: "http to https on one host; requests and httpx keep Authorization, fetch does not",
    },
    {
      from: "https://www.example.com/",
      location: "https://example.com/",
      leaves: true,
      source: "the parent domain",
    },
    {
      from: "http://127.0.0.1/",
      location: "http://localhost/",
      leaves: true,
      source: "two names of one machine",
    },
    {
      from: "http://127.0.0.1/",
      location: "http://127.1/",
      leaves: false,
      source: "WHATWG URL: two spellings of one address",
    },
  ];
  const headers = { ...CREDENTIALS, ...HARMLESS, "x-tenant": SECRET };
  const rules = { sensitiveHeaders: ["x-tenant"] };
  for (const { from = HERE, location, leaves, source } of rows) {
    await t.step(`${location}: ${leaves ? "dropped" : "kept"} (${source})`, () => {
      const next = follow({ request: { url: from, headers }, location, rules });
      assertEquals({ ...next.headers }, leaves ? HARMLESS : headers);
    });
  }
});

Deno.test("a Referer with a secret in its URL stays with its origin, and another goes along", () => {
  const rows: [referer: string, leaves: boolean][] = [
    [`https://example.com/?access_token=${SECRET}`, true],
    [`https://ada:${SECRET}@example.com/`, true],
    [`https://example.com/#${SECRET}`, true],
    ["https://example.com/list?page=2", false],
  ];
  for (const [referer, leaves] of rows) {
    const { headers } = follow({
      request: { headers: { referer } },
      location: "https://other.example/",
    });
    assertEquals({ ...headers }, leaves ? {} : { referer }, referer);
  }
});

// R6.2
Deno.test("credentials that were dropped do not come back with the first origin", () => {
  const away = follow({
    request: { headers: { authorization: SECRET, "x-api-key": SECRET, accept: "*/*" } },
    location: "https://other.example/",
  });
  const back = nextRequest(away, 302, HERE, DEFAULT_SETTINGS, new Set());
  assertInstanceOf(back, RequestValue);
  assertStrictEquals(back.url, HERE);
  assertEquals({ ...back.headers }, { accept: "*/*" });
});

// R4.8, R6.3
Deno.test("a redirect that may not be followed is refused, with the reason and the remedy", async (t) => {
  const rows: { name: string; given: Given; says: string; source: string }[] = [
    {
      name: "from https to http",
      given: { location: "http://example.com/x" },
      says: "from https to http; set allowDowngrade: true",
      source: "ktor refuses as well",
    },
    {
      name: "a malformed Location",
      given: { location: "http://[" },
      says: "not a well-formed URL",
      source: "RFC 9110 10.2.2",
    },
    {
      name: "a Location with a malformed port",
      given: { location: "https://example.com:99999/" },
      says: "not a well-formed URL",
      source: "WHATWG URL",
    },
    ...["ftp://example.com/", "file:///etc/passwd", "data:text/plain,x", "javascript:alert(1)"]
      .map((location) => ({
        name: `to ${location}`,
        given: { location },
        says: `its scheme is "${location.split(":")[0]}:"`,
        source: "Fetch Standard, HTTP-redirect fetch: only http(s)",
      })),
    {
      name: "to a WebSocket",
      given: { location: "wss://example.com/" },
      says: 'its scheme is "wss:"',
      source: "Fetch Standard, HTTP-redirect fetch: only http(s)",
    },
    {
      name: "to a Unix socket",
      given: { location: "unix:/var/run/docker.sock" },
      says: 'its scheme is "unix:"',
      source: "got's and curl's feature, a stranger's choice here",
    },
    {
      name: "a 307 with a body to another origin",
      given: {
        request: { method: "POST", body: BODY },
        status: 307,
        location: "https://other.example/",
      },
      says: "the POST body to another origin; set allowCrossOriginBody: true",
      source: "a body may hold what the headers may not leak",
    },
    {
      name: "a 308 with a body to another port",
      given: {
        request: { method: "PUT", body: BODY },
        status: 308,
        location: "https://example.com:8443/",
      },
      says: "the PUT body to another origin",
      source: "the same",
    },
    {
      name: "a 302 that keeps PUT, with a body, to another origin",
      given: {
        request: { method: "PUT", body: BODY },
        status: 302,
        location: "https://other.example/",
      },
      says: "the PUT body to another origin",
      source: "Fetch keeps the body of a PUT on 302",
    },
    {
      name: "a 307 with a stream",
      given: { request: { method: "POST", body: STREAM }, status: 307 },
      says: "the body was a stream and cannot be sent again; pass a function",
      source: "Deno says so in prose, Node hides it in fetch failed",
    },
    {
      name: "a circle",
      given: { location: "/next", visited: [visit("GET", "https://example.com/next")] },
      says: "the redirects form a loop",
      source: "RFC 9110 15.4: a client should detect cyclical redirections",
    },
    {
      name: "to itself",
      given: { location: HERE, visited: [visit("GET", HERE)] },
      says: "the redirects form a loop",
      source: "RFC 9110 15.4",
    },
    ...["", " ", ", "].map((location) => ({
      name: `to nothing, as ${JSON.stringify(location)}`,
      given: { location, visited: [visit("GET", HERE)] },
      says: "the Location is empty",
      source: "RFC 9110 10.2.2",
    })),
    ...["/a, /b", "https://a.example/, https://b.example/", "/a, b", "/a, /a, /b"].map((
      location,
    ) => ({
      name: `to ${location}`,
      given: { location },
      says: "several Location fields",
      source: "Fetch Standard, location URL: one that cannot be extracted is an error",
    })),
  ];
  for (const { name, given, says, source } of rows) {
    await t.step(`${name} (${source})`, () => {
      const error = refuse(given);
      assertStrictEquals(error.code, "redirect_refused");
      assertFalse(error instanceof TooManyRedirectsError);
      assertStrictEquals(error.statusCode, given.status ?? 302);
      assertStrictEquals(error.method, given.request?.method ?? "GET");
      assertStrictEquals(error.url, HERE);
      assert(error.message.includes(says), error.message);
    });
  }
});

Deno.test("what the caller allows is followed", async (t) => {
  const rows: { name: string; given: Given; url: string; body?: BodySource }[] = [
    {
      name: "allowDowngrade",
      given: { location: "http://example.com/x", rules: { allowDowngrade: true } },
      url: "http://example.com/x",
    },
    {
      name: "allowCrossOriginBody",
      given: {
        request: { method: "POST", body: BODY, headers: { authorization: SECRET } },
        status: 307,
        location: "https://other.example/",
        rules: { allowCrossOriginBody: true },
      },
      url: "https://other.example/",
      body: BODY,
    },
  ];
  for (const { name, given, url, body } of rows) {
    await t.step(name, () => {
      const next = follow(given);
      assertStrictEquals(next.url, url);
      assertStrictEquals(next.body, body);
      assertFalse("authorization" in next.headers, "credentials stay behind all the same");
    });
  }
});

Deno.test("allowing one thing allows no other", () => {
  const rules = { allowDowngrade: true };
  const request = { method: "POST", body: BODY };
  assert(refuse({ request, status: 307, location: "http://example.com/", rules }));
  const other = { allowCrossOriginBody: true };
  assert(refuse({ request, status: 307, location: "http://example.com/", rules: other }));
  const stream = { method: "POST", body: STREAM };
  assert(refuse({ request: stream, status: 307, location: "https://o.example/", rules: other }));
});

Deno.test("a body that is dropped is no obstacle", async (t) => {
  for (const body of [BODY, STREAM]) {
    for (const status of [301, 302, 303]) {
      await t.step(`${status}, ${body.replayable ? "replayable" : "a stream"}`, () => {
        const request = { method: "POST", body };
        const next = follow({ request, status, location: "https://other.example/" });
        assertStrictEquals(next.method, "GET");
        assertStrictEquals(next.body, undefined);
      });
    }
  }
});

Deno.test("from http to https is no downgrade, and http to http neither", () => {
  const request = { url: "http://example.com/" };
  assertStrictEquals(
    follow({ request, location: "https://example.com/" }).url,
    "https://example.com/",
  );
  assertStrictEquals(follow({ request, location: "http://o.example/" }).url, "http://o.example/");
});

// R6.3
Deno.test("as many redirects as maxRedirects says are followed, and not one more", async (t) => {
  for (const maxRedirects of [1, 10, 20]) {
    await t.step(`${maxRedirects}`, () => {
      const rules = { maxRedirects };
      assertStrictEquals(
        follow({ request: { hop: maxRedirects - 1 }, rules }).hop,
        maxRedirects,
      );
      const error = refuse({ request: { hop: maxRedirects }, rules });
      assertInstanceOf(error, TooManyRedirectsError);
      assertStrictEquals(error.code, "too_many_redirects");
      assertStrictEquals(error.statusCode, 302);
      assert(error.message.includes(`redirect ${maxRedirects + 1}, and maxRedirects is`));
    });
  }
  assertStrictEquals(DEFAULT_SETTINGS.maxRedirects, 10);
});

Deno.test("coming back with another method or URL is no circle", () => {
  const visited = [visit("POST", HERE), visit("GET", "https://example.com/other")];
  const seeOther = {
    request: { method: "POST", body: BODY },
    status: 303,
    location: HERE,
    visited,
  };
  assertStrictEquals(follow(seeOther).method, "GET");
  assertStrictEquals(follow({ location: "/other?page=2", visited }).url.slice(-7), "?page=2");
});

Deno.test("a refusal shows no secret of either URL", () => {
  const secretURL = (scheme: string) =>
    `${scheme}://user:${SECRET}@example.com/x?token=${SECRET}#${SECRET}`;
  const url = `https://example.com/y?token=${SECRET}`;
  const errors = [
    refuse({ request: { url }, location: secretURL("http") }),
    refuse({ request: { url }, location: secretURL("ftp") }),
    refuse({ request: { url }, location: `https://user:${SECRET}@exa mple.com:x/` }),
    refuse({ request: { url, hop: 10 }, location: secretURL("https") }),
  ];
  for (const error of errors) {
    const shown = error.message + JSON.stringify(error) + Deno.inspect(error);
    assertFalse(shown.includes(SECRET), shown);
    assert(error.message.includes("https://example.com/y"), error.message);
  }
});

Deno.test("a very long Location is cut in the message", () => {
  const error = refuse({ location: `ftp://example.com/${"x".repeat(100_000)}` });
  assert(error.message.length < 600, `${error.message.length} characters`);
});
