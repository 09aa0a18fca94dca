/** The inspector on clients that run, and its page for whoever asks. */

import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  bearerAuth,
  EventSourceClient,
  HTTPClient,
  jsonCodec,
  RetryBudget,
  WebSocketClient,
} from "../../mod.ts";
import { httpCache } from "../../src/cache/mod.ts";
import { Breaker, Limiter } from "../../src/limits/mod.ts";
import type { CallView } from "../../src/telemetry/inspect/call_events.ts";
import type { OriginView } from "../../src/telemetry/inspect/origins.ts";
import type { SocketView } from "../../src/telemetry/inspect/socket_view.ts";
import { inspect, type Inspector } from "../../src/telemetry/mod.ts";
import { FakeServer, MockTransport } from "../../src/testing/mod.ts";
import { serve } from "../support/server.ts";
import { until } from "../support/until.ts";

interface News {
  readonly calls?: readonly CallView[];
  readonly sockets?: readonly SocketView[];
  readonly origins?: readonly OriginView[];
}

/** What a page knows: everything that came over its stream, by our own client. */
async function open(inspector: Inspector) {
  const client = new EventSourceClient(`${await inspector.url}events`, { codec: jsonCodec() });
  const calls = new Map<number, CallView>();
  const sockets = new Map<number, SocketView>();
  const known = { origins: [] as readonly OriginView[] };
  client.on("message", ({ message }) => {
    const news = message.data as News;
    for (const call of news.calls ?? []) calls.set(call.id, call);
    for (const socket of news.sockets ?? []) sockets.set(socket.id, socket);
    known.origins = news.origins ?? known.origins;
  });
  await client.connect();
  return {
    calls,
    sockets,
    get origins() {
      return known.origins;
    },
    /** The calls, when there are so many and none runs. */
    async ended(count: number): Promise<readonly CallView[]> {
      const isOver = () => [...calls.values()].every(({ state }) => state !== "running");
      await until(() => calls.size >= count && isOver());
      return [...calls.values()];
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

const quiet = { port: 0, onListen() {} };

Deno.test("a page shows how a call was retried, and why it waited", async () => {
  await using inspector = inspect(quiet);
  await using page = await open(inspector);
  const transport = new MockTransport().on(
    "GET",
    "/rows",
    { status: 429, headers: { "retry-after-ms": "60" } },
    { fail: "connection_reset" },
    { json: [1] },
  );
  await using client = new HTTPClient({ transport, use: inspector, retryBackoff: 0.01 });
  await client.get("http://a.example/rows?token=s3cret");
  const [call] = await page.ended(1);
  assertEquals(call!.url, "http://a.example/rows?token=[redacted]");
  assertEquals([call!.state, call!.statusCode, call!.attempts], ["ok", 200, 3]);
  const shown = call!.parts.filter(({ kind }) => kind !== "body" && kind !== "before")
    .map(({ kind, mark = "" }) => `${kind} ${mark}`.trim());
  assertEquals(shown, ["request 429", "wait", "request connection_reset", "wait", "request 200"]);
  const [asked, backoff] = call!.parts.filter(({ kind }) => kind === "wait");
  assertMatch(asked!.words, /^waited \d+ ms before attempt 2, because .* said retry-after-ms: 60$/);
  assert(asked!.endMs! - asked!.startMs > 59.9);
  assertMatch(backoff!.words, /^waited .* before attempt 3: backoff after connection_reset$/);
});

Deno.test("redirects, challenges, the cache, the limiter's queue and streams are told apart", async () => {
  await using server = serve((request, path) => {
    if (path === "/moved") return Response.redirect(new URL("/new", request.url), 302);
    return new Response("it", { headers: { "cache-control": "max-age=60" } });
  });
  await using inspector = inspect(quiet);
  await using page = await open(inspector);
  const limit = new Limiter({ rate: { requests: 1, per: { milliseconds: 60 } } });
  await using client = new HTTPClient({
    baseUrl: server.origin,
    ...{ use: inspector, cache: httpCache(), limit, dedupe: true },
  });
  await client.get("/moved");
  await client.get("/a");
  await client.get("/a");
  await using _stream = await client.stream("GET", "/b");
  const shown = (await page.ended(4)).map(({ cache, isStream = false, parts }) => {
    // On a slow machine there is more that takes a millisecond.
    const kinds = parts.map(({ kind }) => kind).filter((kind) => !/before|body/.test(kind));
    return [kinds.join(" "), cache, isStream];
  });
  assertEquals(shown, [
    ["request queue request", "miss", false],
    ["queue request", "miss", false],
    ["cache", "hit", false],
    ["queue request", "miss", true],
  ]);
});

Deno.test("an origin shows its budget, its limiter and its breaker", async () => {
  await using inspector = inspect(quiet);
  await using page = await open(inspector);
  const transport = new MockTransport().on("GET", "/", { status: 503 }, { status: 503 });
  const breaker = new Breaker({ minimum: 2, openFor: 60 });
  await using client = new HTTPClient({
    ...{ transport, use: inspector, breaker, limit: new Limiter({ concurrency: 3 }) },
    ...{ retryBackoff: 0, maxRetries: 1, retryBudget: new RetryBudget({ capacity: 100 }) },
  });
  await client.get("http://a.example/");
  await assertRejects(() => client.get("http://a.example/"), "circuit_open");
  const [, refused] = await page.ended(2);
  assertEquals(refused!.errorCode, "circuit_open");
  await until(() => page.origins[0]?.calls === 2);
  const [{ breaker: state, ...origin }] = page.origins as [OriginView];
  assertEquals(origin, {
    ...{ origin: "http://a.example", calls: 2, running: 0, failures: 2, retries: 1 },
    budget: { left: 86, of: 100 },
    limiter: { onWire: 0, queued: 0, closedForMs: 0 },
  });
  assertEquals(state!.state, "open");
  assert(state!.opensInMs > 0);
});

Deno.test("a socket shows its reconnects and its outbox, and an event stream its messages", async () => {
  let connections = 0;
  await using server = serve((request, path) => {
    if (path === "/news") {
      const headers = { "content-type": "text/event-stream" };
      return new Response("data: 1\n\ndata: 2\n\n", { headers });
    }
    const { socket, response } = Deno.upgradeWebSocket(request);
    const isFirst = ++connections === 1;
    socket.onopen = () => isFirst ? socket.close(4000, "moving") : socket.send("hello");
    return response;
  });
  await using inspector = inspect(quiet);
  await using page = await open(inspector);
  const url = server.origin.replace("http", "ws");
  const options = { retryBackoff: { milliseconds: 50 } };
  await using socket = inspector.observe(new WebSocketClient(`${url}/feed?key=s3cret`, options));
  const { promise: lost, resolve } = Promise.withResolvers<void>();
  socket.on("reconnecting", () => resolve());
  await socket.connect();
  await lost;
  const sent = [socket.send("one"), socket.send("two")]; // into the outbox
  assertEquals(await socket.receive(), "hello");
  await Promise.all(sent);
  await using events = inspector.observe(
    new EventSourceClient(`${server.origin}/news`, { reconnect: false }),
  );
  await events.connect();
  assertEquals((await Array.fromAsync(events)).length, 2);
  await until(() => page.sockets.get(2)?.state === "closed");
  await until(() => page.sockets.get(1)?.sent.messages === 2);
  const { kind, path, reconnects, log, received, spans } = page.sockets.get(1)!;
  assertEquals([kind, path, reconnects], ["websocket", "/feed?key=[redacted]", 1]);
  assertEquals(received, { messages: 1, bytes: 5 });
  assertMatch(log[1]!.words, /^lost: 4000 moving.*; attempt 1 in /);
  assertEquals(log[2]!.words, "reconnected");
  assertEquals(spans.filter(({ state }) => state === "open").length, 2);
  const stream = page.sockets.get(2)!;
  assertEquals([stream.kind, stream.received.messages], ["events", 2]);
});

Deno.test("messages that wait in the outbox of a socket are counted", async () => {
  await using inspector = inspect(quiet);
  await using page = await open(inspector);
  // Nobody listens there: it waits to try again.
  await using gone = await FakeServer.start(() => ({ status: 503 }));
  const url = gone.origin.replace("http", "ws");
  const socket = inspector.observe(new WebSocketClient(url, { retryBackoff: 30 }));
  const opening = socket.connect();
  const sending = [1, 2, 3].map((number) => socket.send(String(number)));
  await until(() => page.sockets.get(1)?.outbox === 3);
  const ends = Promise.allSettled([opening, ...sending]);
  await socket.close();
  await ends;
});

// R21.15
Deno.test("nothing secret reaches the page", async () => {
  const secrets = ["t0psecret", "p4ssword", "c00kie"];
  await using server = serve((_, path) =>
    path === "/a"
      ? new Response("", { headers: { "set-cookie": "sid=c00kie", "x-auth-token": "t0psecret" } })
      : new Response("", { status: 302, headers: { location: "/a?access_token=t0psecret" } })
  );
  await using inspector = inspect(quiet);
  await using page = await open(inspector);
  const auth = bearerAuth("t0psecret");
  await using client = new HTTPClient({ baseUrl: server.origin, use: inspector, auth });
  const url = server.origin.replace("//", "//user:p4ssword@");
  await client.get(`${url}/b?api_key=t0psecret`, { headers: { cookie: "sid=c00kie" } });
  await client.get(`${server.origin}/a`, {
    hooks: {
      onRequest() {
        throw new Error("t0psecret");
      },
    },
  }).catch(() => {});
  const text = JSON.stringify(await page.ended(2));
  for (const secret of secrets) assert(!text.includes(secret), secret);
  assertStringIncludes(text, "[redacted]");
});

// R21.15
Deno.test("the page gives a HAR file, and bodies if they were asked for", async () => {
  for (const bodies of [false, true]) {
    const transport = new MockTransport()
      .on("POST", "/login", { json: { token: "t0psecret", name: "Ada" } })
      .on("GET", "/big", { body: "x".repeat(100_000), headers: { "content-type": "text/plain" } });
    await using inspector = inspect({ ...quiet, bodies });
    await using client = new HTTPClient({ transport, use: inspector });
    await client.post("http://a.example/login", { user: "ada", password: "p4ssword" });
    await client.get("http://a.example/big");
    const url = await inspector.url;
    const har = await (await fetch(`${url}har`)).json();
    const entries = har.log.entries as Record<string, { status: number }>[];
    assertEquals(entries.map(({ response }) => response!.status), [200, 200]);
    const [login] = await (await fetch(`${url}bodies/1`)).json();
    const [big] = await (await fetch(`${url}bodies/2`)).json();
    const text = JSON.stringify([har, login]);
    for (const secret of ["t0psecret", "p4ssword"]) assert(!text.includes(secret), secret);
    assertEquals(text.includes("Ada") && text.includes("ada"), bodies);
    assertEquals(big.received?.length, bodies ? 16_384 : undefined);
  }
});

Deno.test("what a server sends without end is cut, and nothing is kept after close()", async () => {
  const long = "x".repeat(50_000);
  const transport = new MockTransport().on("GET", () => true, () => ({ headers: { long } }));
  const inspector = inspect(quiet);
  await using client = new HTTPClient({ transport, use: inspector });
  {
    await using page = await open(inspector);
    await client.get(`http://a.example/?q=${long}`, { headers: { long } });
    const [call] = await page.ended(1);
    assert(JSON.stringify(call).length < 12_000);
  }
  await inspector.close();
  assertEquals((await client.get("http://a.example/")).status, 200);
});

// R21.15
Deno.test("memory is bounded: of many calls the oldest go", async () => {
  await using inspector = inspect({ ...quiet, maxCalls: 10 });
  const transport = new MockTransport().on("GET", () => true, () => ({ body: "x" }));
  await using client = new HTTPClient({ transport, use: inspector });
  for (let id = 0; id < 50; id++) await client.get(`http://a.example/${id}`);
  await using page = await open(inspector);
  assertEquals((await page.ended(10)).map(({ path }) => path).join(), paths(40, 50));
  assertEquals(page.origins[0]?.calls, 50);
});

const paths = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `/${from + index}`).join();

// R21.14
Deno.test("who lacks the token, or asks for another host or from another page, is told nothing", async () => {
  await using inspector = inspect(quiet);
  const url = new URL(await inspector.url);
  assertMatch(url.href, /^http:\/\/127\.0\.0\.1:\d+\/[\da-f]{32}\/$/);
  const status = async (target: string, headers: Record<string, string>, method = "GET") => {
    await using connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(url.port) });
    const fields = Object.entries({ host: url.host, connection: "close", ...headers });
    const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    await connection.write(
      new TextEncoder().encode(`${method} ${target} HTTP/1.1\r\n${lines}\r\n`),
    );
    const [head = ""] = (await new Response(connection.readable).text()).split("\r\n", 1);
    return head.split(" ")[1];
  };
  const base = url.pathname;
  const rows: [target: string, headers: Record<string, string>, status: string, method?: string][] =
    [
      [base, {}, "200"],
      [base, { host: `localhost:${url.port}` }, "200"],
      [base, { origin: url.origin }, "200"],
      ["/", {}, "404"],
      ["/favicon.ico", {}, "404"],
      [base.slice(0, -1), {}, "404"],
      [`${base}other`, {}, "404"],
      [base.replace(/.\/$/, "/"), {}, "404"],
      [base.toUpperCase(), {}, /[a-f]/.test(base) ? "404" : "200"],
      [base, { host: "127.0.0.1" }, "404"],
      [base, { host: `evil.example:${url.port}` }, "404"],
      [base, { origin: "http://evil.example" }, "404"],
      [base, { origin: "null" }, "404"],
      [base, {}, "404", "POST"],
      [base, {}, "404", "OPTIONS"],
      [`${base}events`, { origin: "http://evil.example" }, "404"],
    ];
  for (const [target, headers, expected, method] of rows) {
    assertEquals(
      await status(target, headers, method),
      expected,
      JSON.stringify([target, headers]),
    );
  }
});

// R21.15
Deno.test("the page loads nothing, and names no secret but its nonce", async () => {
  await using inspector = inspect(quiet);
  const response = await fetch(await inspector.url);
  const policy = response.headers.get("content-security-policy")!;
  const [nonce] = /(?<=script-src 'nonce-)[\da-f]{32}/.exec(policy)!;
  for (const part of ["default-src 'none'", "connect-src 'self'", "frame-ancestors 'none'"]) {
    assertStringIncludes(policy, part);
  }
  assertEquals(response.headers.get("referrer-policy"), "no-referrer");
  assertEquals(response.headers.get("cache-control"), "no-store");
  assertEquals(response.headers.get("x-content-type-options"), "nosniff");
  assertEquals(response.headers.get("access-control-allow-origin"), null);
  const page = await response.text();
  assertEquals(page.split(nonce).length - 1, 2);
  assert(!/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(/.test(page));
  assertEquals(page.match(/https?:\/\/(?!www\.w3\.org\/2000\/svg)[^\s"'`]+/g), null);
  const again = await (await fetch(await inspector.url)).text();
  assert(!again.includes(nonce));
});

// R21.14
Deno.test("four pages can be open at a time", async () => {
  await using inspector = inspect(quiet);
  const url = `${await inspector.url}events`;
  const open = await Promise.all([1, 2, 3, 4].map(() => fetch(url)));
  const fifth = await fetch(url);
  assertEquals([...open, fifth].map(({ status }) => status), [200, 200, 200, 200, 503]);
  await fifth.body?.cancel();
  await open[0]!.body?.cancel();
  let status = 503;
  for (let tries = 0; status === 503 && tries < 50; tries++) {
    const again = await fetch(url);
    status = again.status;
    await again.body?.cancel();
  }
  assertEquals(status, 200);
  for (const { body } of open.slice(1)) await body?.cancel();
});

// R21.16
Deno.test("a call that the inspector sees is the same call", async () => {
  const transport = new MockTransport().on("POST", "/", { status: 201, body: "it" });
  await using inspector = inspect({ lines: false });
  await using client = new HTTPClient({ transport, use: inspector });
  const context = { mine: 1 };
  const seen: unknown[] = [];
  const response = await client.post("http://a.example/", { a: 1 }, {
    context,
    hooks: { onRequest: ({ request }) => void seen.push(JSON.stringify(request.context)) },
  });
  assertEquals([response.statusCode, response.text], [201, "it"]);
  assertEquals(seen, ['{"mine":1}']);
});

Deno.test("options that cannot be used are refused, and there is no URL without a page", async () => {
  assertThrows(() => inspect({ port: 70_000 }), RangeError, "port");
  assertThrows(() => inspect({ maxCalls: 0 }), RangeError, "maxCalls");
  assertThrows(() => inspect({ prot: 1 } as never), TypeError, "did you mean port?");
  await using inspector = inspect({ lines: false });
  await assertRejects(() => inspector.url, TypeError, "inspect() has no port; set port");
});

Deno.test("a port that is taken is told", async () => {
  await using inspector = inspect(quiet);
  const port = Number(new URL(await inspector.url).port);
  await using other = inspect({ port, lines: false });
  await assertRejects(() => other.url, Error, `127.0.0.1:${port}`);
});

// R21.14
Deno.test("neither the page nor the lines keep a process alive", async () => {
  const mod = new URL("../../src/telemetry/mod.ts", import.meta.url).href;
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const code = `import { inspect } from ${JSON.stringify(mod)};
    const inspector = inspect({ port: 0, lines: true });
    const events = await fetch(await inspector.url + "events");
    console.log(events.status);`;
  const args = ["eval", "--quiet", "--no-check", `--config=${config}`, code];
  const command = new Deno.Command(Deno.execPath(), { args, stderr: "piped" });
  const { code: exit, stdout, stderr } = await command.output();
  const text = new TextDecoder();
  assertEquals([exit, text.decode(stdout)], [0, "200\n"]);
  assertMatch(text.decode(stderr), /^Inspector: http:\/\/127\.0\.0\.1:\d+\/[\da-f]{32}\/\n$/);
});
