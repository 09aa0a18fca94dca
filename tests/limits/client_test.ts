/** A limiter and a breaker in a client: order of the stages, clocks, places, what attempts say. */

import { type AuthScheme, HTTPClient } from "../../mod.ts";
import { NetworkingError } from "../../src/errors.ts";
import { Breaker, Limiter } from "../../src/limits/mod.ts";
import { FakeClock, type MockAnswer, MockTransport } from "../../src/testing/mod.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";

const ORIGIN = "http://api.example";

// R26.13
Deno.test("without options a breaker opens at half of at least 20 attempts", async () => {
  const rows: [succeeded: number, failed: number, isOpen: boolean][] = [
    [0, 19, false],
    [0, 20, true],
    [10, 10, true],
    [11, 10, false],
  ];
  for (const [succeeded, failed, isOpen] of rows) {
    const transport = new MockTransport().on("GET", "/", { times: Infinity })
      .on("GET", "/x", { status: 500, times: Infinity });
    const client = new HTTPClient({ transport, breaker: new Breaker(), maxRetries: 0 });
    for (let sent = 0; sent < succeeded; sent++) await client.get(ORIGIN);
    for (let sent = 0; sent < failed; sent++) await client.get(`${ORIGIN}/x`);
    const next = await client.get(ORIGIN).catch((error) => error);
    const code = next instanceof NetworkingError ? next.code : undefined;
    assertEquals(code, isOpen ? "circuit_open" : undefined, `${succeeded} and ${failed}`);
    await client.close();
  }
});

/** A server on loopback for the length of a test. */
function serve(handler: (request: Request) => Response | Promise<Response>) {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  const baseUrl = `http://127.0.0.1:${server.addr.port}`;
  return { baseUrl, [Symbol.asyncDispose]: () => server.shutdown() };
}

Deno.test("200 calls to a server that takes 20 in 0.2 s all succeed, and few are refused", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  let [window, count, refused] = [0, 0, 0];
  const transport = async () => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    const now = Math.floor(performance.now() / 200);
    if (now !== window) [window, count] = [now, 0];
    if (++count <= 20) return new Response("ok");
    refused++;
    return new Response(null, {
      status: 429,
      headers: { "ratelimit-remaining": "0", "retry-after": "1" },
    });
  };
  await using client = new HTTPClient({ transport, limit: new Limiter(), timeout: 0.5 });
  const calls = Promise.all(Array.from({ length: 100 }, () => client.get(`${ORIGIN}/`)));
  await clock.advance(29);
  const responses = await calls;
  assert(responses.every(({ statusCode }) => statusCode === 200));
  assert(refused <= 60, `${refused} were refused`);
  assert(responses.some(({ attempts }) => attempts.at(-1)!.queuedMs! > 500)); // longer than `timeout`
});

Deno.test("with the server's rate nothing is refused", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const taken: number[] = [];
  let refused = 0;
  const transport = () => {
    const now = performance.now();
    if (taken.filter((at) => at > now - 200).length >= 10) refused++;
    taken.push(now);
    return Promise.resolve(new Response("ok"));
  };
  const limit = new Limiter({ rate: { requests: 10, per: { milliseconds: 200 } } });
  await using client = new HTTPClient({ transport, limit });
  const calls = Promise.all(Array.from({ length: 40 }, () => client.get(`${ORIGIN}/`)));
  await clock.advance(1);
  await calls;
  assertEquals([refused, taken.length], [0, 40]);
});

// R26.4
Deno.test("a place is held until the body has ended, failed or been cancelled", async (t) => {
  const limit = new Limiter({ concurrency: 1 });
  const transport = new MockTransport();
  await using client = new HTTPClient({ transport, limit, maxRetries: 0 });
  const onWire = () => limit.state(ORIGIN).onWire;
  transport.on("GET", "/", { body: "body", times: Infinity });
  transport.on("GET", "/cut", { fail: new TypeError("connection reset") });
  await t.step("a buffered body", async () => {
    await client.get(`${ORIGIN}/`);
    assertEquals(onWire(), 0);
  });
  for (const use of ["text", "cancel"] as const) {
    await t.step(`a stream: ${use}()`, async () => {
      const stream = await client.stream("GET", `${ORIGIN}/`);
      assertEquals(onWire(), 1);
      await stream[use]();
      assertEquals(onWire(), 0);
    });
  }
  await t.step("a failure", async () => {
    await assertRejects(() => client.get(`${ORIGIN}/cut`), NetworkingError);
    assertEquals(onWire(), 0);
  });
});

// R26.4
Deno.test("a chain of ten redirects needs one place", async () => {
  await using server = serve((request) => {
    const hop = Number(new URL(request.url).pathname.slice(1));
    const location = `/${hop + 1}`;
    return hop < 10
      ? new Response(null, { status: 302, headers: { location } })
      : new Response("end");
  });
  const limit = new Limiter({ concurrency: 1 });
  await using client = new HTTPClient({ ...server, limit });
  const [a, b] = await Promise.all([client.get("/0"), client.get("/0")]);
  assertEquals([a.text, b.text, a.history.length], ["end", "end", 10]);
  assertEquals(limit.state(server.baseUrl).onWire, 0);
});

// R26.4
Deno.test("a redirect to another origin frees the place before it waits for another", async () => {
  await using there = serve(() => new Response("there"));
  await using here = serve(() =>
    new Response(null, { status: 302, headers: { location: there.baseUrl } })
  );
  const limit = new Limiter({ concurrency: 1 });
  await using client = new HTTPClient({ limit });
  const both = await Promise.all([client.get(here.baseUrl), client.get(here.baseUrl)]);
  assertEquals(both.map(({ text }) => text), ["there", "there"]);
});

// R26.1, R26.2
Deno.test("the attempt's clock stands still while a follow-up waits for the rate", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const transport = new MockTransport().on("GET", "/to", { body: "end" })
    .on("GET", "/", { status: 302, headers: { location: "/to" } });
  const limit = new Limiter({ rate: { requests: 1, per: { milliseconds: 300 } } });
  await using client = new HTTPClient({ transport, limit, timeout: 0.2, maxRetries: 0 });
  const call = client.get(`${ORIGIN}/`);
  await clock.advance(1);
  const { text, attempts } = await call;
  assertEquals([text, attempts.length], ["end", 1]);
  assert(attempts[0]!.queuedMs! >= 200, `${attempts[0]!.queuedMs}`);
});

// R26.2, R26.3
Deno.test("time in the queue counts for totalTimeout alone, and its error says so", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const transport = new MockTransport().on("GET", "/", { body: "ok", times: Infinity });
  const limit = new Limiter({ rate: { requests: 1, per: 60 } });
  await using client = new HTTPClient({ transport, limit, timeout: 1, totalTimeout: 10 });
  await client.get(`${ORIGIN}/`);
  const failing = assertRejects(() => client.get(`${ORIGIN}/`), NetworkingError);
  await clock.advance(11);
  const error = await failing;
  assertEquals(error.code, "total_timeout");
  const [attempt] = error.attempts;
  assertEquals([error.attempts.length, attempt!.errorCode, attempt!.elapsedMs], [
    1,
    "total_timeout",
    0,
  ]);
  assert(attempt!.queuedMs! >= 10_000);
  assertEquals([transport.calls.length, limit.state(ORIGIN).queued, clock.pending], [1, 0, 0]);
});

Deno.test("an abort ends the wait with its reason, and close() with code closed", async () => {
  const transport = new MockTransport().on("GET", "/", { body: "ok", times: Infinity });
  const limit = new Limiter({ rate: { requests: 1, per: 60 } });
  const client = new HTTPClient({ transport, limit });
  await client.get(`${ORIGIN}/`);
  const controller = new AbortController();
  const aborted = client.get(`${ORIGIN}/`, { signal: controller.signal }).catch((reason) => reason);
  const closed = client.get(`${ORIGIN}/`).catch((error) => error.code);
  await new Promise((resolve) => setTimeout(resolve, 10));
  controller.abort("enough");
  await client.close();
  assertEquals([await aborted, await closed, limit.state(ORIGIN).queued], ["enough", "closed", 0]);
});

// R26.3
Deno.test("`false` switches both off for a call, and a full queue names itself", async () => {
  const transport = new MockTransport().on("GET", "/", { body: "ok", times: Infinity });
  const limit = new Limiter({ rate: { requests: 1, per: 60 }, maxQueue: 0 });
  await using client = new HTTPClient({ transport, limit, breaker: new Breaker() });
  await client.get(`${ORIGIN}/`);
  const error = await assertRejects(() => client.get(`${ORIGIN}/`), NetworkingError);
  assertEquals([error.code, error.attempts.length], ["queue_full", 1]);
  assertEquals((await client.get(`${ORIGIN}/`, { limit: false, breaker: false })).text, "ok");
});

// R26.3, R26.13
Deno.test("a breaker counts attempts: failures and 5xx, not 4xx, 429, aborts and refusals", async (t) => {
  const rows: [name: string, answer: MockAnswer, state: string][] = [
    ["5xx", { status: 503 }, "open"],
    ["a lost connection", { fail: "connection_reset" }, "open"],
    ["404", { status: 404 }, "closed"],
    ["429", { status: 429 }, "closed"],
    ["200", { body: "ok" }, "closed"],
  ];
  for (const [name, answer, state] of rows) {
    await t.step(name, async () => {
      const transport = new MockTransport().on("GET", "/", { ...answer, times: Infinity });
      const breaker = new Breaker({ minimum: 4 });
      await using client = new HTTPClient({ transport, breaker, retryBackoff: 0 });
      await client.get(`${ORIGIN}/`).catch(() => {});
      assertEquals(breaker.state(ORIGIN).state, state);
      if (state !== "open") return;
      const error = await assertRejects(() => client.get(`${ORIGIN}/`), NetworkingError);
      assertEquals([error.code, error.attempts.length, transport.calls.length], [
        "circuit_open",
        1,
        4,
      ]);
      assert(error.retryAfterMs! > 4_000);
    });
  }
});

// R26.1
Deno.test("calls that queued while the breaker opened are refused", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const transport = new MockTransport();
  transport.on("GET", "/", async () => {
    await promise;
    return { status: 500 };
  });
  const breaker = new Breaker({ minimum: 1 });
  const limit = new Limiter({ concurrency: 1 });
  await using client = new HTTPClient({ transport, breaker, limit, maxRetries: 0 });
  const first = client.get(`${ORIGIN}/`);
  const second = client.get(`${ORIGIN}/`).catch((error) => error.code);
  await new Promise((resolve) => setTimeout(resolve, 10));
  resolve();
  assertEquals([(await first).statusCode, await second], [500, "circuit_open"]);
  assertEquals([transport.calls.length, limit.state(ORIGIN).onWire], [1, 0]);
});

Deno.test("keys are served in turn: none waits for another", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const order: string[] = [];
  const transport = async (url: string) => {
    order.push(new URL(url).pathname.split("/")[1]!);
    await new Promise((resolve) => setTimeout(resolve, 5));
    return new Response("ok");
  };
  const key = ({ url }: { readonly url: string }) => new URL(url).pathname.split("/")[1]!;
  await using client = new HTTPClient({ transport, limit: new Limiter({ concurrency: 1, key }) });
  const calls = Array.from(
    { length: 100 },
    (_, call) => client.get(`${ORIGIN}/${Math.floor(call / 10)}/x`),
  );
  await clock.advance(1);
  await Promise.all(calls);
  // Each key had its turn among the first: a tenth of the time for each.
  for (let name = 0; name < 10; name++) {
    assert(order.slice(0, 40).includes(String(name)), `${name} waited: ${order.join(" ")}`);
  }
});

// R26.5
Deno.test("a side request takes a place: under its own key, or that of the call that waits for it", async (t) => {
  const scheme = (tokenURL: string): AuthScheme => ({
    name: "Test",
    origins: [ORIGIN],
    async *authenticate(request, { fetch }) {
      const token = await (await fetch(tokenURL, { method: "POST" })).text();
      yield { ...request, headers: { ...request.headers, authorization: `Test ${token}` } };
    },
  });
  for (const [name, origin] of [["another key", "http://id.example"], ["the same", ORIGIN]]) {
    await t.step(name!, async () => {
      const onWire: number[] = [];
      const limit = new Limiter({ concurrency: 1, rate: { requests: 100, per: 60 } });
      const transport = new MockTransport()
        .on("POST", `${origin}/token`, () => {
          onWire.push(limit.state(origin!).onWire);
          return { body: "t" };
        })
        .on("GET", `${ORIGIN}/x`, { body: "ok", times: Infinity });
      await using client = new HTTPClient({ transport, limit, auth: scheme(`${origin}/token`) });
      const responses = await Promise.all([1, 2, 3].map(() => client.get(`${ORIGIN}/x`)));
      assertEquals(responses.map(({ text }) => text), ["ok", "ok", "ok"]);
      assertEquals(onWire, [1, 1, 1]);
      for (const key of [ORIGIN, origin!]) {
        assertEquals(limit.state(key), { onWire: 0, queued: 0, closedForMs: 0 });
      }
    });
  }
  await t.step("it waits for the rate, and the attempt's clock stands still", async () => {
    const clock = new FakeClock();
    using _installed = clock.install();
    const sent: number[] = [];
    const at = () => sent.push(Math.round(performance.now()));
    const transport = new MockTransport()
      .on("POST", "http://id.example/token", () => (at(), { body: "t" }))
      .on("GET", `${ORIGIN}/x`, { body: "ok", times: Infinity });
    const limit = new Limiter({ rate: { requests: 1, per: 10, burst: 1 } });
    const auth = scheme("http://id.example/token");
    await using client = new HTTPClient({ transport, limit, auth, timeout: 1 });
    const startedAt = performance.now();
    const calls = [client.get(`${ORIGIN}/x`), client.get(`${ORIGIN}/x`)];
    await clock.advance(25);
    const [, second] = await Promise.all(calls);
    assertEquals(sent.map((time) => Math.round((time - startedAt) / 1000)), [0, 10]);
    assertEquals(second!.statusCode, 200);
  });
  await t.step("a refusal of the token endpoint closes its key", async () => {
    const limit = new Limiter();
    const headers = { "retry-after": "60" };
    const transport = new MockTransport()
      .on("POST", "http://id.example/token", { status: 429, headers, body: "t" })
      .on("GET", `${ORIGIN}/x`, { body: "ok" });
    await using client = new HTTPClient({
      transport,
      limit,
      auth: scheme("http://id.example/token"),
    });
    await client.get(`${ORIGIN}/x`);
    assert(limit.state("http://id.example").closedForMs > 50_000);
    assertEquals(limit.state(ORIGIN).closedForMs, 0);
  });
});

// R26.6
Deno.test("of ten keys, one that is flooded holds up none of the others", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const ended = new Map<string, number[]>();
  const transport = async (url: string) => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const key = new URL(url).hostname;
    ended.set(key, [...ended.get(key) ?? [], performance.now()]);
    return new Response("ok");
  };
  const limit = new Limiter({ concurrency: 2 });
  await using client = new HTTPClient({ transport, limit });
  const startedAt = performance.now();
  const flood = Array.from({ length: 200 }, () => client.get("http://key0.example/"));
  const others = Array.from(
    { length: 90 },
    (_, index) => client.get(`http://key${1 + index % 9}.example/`),
  );
  await clock.advance(11);
  await Promise.all([...flood, ...others]);
  for (const [key, times] of ended) {
    const last = (Math.max(...times) - startedAt) / 100;
    // Two at a time: as long as it takes alone, whatever the others do.
    assertEquals([times.length, Math.round(last)], key === "key0.example" ? [200, 100] : [10, 5]);
  }
  assertEquals(ended.size, 10);
});
