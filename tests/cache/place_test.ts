/** Where the cache stands among the parts of a call, and whose responses it keeps. */

import { assertEquals } from "@std/assert";
import { bearerAuth, HTTPClient } from "../../mod.ts";
import { httpCache } from "../../src/cache/mod.ts";
import { lifetimeMs } from "../../src/cache/rules/freshness.ts";
import { invalidates } from "../../src/cache/rules/storable.ts";
import { Breaker, Limiter } from "../../src/limits/mod.ts";

const FRESH = { "cache-control": "max-age=60" };

// R27.1, R27.2, R26.1
Deno.test("a hit passes operation middleware, and no hook, breaker or limiter", async () => {
  const seen: string[] = [];
  let isBusy = false;
  const limit = new Limiter({
    concurrency: 1,
    cost: () => (seen.push("limiter"), 1),
    rate: { requests: 100, per: 1 },
  });
  const breaker = new Breaker({ minimum: 1, ratio: 0.5 });
  await using client = new HTTPClient({
    baseUrl: "http://api.example",
    transport: (_, { headers }) => {
      if (isBusy) return Promise.resolve(new Response(null, { status: 500 }));
      const isSame = new Headers(headers).has("if-none-match");
      const cacheControl = isSame ? FRESH : { "cache-control": "no-cache" };
      const fields = { ...cacheControl, etag: '"1"' };
      return Promise.resolve(
        new Response(isSame ? null : "x", { status: isSame ? 304 : 200, headers: fields }),
      );
    },
    ...{ cache: httpCache(), dedupe: true, maxRetries: 0, limit, breaker, throwOnError: false },
    hooks: { onRequest: () => void seen.push("hook") },
    use: {
      operation: [(request, next) => {
        seen.push("middleware");
        return next(request);
      }],
    },
  });
  assertEquals((await client.get("/")).cache?.status, "miss");
  assertEquals(seen.splice(0), ["middleware", "limiter", "hook"]);
  const same = await client.get("/");
  assertEquals([same.cache?.status, same.text], ["revalidated", "x"]);
  assertEquals(seen.splice(0), ["middleware", "limiter", "hook"]);
  isBusy = true;
  for (let failures = 0; failures < 3; failures++) {
    await client.get("/down", { cache: false }).catch(() => {});
  }
  const [open] = await Promise.allSettled([client.get("/down", { cache: false })]);
  assertEquals(open.status === "rejected" && open.reason.code, "circuit_open");
  seen.splice(0);
  const hit = await client.get("/");
  assertEquals([hit.cache?.status, hit.attempts.length], ["hit", 0]);
  assertEquals(seen, ["middleware"]);
});

// R27.3
Deno.test("downloads use neither the cache nor a shared request", async () => {
  let sent = 0;
  await using client = new HTTPClient({
    baseUrl: "http://api.example",
    ...{ cache: httpCache(), dedupe: true },
    transport: () => (sent++, Promise.resolve(new Response("x", { headers: FRESH }))),
  });
  const folder = await Deno.makeTempDir();
  try {
    await client.get("/");
    await Promise.all(["a", "b"].map((name) => client.download("/", `${folder}/${name}`)));
    assertEquals(sent, 3);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

// R27.9
Deno.test("a response is not stored if the credential has changed while it was on its way", async () => {
  let token = "one";
  const sent: string[] = [];
  await using client = new HTTPClient({
    baseUrl: "http://api.example",
    cache: httpCache(),
    auth: bearerAuth(() => token),
    transport: (_, { headers }) => {
      sent.push(new Headers(headers).get("authorization")!);
      if (sent.length === 1) token = "two";
      return Promise.resolve(new Response(sent.at(-1)!, { headers: FRESH }));
    },
  });
  await client.get("/");
  token = "one";
  assertEquals((await client.get("/")).cache?.status, "miss");
  assertEquals((await client.get("/")).cache?.status, "hit");
  assertEquals(sent, ["Bearer one", "Bearer one"]);
});

// R27.15
Deno.test("freshness without Cache-Control, by RFC 9111 4.2.2 and 5.3", () => {
  const now = Date.UTC(2026, 0, 31);
  const day = 86_400_000;
  const before = (days: number) => new Date(now - days * day).toUTCString();
  const rows: [headers: Record<string, string>, status: number, url: string, lifetime: number][] = [
    [{ "last-modified": before(10) }, 200, "/", day],
    [{ "last-modified": before(100) }, 200, "/", 7 * day],
    [{ "last-modified": before(10) }, 200, "/?q", 0],
    [{ "last-modified": before(10) }, 404, "/", day],
    [{ "last-modified": before(10) }, 403, "/", 0],
    [{ "last-modified": before(-1) }, 200, "/", 0],
    [{ "last-modified": "soon" }, 200, "/", 0],
    [{ "last-modified": before(10), expires: "0" }, 200, "/", 0],
    [{ expires: before(-1) }, 200, "/?q", day],
    [{ expires: `${before(-1)}, ${before(-2)}` }, 200, "/", 0],
    [{}, 200, "/", 0],
  ];
  for (const [headers, status, url, lifetime] of rows) {
    const fields = Object.entries({ date: before(0), ...headers });
    const stored = { status, headers: fields, requestTime: now, responseTime: now };
    assertEquals(
      lifetimeMs(stored, false, url.includes("?")),
      lifetime,
      JSON.stringify(headers) + url,
    );
  }
});

// R27.18
Deno.test("a write that succeeds invalidates its URL, and those of the same origin that it names (RFC 9111 4.4)", () => {
  const url = "http://a.example/x";
  const rows: [method: string, status: number, headers: Record<string, string>, urls: string[]][] =
    [
      ["POST", 200, {}, [url]],
      ["PURGE", 204, {}, [url]],
      ["DELETE", 302, {}, [url]],
      ["POST", 201, { location: "/y#part", "content-location": "z" }, [
        url,
        "http://a.example/y",
        "http://a.example/z",
      ]],
      ["POST", 201, { location: "http://b.example/y", "content-location": "https://a.example/z" }, [
        url,
      ]],
      ["POST", 201, { location: "http://[" }, [url]],
      ["POST", 400, { location: "/y" }, []],
      ["POST", 503, {}, []],
      ["GET", 200, { location: "/y" }, []],
      ["HEAD", 200, {}, []],
      ["QUERY", 200, {}, []],
    ];
  for (const [method, status, headers, urls] of rows) {
    const found = invalidates({ method, url }, { status, headers: Object.entries(headers) });
    assertEquals(found, urls, `${method} ${status}`);
  }
});
