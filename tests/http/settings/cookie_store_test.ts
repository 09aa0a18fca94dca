import { assertEquals, assertThrows } from "@std/assert";
import { CookieJar } from "../../../src/cookies/mod.ts";
import type { CookieStore } from "../../../src/http/settings/cookie_store.ts";
import { HTTPClient } from "../../../src/http/http_client.ts";
import { MockTransport } from "../../../src/testing/mod.ts";
import { serve, type TestServer } from "../../support/server.ts";

/** Answers with the request's Cookie header; `/set?…` sets cookies, and leads to `to` if that is given. */
function cookieServer(): TestServer {
  return serve((request, path) => {
    if (path !== "/set") return new Response(request.headers.get("cookie") ?? "none");
    const { searchParams: params } = new URL(request.url);
    const headers = new Headers(params.getAll("c").map((field) => ["set-cookie", field]));
    const to = params.get("to");
    if (to !== null) headers.set("location", to);
    return new Response("set", {
      status: Number(params.get("status") ?? (to ? 302 : 200)),
      headers,
    });
  });
}

Deno.test("a client with a jar keeps cookies between calls, and one without does not", async () => {
  await using server = cookieServer();
  const cookies = new CookieJar();
  await using client = new HTTPClient({ baseUrl: server.origin, cookies });
  await using other = new HTTPClient({ baseUrl: server.origin });
  await client.get("/set", { params: { c: ["a=1; Path=/", "b=2; HttpOnly", "c=3; Path=/x"] } });
  assertEquals((await client.get("/")).text, "a=1; b=2");
  assertEquals((await client.post("/x/y", { n: 1 })).text, "c=3; a=1; b=2");
  await using stream = await client.stream("GET", "/");
  assertEquals(await stream.text(), "a=1; b=2");
  assertEquals((await other.get("/")).text, "none");
  assertEquals(cookies.size, 3);
});

// R14.1
Deno.test("Set-Cookie of a redirect counts at once, and each hop gets its own cookies", async () => {
  await using one = cookieServer();
  await using two = cookieServer();
  const elsewhere = two.origin.replace("127.0.0.1", "localhost"); // another host, so other cookies
  const cookies = new CookieJar();
  await using client = new HTTPClient({ baseUrl: one.origin, cookies, allowAnyOrigin: true });
  const login = await client.get("/set", { params: { c: "sid=1", to: "/in" } });
  assertEquals(login.text, "sid=1");
  const away = await client.get("/set", { params: { c: "more=2", to: `${elsewhere}/` } });
  assertEquals(away.text, "none");
  const there = await client.get(`${elsewhere}/set`, {
    params: { c: "far=3", to: `${one.origin}/` },
  });
  assertEquals(there.text, "sid=1; more=2");
  assertEquals((await client.get(`${elsewhere}/`)).text, "far=3");
  // A redirect that ends a session takes the cookie from the next hop.
  const out = await client.get("/set", { params: { c: "sid=; Max-Age=0", to: "/" } });
  assertEquals(out.text, "more=2");
});

// R14.2
Deno.test("the caller's own Cookie header is kept, counts for its names, and stays with its origin", async () => {
  await using one = cookieServer();
  await using two = cookieServer(); // same host on another port: the jar's cookies go there
  const cookies = new CookieJar();
  cookies.store(one.origin, ["a=jar", "b=jar"]);
  await using client = new HTTPClient({ baseUrl: one.origin, cookies });
  const headers = { cookie: "own=1; b=own" };
  assertEquals((await client.get("/", { headers })).text, "own=1; b=own; a=jar");
  assertEquals((await client.get("/set?to=/", { headers })).text, "own=1; b=own; a=jar");
  assertEquals((await client.get(`/set?to=${two.origin}/`, { headers })).text, "a=jar; b=jar");
});

// R14.1
Deno.test("cookies of an attempt that is retried count, also for what is not 2xx", async () => {
  await using server = cookieServer();
  const cookies = new CookieJar();
  await using client = new HTTPClient({
    baseUrl: server.origin,
    cookies,
    retryBackoff: 0,
    maxRetries: 1,
  });
  await client.get("/set", { params: { status: 503, c: "tried=1; Path=/" } });
  await client.get("/set", { params: { status: 404, c: "missing=2; Path=/" } });
  assertEquals((await client.get("/")).text, "tried=1; missing=2");
});

// R14.3
Deno.test("hooks see the cookies, redacted; exchange middleware is outside", async () => {
  await using server = cookieServer();
  const cookies = new CookieJar();
  cookies.setCookie("sid=hunter2", server.origin);
  const seen: unknown[] = [];
  await using client = new HTTPClient({
    baseUrl: server.origin,
    cookies,
    hooks: { onRequest: ({ request }) => void seen.push(request.headers.cookie, request) },
    use: { exchange: [(request, next) => (seen.push(request.headers.cookie), next(request))] },
  });
  assertEquals((await client.get("/")).text, "sid=hunter2");
  assertEquals(seen.slice(0, 2), [undefined, "sid=hunter2"]);
  const shown = Deno.inspect([seen[2], client, cookies]) + JSON.stringify([seen[2], client]);
  assertEquals(shown.includes("hunter2"), false);
});

Deno.test("extend() keeps the jar, replaces it, or goes without", async () => {
  const transport = new MockTransport().on(
    "GET",
    "/",
    (call) => ({ body: call.headers.get("cookie") ?? "none" }),
  );
  const jar = (value: string) => {
    const cookies = new CookieJar();
    cookies.setCookie(`a=${value}`, "https://example.com");
    return cookies;
  };
  const client = new HTTPClient({ transport, cookies: jar("1"), baseUrl: "https://example.com" });
  const rows = [[client, "a=1"], [client.extend({}), "a=1"], [
    client.extend({ cookies: jar("2") }),
    "a=2",
  ], [
    client.extend({ cookies: false }),
    "none",
  ]] as const;
  for (const [asked, expected] of rows) assertEquals((await asked.get("/")).text, expected);
});

Deno.test("anything with cookieHeader() and store() will do, and nothing else", async () => {
  await using server = cookieServer();
  const stored: unknown[] = [];
  const cookies: CookieStore = {
    cookieHeader: (url) => url.endsWith("/none") ? undefined : "a=1",
    store: (url, fields) => void stored.push(url, fields),
  };
  await using client = new HTTPClient({ baseUrl: server.origin, cookies });
  assertEquals((await client.get("/")).text, "a=1");
  assertEquals((await client.get("/none")).text, "none");
  await client.get("/set?c=x&c=y");
  assertEquals(stored, [`${server.origin}/set?c=x&c=y`, ["x", "y"]]);
  for (const wrong of [true, {}, { store() {} }, "a=1", null]) {
    assertThrows(() => new HTTPClient({ cookies: wrong as never }), TypeError, "cookies");
  }
});

// R14.1
Deno.test("what a store throws ends the call unchanged, and nothing stays open", async () => {
  await using server = cookieServer();
  const broken = new Error("the disk is full");
  const fail = () => {
    throw broken;
  };
  const stores: CookieStore[] = [
    { cookieHeader: fail, store() {} },
    { cookieHeader: () => undefined, store: fail },
  ];
  for (const cookies of stores) {
    await using client = new HTTPClient({ baseUrl: server.origin, cookies });
    const thrown = await client.get("/set?c=a").catch((error: unknown) => error);
    assertEquals(thrown === broken, true);
  }
  assertEquals(server.requests.length, 1);
});
