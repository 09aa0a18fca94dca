/** A refresh has one owner, from the request to the store: interleavings of callers and processes. */

import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { HTTPClient, NetworkingError } from "../../../mod.ts";
import {
  kvTokenStore,
  oauth2,
  type OAuth2Options,
  type OAuth2Scheme,
  type TokenSet,
  type TokenStore,
} from "../../../src/auth/oauth2/mod.ts";
import { RequestValue } from "../../../src/http/request/request_value.ts";
import { FakeClock } from "../../../src/testing/mod.ts";
import { FakeKV } from "../../support/fake_kv.ts";
import { until } from "../../support/until.ts";

/**
 * An authorization server that rotates refresh tokens and ends the session of one that comes twice
 * (RFC 9700 4.14.2), with an API that says who calls. Token requests are answered when `answer` is.
 */
class Authority {
  /** The refresh tokens that may still be used, with their users. */
  readonly good = new Map<string, string>([["a0", "a"]]);
  readonly asked: string[] = [];
  /** Refresh tokens of requests that are open, and the most that one of them had. */
  readonly open: string[] = [];
  mostOpen = 0;
  reused = 0;
  /** Holds token requests back. */
  answer: (token: string) => Promise<void> = () => Promise.resolve();
  expiresIn = 300;
  #given = 0;

  readonly transport = async (url: string, init: RequestInit): Promise<Response> => {
    if (!url.endsWith("/token")) {
      return new Response(new Headers(init.headers).get("authorization"));
    }
    const form = new URLSearchParams(await new Response(init.body).text());
    const token = form.get("refresh_token") ?? form.get("code")!;
    this.asked.push(token);
    this.open.push(token);
    this.mostOpen = Math.max(this.mostOpen, this.open.filter((one) => one === token).length);
    const user = form.has("code") ? "b" : this.good.get(token);
    if (user === undefined) this.reused++;
    this.good.delete(token); // used up when it arrives
    const next = `${user}${++this.#given}`;
    if (user !== undefined) this.good.set(next, user);
    try {
      await left(this.answer(token), init.signal!);
    } finally {
      this.open.splice(this.open.indexOf(token), 1);
    }
    if (user === undefined) return Response.json({ error: "invalid_grant" }, { status: 400 });
    return Response.json({
      "access_token": `access-${next}`,
      "token_type": "Bearer",
      "expires_in": this.expiresIn,
      "refresh_token": next,
    });
  };
}

/** As fetch does: ends with the signal. */
function left<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason));
    promise.then(resolve, reject);
  });
}

/** Lets everything run that waits for nothing. */
async function rest(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
}

const REDIRECT = "http://127.0.0.1:9/back";
const EXPIRED: TokenSet = { accessToken: "access-a0", refreshToken: "a0", expiresAt: 1 };

/** A store of the user's, with no more than it must have. */
function plainStore(): TokenStore {
  let held: TokenSet | undefined = EXPIRED;
  return {
    get: async () => {
      await undefined;
      return held;
    },
    set: async (tokens) => {
      await undefined;
      held = tokens;
    },
  };
}

/** A store of the user's with a lock, which cannot compare. */
function lockedStore(): TokenStore {
  let last: Promise<unknown> = Promise.resolve();
  return {
    ...plainStore(),
    exclusive(action) {
      const next = last.then(() => action());
      last = next.catch(() => {});
      return next;
    },
  };
}

/** What two schemes of one session are given: the same object, or one over the same database. */
const STORES: readonly (readonly [string, () => Promise<() => TokenStore>])[] = [
  ["get and set", () => {
    const store = plainStore();
    return Promise.resolve(() => store);
  }],
  ["get, set and exclusive", () => {
    const store = lockedStore();
    return Promise.resolve(() => store);
  }],
  ["Deno KV", async () => {
    const kv = new FakeKV();
    await kvTokenStore(kv, ["tokens"]).set(EXPIRED);
    return () => kvTokenStore(kv, ["tokens"]);
  }],
];

function schemeFor(store: TokenStore | undefined, more: Partial<OAuth2Options> = {}): OAuth2Scheme {
  return oauth2({
    tokenEndpoint: "https://as.example/token",
    authorizationEndpoint: "https://as.example/authorize",
    clientId: "app",
    redirectUri: REDIRECT,
    ...(store && { store }),
    ...more,
  });
}

function clientFor(authority: Authority, auth: OAuth2Scheme): HTTPClient {
  const { transport } = authority;
  return new HTTPClient({ baseUrl: "https://api.example", transport, auth, maxRetries: 0 });
}

type Leave = (client: HTTPClient, controller: AbortController) => Promise<void> | void;
const WAYS_TO_LEAVE: readonly (readonly [string, Leave])[] = [
  ["by its signal", (_, controller) => controller.abort(new Error("left"))],
  ["by its timeout", () => {}],
  ["by close()", (client) => void client.close()],
];

for (const [kind, open] of STORES) {
  for (const [way, leave] of WAYS_TO_LEAVE) {
    // R16.25
    Deno.test(`${kind}: the only caller leaves ${way}, and the refresh is stored all the same`, async () => {
      const authority = new Authority();
      const { promise, resolve } = Promise.withResolvers<void>();
      authority.answer = () => promise;
      const storeOf = await open();
      const auth = schemeFor(storeOf());
      const client = clientFor(authority, auth);
      const controller = new AbortController();
      const { signal } = controller;
      const timeout = way === "by its timeout" ? 0.05 : 10;
      const call = assertRejects(() => client.get("/", { signal, timeout }));
      await until(() => authority.open.length === 1);
      await leave(client, controller);
      await call; // at once, though the refresh runs
      assertEquals(authority.open, ["a0"]);
      // Whoever comes meanwhile waits for the same refresh.
      await using second = clientFor(authority, auth);
      const next = second.get("/");
      await rest();
      resolve();
      assertEquals((await next).text, "Bearer access-a1");
      assertEquals((await storeOf().get())?.refreshToken, "a1");
      assertEquals([authority.asked, authority.reused], [["a0"], 0]);
      await client.close();
    });
  }

  // R16.26
  Deno.test(`${kind}: a sign-in while a refresh for somebody else runs is not undone by it`, async (t) => {
    for (const order of ["the refresh is last", "the sign-in is last"]) {
      for (const fails of [false, true]) {
        await t.step(`${order}${fails ? ", and fails" : ""}`, async () => {
          const authority = new Authority();
          const gates = new Map([["a0", Promise.withResolvers<void>()], [
            "c0de",
            Promise.withResolvers<void>(),
          ]]);
          authority.answer = (token) => gates.get(token)?.promise ?? Promise.resolve();
          if (fails) authority.good.delete("a0");
          const storeOf = await open();
          const [one, other] = [schemeFor(storeOf()), schemeFor(storeOf())];
          await using client = clientFor(authority, one);
          await using elsewhere = clientFor(authority, other);
          const { transport } = authority;

          const call = client.get("/").then(({ text }) => text, () => "failed");
          await until(() => authority.open.includes("a0"));
          const { state } = await other.authorizationUrl();
          const exchange = other.exchange(`${REDIRECT}?code=c0de&state=${state}`, { transport });
          await rest();
          const tokens = order === "the refresh is last" ? ["c0de", "a0"] : ["a0", "c0de"];
          for (const token of tokens) {
            gates.get(token)!.resolve();
            await rest();
          }
          const { accessToken } = await exchange;
          await call;
          for (const who of [client, elsewhere]) {
            assertEquals((await who.get("/")).text, `Bearer ${accessToken}`);
          }
          assertEquals((await storeOf().get())?.accessToken, accessToken);
          assert(accessToken.startsWith("access-b"));
        });
      }
    }
  });

  // R16.27
  Deno.test(`${kind}: one refresh token is never in two open requests, however many ask`, async () => {
    const authority = new Authority();
    authority.answer = () => new Promise((resolve) => setTimeout(resolve, 20));
    const storeOf = await open();
    const schemes = Array.from({ length: 4 }, () => schemeFor(storeOf()));
    const clients = schemes.map((auth) => clientFor(authority, auth));
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, id) => clients[id % 4]!.get("/")),
    );
    assertEquals(new Set(answers.map(({ text }) => text)), new Set(["Bearer access-a1"]));
    assertEquals([authority.asked, authority.mostOpen, authority.reused], [["a0"], 1, 0]);
    for (const client of clients) await client.close();
  });
}

Deno.test("two processes over one KV: a refresh of 29 seconds is waited for, and one that never ends has 30", async (t) => {
  for (const seconds of [29, Infinity]) {
    await t.step(String(seconds), async () => {
      const clock = new FakeClock();
      using _installed = clock.install();
      const authority = new Authority();
      authority.answer = () =>
        new Promise((resolve) => {
          if (seconds !== Infinity) setTimeout(resolve, seconds * 1000);
        });
      const kv = new FakeKV();
      const stores = [1, 2].map(() => kvTokenStore(kv, ["tokens"]));
      await stores[0]!.set(EXPIRED);
      const clients = stores.map((store) => clientFor(authority, schemeFor(store)));
      const calls = clients.map((client) =>
        client.get("/", { timeout: 100, totalTimeout: false }).then(({ text }) => text, String)
      );
      await clock.advance(29.5);
      assertEquals(authority.asked, ["a0"]);
      if (seconds === Infinity) {
        assertEquals(authority.open, ["a0"]);
        authority.answer = () => Promise.resolve();
        await clock.advance(1);
        assert((await calls[0]!).includes("30 s"), await calls[0]!);
        assertEquals(authority.mostOpen, 1);
        await clock.advance(1);
        await Promise.all(calls);
      } else {
        await clock.advance(1);
        assertEquals(await Promise.all(calls), ["Bearer access-a1", "Bearer access-a1"]);
        assertEquals([authority.asked, authority.mostOpen], [["a0"], 1]);
      }
      for (const client of clients) await client.close();
      assertEquals(clock.pending, 0);
    });
  }
});

// R16.27
Deno.test("a process that lost the lease while it stood still does not send, and takes what the other brought", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const authority = new Authority();
  const kv = new FakeKV();
  const store = kvTokenStore(kv, ["tokens"]);
  await store.set(EXPIRED);
  // The process stops between the lock and the request, here in the metadata.
  const { promise, resolve } = Promise.withResolvers<void>();
  const metadata = { issuer: "https://as.example", "token_endpoint": "https://as.example/token" };
  const slow = async (url: string, init: RequestInit) => {
    if (!url.includes(".well-known")) return authority.transport(url, init);
    await promise;
    return Response.json(metadata);
  };
  const issuer = "https://as.example";
  const auth = schemeFor(store, { issuer, tokenEndpoint: undefined });
  await using client = new HTTPClient({ baseUrl: "https://api.example", transport: slow, auth });
  const call = client.get("/", { timeout: 200, totalTimeout: false });
  await clock.advance(0);
  const lock = JSON.stringify(["tokens", "lock"]);
  assert(kv.entries.has(lock));
  // Another one takes the lock, as it does when the lease is over, and refreshes.
  kv.write(lock, { $shared: "other", expiresAt: Date.now() + 45_000 });
  resolve();
  await clock.advance(0.1);
  assertEquals(authority.asked, []);
  await store.set({ accessToken: "access-other", refreshToken: "o1" });
  kv.write(lock, undefined);
  await clock.advance(0.1);
  assertEquals((await call).text, "Bearer access-other");
  assertEquals(authority.asked, []);
});

// R16.27
Deno.test("a lock that its holder left behind is taken over when the lease is over", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const authority = new Authority();
  const kv = new FakeKV();
  const store = kvTokenStore(kv, ["tokens"]);
  await store.set(EXPIRED);
  // A process that died: it held the lock, and the database has not dropped it.
  await store.exclusive!(() => {
    const { value } = kv.entries.get(JSON.stringify(["tokens", "lock"]))!;
    queueMicrotask(() => {});
    return Promise.resolve(value);
  }, new AbortController().signal).then((value) =>
    kv.write(JSON.stringify(["tokens", "lock"]), value)
  );
  await using client = clientFor(authority, schemeFor(store));
  const call = client.get("/", { timeout: 100, totalTimeout: false });
  await clock.advance(44);
  assertEquals(authority.asked, []);
  await clock.advance(1.1);
  assertEquals((await call).text, "Bearer access-a1");
});

// R16.26
Deno.test("tokens that the store did not take are stored later, without another refresh", async () => {
  const authority = new Authority();
  let held: TokenSet = EXPIRED;
  const full = new Error("disk full");
  let isFull = true;
  const store: TokenStore = {
    get: () => held,
    set(tokens) {
      if (isFull) throw full;
      held = tokens;
    },
  };
  await using client = clientFor(authority, schemeFor(store));
  assertStrictEquals(await assertRejects(() => client.get("/")), full);
  isFull = false;
  assertEquals((await client.get("/")).text, "Bearer access-a1");
  assertEquals([held.refreshToken, authority.asked], ["a1", ["a0"]]);
});

// R16.25
Deno.test("client credentials are given up with their last caller", async () => {
  const authority = new Authority();
  authority.answer = () => new Promise(() => {});
  let aborted = false;
  const transport = (url: string, init: RequestInit) => {
    init.signal!.addEventListener("abort", () => aborted = true);
    return authority.transport(url, init);
  };
  const auth = oauth2({
    tokenEndpoint: "https://as.example/token",
    clientId: "a",
    clientSecret: "b",
  });
  await using client = new HTTPClient({ baseUrl: "https://api.example", transport, auth });
  const controller = new AbortController();
  const call = assertRejects(() => client.get("/", { signal: controller.signal }), Error, "left");
  await until(() => authority.open.length === 1);
  controller.abort(new Error("left"));
  await call;
  await until(() => authority.open.length === 0);
  assert(aborted);
});

// R16.25
Deno.test("close() waits for a refresh that was sent, at most 30 seconds, and for nothing else", async (t) => {
  await t.step("for its store", async () => {
    const authority = new Authority();
    const { promise, resolve } = Promise.withResolvers<void>();
    authority.answer = () => promise;
    const store = plainStore();
    const client = clientFor(authority, schemeFor(store));
    const call = assertRejects(() => client.get("/"), NetworkingError);
    await until(() => authority.open.length === 1);
    let isClosed = false;
    const closing = client.close().then(() => isClosed = true);
    assertEquals((await call).code, "closed");
    await rest();
    assertEquals(isClosed, false);
    resolve();
    await closing;
    assertEquals((await store.get())?.refreshToken, "a1");
  });
  await t.step("30 seconds", async () => {
    const clock = new FakeClock();
    using _installed = clock.install();
    const authority = new Authority();
    authority.answer = () => new Promise(() => {});
    const stuck: TokenStore = { ...plainStore(), set: () => new Promise(() => {}) };
    for (const store of [plainStore(), stuck]) {
      const client = clientFor(authority, schemeFor(store));
      const call = assertRejects(() => client.get("/"), NetworkingError);
      await clock.advance(0);
      if (store === stuck) authority.answer = () => Promise.resolve();
      let isClosed = false;
      const closing = client.close().then(() => isClosed = true);
      await call;
      await clock.advance(29);
      if (store !== stuck) assertEquals(isClosed, false);
      await clock.advance(1);
      await closing;
      authority.good.set("a0", "a");
      authority.answer = () => Promise.resolve();
    }
  });
  await t.step("for nothing", async () => {
    const client = clientFor(new Authority(), schemeFor(plainStore()));
    await client.get("/");
    await client.close();
  });
});

Deno.test("a client that is closed before its refresh was sent leaves the other clients of the scheme theirs", async () => {
  const authority = new Authority();
  const store = plainStore();
  const { promise, resolve } = Promise.withResolvers<void>();
  let gets = 0;
  const slow: TokenStore = {
    ...store,
    async get() {
      if (++gets === 2) await promise; // in the refresh
      return await store.get();
    },
  };
  const auth = schemeFor(slow);
  const [first, second] = [clientFor(authority, auth), clientFor(authority, auth)];
  const lost = assertRejects(() => first.get("/"), NetworkingError);
  await until(() => gets === 2);
  const call = second.get("/");
  await rest();
  await first.close();
  assertEquals((await lost).code, "closed");
  resolve();
  assertEquals((await call).text, "Bearer access-a1");
  await second.close();
});

Deno.test("a first refresh token is not used for the session of a user who signed in without one", async () => {
  const authority = new Authority();
  const store = plainStore();
  await store.set({ accessToken: "access-b", expiresAt: 1 });
  await using client = clientFor(authority, schemeFor(store, { refreshToken: "a0" }));
  const error = await assertRejects(() => client.get("/"), NetworkingError);
  assertEquals([error.code, authority.asked], ["auth_failed", []]);
});

// R16.26
Deno.test("a store that does not answer after a refresh holds up later calls for a minute at most", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const authority = new Authority();
  const store: TokenStore = { ...plainStore(), replace: () => new Promise(() => {}) };
  await using client = clientFor(authority, schemeFor(store));
  const long = { timeout: 200, totalTimeout: false } as const;
  const first = assertRejects(() => client.get("/", long), NetworkingError, "the store");
  await clock.advance(60);
  assertEquals((await first).code, "auth_failed");
  assertEquals(clock.pending, 0);
});

Deno.test("a lock that cannot be given back does not lose what the refresh brought", async () => {
  const authority = new Authority();
  const kv = new FakeKV();
  const store = kvTokenStore(kv, ["tokens"]);
  await store.set(EXPIRED);
  const replace = store.replace!;
  store.replace = async (began, tokens) => {
    const isSaved = await replace(began, tokens);
    kv.failures.push(new Error("the database is gone"));
    return isSaved;
  };
  await using client = clientFor(authority, schemeFor(store));
  assertEquals((await client.get("/")).text, "Bearer access-a1");
});

Deno.test("handshakes that are refused again and again request few tokens", async () => {
  const { now } = Date;
  const start = now();
  let passed = 0;
  Date.now = () => start + passed;
  try {
    let given = 0;
    const auth = oauth2({
      tokenEndpoint: "https://as.example/token",
      clientId: "a",
      clientSecret: "s3cret",
    });
    const context = {
      signal: new AbortController().signal,
      fetch: () =>
        Promise.resolve(Response.json({ "access_token": `t${++given}`, "token_type": "Bearer" })),
    };
    const request = new RequestValue({
      ...{ method: "GET", url: "https://api.example/", headers: {}, body: undefined, context: {} },
      ...{ urlTemplate: undefined, attempt: 1, hop: 0, resends: 0 },
    });
    for (; passed < 600_000; passed += 1000) {
      // What a handshake does after it was refused: it is not told what comes of the second token.
      const flow = auth.authenticate(request, context);
      await flow.next();
      await flow.next({ statusCode: 401, headers: new Headers(), url: request.url });
      await flow.return();
    }
    assert(given <= 20, String(given));
  } finally {
    Date.now = now;
  }
});
