/** The client as a fetch: what goes in, what comes out, and what becomes of failures. */

import {
  basicAuth,
  HTTPClient,
  type HTTPClientOptions,
  NetworkingError,
  RedirectError,
} from "../../mod.ts";
import { CookieJar } from "../../src/cookies/mod.ts";
import { FakeServer } from "../../src/testing/mod.ts";
import { drip, serve } from "../support/server.ts";
import { readVectors } from "../support/vectors.ts";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";

/** What came to the server. */
async function echo(request: Request): Promise<Response> {
  const headers = Object.fromEntries(request.headers);
  return Response.json({ method: request.method, headers, body: await request.text() });
}

interface Echo {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** A failure, which must be a TypeError, and what caused it. */
async function failure(call: Promise<unknown>): Promise<NetworkingError> {
  const error = await assertRejects(() => call, TypeError);
  assertInstanceOf(error.cause, NetworkingError);
  assertEquals(error.message, error.cause.message);
  return error.cause;
}

const QUICK: HTTPClientOptions = { retryBackoff: 0, maxRetries: 1 };

// R4.29
Deno.test("fetch is bound, is the same each time, and is a fetch to the type checker", async () => {
  await using server = serve(echo);
  await using client = new HTTPClient();
  const { fetch } = client;
  const typed: typeof globalThis.fetch = fetch;
  assertEquals(client.fetch, typed);
  assertEquals((await fetch(server.origin)).status, 200);
});

Deno.test("input is a string, a URL or a Request, and init counts more than the Request", async (t) => {
  await using server = serve(echo);
  await using client = new HTTPClient({ headers: { "x-client": "1" } });
  const { fetch } = client;
  const url = `${server.origin}/a`;
  const make = () =>
    new Request(url, { method: "PUT", headers: { "x-one": "1" }, body: "of the request" });
  const rows: [name: string, () => Promise<Response>, Partial<Echo>][] = [
    ["a string", () => fetch(url), { method: "GET", body: "" }],
    ["a URL", () => fetch(new URL(url)), { method: "GET" }],
    ["what has toString()", () => fetch({ toString: () => url } as string), { method: "GET" }],
    ["a Request", () => fetch(make()), { method: "PUT", body: "of the request" }],
    ["init null", () => fetch(url, null as unknown as RequestInit), { method: "GET" }],
    ["method of init", () => fetch(make(), { method: "post" }), { method: "POST" }],
    ["body of init", () => fetch(make(), { body: "of init" }), { method: "PUT", body: "of init" }],
    ["body null", () => fetch(make(), { body: null }), { body: "of the request" }],
    ["lower case", () => fetch(url, { method: "patch", body: "x" }), { method: "PATCH" }],
  ];
  for (const [name, call, expected] of rows) {
    await t.step(name, async () => {
      const got: Echo = await (await call()).json();
      assertEquals({ ...got, ...expected }, got);
      assertEquals(got.headers["x-client"], "1");
    });
  }
  await t.step("headers of init are all the headers", async () => {
    const { headers }: Echo = await (await fetch(make(), { headers: { "x-two": "2" } })).json();
    assertEquals([headers["x-one"], headers["x-two"]], [undefined as unknown as string, "2"]);
  });
  await t.step("the body of a Request is used up, unless init has one", async () => {
    const [used, unused] = [make(), make()];
    await (await fetch(used)).body?.cancel();
    await (await fetch(unused, { body: "other" })).body?.cancel();
    assertEquals([used.bodyUsed, unused.bodyUsed], [true, false]);
    await unused.body?.cancel();
    await assertRejects(() => fetch(used), TypeError, "was read from already");
  });
});

Deno.test("each kind of body goes out as with fetch, Content-Type included", async (t) => {
  await using server = serve(echo);
  await using client = new HTTPClient();
  const stream = () => new Blob(["streamed"]).stream();
  const rows: [name: string, make: () => RequestInit][] = [
    ["string", () => ({ body: "é" })],
    ["bytes", () => ({ body: new Uint8Array([65, 66]) })],
    ["a view of bytes", () => ({ body: new Uint8Array([65, 66, 67]).subarray(1) })],
    ["a buffer", () => ({ body: new Uint8Array([65]).buffer })],
    ["a Blob", () => ({ body: new Blob(["x"], { type: "a/b" }) })],
    ["a Blob without type", () => ({ body: new Blob(["x"]) })],
    ["fields", () => ({ body: new URLSearchParams({ a: "1 2" }) })],
    ["a number", () => ({ body: 5 as unknown as string })],
    ["a plain object", () => ({ body: { a: 1 } as unknown as string })],
    ["a function", () => ({ body: (() => "x") as unknown as string })],
    ["nothing", () => ({})],
    ["an empty string", () => ({ body: "" })],
    ["a stream", () => ({ body: stream(), duplex: "half" })],
    ["a type of the caller's", () => ({ body: "{}", headers: { "Content-Type": "x/y" } })],
    [
      "fields that fetch sets itself",
      () => ({
        body: "abc",
        headers: { "content-length": "99", connection: "close", host: "x.example" },
      }),
    ],
  ];
  for (const [name, make] of rows) {
    await t.step(name, async () => {
      const told = async (call: typeof fetch) => {
        const got: Echo = await (await call(server.origin, { method: "POST", ...make() })).json();
        return [got.body, got.headers["content-type"]];
      };
      assertEquals(await told(client.fetch), await told(fetch));
    });
  }
  await t.step("an array, of which Deno makes a stream", async () => {
    const init = { method: "POST", body: [1, 2] as unknown as string };
    assertEquals((await (await client.fetch(server.origin, init)).json()).body, "1,2");
  });
  await t.step("a form", async () => {
    const body = new FormData();
    body.append("file", new File(["content"], "a.txt"));
    const got: Echo = await (await client.fetch(server.origin, { method: "POST", body })).json();
    const form = await new Response(got.body, { headers: got.headers }).formData();
    assertEquals(await (form.get("file") as File).text(), "content");
  });
  await t.step("what Node has for a stream", async () => {
    async function* chunks() {
      yield "one ";
      yield new TextEncoder().encode("two");
    }
    const init = { method: "POST", body: chunks() as unknown as ReadableStream, duplex: "half" };
    assertEquals(
      (await (await client.fetch(server.origin, init as RequestInit)).json()).body,
      "one two",
    );
  });
  await t.step("the bytes that were there at the call", async () => {
    await (await client.fetch(server.origin)).body?.cancel(); // the part is loaded
    const bytes = new TextEncoder().encode("before");
    const call = client.fetch(server.origin, { method: "POST", body: bytes });
    bytes.fill(0);
    assertEquals((await (await call).json()).body, "before");
  });
});

// R4.30
Deno.test("the body of a Request has a length if it is there at once, and streams if not", async () => {
  await using server = serve(echo);
  await using client = new HTTPClient();
  const ask = async (body: string | ReadableStream): Promise<Echo> => {
    const init: RequestInit & { duplex: string } = { method: "POST", body, duplex: "half" };
    return await (await client.fetch(new Request(server.origin, init))).json();
  };
  const whole = await ask("x".repeat(1000));
  assertEquals([whole.body.length, whole.headers["content-length"]], [1000, "1000"]);
  const limit = await ask("x".repeat(2 ** 20));
  assertEquals([limit.body.length, limit.headers["content-length"]], [2 ** 20, `${2 ** 20}`]);
  const large = await ask("x".repeat(2 ** 20 + 1));
  assertEquals([large.body.length, large.headers["content-length"]], [2 ** 20 + 1, undefined]);
  const slow = await ask(drip("ab", 5, 3));
  assertEquals([slow.body, slow.headers["transfer-encoding"]], ["ababab", "chunked"]);
});

Deno.test("wrong arguments are a TypeError, and nothing is sent", async (t) => {
  await using server = serve(echo);
  await using client = new HTTPClient();
  const url = server.origin;
  const locked = new Blob(["x"]).stream();
  const reader = locked.getReader();
  const rows: [name: string, input: unknown, init?: unknown][] = [
    ["a relative URL", "/a"],
    ["no URL", ""],
    ["another scheme", "ftp://a.example/"],
    ["a user in the URL", url.replace("//", "//u:p@")],
    ["init of another type", url, 5],
    ["a method of two words", url, { method: "A B" }],
    ["a forbidden method", url, { method: "TRACE" }],
    ["GET with a body", url, { body: "x" }],
    ["HEAD with a body", url, { method: "HEAD", body: "x" }],
    ["a bad header name", url, { headers: { "a b": "1" } }],
    ["a bad header value", url, { headers: { a: "1\n2" } }],
    ["a redirect mode", url, { redirect: "other" }],
    ["credentials", url, { credentials: "all" }],
    ["a cache mode", url, { cache: "some" }],
    ["duplex", url, { method: "POST", body: "x", duplex: "full" }],
    ["a stream without duplex", url, { method: "POST", body: new Blob(["x"]).stream() }],
    ["a locked stream", url, { method: "POST", body: locked, duplex: "half" }],
    ["a signal", url, { signal: {} }],
  ];
  for (const [name, input, init] of rows) {
    await t.step(name, async () => {
      await assertRejects(() => client.fetch(input as string, init as RequestInit), TypeError);
    });
  }
  reader.releaseLock();
  await locked.cancel();
  assertEquals(server.requests, []);
});

Deno.test("a relative URL is below baseUrl, and the client's rules for URLs hold", async () => {
  await using server = serve(echo);
  await using client = new HTTPClient({ baseUrl: `${server.origin}/api/`, params: { key: "1" } });
  await (await client.fetch("users?b=2")).body?.cancel();
  assertEquals(server.requests, ["GET /api/users?b=2&key=1"]);
  assertEquals((await failure(client.fetch("../x"))).code, "invalid_url");
  assertEquals((await failure(client.fetch("http://b.example/"))).code, "invalid_url");
});

Deno.test("the response is the platform's, with url, redirected and type, and so are its clones", async () => {
  await using server = serve((_, path) =>
    path === "/a"
      ? new Response(null, { status: 302, headers: { location: "/b#c" } })
      : new Response(
        "text",
        { status: 404, headers: [["set-cookie", "a=1"], ["set-cookie", "b=2"], ["x-a", "1"]] },
      )
  );
  await using client = new HTTPClient({ throwOnError: true });
  const direct = await client.fetch(`${server.origin}/b#fragment`);
  assertInstanceOf(direct, Response);
  const followed = await client.fetch(`${server.origin}/a`);
  const deep = followed.clone().clone();
  for (const response of [followed, deep]) {
    assertEquals([response.url, response.redirected, response.type], [
      `${server.origin}/b`,
      true,
      "basic",
    ]);
    assertEquals([response.status, response.ok, response.headers.get("x-a")], [404, false, "1"]);
    assertEquals(response.headers.getSetCookie(), ["a=1", "b=2"]);
  }
  assertEquals([direct.url, direct.redirected], [`${server.origin}/b`, false]);
  assertEquals([await followed.text(), await deep.text(), await direct.text()], [
    "text",
    "text",
    "text",
  ]);
  assertEquals(followed.bodyUsed, true);
  await assertRejects(() => followed.text(), TypeError);
});

Deno.test("statuses without a body, and those that Response refuses", async (t) => {
  await using server = await FakeServer.start((request) => ({
    raw: `HTTP/1.1 ${request.target.slice(1)} Reason\r\ncontent-length: 0\r\n\r\n`,
  }));
  await using client = new HTTPClient(QUICK);
  for (const status of [204, 205, 304, 599, 600, 999]) {
    await t.step(String(status), async () => {
      const response = await client.fetch(`${server.origin}/${status}`);
      const clone = response.clone();
      assertEquals([response.status, clone.status, response.ok], [status, status, status < 300]);
      assertEquals(await response.text(), "");
      assertEquals(response.body === null, status < 400);
    });
  }
  const head = await client.fetch(`${server.origin}/200`, { method: "HEAD" });
  assertEquals([head.status, head.body], [200, null]);
});

Deno.test("the body comes as it is sent, as bytes", async () => {
  await using server = serve(() => new Response(drip("ab", 10, 5)));
  await using client = new HTTPClient();
  const response = await client.fetch(server.origin);
  const reader = response.body!.getReader({ mode: "byob" });
  const { value } = await reader.read(new Uint8Array(100));
  assertEquals(new TextDecoder().decode(value), "ab");
  let rest = "";
  for (let next = await reader.read(new Uint8Array(100)); !next.done;) {
    rest += new TextDecoder().decode(next.value);
    next = await reader.read(new Uint8Array(100));
  }
  assertEquals(rest, "abababab");
});

// R4.31
Deno.test("redirect: follow, manual and error", async () => {
  await using server = serve((_, path) =>
    path === "/end"
      ? new Response("end")
      : new Response("moved", { status: 302, headers: { location: "/end", "x-a": "1" } })
  );
  await using client = new HTTPClient();
  const url = `${server.origin}/a`;
  assertEquals(await (await client.fetch(url)).text(), "end");
  assertEquals(await (await client.fetch(new Request(url), { redirect: "follow" })).text(), "end");
  for (const input of [url, new Request(url, { redirect: "follow" })]) {
    const manual = await client.fetch(input, { redirect: "manual" });
    assertEquals([manual.status, manual.redirected], [302, false]);
    assertEquals([manual.headers.get("location"), await manual.text()], ["/end", "moved"]);
  }
  const kept = await client.fetch(new Request(url, { redirect: "manual" }));
  assertEquals([kept.status, await kept.text()], [302, "moved"]);
  const error = await failure(client.fetch(url, { redirect: "error" }));
  assertInstanceOf(error, RedirectError);
  assertEquals(error.statusCode, 302);
  assertEquals(server.requests.filter((request) => request === "GET /end").length, 2);
  assertEquals((await client.fetch(`${server.origin}/end`, { redirect: "error" })).status, 200);
});

Deno.test("too many redirects are a failure", async () => {
  await using server = serve((_, path) =>
    new Response(null, { status: 302, headers: { location: `${path}x` } })
  );
  await using client = new HTTPClient();
  assertEquals((await failure(client.fetch(server.origin))).code, "too_many_redirects");
  assertEquals(server.requests.length, 11);
});

// R4.29
Deno.test("failures are TypeErrors with the error of the library as cause", async (t) => {
  await using server = await FakeServer.start((request) =>
    request.target === "/cut"
      ? { body: "x".repeat(1000), fault: "disconnect_during_response_body" }
      : request.target === "/stall"
      ? { body: "x".repeat(1000), fault: "stall_during_response_body" }
      : { fault: "disconnect_after_request" }
  );
  const client = new HTTPClient({
    ...QUICK,
    idleTimeout: { milliseconds: 50 },
    maxResponseSize: 5000,
  });
  await t.step("no response", async () => {
    const error = await failure(client.fetch(server.origin));
    assertEquals([error.code, error.attempts.length], ["connection_reset", 2]);
  });
  await t.step("a body that is cut", async () => {
    const response = await client.fetch(`${server.origin}/cut`);
    assertEquals((await failure(response.text())).code, "body_truncated");
  });
  await t.step("a body that stalls", async () => {
    const response = await client.fetch(`${server.origin}/stall`);
    assertEquals((await failure(response.clone().text())).code, "idle_timeout");
    await failure(response.text());
  });
  await t.step("a body that is too large", async () => {
    await using large = serve(() => new Response("x".repeat(6000)));
    const response = await client.fetch(large.origin);
    assertEquals((await failure(response.text())).code, "response_too_large");
  });
  await t.step("a client that is closed", async () => {
    await client.close();
    assertEquals((await failure(client.fetch(server.origin))).code, "closed");
  });
});

Deno.test("timeout counts to the head", async () => {
  await using server = await FakeServer.start(() => ({ fault: "no_response" }));
  await using client = new HTTPClient({ maxRetries: 0, timeout: { milliseconds: 50 } });
  assertEquals((await failure(client.fetch(server.origin))).code, "attempt_timeout");
});

// R4.29
Deno.test("the reason of an abort passes as it is, whatever it is", async (t) => {
  const own = new NetworkingError("closed", "mine");
  for (const reason of [undefined, "text", 0, null, new Error("mine"), own]) {
    await t.step(String(reason), async () => {
      await using server = serve((_, path) =>
        path === "/body" ? new Response(drip("x", 5, 1000)) : new Promise(() => {})
      );
      await using client = new HTTPClient();
      const caught = (call: Promise<unknown>) => call.then(() => assert(false), (error) => error);
      const before = AbortSignal.abort(reason);
      assertEquals(await caught(client.fetch(server.origin, { signal: before })), before.reason);
      assertEquals(server.requests, []);
      for (const inRequest of [false, true]) {
        const waiting = new AbortController();
        const { signal } = waiting;
        const url = `${server.origin}/head`;
        const call = inRequest
          ? client.fetch(new Request(url, { signal }))
          : client.fetch(url, { signal });
        setTimeout(() => waiting.abort(reason), 10);
        const error = await caught(call);
        assert(error === signal.reason);
      }
      const reading = new AbortController();
      const response = await client.fetch(`${server.origin}/body`, { signal: reading.signal });
      const text = response.text();
      setTimeout(() => reading.abort(reason), 10);
      assert(await caught(text) === reading.signal.reason);
      const unread = new AbortController();
      const { body } = await client.fetch(`${server.origin}/body`, { signal: unread.signal });
      const { closed } = body!.getReader();
      unread.abort(reason);
      assert(await caught(closed) === unread.signal.reason);
    });
  }
});

// R4.29
Deno.test("what the caller's own code throws passes as it is", async () => {
  await using server = serve(echo);
  const mine = new RangeError("mine");
  await using client = new HTTPClient({
    hooks: {
      onRequest() {
        throw mine;
      },
    },
  });
  const error = await client.fetch(server.origin).then(() => undefined, (error) => error);
  assert(error === mine);
});

// R4.30
Deno.test("a body that is at hand is retried and replayed, another is sent once", async (t) => {
  const stream = (): RequestInit & { duplex: "half" } => ({
    method: "PUT",
    body: new Blob(["body"]).stream(),
    duplex: "half",
  });
  const rows: [
    name: string,
    (call: typeof fetch, url: string) => Promise<Response>,
    sent: number,
  ][] = [
    ["a string", (call, url) => call(url, { method: "PUT", body: "body" }), 2],
    ["bytes", (call, url) => call(url, { method: "PUT", body: new Uint8Array(4).fill(65) }), 2],
    ["a Request without body", (call, url) => call(new Request(url)), 2],
    ["a POST", (call, url) => call(url, { method: "POST", body: "body" }), 1],
    [
      "a POST with a key",
      (call, url) =>
        call(url, { method: "POST", body: "body", headers: { "idempotency-key": "k" } }),
      2,
    ],
    ["a stream", (call, url) => call(url, stream()), 1],
    ["a Request", (call, url) => call(new Request(url, { method: "PUT", body: "body" })), 1],
    ["a Request of a stream", (call, url) => call(new Request(url, stream())), 1],
  ];
  for (const [name, call, sent] of rows) {
    await t.step(name, async () => {
      const bodies: string[] = [];
      await using server = serve(async (request, path) => {
        bodies.push(await request.text());
        if (path !== "/moved") return new Response("busy", { status: 503 });
        return new Response(null, { status: 307, headers: { location: "/end" } });
      });
      await using client = new HTTPClient(QUICK);
      const response = await call(client.fetch, `${server.origin}/busy`);
      assertEquals([response.status, await response.text()], [503, "busy"]);
      assertEquals(bodies.length, sent);
      assertEquals(new Set(bodies).size, 1);
      if (!/stream|Request of|^a Request$/.test(name)) return;
      const error = await failure(call(client.fetch, `${server.origin}/moved`));
      assertEquals([error.code, bodies.length], ["redirect_refused", sent + 1]);
    });
  }
});

// R4.31
Deno.test('credentials: "omit" leaves out the scheme and the cookies, and keeps none', async () => {
  await using server = serve((request, path) => {
    const { authorization, cookie } = Object.fromEntries(request.headers);
    const headers = { "set-cookie": `${path.slice(1)}=1; Path=/` };
    return Response.json([authorization !== undefined, cookie ?? ""], { headers });
  });
  const jar = new CookieJar();
  await using client = new HTTPClient({
    baseUrl: server.origin,
    cookies: jar,
    auth: basicAuth("u", "p"),
  });
  const ask = async (path: string, init?: RequestInit) =>
    await (await client.fetch(path, init)).json();
  assertEquals(await ask("a"), [true, ""]);
  assertEquals(await ask("b", { credentials: "include" }), [true, "a=1"]);
  assertEquals(await ask("c", { credentials: "omit" }), [false, ""]);
  assertEquals(await ask("c", { credentials: "omit", headers: { authorization: "Mine x" } }), [
    true,
    "",
  ]);
  const request = new Request(`${server.origin}/d`, { credentials: "omit" });
  const omits = request.credentials === "omit"; // Deno's Request has no such property
  assertEquals((await ask(request as unknown as string))[0], !omits);
  assertEquals(jar.cookieHeader(server.origin)?.includes("c=1"), false);
});

// R4.31
Deno.test("integrity", async (t) => {
  await using server = serve(() => new Response("content"));
  await using client = new HTTPClient();
  const digest = async (name: string, text = "content") => {
    const bytes = await crypto.subtle.digest(
      name.replace("sha", "SHA-"),
      new TextEncoder().encode(text),
    );
    return `${name}-${btoa(String.fromCharCode(...new Uint8Array(bytes)))}`;
  };
  const right = await digest("sha256");
  const wrong = await digest("sha512", "other");
  const rows: [integrity: string, accepted: boolean][] = [
    ["", true],
    [right, true],
    [await digest("sha384"), true],
    [await digest("sha512"), true],
    [right.replaceAll("+", "-").replaceAll("/", "_"), true],
    [`${right}?option`, true],
    [`${await digest("sha256", "other")} ${right}`, true],
    ["md5-AAAA", true],
    ["nonsense", true],
    [await digest("sha256", "other"), false],
    [`${right} ${wrong}`, false],
    ["sha256-AAAA", false],
  ];
  for (const [integrity, accepted] of rows) {
    await t.step(integrity, async () => {
      const call = client.fetch(server.origin, { integrity });
      if (accepted) assertEquals(await (await call).text(), "content");
      else assertEquals((await failure(call)).code, "checksum_mismatch");
    });
  }
});

/** What fetch makes of a raw response; `undefined` for a network error. */
async function outcome(call: typeof fetch, url: string): Promise<unknown[] | undefined> {
  try {
    const response = await call(url);
    const { status, type } = response;
    const blob = await response.blob();
    return [status, typeof type, blob.type, await blob.text()];
  } catch (error) {
    assertInstanceOf(error, TypeError);
    return undefined;
  }
}

Deno.test("WPT's raw responses come out as from fetch, and TypeErrors where those are", async (t) => {
  const lengths = await readVectors<{ input: string; output: number | null }[]>(
    "wpt-fetch/content-lengths.json",
  );
  const types = await readVectors<{ contentType: string[] }[]>("wpt-fetch/content-types.json");
  const { loneCr, statusLine } = await readVectors<
    { loneCr: string[]; statusLine: { input: string }[] }
  >(
    "wpt-fetch/h1-response-parsing.json",
  );
  const body = "x".repeat(42);
  const raws = [
    ...lengths.map(({ input }) => `HTTP/1.1 200 OK\r\n${input}\r\n\r\n${body}`),
    ...types.map(({ contentType }) =>
      `HTTP/1.1 200 OK\r\n${contentType.map((type) => `Content-Type: ${type}\r\n`).join("")}` +
      `Content-Length: 42\r\n\r\n${body}`
    ),
    ...loneCr,
    ...statusLine.map(({ input }) => `HTTP/1.1 ${input}\r\nContent-Length: 42\r\n\r\n${body}`),
  ];
  await using server = await FakeServer.start((request) => ({
    raw: raws[Number(request.target.slice(1))]!,
    fault: "disconnect_after_response",
  }));
  await using client = new HTTPClient({ maxRetries: 0, timeout: 5, idleTimeout: 5 });
  for (const [index, raw] of raws.entries()) {
    await t.step(JSON.stringify(raw.replace(body, "")), async () => {
      const url = `${server.origin}/${index}`;
      assertEquals(await outcome(client.fetch, url), await outcome(fetch, url));
    });
  }
});
