/** Hooks and middleware: what they see, in which order, and what their errors do. */

import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import {
  type ExchangeMiddleware,
  HTTPClient,
  type HTTPClientOptions,
  NetworkingError,
  type NetworkingErrorCode,
  type OperationMiddleware,
  type RequestOptions,
  Response as HTTPResponse,
} from "../../../mod.ts";
import { delay } from "@std/async/delay";
import { Breaker } from "../../../src/limits/mod.ts";
import { MockTransport } from "../../../src/testing/mod.ts";
import { serve } from "../../support/server.ts";
import { until } from "../../support/until.ts";

const FAST = { maxRetries: 2, retryBackoff: { milliseconds: 1 } } as const;

/** Answers 503 once, then a redirect, then 200. */
function bumpy(): MockTransport {
  return new MockTransport()
    .on("GET", "/a", { status: 503, body: "busy" }, { status: 302, headers: { location: "/b" } })
    .on("GET", "/b", { body: "done" });
}

/** Answers every request with 200. */
function accepting(): MockTransport {
  return new MockTransport().on("*", "/*", { times: Infinity });
}

// R8.2
Deno.test("hooks are called where things happen, with attempt and hop", async () => {
  const transport = bumpy();
  const log: string[] = [];
  const client = new HTTPClient({
    ...FAST,
    transport,
    hooks: {
      onRequest: ({ request, attempt, hop }) =>
        void log.push(`request ${attempt}.${hop} ${new URL(request.url).pathname}`),
      onResponse: ({ response, attempt, hop }) =>
        void log.push(`response ${attempt}.${hop} ${response.statusCode}`),
      onRetry: ({ attempt, statusCode, waitReason }) =>
        void log.push(`retry ${attempt} after ${statusCode}, ${waitReason}`),
      onRedirect: ({ attempt, hop, statusCode, location }) =>
        void log.push(`redirect ${attempt}.${hop} ${statusCode} ${new URL(location).pathname}`),
      onError: () => void log.push("error"),
    },
  });
  assertEquals((await client.get("http://localhost/a")).text, "done");
  transport.assertDone();
  assertEquals(log, [
    "request 1.0 /a",
    "response 1.0 503",
    "retry 2 after 503, backoff",
    "request 2.0 /a",
    "response 2.0 302",
    "redirect 2.0 302 /b",
    "request 2.1 /b",
    "response 2.1 200",
  ]);
});

// R8.2
Deno.test("onError is called once, with the error complete", async () => {
  const seen: NetworkingError[] = [];
  const client = new HTTPClient({
    ...FAST,
    throwOnError: true,
    hooks: { onError: ({ error }) => void seen.push(error) },
    transport: new MockTransport().on("GET", "/", { status: 500, times: 3 }),
  });
  const error = await assertRejects(() => client.get("http://localhost/"), NetworkingError);
  assertEquals(seen.length, 1);
  assertStrictEquals(seen[0], error);
  assertEquals(error.attempts.length, 3);
});

Deno.test("elapsedMs and remainingMs add up to totalTimeout", async () => {
  const client = new HTTPClient({
    totalTimeout: 100,
    hooks: {
      onRequest: ({ elapsedMs, remainingMs }) => {
        assert(Math.abs(elapsedMs + remainingMs - 100_000) < 5);
      },
    },
    transport: accepting(),
  });
  await client.get("http://localhost/");
});

// R8.1
Deno.test("a hook that throws fails the call with its error, and nothing is retried", async (t) => {
  for (const hook of ["onRequest", "onResponse", "onRetry", "onRedirect", "onError"] as const) {
    for (const kind of ["thrown", "rejected"] as const) {
      await t.step(`${hook}, ${kind}`, async () => {
        const thrown = new NetworkingError(
          "connection_reset",
          "looks retriable, but is the caller's",
        );
        const answer = hook === "onRedirect"
          ? { status: 302, headers: { location: "/b" } }
          : { status: 503, times: 3 };
        const transport = new MockTransport().on("GET", "/a", answer);
        const client = new HTTPClient({
          ...FAST,
          throwOnError: true,
          transport,
          hooks: {
            [hook]: () => {
              if (kind === "rejected") return Promise.reject(thrown);
              throw thrown;
            },
          },
        });
        const error = await assertRejects(() => client.get("http://localhost/a"));
        assertStrictEquals(error, thrown);
        const sent = hook === "onRequest" ? 0 : hook === "onError" ? 3 : 1;
        assertEquals(transport.calls.length, sent);
      });
    }
  }
});

// R8.3
Deno.test("the client's hooks are called before the call's, and extend() adds", async () => {
  const log: string[] = [];
  const note = (name: string): HTTPClientOptions => ({
    hooks: { onRequest: () => void log.push(name) },
    transport: accepting(),
  });
  const parent = new HTTPClient(note("parent"));
  await parent.extend(note("child")).get("http://localhost/", { hooks: note("call").hooks! });
  assertEquals(log, ["parent", "child", "call"]);
  log.length = 0;
  await parent.get("http://localhost/");
  assertEquals(log, ["parent"]);
});

// R9.5
Deno.test("console.log and JSON of what hooks are given show no secret", async () => {
  const shown: string[] = [];
  const show = (event: unknown) => {
    shown.push(Deno.inspect(event, { depth: 10 }), JSON.stringify(event));
  };
  const busy = { status: 503, headers: { "set-cookie": "session=hunter2" } };
  const moved = { status: 302, headers: { location: "/b?token=hunter2" } };
  const client = new HTTPClient({
    ...FAST,
    throwOnError: true,
    headers: { authorization: "Bearer hunter2", "x-mine": "hunter2" },
    sensitiveHeaders: ["x-mine"],
    hooks: { onRequest: show, onResponse: show, onRetry: show, onRedirect: show, onError: show },
    transport: new MockTransport().on("GET", "/a", busy, moved, busy).on("GET", "/b", busy),
  });
  await assertRejects(() => client.get("http://u:hunter2@localhost/a?access_token=hunter2"));
  assert(shown.length >= 12, String(shown.length));
  for (const text of shown) assert(!text.includes("hunter2"), text);
});

// R8.3
Deno.test("operation middleware runs once per call, exchange middleware once per request on the wire", async () => {
  const log: string[] = [];
  const operation: OperationMiddleware = async (request, next) => {
    log.push("call begins");
    const response = await next(request);
    log.push(`call ends ${response.statusCode}`);
    return response;
  };
  const exchange = (name: string): ExchangeMiddleware => async (request, next) => {
    log.push(`${name} ${request.attempt}.${request.hop}`);
    const response = await next(request);
    log.push(`${name} ${response.status}`);
    return response;
  };
  const client = new HTTPClient({
    ...FAST,
    transport: bumpy(),
    use: { operation: [operation], exchange: [exchange("outer"), exchange("inner")] },
  });
  await client.get("http://localhost/a");
  assertEquals(log, [
    "call begins",
    ...["outer 1.0", "inner 1.0", "inner 503", "outer 503"],
    ...["outer 2.0", "inner 2.0", "inner 302", "outer 302"],
    ...["outer 2.1", "inner 2.1", "inner 200", "outer 200"],
    "call ends 200",
  ]);
});

// R8.3
Deno.test("middleware of an extended client runs inside that of its parent", async () => {
  const log: string[] = [];
  const use = (name: string): HTTPClientOptions["use"] => ({
    operation: [(request, next) => (log.push(`${name} operation`), next(request))],
    exchange: [(request, next) => (log.push(`${name} exchange`), next(request))],
  });
  const parent = new HTTPClient({ transport: accepting(), use: use("parent") });
  await parent.extend({ use: use("child") }).get("http://localhost/");
  const expected = ["operation", "exchange"].flatMap((kind) => [`parent ${kind}`, `child ${kind}`]);
  assertEquals(log, expected);
});

Deno.test("middleware changes a request by copying it, and what it made is checked again", async (t) => {
  await using server = serve((request) => new Response(request.headers.get("x-added")));
  const add: ExchangeMiddleware = (request, next) =>
    next({ ...request, headers: { ...request.headers, "X-Added": "yes" } });
  const client = new HTTPClient({ use: { exchange: [add] } });
  assertEquals((await client.get(server.origin)).text, "yes");

  const bad: [string, OperationMiddleware][] = [
    ["a header with a newline", (r, next) => next({ ...r, headers: { a: "b\nc" } })],
    ["a method that is no word", (r, next) => next({ ...r, method: "GET /" })],
    ["a URL that is none", (r, next) => next({ ...r, url: "nonsense" })],
  ];
  for (const [name, layer] of bad) {
    await t.step(name, async () => {
      const before = server.requests.length;
      const broken = new HTTPClient({ use: { operation: [layer] } });
      await assertRejects(() => broken.get(server.origin), Error, "Cannot");
      assertEquals(server.requests.length, before);
    });
  }
});

Deno.test("middleware can answer without the network, and retries apply to its answer", async () => {
  let asked = 0;
  const answer: ExchangeMiddleware = () =>
    Promise.resolve(new Response("made up", { status: ++asked === 1 ? 503 : 200 }));
  const client = new HTTPClient({ ...FAST, use: { exchange: [answer] } });
  const response = await client.get("http://never.invalid/");
  assertEquals([response.text, response.attempts.length], ["made up", 2]);
});

Deno.test("operation middleware can answer from elsewhere or call next() again", async () => {
  await using server = serve(() => new Response("real"));
  const cached = new HTTPResponse({ statusCode: 200, content: "cached" });
  const fromCache = new HTTPClient({ use: { operation: [() => Promise.resolve(cached)] } });
  assertStrictEquals(await fromCache.get(server.origin), cached);

  const twice: OperationMiddleware = async (request, next) => {
    await next(request);
    return await next(request);
  };
  const response = await new HTTPClient({ use: { operation: [twice] } }).get(server.origin);
  assertEquals([response.text, response.attempts.length], ["real", 2]);
});

// R7.9
Deno.test("a call that ends while middleware waits for the network leaves no timer and no listener", async (t) => {
  await using server = serve(() => new Promise(() => {}));
  const ends: [string, RequestOptions, () => void][] = [];
  const controller = new AbortController();
  ends.push(["an abort", { signal: controller.signal }, () => controller.abort()]);
  const calm = new AbortController();
  let listeners = 0;
  const { addEventListener, removeEventListener } = calm.signal;
  calm.signal.addEventListener = function (...given: Parameters<typeof addEventListener>) {
    listeners++;
    addEventListener.apply(this, given);
  };
  calm.signal.removeEventListener = function (...given: Parameters<typeof removeEventListener>) {
    listeners--;
    removeEventListener.apply(this, given);
  };
  ends.push(["a time-out", { signal: calm.signal, timeout: { milliseconds: 20 } }, () => {}]);
  for (const [name, options, end] of ends) {
    await t.step(name, async () => {
      const seen: unknown[] = [];
      await using client = new HTTPClient({
        maxRetries: 0,
        use: {
          exchange: [(request, next) => next(request).finally(() => seen.push(request.method))],
        },
      });
      const call = client.get(server.origin, options);
      setTimeout(end, 20);
      await assertRejects(() => call);
      await until(() => seen.length > 0); // the transport gives up after the call
      assertEquals(seen, ["GET"]);
    });
  }
  assertEquals(listeners, 0);
});

// R8.1, R9.4
Deno.test("an error that a middleware throws passes unchanged and is not retried", async (t) => {
  const thrown = new NetworkingError("connection_reset", "the middleware's own");
  let asked = 0;
  const layer = () => {
    asked++;
    return Promise.reject(thrown);
  };
  for (const use of [{ operation: [layer] }, { exchange: [layer] }]) {
    await t.step(Object.keys(use)[0]!, async () => {
      asked = 0;
      const client = new HTTPClient({ ...FAST, use });
      assertStrictEquals(await assertRejects(() => client.get("http://localhost/")), thrown);
      assertEquals(asked, 1);
    });
  }
});

Deno.test("an error of the network that passes through middleware is still the network's", async () => {
  let asked = 0;
  const layer: ExchangeMiddleware = async (request, next) => {
    asked++;
    try {
      return await next(request);
    } finally {
      await Promise.resolve();
    }
  };
  const client = new HTTPClient({
    ...FAST,
    use: { exchange: [layer] },
    transport: () => Promise.reject(new TypeError("fetch failed")),
  });
  const error = await assertRejects(() => client.get("http://localhost/"), NetworkingError);
  assertEquals([error.code, asked, error.attempts.length], ["connection_failed", 3, 3]);
});

Deno.test("an attempt that takes too long is one of several, whatever stands around the call", async (t) => {
  const now: OperationMiddleware = (request, next) => next(request);
  const later: OperationMiddleware = async (request, next) => {
    await Promise.resolve();
    return await next(request);
  };
  const exchange: ExchangeMiddleware = (request, next) => next(request);
  const lists = {
    "nothing": {},
    "middleware that goes on at once": { operation: [now] },
    "middleware that goes on later": { operation: [later] },
    "two of them": { operation: [now, later] },
    "exchange middleware": { exchange: [exchange] },
    "both": { operation: [now], exchange: [exchange] },
  };
  await using server = serve((_, path) =>
    path === "/head" ? new Promise(() => {}) : new Response(new ReadableStream({}))
  );
  for (const [name, use] of Object.entries(lists)) {
    for (const path of ["/head", "/body"]) {
      await t.step(`${name}, ${path}`, async () => {
        await using client = new HTTPClient({ ...FAST, baseUrl: server.origin, use });
        const options = { timeout: { milliseconds: 30 } };
        const error = await assertRejects(() => client.get(path, options), NetworkingError);
        assertEquals(
          error.attempts.map(({ number, errorCode }) => `${number} ${errorCode}`),
          [1, 2, 3].map((number) => `${number} attempt_timeout`),
        );
      });
    }
  }
});

Deno.test("operation middleware sees an error with its code and all its attempts, as the caller does", async (t) => {
  await using server = serve(() => new Promise(() => {})); // never answers
  const busy: HTTPClientOptions = {
    maxRetries: 5,
    transport: new MockTransport().on("GET", "/", { status: 503, times: Infinity }),
  };
  const rows: [code: NetworkingErrorCode, attempts: number, options: HTTPClientOptions][] = [
    ["circuit_open", 3, {
      ...busy,
      breaker: new Breaker({ minimum: 2, openFor: 60 }),
      retryBackoff: 0,
    }],
    ["attempt_timeout", 3, { ...FAST, baseUrl: server.origin, timeout: { milliseconds: 20 } }],
    ["closed", 1, { ...busy, retryBackoff: 30 }],
    ["connection_reset", 3, {
      ...FAST,
      transport: new MockTransport().on("GET", "/", { fail: "connection_reset", times: Infinity }),
    }],
  ];
  for (const [code, attempts, options] of rows) {
    await t.step(code, async () => {
      const seen: unknown[] = [];
      const see: OperationMiddleware = async (request, next) => {
        try {
          return await next(request);
        } catch (error) {
          const { code, attempts } = error as NetworkingError;
          seen.push([code, attempts.length]);
          throw error;
        }
      };
      const client = new HTTPClient({
        baseUrl: "http://localhost",
        ...options,
        use: { operation: [see] },
      });
      const call = client.get("/");
      call.catch(() => {}); // what it ends with is looked at below
      if (code === "closed") {
        await delay(20);
        await client.close();
      }
      const error = await assertRejects(() => call, NetworkingError);
      await until(() => seen.length > 0);
      assertEquals([error.code, error.attempts.length], [code, attempts]);
      assertEquals(seen, [[code, attempts]]);
      await client.close();
    });
  }
});

Deno.test("exchange middleware is told of the clock or the abort that ended its request", async () => {
  await using server = serve(() => new Promise(() => {})); // never answers
  const rows: [options: () => RequestOptions, count: number, told: (thrown: unknown) => boolean][] =
    [
      [
        () => ({ timeout: { milliseconds: 30 } }),
        3,
        (thrown) => String(thrown) === "Symbol(attempt timed out)",
      ],
      [
        () => ({ signal: AbortSignal.timeout(30) }),
        1,
        (thrown) => (thrown as Error).name === "TimeoutError",
      ],
    ];
  for (const [options, count, told] of rows) {
    const thrown: unknown[] = [];
    const see: ExchangeMiddleware = async (request, next) => {
      try {
        return await next(request);
      } catch (error) {
        thrown.push(error);
        throw error;
      }
    };
    await using client = new HTTPClient({ ...FAST, use: { exchange: [see] } });
    await assertRejects(() => client.get(server.origin, options()));
    await until(() => thrown.length === count);
    assertEquals(thrown.filter((one) => !told(one)), []);
  }
});

Deno.test("context reaches hooks and middleware, merged by key", async () => {
  let seen: unknown;
  const client = new HTTPClient({
    context: { tenant: "a", user: 1 },
    hooks: { onRequest: ({ request }) => void (seen = request.context) },
    transport: accepting(),
  });
  await client.get("http://localhost/", { context: { user: 2 }, urlTemplate: "/" });
  assertEquals(seen, { tenant: "a", user: 2 });
});

Deno.test("a response that is not returned to the caller is cancelled", async (t) => {
  const thrown = new Error("the caller's");
  const rows: [name: string, options: HTTPClientOptions][] = [
    ["onResponse throws", {
      hooks: {
        onResponse: () => {
          throw thrown;
        },
      },
    }],
    ["shouldRetry throws", { retry: { shouldRetry: () => Promise.reject(thrown) } }],
    ["exchange middleware throws", {
      use: { exchange: [(request, next) => next(request).then(() => Promise.reject(thrown))] },
    }],
  ];
  for (const [name, options] of rows) {
    await t.step(name, async () => {
      let cancelled = false;
      const body = new ReadableStream({ cancel: () => void (cancelled = true) });
      const client = new HTTPClient({
        ...options,
        transport: () => Promise.resolve(new Response(body, { status: 503 })),
      });
      assertStrictEquals(await assertRejects(() => client.get("http://localhost/")), thrown);
      assert(cancelled);
    });
  }
  await t.step("it comes after the clock has ended the attempt", async () => {
    const cancelled = Promise.withResolvers<void>();
    const body = new ReadableStream({ cancel: () => cancelled.resolve() });
    const late: ExchangeMiddleware = () =>
      new Promise((resolve) => setTimeout(() => resolve(new Response(body)), 60));
    const client = new HTTPClient({
      use: { exchange: [late] },
      timeout: { milliseconds: 20 },
      maxRetries: 0,
    });
    await assertRejects(() => client.get("http://localhost/"), NetworkingError);
    await cancelled.promise;
  });
});
