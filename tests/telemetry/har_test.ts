import { assertEquals, assertGreaterOrEqual, assertRejects } from "@std/assert";
import { CookieJar } from "../../src/cookies/mod.ts";
import { httpCache } from "../../src/cache/mod.ts";
import { bearerAuth, HTTPClient } from "../../mod.ts";
import { har, type HAREntry, type HAROptions } from "../../src/telemetry/mod.ts";
import { MockTransport } from "../../src/testing/mod.ts";

const HOST = "http://api.example";

function make(options?: HAROptions, more: object = {}) {
  const transport = new MockTransport();
  const seen = har(options);
  const client = new HTTPClient({ transport, use: seen, retryBackoff: 0, ...more });
  const entries = (): readonly HAREntry[] => seen.toJSON().log.entries;
  return { transport, client, seen, entries };
}

// R21.11
Deno.test("har() has an entry for each attempt and hop, with what the client knows of them", async () => {
  const { transport, client, entries } = make(undefined, { retryBackoff: 0.001 });
  transport.on("GET", "/a", { status: 503, body: "later" }, {
    status: 302,
    headers: { location: "/b" },
  });
  transport.on("GET", "/b", { json: { done: true } });
  await client.get(`${HOST}/a`);
  await client.close();
  const found = entries();
  assertEquals(
    found.map(({ response, _callId, _attempt, _hop, _resentFor }) => [
      ...[response.status, response.redirectURL, _callId, _attempt, _hop, _resentFor],
    ]),
    [
      [503, "", 1, 1, 0, undefined],
      [302, "/b", 1, 2, 0, "retry"],
      [200, "", 1, 2, 1, "redirect"],
    ],
  );
  assertEquals(found[1]!._waitReason, "backoff");
  const { attempts } = { attempts: found[2]!._attempts as { statusCode: number }[] };
  assertEquals([found[0]!._attempts, attempts.map(({ statusCode }) => statusCode)], [
    undefined,
    [503, 200],
  ]);
  assertEquals(found[2]!.response.content.text, `{"done":true}`);
  for (const { time, timings } of found) {
    const known = Object.values(timings).filter((ms) => ms >= 0);
    assertEquals(Math.abs(time - known.reduce((sum, ms) => sum + ms, 0)) < 0.01, true);
    assertGreaterOrEqual(Math.min(timings.send!, timings.wait!, timings.receive!), 0);
  }
});

// R21.16
Deno.test("har() keeps request bodies of every kind, and sends them unchanged", async () => {
  const { transport, client, entries } = make();
  transport.on("POST", "/x", () => ({ body: "ok" }));
  const bytes = new Uint8Array([0, 1, 255]);
  const rows: [unknown, string, string | undefined][] = [
    ["text", "text", undefined],
    [{ a: 1 }, `{"a":1}`, undefined],
    [new URLSearchParams({ a: "b c" }), "a=b+c", undefined],
    [new Blob(["blob"]), "blob", undefined],
    [bytes, "AAH/", "base64"],
    [new Blob([bytes]).stream(), "AAH/", "base64"],
    [() => "made", "made", undefined],
  ];
  for (const [body] of rows) await client.post(`${HOST}/x`, body as string);
  assertEquals(
    entries().map(({ request }) => [request.postData?.text, request.postData?._encoding]),
    rows.map(([, text, encoding]) => [text, encoding]),
  );
  assertEquals(transport.calls.map(({ body }) => body.length), [4, 7, 5, 4, 3, 3, 4]);
  await client.close();
});

// R21.11
Deno.test("har() shows failures, and calls of which nothing was sent", async () => {
  const { transport, client, entries } = make(undefined, { maxRetries: 0 });
  transport.on("GET", "/refused", { fail: "connection_refused" });
  transport.on("GET", "/cut", { body: "half", fail: "body_truncated" });
  await assertRejects(() => client.get(`${HOST}/refused`));
  await assertRejects(() => client.get(`${HOST}/cut`));
  const breaker = {
    check: () => {},
    enter: () => {
      throw new Error("the breaker is open");
    },
  };
  await assertRejects(() => client.extend({ breaker }).get(`${HOST}/never`));
  assertEquals(entries().map(({ response }) => [response.status, response._error?.split(":")[0]]), [
    [0, "connection_refused"],
    [200, "body_truncated"],
    [0, "other"],
  ]);
  await client.close();
});

// R21.11
Deno.test("har() shows what the cache did", async () => {
  const { transport, client, entries } = make(undefined, { cache: httpCache() });
  transport.on("GET", "/c", { body: "kept", headers: { "cache-control": "max-age=60" } });
  await client.get(`${HOST}/c`);
  await client.get(`${HOST}/c`);
  const [miss, hit] = entries();
  assertEquals([miss!._cache, miss!._fromCache], ["miss", undefined]);
  assertEquals([hit!._cache, hit!._fromCache, hit!.response.content.text], [
    "hit",
    "memory",
    "kept",
  ]);
  await client.close();
});

// R21.11
Deno.test("without options har() keeps 1,000 entries, and 64 KiB of a body", async () => {
  const { transport, client, entries } = make();
  transport.on("GET", "/*", { body: "x".repeat(65_537), times: Infinity });
  for (let index = 0; index < 1001; index++) await client.get(`${HOST}/${index}`);
  assertEquals([entries().length, entries()[0]!.request.url], [1000, `${HOST}/1`]);
  assertEquals(entries()[0]!.response.content.text?.length, 65_536);
  await client.close();
});

// R21.11
Deno.test("har() is bounded: entries, bodies", async () => {
  const { transport, client, seen, entries } = make({ maxEntries: 3, maxBody: 4 });
  transport.on("GET", "/*", (call) => ({ body: `body of ${call.url}` }));
  for (let index = 0; index < 10; index++) await client.get(`${HOST}/${index}`);
  const found = entries();
  assertEquals(found.map(({ request }) => request.url), [7, 8, 9].map((at) => `${HOST}/${at}`));
  const { text, size } = found[0]!.response.content;
  assertEquals([text, size], ["body", `body of ${HOST}/7`.length]);
  seen.clear();
  assertEquals(entries(), []);
  const without = make({ bodies: false });
  without.transport.on("POST", "/x", { body: "answer" });
  await without.client.post(`${HOST}/x`, "question");
  const [entry] = without.entries();
  assertEquals([entry!.request.postData, entry!.response.content.text], [undefined, undefined]);
  assertEquals(entry!.response.content.size, 6);
  await Promise.all([client.close(), without.client.close()]);
});

// R21.12
Deno.test("har() shows no secret, whatever evicted it", async () => {
  const { transport, client, seen } = make({ maxEntries: 2 }, {
    baseUrl: HOST,
    auth: bearerAuth("t0ken-of-the-scheme"),
    cookies: new CookieJar(),
    sensitiveHeaders: ["x-badge"],
  });
  transport.on("POST", "/login", {
    json: { refresh_token: "refresh-me-42" },
    headers: { "set-cookie": "sid=cookie-value-77; Path=/" },
  });
  transport.on("GET", "/*", (call) => ({ body: `echo ${call.headers.get("authorization")}` }));
  await client.post(`${HOST}/login`, { password: "hunter-2-hunter" });
  for (const path of ["refresh-me-42", "a?api_key=key-in-query-1", "b"]) {
    await client.get(`${HOST}/${path}`, { headers: { "x-badge": "badge-number-9" } });
  }
  const written = JSON.stringify(seen);
  for (
    const secret of [
      ...["t0ken-of-the-scheme", "refresh-me-42", "cookie-value-77", "hunter-2-hunter"],
      ...["key-in-query-1", "badge-number-9"],
    ]
  ) {
    assertEquals(written.includes(secret), false, secret);
  }
  await client.close();
});

// R21.11
Deno.test("write() makes a file that its owner alone can read", async () => {
  const folder = await Deno.makeTempDir();
  const { transport, client, seen } = make();
  transport.on("POST", "/", { body: "ok" });
  await client.post(`${HOST}/`, new Blob(["later"]));
  await seen.write(`${folder}/run.har`);
  const { log } = JSON.parse(await Deno.readTextFile(`${folder}/run.har`));
  assertEquals(log.entries[0].request.postData.text, "later");
  assertEquals((await Deno.stat(`${folder}/run.har`)).mode! & 0o777, 0o600);
  assertEquals((await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name), ["run.har"]);
  await Deno.remove(folder, { recursive: true });
  await client.close();
});

Deno.test("two of them on one client each join the exchanges of a call", async () => {
  const transport = new MockTransport().on("GET", "/a", { status: 503 }, { body: "done" });
  const [one, two] = [har(), har()];
  const use = {
    operation: [...one.operation, ...two.operation],
    exchange: [...one.exchange, ...two.exchange],
  };
  await using client = new HTTPClient({ transport, use, retryBackoff: 0 });
  await client.get(`${HOST}/a`);
  for (const { log: { entries } } of [one.toJSON(), two.toJSON()]) {
    assertEquals(entries.map(({ _callId, _attempt }) => [_callId, _attempt]), [[1, 1], [1, 2]]);
  }
});
