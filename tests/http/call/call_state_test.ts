/** Clocks and aborts, on real bodies. */

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { HTTPClient, type HTTPClientOptions, NetworkingError, TimeoutError } from "../../../mod.ts";
import { FakeClock } from "../../../src/testing/mod.ts";
import { drip, serve } from "../../support/server.ts";
import { until } from "../../support/until.ts";

/** A clock that many calls share is late by at most this part of its limit. */
const LATE = 33 / 32;

/** Moves the clock to where a limit that began now has acted for certain. */
const pass = (clock: FakeClock, limitMs: number) =>
  clock.advance({ milliseconds: Math.ceil(limitMs * LATE) });

function assertActed(limitMs: number, { elapsedMs }: { readonly elapsedMs: number }): void {
  assert(elapsedMs >= limitMs && elapsedMs <= Math.ceil(limitMs * LATE), `${elapsedMs} ms`);
}

function clientFor(origin: string, options: HTTPClientOptions = {}): HTTPClient {
  return new HTTPClient({
    baseUrl: origin,
    maxRetries: 0,
    retryBackoff: { milliseconds: 1 },
    ...options,
  });
}

Deno.test("timeout ends an attempt whose head never comes", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  await using server = serve(() => new Promise(() => {}));
  const failing = assertRejects(
    () => clientFor(server.origin, { timeout: { milliseconds: 60 } }).get("/"),
    TimeoutError,
  );
  await until(() => server.requests.length === 1);
  await pass(clock, 60);
  const error = await failing;
  assertEquals([error.code, error.clock, error.limitMs], ["attempt_timeout", "attempt", 60]);
  assertActed(60, error);
});

// R7.1
Deno.test("timeout ends an attempt whose head is fast and whose body dribbles", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  let cancelled = false;
  await using server = serve(() => {
    const body = drip("{", 10, 1000).pipeThrough(
      new TransformStream({ cancel: () => void (cancelled = true) }),
    );
    return new Response(body);
  });
  let heads = 0;
  const failing = assertRejects(
    () =>
      clientFor(server.origin, {
        timeout: { milliseconds: 80 },
        transport: (url, init) => fetch(url, init).finally(() => heads++),
      }).get("/"),
    TimeoutError,
  );
  await until(() => heads === 1);
  await pass(clock, 80);
  const error = await failing;
  assertEquals(error.code, "attempt_timeout");
  assertActed(80, error);
  await until(() => cancelled);
});

Deno.test("timeout and signal are both active", async (t) => {
  await using server = serve(() => new Response(drip("x", 10, 1000)));
  await t.step("the timeout with a signal that never fires", async () => {
    const { signal } = new AbortController();
    await assertRejects(
      () => clientFor(server.origin).get("/", { signal, timeout: { milliseconds: 50 } }),
      TimeoutError,
    );
  });
  await t.step("the signal with a timeout that is far away", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    setTimeout(() => controller.abort(reason), 20);
    const error = await assertRejects(() =>
      clientFor(server.origin).get("/", { signal: controller.signal })
    );
    assertStrictEquals(error, reason);
  });
  await t.step("the client's signal and the call's", async () => {
    for (const which of ["client", "call"] as const) {
      const controllers = { client: new AbortController(), call: new AbortController() };
      const client = clientFor(server.origin, { signal: controllers.client.signal });
      const call = client.get("/", { signal: controllers.call.signal });
      const reason = new Error(which);
      controllers[which].abort(reason);
      assertStrictEquals(await assertRejects(() => call), reason);
    }
  });
});

Deno.test("an attempt that timed out is followed by a real second attempt", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  let served = 0;
  await using server = serve(() =>
    ++served === 1 ? new Response(drip("x", 10, 1000)) : new Response("fast")
  );
  const options = { timeout: { milliseconds: 60 }, maxRetries: 1, retryBackoff: 0 };
  const call = clientFor(server.origin, options).get("/");
  await until(() => served === 1);
  await pass(clock, 60);
  const response = await call;
  assertEquals(response.text, "fast");
  assertEquals(server.requests.length, 2);
  assertEquals(response.attempts.map(({ errorCode, statusCode }) => errorCode ?? statusCode), [
    "attempt_timeout",
    200,
  ]);
});

Deno.test("totalTimeout cuts the attempt that would run beyond it", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  await using server = serve(() => new Response(drip("x", 10, 1000)));
  const client = clientFor(server.origin, {
    timeout: { milliseconds: 80 },
    totalTimeout: { milliseconds: 120 },
    maxRetries: 5,
    retryBackoff: 0,
  });
  const failing = assertRejects(() => client.get("/"), TimeoutError);
  for (const [requests, ms] of [[1, 80], [2, 40]] as const) {
    await until(() => server.requests.length === requests);
    await pass(clock, ms);
  }
  const error = await failing;
  assertEquals([error.code, error.clock, error.limitMs], ["total_timeout", "total", 120]);
  assertEquals(error.attempts.length, 2);
  assertActed(120, error);
});

Deno.test("a wait that may not fit in totalTimeout is not begun", async () => {
  const clock = new FakeClock(); // it stands still, so that a wait would never end
  using _installed = clock.install();
  await using server = serve(() => new Response(null, { status: 503 }));
  const client = clientFor(server.origin, { maxRetries: 3, retryBackoff: 10, totalTimeout: 5 });
  let isOver = false;
  const call = client.get("/").finally(() => isOver = true);
  await until(() => isOver);
  const response = await call;
  assertEquals([response.statusCode, response.retrySkipped], [503, "total_timeout"]);
});

Deno.test("a signal that is already aborted sends nothing and rejects with its reason", async () => {
  await using server = serve(() => new Response());
  const reason = { why: "not even an Error" };
  const caught = await clientFor(server.origin).get("/", { signal: AbortSignal.abort(reason) })
    .catch((error) => error);
  assertStrictEquals(caught, reason);
  assertEquals(server.requests, []);
});

Deno.test("an abort is never retried, also when its reason is an error of this library", async () => {
  await using server = serve(() => new Response(drip("x", 10, 1000)));
  const controller = new AbortController();
  const reason = new NetworkingError("connection_reset", "from another call");
  const client = clientFor(server.origin, { maxRetries: 3 });
  const caught = client.get("/", { signal: controller.signal }).catch((error) => error);
  await until(() => server.requests.length === 1);
  controller.abort(reason);
  assertStrictEquals(await caught, reason);
  assertEquals(server.requests.length, 1);
});

// R7.7
Deno.test("an abort ends a wait at once, with its reason", async (t) => {
  const waits = [["the back-off", {}], ["a Retry-After", { "retry-after": "50" }]] as const;
  for (const [name, headers] of waits) {
    await t.step(name, async () => {
      const clock = new FakeClock(); // it stands still, so that nothing else ends the wait
      using _installed = clock.install();
      const controller = new AbortController();
      const reason = new Error("enough");
      const transport = () => Promise.resolve(new Response(null, { status: 503, headers }));
      const options = { maxRetries: 1, retryBackoff: 60, transport };
      const call = clientFor("http://a.example", options).get("/", { signal: controller.signal });
      await clock.advance(0); // the wait has begun
      controller.abort(reason);
      assertStrictEquals(await assertRejects(() => call), reason);
    });
  }
});

/** How many listeners `signal` has, counted from now on. */
function countListeners(signal: AbortSignal): () => number {
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...given: Parameters<typeof add>) => {
    listeners++;
    add(...given);
  };
  signal.removeEventListener = (...given: Parameters<typeof remove>) => {
    listeners--;
    remove(...given);
  };
  return () => listeners;
}

Deno.test("a thousand calls leave no listener on a long-lived signal", async () => {
  const { signal } = new AbortController();
  const count = countListeners(signal);
  let most = 0;
  let served = 0;
  const client = new HTTPClient({
    signal,
    maxRetries: 1,
    retryBackoff: 0,
    transport: () => {
      most = Math.max(most, count());
      return Promise.resolve(new Response(null, { status: served++ % 10 === 0 ? 503 : 200 }));
    },
  });
  for (let round = 0; round < 1000; round++) await client.get("http://localhost/");
  assert(most > 0, "the client never listened, so the test shows nothing");
  assertEquals(count(), 0);
});

Deno.test("an abort after the call does nothing to the response", async () => {
  await using server = serve(() => Response.json({ a: 1 }));
  const controller = new AbortController();
  const response = await clientFor(server.origin).get("/", { signal: controller.signal });
  controller.abort();
  assertEquals(response.json(), { a: 1 });
});

Deno.test("false switches a clock off", async () => {
  await using server = serve(() => new Response(drip("x", 20, 5)));
  const client = clientFor(server.origin, { timeout: false, totalTimeout: false });
  assertEquals((await client.get("/")).text, "xxxxx");
});

// R2.5
Deno.test("close() aborts what is in flight and refuses what comes later", async (t) => {
  await using server = serve((_request, path) =>
    path === "/503" ? new Response(null, { status: 503 }) : new Response(drip("x", 10, 1000))
  );
  for (
    const [name, path, options] of [
      ["a body that is being read", "/", {}],
      ["a body with a signal of its own", "/", { signal: new AbortController().signal }],
      ["a wait", "/503", { maxRetries: 1, retryBackoff: 60 }],
    ] as const
  ) {
    await t.step(name, async () => {
      const client = clientFor(server.origin);
      const call = client.get(path, options);
      setTimeout(() => client.close(), 30);
      const error = await assertRejects(() => call, NetworkingError);
      assertEquals(error.code, "closed");
      const later = await assertRejects(() => client.get(path), NetworkingError);
      assertEquals(later.code, "closed");
    });
  }
});

Deno.test("await using closes the client", async () => {
  let client: HTTPClient;
  {
    await using scoped = clientFor("http://localhost");
    client = scoped;
  }
  const error = await assertRejects(() => client.get("/"), NetworkingError);
  assertEquals(error.code, "closed");
});

// R7.6
Deno.test("asynchronous code of the caller is bounded by the clocks", async (t) => {
  const never = new Promise<never>(() => {});
  const transport = () => Promise.resolve(new Response(null, { status: 503 }));
  const rows: [string, HTTPClientOptions, Parameters<HTTPClient["put"]>[1]][] = [
    ["onRequest", { hooks: { onRequest: () => never } }, null],
    ["onResponse", { hooks: { onResponse: () => never } }, null],
    ["onRetry", { hooks: { onRetry: () => never }, maxRetries: 1 }, null],
    ["shouldRetry", { retry: { shouldRetry: () => never }, maxRetries: 1 }, null],
    ["a body function", {}, () => never],
    ["exchange middleware", { use: { exchange: [() => never] } }, null],
    ["operation middleware", { use: { operation: [() => never] } }, null],
  ];
  for (const [name, options, body] of rows) {
    await t.step(name, async () => {
      const clock = new FakeClock();
      using _installed = clock.install();
      const client = new HTTPClient({
        transport,
        timeout: { milliseconds: 30 },
        totalTimeout: { milliseconds: 60 },
        maxRetries: 0,
        retryBackoff: 0,
        ...options,
      });
      const failing = assertRejects(() => client.put("http://localhost/", body), TimeoutError);
      await pass(clock, 60);
      const error = await failing;
      assertActed(error.limitMs, error);
      assert(error.limitMs <= 60);
    });
    await t.step(`${name}, ended by an abort`, async () => {
      const controller = new AbortController();
      const client = new HTTPClient({ transport, maxRetries: 0, retryBackoff: 0, ...options });
      const call = client.put("http://localhost/", body, { signal: controller.signal });
      const reason = new Error("enough");
      setTimeout(() => controller.abort(reason), 20);
      assertStrictEquals(await assertRejects(() => call), reason);
    });
  }
});

Deno.test("the error of a clock says what was tried, without the query", async () => {
  const client = new HTTPClient({
    transport: (_url, init) =>
      new Promise((_, reject) =>
        init.signal!.addEventListener("abort", () => reject(init.signal!.reason))
      ),
    timeout: { milliseconds: 20 },
    maxRetries: 0,
  });
  const error = await assertRejects(
    () => client.get("http://localhost/path?token=hunter2"),
    TimeoutError,
  );
  assertInstanceOf(error, NetworkingError);
  assert(
    error.message.startsWith("Cannot GET http://localhost/path: attempt 1 was not finished after"),
    error.message,
  );
  assert(error.message.includes("(timeout: 0.02 s); raise timeout if"), error.message);
  assert(!Deno.inspect(error).includes("hunter2"));
});
