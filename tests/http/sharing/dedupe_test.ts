/** Calls for the same at the same time share one request. */

import { assert, assertEquals, assertNotStrictEquals, assertRejects } from "@std/assert";
import { ConnectionError, HTTPClient, TimeoutError } from "../../../mod.ts";
import type { HTTPClientOptions, RequestOptions } from "../../../src/http/settings/options.ts";
import { FakeClock } from "../../../src/testing/fake_clock.ts";
import { until } from "../../support/until.ts";

/** A client whose requests are answered when the test says so. */
function held(options: HTTPClientOptions = {}) {
  const sent: { readonly method: string; readonly init: RequestInit }[] = [];
  const { promise: opened, resolve: open, reject: fail } = Promise.withResolvers<void>();
  opened.catch(() => {});
  const transport = async (_url: string, init: RequestInit) => {
    sent.push({ method: init.method!, init });
    const aborted = new Promise<never>((_, reject) => {
      init.signal?.addEventListener("abort", () => reject(init.signal!.reason));
    });
    await Promise.race([opened, aborted]);
    return Response.json({ n: [1] });
  };
  const client = new HTTPClient({
    baseUrl: "http://api.example",
    transport,
    dedupe: true,
    maxRetries: 0,
    ...options,
  });
  /** Waits until requests were sent, and whoever shares them has joined. */
  const started = async (requests = 1) => {
    await until(() => sent.length >= requests);
    await tick();
  };
  return { client, sent, open, fail, started };
}

/** Counts the hashes that Web Crypto has made. */
function countedHashes() {
  const { digest } = crypto.subtle;
  const counted = {
    done: 0,
    [Symbol.dispose]: () => void (crypto.subtle.digest = digest),
  };
  crypto.subtle.digest = async (...parameters) => {
    const hash = await digest.apply(crypto.subtle, parameters);
    counted.done++;
    return hash;
  };
  return counted;
}

const tick = () => new Promise((resolve) => setTimeout(resolve, 0));

// R27.11
Deno.test("500 members share one request; each has its own value, and no abort harms another", async () => {
  const { client, sent, open, started } = held();
  const controllers = Array.from({ length: 500 }, () => new AbortController());
  const calls = controllers.map(({ signal }) => client.get("/", { signal }));
  const outcomes = Promise.allSettled(calls);
  await started();
  for (const [at, controller] of controllers.entries()) {
    if (at % 5 === 0) controller.abort(new Error("mine")); // the one that began it, too
  }
  open();
  const settled = await outcomes;
  assertEquals(sent.length, 1);
  for (const [at, outcome] of settled.entries()) {
    assertEquals(outcome.status, at % 5 === 0 ? "rejected" : "fulfilled");
    if (outcome.status === "rejected") assertEquals(outcome.reason.message, "mine");
  }
  const [one, two] = await Promise.all([calls[1]!, calls[2]!]);
  assertEquals([one!.deduplicated, two!.deduplicated], [true, true]);
  one!.json<{ n: number[] }>().n.push(2);
  one!.headers.set("x", "y");
  assertEquals([two!.json(), two!.headers.get("x")], [{ n: [1] }, null]);
  assertEquals((await client.get("/")).deduplicated, false);
  assertEquals(sent.length, 2);
});

// R27.11
Deno.test("the request ends when its last member has left", async () => {
  const { client, sent, started } = held();
  const controllers = [new AbortController(), new AbortController()];
  const calls = controllers.map(({ signal }) =>
    assertRejects(() => client.get("/", { signal }), Error, "gone")
  );
  await started();
  controllers[0]!.abort(new Error("gone"));
  await tick();
  assertEquals(sent[0]!.init.signal!.aborted, false);
  controllers[1]!.abort(new Error("gone"));
  await Promise.all(calls);
  await until(() => sent[0]!.init.signal!.aborted);
});

// R27.11
Deno.test("a failure is everybody's, as an error of each one's own, told once each", async () => {
  const told: string[] = [];
  const { client, sent, fail, started } = held();
  const calls = ["a", "b"].map((name) =>
    assertRejects(
      () => client.get("/", { hooks: { onError: () => void told.push(name) } }),
      ConnectionError,
    )
  );
  await started();
  fail(new TypeError("connection refused"));
  const [one, two] = await Promise.all(calls);
  assertNotStrictEquals(one, two);
  assertEquals([one!.code, one!.message], [two!.code, two!.message]);
  assertEquals([one!.attempts.length, two!.attempts.length, sent.length], [1, 1, 1]);
  assertEquals(told.sort(), ["a", "b"]);
  assert(two instanceof Error && two.stack !== undefined);
});

// R27.11
Deno.test("a member's shorter totalTimeout takes that member away", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const { client, sent, open } = held();
  const patient = client.get("/");
  const short = assertRejects(
    () => client.get("/", { totalTimeout: 1 }),
    TimeoutError,
    "totalTimeout",
  );
  await clock.advance(2);
  await short;
  open();
  assertEquals((await patient).status, 200);
  assertEquals(sent.length, 1);
});

// R27.4, R27.10
Deno.test("what can make another answer makes another request", async () => {
  const body = { query: 1 };
  const others: readonly (readonly [method: string, path: string, options: RequestOptions])[] = [
    ["GET", "/", {}],
    ["HEAD", "/", {}],
    ["GET", "/?a=1", {}],
    ["GET", "/", { headers: { accept: "text/plain" } }],
    ["GET", "/", { headers: { "if-none-match": '"1"' } }],
    ["GET", "/", { headers: { range: "bytes=0-1" } }],
    ["GET", "/", { headers: { "cache-control": "no-cache" } }],
    ["GET", "/", { headers: { authorization: "Bearer ada" } }],
    ["GET", "/", { headers: { authorization: "Bearer bob" } }],
    ["GET", "/", { headers: { cookie: "a=1" } }],
    ["GET", "/", { maxResponseSize: 10 }],
    ["GET", "/", { maxRedirects: 0 }],
    ["GET", "/", { allowDowngrade: true }],
    ["QUERY", "/", { json: body }],
    ["QUERY", "/", { json: { query: 2 } }],
  ];
  const { client, sent, open, started } = held();
  using hashes = countedHashes();
  const twice = [...others, ...others].map(([method, path, options]) =>
    client.request(method, path, options).then(() => {}, () => {})
  );
  await until(() => hashes.done === 4); // a body has a name before its request can be shared
  await started(others.length);
  open();
  await Promise.all(twice);
  assertEquals(sent.length, others.length);
});

// R27.3, R27.10
Deno.test("writes, streams, and calls that say false share nothing; a trace does not matter", async () => {
  const { client, sent, open } = held();
  open();
  await Promise.all([client.post("/", "x"), client.post("/", "x")]);
  const streams = await Promise.all([client.stream("GET", "/"), client.stream("GET", "/")]);
  for (const stream of streams) await stream.cancel();
  await Promise.all([client.get("/", { dedupe: false }), client.get("/", { dedupe: false })]);
  assertEquals(sent.length, 6);
  const traced = ["1", "2"].map((id) => client.get("/", { headers: { traceparent: id } }));
  await Promise.all(traced);
  assertEquals(sent.length, 7);
});

Deno.test("close() ends a shared request for all", async () => {
  const { client, started } = held();
  const calls = [1, 2].map(() => assertRejects(() => client.get("/"), Error, "closed"));
  await started();
  await client.close();
  await Promise.all(calls);
});
