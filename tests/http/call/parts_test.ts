/** What a call loads when it first needs it: within its clocks, and with an error of its own. */

import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import {
  bearerAuth,
  ConnectionError,
  HTTPClient,
  type HTTPClientOptions,
  NetworkingError,
  TimeoutError,
} from "../../../mod.ts";
import { DOWNLOADS, MISPLACED, PAGES } from "../../../src/http/parts.ts";
import { UPLOADS } from "../../../src/http/body/parts.ts";
import { AUTHENTICATION, RATE_LIMITS, REDIRECTS, STREAMS } from "../../../src/http/call/parts.ts";
import { RUNTIME_FAILURES } from "../../../src/http/transport/fetch_failure.ts";
import { type Lazy, lazy } from "../../../src/runtime/lazy.ts";

const ORIGIN = "https://api.example";

/** A part, a call that needs it, and how many requests were sent by then. */
const ROWS: readonly [
  name: string,
  part: Lazy<unknown>,
  call: (client: HTTPClient, signal?: AbortSignal) => Promise<unknown>,
  sent: number,
][] = [
  ["a stream", STREAMS, (client, signal) => client.stream("GET", "/", { signal }), 0],
  ["a redirect", REDIRECTS, (client, signal) => client.get("/to", { signal }), 1],
  [
    "a scheme",
    AUTHENTICATION,
    (client, signal) => client.get("/", { signal, auth: bearerAuth("t") }),
    0,
  ],
  [
    "a form",
    UPLOADS,
    (client, signal) => client.put("/", undefined, { signal, multipart: { a: "b" } }),
    0,
  ],
  ["a body function", UPLOADS, (client, signal) => client.put("/", () => "body", { signal }), 0],
];

/** A client, and the requests that it sends. */
function clientFor(options: HTTPClientOptions = {}): [HTTPClient, string[]] {
  const sent: string[] = [];
  const client = new HTTPClient({
    ...{ baseUrl: ORIGIN, maxRetries: 0, retryBackoff: { milliseconds: 1 } },
    transport: (url) => {
      sent.push(url);
      return Promise.resolve(
        url.endsWith("/to")
          ? new Response(null, { status: 302, headers: { location: "/" } })
          : new Response("here"),
      );
    },
    ...options,
  });
  return [client, sent];
}

/** Has a part load in another way for the length of `work`. */
async function loadingBy<Part>(
  part: Lazy<Part>,
  load: (real: () => Promise<Part>) => Promise<Part>,
  work: () => Promise<void>,
): Promise<void> {
  const { load: real } = part;
  part.now = undefined;
  part.load = () => load(real);
  try {
    await work();
  } finally {
    part.load = real;
  }
}

const TARGET = { write: () => {} };
/** As a browser without a network loads a part. */
const notLoaded = (cause = new TypeError("Failed to fetch dynamically imported module")) =>
  lazy(() => Promise.reject<never>(cause)).load();
const never = () => new Promise<never>(() => {});

for (const [name, part, call, requests] of ROWS) {
  // R12.3
  Deno.test(`${name} whose part cannot be loaded is an error of the call`, async () => {
    const cause = new TypeError("no such file");
    const failing = () => notLoaded(cause);
    const told: unknown[] = [];
    await loadingBy(part, failing, async () => {
      const [client, sent] = clientFor({
        hooks: { onError: ({ error }) => void told.push(error) },
      });
      const error = await assertRejects(() => call(client), ConnectionError);
      assertEquals([error.code, error.cause], ["connection_failed", cause]);
      assertEquals([error.attempts.length, sent.length], [1, requests]);
      assertStrictEquals(told[0], error);
    });
  });

  // R12.2, R12.3
  Deno.test(`${name} whose part is loaded by the second attempt is answered`, async () => {
    let loads = 0;
    const once = (real: () => Promise<unknown>) => ++loads > 1 ? real() : notLoaded();
    await loadingBy(part, once, async () => {
      const [client] = clientFor({ maxRetries: 1 });
      const response = await call(client) as Response;
      assertEquals(await response.text, response.text);
      assertEquals(loads, 2);
      await client.close();
    });
  });
}

/** Parts that are loaded before there is a request. */
const DOORS: typeof ROWS = [
  ["a download", DOWNLOADS, (client, signal) => client.download("/", TARGET, { signal }), 0],
  ["a list", PAGES, (client, signal) => client.paginate("/", { signal }).next(), 0],
  [
    "a suspicious body",
    MISPLACED,
    (client, signal) => client.post("/", { json: 1 }, { signal }),
    0,
  ],
];

for (const [name, part, call] of [...ROWS, ...DOORS]) {
  // R7.6, R12.2
  Deno.test(`${name} is ended by an abort, a clock and close() while its part is loaded`, async () => {
    await loadingBy(part, never, async () => {
      const [client] = clientFor();
      const reason = new Error("enough");
      const controller = new AbortController();
      const aborted = call(client, controller.signal);
      await new Promise((resolve) => setTimeout(resolve, 1));
      controller.abort(reason);
      assertStrictEquals(await assertRejects(() => aborted), reason);

      const [hasty] = clientFor({ timeout: { milliseconds: 20 } });
      const late = await assertRejects(() => call(hasty), TimeoutError);
      assert(late.elapsedMs >= 20);

      const pending = call(client);
      await new Promise((resolve) => setTimeout(resolve, 1));
      await client.close();
      assertEquals((await assertRejects(() => pending, NetworkingError)).code, "closed");
    });
  });
}

/** What a failure of the network, and the answer of a server, must not need. */
const RESET = new TypeError("error sending request", {
  cause: new Error("client error (SendRequest): connection error: Connection reset by peer"),
});

// R12.3
Deno.test("a failure of the network needs no part: it has a code, and is retried", async () => {
  await loadingBy(RUNTIME_FAILURES, () => notLoaded(), async () => {
    const told: unknown[] = [];
    const [client, sent] = clientFor({
      maxRetries: 2,
      hooks: { onError: ({ error }) => void told.push(error) },
      transport: (url) => {
        sent.push(url);
        return Promise.reject(RESET);
      },
    });
    const error = await assertRejects(() => client.get("/"), ConnectionError);
    assertEquals([error.code, error.attempts.length], ["connection_failed", 3]);
    assertEquals([sent.length, told], [3, [error]]);
    const once = await assertRejects(() => client.post("/", "x"), ConnectionError);
    assertEquals([once.code, once.attempts.length], ["connection_failed", 1]);
  });
});

// R12.3
Deno.test("a body that breaks off is body_truncated without a part", async () => {
  await loadingBy(RUNTIME_FAILURES, () => notLoaded(), async () => {
    const [client] = clientFor({
      transport: () =>
        Promise.resolve(
          new Response(
            new ReadableStream({
              pull(controller) {
                controller.error(RESET);
              },
            }),
          ),
        ),
    });
    for (
      const read of [
        () => client.get("/"),
        async () => await (await client.stream("GET", "/")).bytes(),
      ]
    ) {
      assertEquals((await assertRejects(read, ConnectionError)).code, "body_truncated");
    }
  });
});

Deno.test("an abort ends a call at once while a failure waits for its part", async () => {
  await loadingBy(RUNTIME_FAILURES, never, async () => {
    const [client] = clientFor({ transport: () => Promise.reject(RESET) });
    const controller = new AbortController();
    const reason = new Error("enough");
    const aborted = client.get("/", { signal: controller.signal });
    await new Promise((resolve) => setTimeout(resolve, 1));
    controller.abort(reason);
    assertStrictEquals(await assertRejects(() => aborted), reason);
    const pending = client.get("/");
    await new Promise((resolve) => setTimeout(resolve, 1));
    await client.close();
    assertEquals((await assertRejects(() => pending, NetworkingError)).code, "closed");
  });
});

Deno.test("an answer counts although nothing can read its rate limit", async () => {
  await loadingBy(RATE_LIMITS, () => notLoaded(), async () => {
    let requests = 0;
    const headers = { "x-ratelimit-reset": "1" };
    const [client] = clientFor({
      maxRetries: 1,
      throwOnError: false,
      transport: () => {
        requests++;
        return Promise.resolve(new Response("slow down", { status: 429, headers }));
      },
    });
    const response = await client.get("/");
    assertEquals([response.statusCode, response.text, requests], [429, "slow down", 2]);
  });
});
