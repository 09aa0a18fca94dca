/** Retries, redirects and failures, from the call to the wire. */

import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertLess,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  ConnectionError,
  HTTPClient,
  type HTTPClientOptions,
  HTTPError,
  NetworkingError,
  type OperationMiddleware,
  RedirectError,
  type RequestOptions,
  TooManyRedirectsError,
  type Transport,
} from "../../../mod.ts";
import { Limiter } from "../../../src/limits/mod.ts";
import { FakeClock, FakeServer, MockTransport } from "../../../src/testing/mod.ts";
import { serve } from "../../support/server.ts";
import { until, untilOver } from "../../support/until.ts";

function clientFor(origin: string, options: HTTPClientOptions = {}): HTTPClient {
  return new HTTPClient({ baseUrl: origin, retryBackoff: { milliseconds: 1 }, ...options });
}

/** Answers from a list, the last one for ever. */
function answers(...list: [status: number, headers?: Record<string, string>][]) {
  let next = 0;
  return serve(() => {
    const [status, headers = {}] = list[Math.min(next++, list.length - 1)]!;
    return new Response(status === 204 ? null : `body of ${status}`, { status, headers });
  });
}

// R5.1
Deno.test("the wait is a random part of a backoff that doubles up to maxRetryBackoff", async (t) => {
  const { random } = Math;
  for (const drawn of [0, 0.25, 0.999]) {
    await t.step(`${drawn}`, async () => {
      const clock = new FakeClock();
      using _installed = clock.install();
      Math.random = () => drawn;
      try {
        const transport = new MockTransport().on("GET", "/", { status: 503, times: Infinity });
        await using client = new HTTPClient({ transport, maxRetries: 4, maxRetryBackoff: 3 });
        const call = client.get("http://a.example/");
        await clock.advance(30);
        const waited = (await call).attempts.map(({ waitedMs }) => Math.round(waitedMs));
        assertEquals(waited, [0, 1000, 2000, 3000, 3000].map((ms) => Math.round(ms * (1 - drawn))));
      } finally {
        Math.random = random;
      }
    });
  }
});

// R5.1
Deno.test("a GET is tried again until it is answered, and the account tells how", async () => {
  await using server = await answers([503], [429], [200]);
  const response = await clientFor(server.origin).get("/");
  assertEquals([response.statusCode, response.text], [200, "body of 200"]);
  assertEquals(
    response.attempts.map(({ number, statusCode, waitReason }) => [number, statusCode, waitReason]),
    [
      [1, 503, undefined],
      [2, 429, "backoff"],
      [3, 200, "backoff"],
    ],
  );
  for (const { number, elapsedMs, waitedMs } of response.attempts) {
    assert(elapsedMs > 0 && elapsedMs <= response.elapsedMs);
    assert(number === 1 ? waitedMs === 0 : waitedMs > 0 && waitedMs < response.elapsedMs);
  }
});

// R5.5
Deno.test("giving up on a status gives the last response whole, and says why", async (t) => {
  const rows: [
    name: string,
    status: number,
    headers: Record<string, string>,
    method: string,
    options: RequestOptions,
    skipped: string | undefined,
    sent: number,
  ][] = [
    ["attempts used up", 503, {}, "GET", { maxRetries: 1 }, "max_retries", 2],
    ["no retries wanted", 503, {}, "GET", { maxRetries: 0 }, "max_retries", 1],
    ["a POST", 503, {}, "POST", {}, "method_not_idempotent", 1],
    ["a PATCH", 429, {}, "PATCH", {}, "method_not_idempotent", 1],
    ["a stream", 503, {}, "PUT", { data: new Blob(["x"]).stream() }, "body_not_replayable", 1],
    [
      "a Retry-After above maxRetryAfter",
      429,
      { "retry-after": "86400" },
      "GET",
      {},
      "retry_after_too_long",
      1,
    ],
    [
      "a Retry-After above what is left",
      503,
      { "retry-after": "50" },
      "GET",
      { totalTimeout: 40 },
      "total_timeout",
      1,
    ],
    [
      "shouldRetry says no",
      503,
      {},
      "GET",
      { retry: { shouldRetry: () => false } },
      "should_retry",
      1,
    ],
    ["a status that is final", 404, {}, "GET", {}, undefined, 1],
    ["413 without Retry-After", 413, {}, "GET", {}, undefined, 1],
    ["not implemented", 501, {}, "GET", {}, undefined, 1],
  ];
  for (const [name, status, headers, method, options, skipped, sent] of rows) {
    await t.step(name, async () => {
      const clock = new FakeClock();
      using _installed = clock.install();
      await using server = await answers([status, headers]);
      const call = clientFor(server.origin, { retryBackoff: 0 }).request(method, "/", options);
      const response = await untilOver(clock, call, 0); // a wait would never end
      assertEquals(response.text, `body of ${status}`);
      assertEquals(response.retrySkipped, skipped as typeof response.retrySkipped);
      assertEquals(server.requests.length, sent);
      const named = headers["retry-after"];
      assertEquals(response.retryAfterMs, named === undefined ? undefined : Number(named) * 1000);
    });
  }
});

// R5.3
Deno.test("what makes a write repeatable", async (t) => {
  const rows: [name: string, options: RequestOptions, sent: number][] = [
    ["an idempotency key", { idempotencyKey: "k" }, 2],
    ["an Idempotency-Key header", { headers: { "Idempotency-Key": "k" } }, 2],
    ["POST among retry.methods", { retry: { methods: ["post"] } }, 2],
    ["none of these", {}, 1],
  ];
  for (const [name, options, sent] of rows) {
    await t.step(name, async () => {
      await using server = await answers([503], [200]);
      await clientFor(server.origin).post("/", { a: 1 }, options);
      assertEquals(server.requests.length, sent);
    });
  }
});

Deno.test("retry.statuses replaces the list, and keeps the rest of the client's settings", async () => {
  await using server = await answers([409], [200]);
  const client = clientFor(server.origin, { retry: { methods: ["GET", "POST"] } });
  const response = await client.post("/", 1, { retry: { statuses: [409] } });
  assertEquals([response.statusCode, server.requests.length], [200, 2]);
});

Deno.test("Retry-After is waited for, though the back-off is shorter", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const transport = new MockTransport()
    .on("GET", "/", { status: 429, headers: { "retry-after": "1" } }, { body: "ok" });
  const call = clientFor("http://a.example", { transport }).get("/");
  await clock.advance(2);
  const [, second] = (await call).attempts;
  assertEquals(second!.waitReason, "retry_after");
  assertGreaterOrEqual(second!.waitedMs, 1000);
  assertLess(second!.waitedMs, 1300);
});

Deno.test("a body function makes the body anew for each attempt", async () => {
  const bodies: string[] = [];
  await using server = serve(async (request) => {
    bodies.push(await request.text());
    return new Response(null, { status: bodies.length === 1 ? 503 : 200 });
  });
  let made = 0;
  await clientFor(server.origin).put("/", () => new Blob([`body ${++made}`]).stream());
  assertEquals(bodies, ["body 1", "body 2"]);
});

Deno.test("an error of the body function passes unchanged", async () => {
  const thrown = new Error("no file");
  const client = clientFor("http://localhost:9999");
  const error = await assertRejects(() => client.put("/", () => Promise.reject(thrown)));
  assertStrictEquals(error, thrown);
});

// R5.2
Deno.test("the body of a response that is retried is cancelled before the wait", async () => {
  // The clock stands until the server has seen the end, so that nothing else can end the wait.
  const clock = new FakeClock();
  using _installed = clock.install();
  let isCancelled = false;
  await using server = await FakeServer.start(async (_request, connection) => {
    // A named wait, since a random one may be over before anything can be seen.
    const head = "HTTP/1.1 503 Busy\r\nRetry-After-Ms: 200\r\nContent-Length: 1000000\r\n\r\n";
    await connection.write(`${head}x`);
    await connection.closed;
    isCancelled = true;
    server.enqueue({ body: "ok" });
  });
  const call = clientFor(server.origin).get("/", { retryBackoff: 0 });
  await until(() => isCancelled);
  await until(() => clock.pending > 0, "the wait");
  await clock.advance({ milliseconds: 300 });
  assertEquals((await call).text, "ok");
});

Deno.test("a failure that proves that nothing was sent is retried for any method", async () => {
  let asked = 0;
  await using server = serve(() => new Response("up"));
  const { port } = new URL(server.origin);
  const client = clientFor(server.origin, {
    transport: (url, init) => {
      // The first time nothing listens there yet.
      const target = ++asked === 1 ? url.replace(port, String(unusedPort())) : url;
      return fetch(target, init);
    },
  });
  const response = await client.post("/", "x");
  assertEquals(response.attempts.map((attempt) => attempt.errorCode ?? attempt.statusCode), [
    "connection_refused",
    200,
  ]);
});

function unusedPort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}

Deno.test("a body that is cut short is retried for GET, since nothing was delivered yet", async () => {
  await using server = await FakeServer.start();
  const body = "0123456789";
  server.enqueue({ body, fault: "disconnect_during_response_body" }, { body });
  const response = await clientFor(server.origin).get("/");
  assertEquals(response.text, "0123456789");
  assertEquals(response.attempts[0]!.errorCode, "body_truncated");
});

Deno.test("an error carries every attempt, and why there was no other", async () => {
  await using server = await FakeServer.start(() => ({ fault: "reset_after_request" }));
  const error = await assertRejects(
    () => clientFor(server.origin, { maxRetries: 2 }).get("/x?token=hunter2"),
    ConnectionError,
  );
  assertEquals(error.code, "connection_reset");
  assertEquals(
    error.attempts.map((attempt) => attempt.errorCode),
    Array(3).fill("connection_reset"),
  );
  assertEquals(error.retrySkipped, "max_retries");
  assertEquals([error.method, error.url], ["GET", `${server.origin}/x?token=[redacted]`]);
  assert(!Deno.inspect(error).includes("hunter2"), Deno.inspect(error));
  assert(!JSON.stringify(error).includes("hunter2"));
});

Deno.test("an error tells of the attempt that it ended, with middleware around it and without", async (t) => {
  const hanging: Transport = (_url, { signal }) =>
    new Promise((_, reject) => signal!.addEventListener("abort", () => reject(signal!.reason)));
  const layers: [name: string, operation: OperationMiddleware[]][] = [
    ["none", []],
    ["one that calls next() at once", [(request, next) => next(request)]],
    ["one that waits, then calls next()", [async (request, next) => {
      await Promise.resolve();
      return await next(request);
    }]],
  ];
  for (const [name, operation] of layers) {
    for (const code of ["total_timeout", "closed"] as const) {
      for (const where of ["on the wire", "in the queue"] as const) {
        await t.step(`${name}, ${code} ${where}`, async () => {
          const told: number[] = [];
          const client = new HTTPClient({
            transport: hanging,
            totalTimeout: false,
            limit: new Limiter({ concurrency: 1 }),
            use: { operation },
          });
          const before = where === "in the queue" ? client.get("http://127.0.0.1/") : undefined;
          before?.catch(() => {});
          const call = assertRejects(() =>
            client.get("http://127.0.0.1/", {
              totalTimeout: code === "total_timeout" ? { milliseconds: 5 } : false,
              hooks: { onError: ({ error }) => void told.push(error.attempts.length) },
            }), NetworkingError);
          if (code === "closed") setTimeout(() => client.close(), 5);
          const error = await call;
          assertStrictEquals(error.code, code);
          assertEquals(
            error.attempts.map(({ errorCode, queuedMs = 0 }) => [errorCode, queuedMs > 0]),
            [[code, before !== undefined]],
          );
          assertEquals(told, [1]);
          await client.close();
        });
      }
    }
  }
});

Deno.test("throwOnError throws after the retries, with the response in the error", async () => {
  await using server = await answers([503]);
  const error = await assertRejects(
    () => clientFor(server.origin, { throwOnError: true, maxRetries: 1 }).get("/"),
    HTTPError,
  );
  assertEquals([error.statusCode, error.response.text, error.attempts.length], [
    503,
    "body of 503",
    2,
  ]);
  assert(
    error.message.includes("the server answered 503 Service Unavailable (after 2 attempts)"),
    error.message,
  );
});

// R6.4
Deno.test("a redirect is followed, and the history tells where it led", async () => {
  await using server = serve((_request, path) =>
    path === "/end" ? new Response("there") : new Response("ignored", {
      status: 302,
      headers: { location: path === "/start" ? "middle?x=1" : "/end" },
    })
  );
  const response = await clientFor(server.origin).get("/start#part");
  assertEquals([response.text, response.url], ["there", `${server.origin}/end#part`]);
  assertEquals(
    response.history.map((hop) => [hop.statusCode, hop.location.replace(server.origin, "")]),
    [
      [302, "/middle?x=1#part"],
      [302, "/end#part"],
    ],
  );
});

Deno.test("credentials do not follow a redirect to another origin, nor come back", async () => {
  const seen: [string, string | null][] = [];
  const note = (name: string, request: Request) =>
    void seen.push([
      name,
      request.headers.get("authorization") ?? request.headers.get("x-api-key"),
    ]);
  await using home = serve((request, path) => {
    note(`home${path}`, request);
    return path === "/start"
      ? new Response(null, { status: 307, headers: { location: `${away.origin}/` } })
      : new Response("done");
  });
  await using away = serve((request) => {
    note("away", request);
    return new Response(null, { status: 307, headers: { location: `${home.origin}/back` } });
  });
  const client = new HTTPClient({ headers: { authorization: "Bearer t", "x-api-key": "k" } });
  await client.get(`${home.origin}/start`);
  assertEquals(seen, [["home/start", "Bearer t"], ["away", null], ["home/back", null]]);
});

Deno.test("a Host header of the caller's does not follow a redirect to another origin", async () => {
  const seen: (string | undefined)[] = [];
  const client = new HTTPClient({
    headers: { host: "a.example" },
    transport: Object.assign((url: string, init: RequestInit) => {
      seen.push(new Map(init.headers as [string, string][]).get("host"));
      return Promise.resolve(
        url.startsWith("http://a/")
          ? new Response(null, { status: 302, headers: { location: "http://b/" } })
          : new Response(),
      );
    }, { sendsHost: true }),
  });
  await client.get("http://a/");
  assertEquals(seen, ["a.example", undefined]);
});

// R7.9
Deno.test("a redirect that is refused ends the call at once, and its body is cancelled", async (t) => {
  const rows: [name: string, location: string, says: string][] = [
    ["another scheme", "file:///etc/passwd", 'its scheme is "file:"'],
    ["no URL", "http://[", "not a well-formed URL"],
    ["a circle", "/again", "form a loop"],
  ];
  for (const [name, location, says] of rows) {
    await t.step(name, async () => {
      await using server = await answers([302, { location }]);
      const error = await assertRejects(() => clientFor(server.origin).get("/"), RedirectError);
      assert(error.message.includes(says), error.message);
      assertEquals(error.attempts.length, 1);
    });
  }
  await t.step("one too many", async () => {
    let hops = 0;
    await using server = serve(() =>
      new Response(null, { status: 302, headers: { location: `/${++hops}` } })
    );
    const error = await assertRejects(
      () => clientFor(server.origin, { maxRedirects: 3 }).get("/"),
      TooManyRedirectsError,
    );
    assertEquals([error.code, server.requests.length], ["too_many_redirects", 4]);
  });
});

Deno.test("maxRedirects: 0 gives the redirect itself, with its body", async () => {
  await using server = await answers([302, { location: "/b" }]);
  const response = await clientFor(server.origin, { maxRedirects: 0 }).get("/");
  assertEquals([response.statusCode, response.text], [302, "body of 302"]);
});

// R6.3
Deno.test("coming back to a URL after a cookie was set is no circle", async () => {
  await using server = serve((request) =>
    request.headers.has("x-seen") || server.requests.length > 1
      ? new Response("welcome")
      : new Response(null, { status: 302, headers: { location: "/", "set-cookie": "a=b" } })
  );
  assertEquals((await clientFor(server.origin).get("/")).text, "welcome");
});

Deno.test("a 307 sends the body again", async () => {
  const bodies: string[] = [];
  await using server = serve(async (request, path) => {
    bodies.push(`${request.method} ${path} ${await request.text()}`);
    return path === "/a"
      ? new Response(null, { status: 307, headers: { location: "/b" } })
      : new Response();
  });
  await clientFor(server.origin).post("/a", "x");
  assertEquals(bodies, ["POST /a x", "POST /b x"]);
});

Deno.test("a status or error of a nested call in a hook does not become this call's", async () => {
  await using server = await answers([200]);
  const client = clientFor(server.origin);
  const failing = clientFor("http://localhost", {
    maxRetries: 0,
    transport: () => Promise.reject(new TypeError("fetch failed")),
  });
  const error = await assertRejects(
    () => client.get("/", { hooks: { onRequest: async () => void await failing.get("/inner") } }),
    NetworkingError,
  );
  assert(error.message.includes("/inner"), error.message);
  assertEquals(server.requests.length, 0);
});
