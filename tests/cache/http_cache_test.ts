/** The cache in calls of a client. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { apiKeyAuth, basicAuth, bearerAuth, HTTPClient } from "../../mod.ts";
import { httpCache, memoryCacheStore } from "../../src/cache/mod.ts";
import { CookieJar } from "../../src/cookies/mod.ts";
import { ConnectionError, NetworkingError } from "../../src/errors.ts";
import type { HTTPClientOptions, RequestOptions } from "../../src/http/settings/options.ts";
import { FakeClock } from "../../src/testing/fake_clock.ts";

interface Wired {
  readonly url: string;
  readonly init: RequestInit;
  readonly headers: Headers;
}

/** A client whose requests `answer` answers, and what was sent. */
function client(
  answer: (request: Wired, count: number) => Response | Promise<Response>,
  options: HTTPClientOptions = {},
) {
  const sent: Wired[] = [];
  const transport = async (url: string, init: RequestInit) => {
    const wired = { url, init, headers: new Headers(init.headers) };
    sent.push(wired);
    return await answer(wired, sent.length);
  };
  const made = new HTTPClient({
    baseUrl: "http://api.example",
    transport,
    cache: httpCache(),
    maxRetries: 0,
    ...options,
  });
  return { client: made, sent };
}

const FRESH = { "cache-control": "max-age=60" };

// R27.1, R27.2
Deno.test("a fresh hit sends nothing, has no attempts, and says how old it is", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const { client: http, sent } = client(() => new Response("body", { headers: FRESH }));
  const miss = await http.get("/");
  assertEquals([miss.cache?.status, miss.attempts.length], ["miss", 1]);
  await clock.advance(5);
  const hit = await http.get("/");
  assertEquals([hit.cache?.status, hit.attempts.length, hit.text], ["hit", 0, "body"]);
  assert(hit.cache!.ageMs! >= 5000 && hit.cache!.ageMs! < 5100);
  assertEquals(hit.headers.get("age"), "5");
  assertEquals(sent.length, 1);
  assertEquals((await http.get("/", { cache: false })).cache, undefined);
  assertEquals(sent.length, 2);
});

// R27.14
Deno.test("a hit is what the caller asks for: a stream, HEAD, a part, 304; nobody changes it for others", async () => {
  const headers = { ...FRESH, etag: '"1"' };
  const { client: http, sent } = client(() => new Response("0123456789", { headers }));
  const first = await http.get("/");
  first.content.fill(0);
  first.headers.set("x", "y");
  await using stream = await http.stream("GET", "/");
  assertEquals([await stream.text(), stream.cache?.status], ["0123456789", "hit"]);
  const head = await http.head("/");
  assertEquals([head.status, head.text, head.cache?.status], [200, "", "hit"]);
  const part = await http.get("/", { headers: { range: "bytes=2-4" } });
  assertEquals([part.status, part.text, part.headers.get("content-range")], [
    ...[206, "234", "bytes 2-4/10"],
  ]);
  const same = await http.get("/", { headers: { "if-none-match": 'W/"1"' } });
  assertEquals([same.status, same.headers.get("etag")], [304, '"1"']);
  const again = await http.get("/");
  assertEquals([again.text, again.headers.get("x")], ["0123456789", null]);
  assertEquals(sent.length, 1);
});

// R27.19
Deno.test("a stream is kept when it has ended whole, and not when it is cancelled or too large", async () => {
  const { client: http, sent } = client(() => new Response("x".repeat(2000), { headers: FRESH }), {
    cache: httpCache({ maxEntrySize: 1000 }),
  });
  await (await http.stream("GET", "/large")).text();
  await (await http.stream("GET", "/large")).text();
  assertEquals(sent.length, 2);
  const small = client(() => new Response("small", { headers: FRESH }));
  await (await small.client.stream("GET", "/")).cancel();
  assertEquals(await (await small.client.stream("GET", "/")).text(), "small");
  assertEquals((await small.client.get("/")).cache?.status, "hit");
  assertEquals(small.sent.length, 2);
});

// R27.19
Deno.test("a body that breaks off is not kept", async () => {
  const broken = () => {
    let pulled = 0;
    const body = new ReadableStream({
      pull(controller) {
        if (pulled++ === 0) controller.enqueue(new TextEncoder().encode("half"));
        else controller.error(new TypeError("reset"));
      },
    });
    return new Response(body, { headers: FRESH });
  };
  const { client: http, sent } = client(broken);
  await assertRejects(() => http.get("/"), ConnectionError);
  const stream = await http.stream("GET", "/");
  await assertRejects(() => stream.text(), ConnectionError);
  await assertRejects(() => http.get("/"), ConnectionError);
  assertEquals(sent.length, 3);
});

// R27.16
Deno.test("stale-while-revalidate serves at once, and refreshes once", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const headers = { "cache-control": "max-age=1, stale-while-revalidate=60" };
  let open: (() => void) | undefined;
  const { client: http, sent } = client(async (_, count) => {
    if (count === 2) await new Promise<void>((resolve) => open = resolve);
    return new Response(`${count}`, { headers });
  });
  await http.get("/");
  await clock.advance(2);
  const [one, two] = await Promise.all([http.get("/"), http.get("/")]);
  assertEquals([one!.text, two!.text, one!.cache?.status], ["1", "1", "stale"]);
  assertEquals(sent.length, 2);
  open!();
  await clock.advance(0);
  const fresh = await http.get("/");
  assertEquals([fresh.text, fresh.cache?.status, sent.length], ["2", "hit", 2]);
});

Deno.test("a drain ends a refresh at once, since nobody waits for it", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const headers = { "cache-control": "max-age=1, stale-while-revalidate=600" };
  const { client: http, sent } = client(({ init }, count) => {
    if (count === 1) return new Response("1", { headers });
    return new Promise((_, reject) =>
      init.signal!.addEventListener("abort", () => reject(init.signal!.reason))
    );
  });
  await http.get("/");
  await clock.advance(2);
  await http.get("/");
  await clock.advance(0);
  await http.close({ drain: 60 });
  assertEquals([sent.length, clock.pending], [2, 0]);
});

// R27.16
Deno.test("close() ends a refresh, and timeout bounds it", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const headers = { "cache-control": "max-age=1, stale-while-revalidate=600" };
  const signals: AbortSignal[] = [];
  const { client: http } = client(({ init }, count) => {
    if (count === 1) return new Response("1", { headers });
    signals.push(init.signal!);
    return new Promise((_, reject) =>
      init.signal!.addEventListener("abort", () => reject(init.signal!.reason))
    );
  }, { timeout: 5 });
  await http.get("/");
  await clock.advance(2);
  await http.get("/");
  await clock.advance(6);
  assertEquals(signals.map(({ aborted }) => aborted), [true]);
  await http.get("/"); // the refresh before is over: there is another
  await clock.advance(1);
  assertEquals(signals.map(({ aborted }) => aborted), [true, false]);
  await http.close();
  assertEquals(signals.map(({ aborted }) => aborted), [true, true]);
  await clock.advance(0);
});

// R27.17
Deno.test("stale-if-error answers for 5xx, connection errors and timeouts of attempts, after one try", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const failures: Record<string, (init: RequestInit) => Promise<Response>> = {
    "503": () => Promise.resolve(new Response(null, { status: 503 })),
    reset: () => Promise.reject(new TypeError("connection reset")),
    timeout: (init) =>
      new Promise((_, reject) =>
        init.signal!.addEventListener("abort", () => reject(init.signal!.reason))
      ),
  };
  for (const [name, fail] of Object.entries(failures)) {
    for (const [directives, isStale] of [["", true], [", must-revalidate", false]] as const) {
      const headers = { "cache-control": `max-age=1, stale-if-error=600${directives}` };
      const told: NetworkingError[] = [];
      const { client: http, sent } = client(
        ({ init }, count) => count === 1 ? new Response("old", { headers }) : fail(init),
        {
          timeout: 2,
          maxRetries: isStale ? 3 : 0,
          hooks: { onError: ({ error }) => void told.push(error) },
        },
      );
      await http.get("/");
      await clock.advance(2);
      const call = http.get("/").catch((error) => error);
      await clock.advance(3);
      const outcome = await call;
      if (isStale) {
        assertEquals([outcome.cache?.status, outcome.text, told.length], ["stale", "old", 0], name);
      } else assert(outcome instanceof NetworkingError || outcome.status === 503, name);
      assertEquals(sent.length, 2, name);
    }
  }
});

// R27.2
Deno.test("only-if-cached gives 504 where nothing is stored", async () => {
  const { client: http, sent } = client(() => new Response("x", { headers: FRESH }));
  const options = { headers: { "cache-control": "only-if-cached" } };
  assertEquals((await http.get("/", options)).status, 504);
  await http.get("/");
  assertEquals((await http.get("/", options)).cache?.status, "hit");
  assertEquals(sent.length, 1);
});

// R27.2, R27.18
Deno.test("a write makes what is stored invalid, in every partition", async () => {
  const store = memoryCacheStore();
  const made = ["one", "two"].map((token) =>
    client(({ headers }) => new Response(headers.get("authorization"), { headers: FRESH }), {
      cache: httpCache({ store }),
      auth: bearerAuth(token),
    })
  );
  const texts = async () =>
    await Promise.all(made.map(async ({ client }) => (await client.get("/x")).text));
  assertEquals(await texts(), ["Bearer one", "Bearer two"]);
  assertEquals(await texts(), ["Bearer one", "Bearer two"]);
  assertEquals(made.map(({ sent }) => sent.length), [1, 1]);
  assertEquals((await made[0]!.client.post("/x", "y")).cache?.status, "bypass");
  await texts();
  assertEquals(made.map(({ sent }) => sent.length), [3, 2]);
});

// R27.23
Deno.test("a jar does not take the cookies of a hit again", async () => {
  const cookies = new CookieJar();
  const headers = { ...FRESH, "set-cookie": "seen=1" };
  const { client: http, sent } = client(() => new Response("x", { headers }), { cookies });
  await http.get("/");
  assertEquals(cookies.cookieHeader("http://api.example/"), "seen=1");
  await http.get("/"); // with the cookie it is somebody else's
  cookies.store("http://api.example/", ["seen=1; max-age=0"]);
  const hit = await http.get("/");
  assertEquals(hit.cache?.status, "miss");
  assertEquals(sent.length, 3);
});

// R27.14
Deno.test("a redirect that was followed is not kept, and one that is kept is not followed blindly", async () => {
  const { client: http, sent } = client(({ url }) =>
    url.endsWith("/from")
      ? new Response(null, { status: 301, headers: { ...FRESH, location: "/to" } })
      : new Response("there", { headers: FRESH })
  );
  assertEquals((await http.get("/from", { maxRedirects: 0 })).status, 301);
  assertEquals((await http.get("/from", { maxRedirects: 0 })).cache?.status, "hit");
  assertEquals(sent.length, 1);
  assertEquals((await http.get("/from")).text, "there");
  assertEquals((await http.get("/from")).text, "there");
  assertEquals(sent.length, 5);
});

// R27.20
Deno.test("1,000 callers of one miss make one request", async () => {
  const { client: http, sent } = client(async () => {
    await Promise.resolve();
    return new Response("once", { headers: FRESH });
  });
  const texts = await Promise.all(
    Array.from({ length: 1000 }, async () => (await http.get("/")).text),
  );
  assertEquals(new Set(texts), new Set(["once"]));
  assertEquals(sent.length, 1);
});

// R27.20
Deno.test("callers of what must not be stored do not wait for each other one by one", async () => {
  let most = 0;
  let now = 0;
  const { client: http, sent } = client(async () => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setTimeout(resolve, 5));
    now--;
    return new Response("x", { headers: { "cache-control": "no-store" } });
  });
  await Promise.all(Array.from({ length: 20 }, () => http.get("/")));
  assertEquals([sent.length, most], [20, 19]);
});

Deno.test("the one who asks first gives up: the others ask", async () => {
  const { client: http, sent } = client(async ({ init }, count) => {
    if (count > 1) return new Response("second", { headers: FRESH });
    return await new Promise((_, reject) =>
      init.signal!.addEventListener("abort", () => reject(init.signal!.reason))
    );
  });
  const controller = new AbortController();
  const first = assertRejects(() => http.get("/", { signal: controller.signal }), Error, "mine");
  const others = [http.get("/"), http.get("/")];
  controller.abort(new Error("mine"));
  await first;
  assertEquals((await Promise.all(others)).map(({ text }) => text), ["second", "second"]);
  assertEquals(sent.length, 2);
});

// R27.21
Deno.test("a store that fails or hangs is no failure of the call", async () => {
  const told: unknown[] = [];
  const never = new Promise<never>(() => {});
  const fail = () => Promise.reject(new Error("gone"));
  for (
    const method of [fail, () => never, () => {
      throw new Error("at once");
    }]
  ) {
    const store = {
      ...{ isLasting: false, secret: method, get: method, put: method, delete: method },
      invalidate: method,
    };
    const cache = httpCache({ store, onStoreError: (error) => told.push(error) });
    const { client: http } = client(() => new Response("x", { headers: FRESH }), { cache });
    assertEquals((await http.get("/")).text, "x");
    assertEquals((await http.post("/", "y")).text, "x");
  }
  assert(told.length >= 9, `${told.length}`);
});

/** Every way to say who asks, for two users. */
const WAYS: Record<
  string,
  (user: string) => { client?: HTTPClientOptions; call?: RequestOptions; path?: string }
> = {
  "Authorization": (user) => ({ call: { headers: { authorization: `Bearer ${user}` } } }),
  "x-api-key": (user) => ({ call: { headers: { "x-api-key": user } } }),
  "Cookie": (user) => ({ call: { headers: { cookie: `session=${user}` } } }),
  "a parameter": (user) => ({ call: { params: { token: user } } }),
  "userinfo": (user) => ({ path: `http://${user}:secret@api.example/` }),
  "basicAuth": (user) => ({ call: { auth: basicAuth(user, "secret") } }),
  "bearerAuth": (user) => ({ call: { auth: bearerAuth(() => Promise.resolve(user)) } }),
  "apiKeyAuth in the query": (user) => ({
    call: { auth: apiKeyAuth({ name: "k", value: user, in: "query" }) },
  }),
  "a scheme of one's own": (user) => ({
    call: {
      auth: {
        name: "Own",
        async *authenticate(request) {
          yield { ...request, headers: { ...request.headers, "x-user": user } };
        },
      },
    },
  }),
  "an option": (user) => ({ call: { headers: { "x-user": user }, sensitiveHeaders: ["x-user"] } }),
  "a jar": (user) => {
    const cookies = new CookieJar();
    cookies.store("http://api.example/", [`session=${user}`]);
    return { client: { cookies } };
  },
};

const VARIES = [undefined, "authorization", "cookie", "accept, cookie, x-api-key, x-user"];

/** What the server knows of who asks. */
function userOf({ url, headers }: Wired): string {
  const { search } = new URL(url);
  const fields = ["authorization", "x-api-key", "cookie", "x-user"].map((name) =>
    headers.get(name)
  );
  return JSON.stringify([search, ...fields]);
}

// R27.4
Deno.test("Vary × credentials × methods never gives one user what is another's", async () => {
  for (const [name, way] of Object.entries(WAYS)) {
    for (const vary of VARIES) {
      for (const [dedupe, method] of [[false, "GET"], [false, "HEAD"], [true, "GET"]] as const) {
        const cache = httpCache();
        const answer = (request: Wired) =>
          new Response(userOf(request), {
            headers: { ...FRESH, "x-for": userOf(request), ...(vary !== undefined && { vary }) },
          });
        const calls = ["ada", "bob"].map((user) => {
          const { client: own = {}, call = {}, path = "/" } = way(user);
          const made = client(answer, { cache, dedupe, ...own });
          return { ...made, send: () => made.client.request(method, path, call) };
        });
        const seen: (string | null)[] = [];
        for (let round = 0; round < 3; round++) {
          const got = await Promise.all(calls.map(({ send }) => send()));
          seen.push(...got.map(({ headers }) => headers.get("x-for")));
        }
        const users = new Set(seen);
        const what = `${name}, Vary ${vary}, ${method}`;
        assertEquals(users.size, 2, what);
        assertEquals(
          [seen[2], seen[3], seen[4], seen[5]],
          [seen[0], seen[1], seen[0], seen[1]],
          what,
        );
      }
    }
  }
});

// R27.13
Deno.test("a shared cache keeps no answer to credentials unless the server allows it", async () => {
  const ways = Object.entries(WAYS).filter(([name]) => !/Cookie|jar/.test(name));
  for (const [name, way] of ways) {
    const cache = httpCache({ shared: true });
    const { client: own = {}, call = {}, path = "/" } = way("ada");
    const made = client((request) => new Response(userOf(request), { headers: FRESH }), {
      cache,
      ...own,
    });
    await made.client.get(path, call);
    const other = client((request) => new Response(userOf(request), { headers: FRESH }), { cache });
    assert((await other.client.get("/")).text !== userOf(made.sent[0]!), name);
  }
});

// R27.8
Deno.test("nothing of a credential is in a store", async () => {
  const kept: string[] = [];
  const memory = memoryCacheStore();
  const store = {
    isLasting: false,
    secret: () => memory.secret(),
    get: memory.get.bind(memory),
    put(...given: Parameters<typeof memory.put>) {
      kept.push(JSON.stringify(given));
      memory.put(...given);
    },
    delete: memory.delete.bind(memory),
    invalidate: memory.invalidate.bind(memory),
  };
  for (const way of Object.values(WAYS)) {
    const { client: own = {}, call = {}, path = "/" } = way("s3cr3t");
    const headers = { ...FRESH, vary: "authorization, cookie, x-api-key, x-user" };
    const { client: http } = client(() => new Response("x", { headers }), {
      cache: httpCache({ store }),
      ...own,
    });
    await http.get(path, call);
  }
  assertEquals(kept.length, Object.keys(WAYS).length);
  for (const text of kept) assert(!text.includes("s3cr3t"), text);
});
