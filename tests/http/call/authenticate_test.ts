/** How the client drives a scheme. */

import { addressPolicy } from "../../../src/address_policy/mod.ts";
import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import {
  apiKeyAuth,
  type AuthContext,
  type AuthScheme,
  HTTPClient,
  type HTTPRequest,
  NetworkingError,
} from "../../../mod.ts";
import type { ResponseHead } from "../../../src/hooks.ts";
import { serve } from "../../support/server.ts";

type Flow = AsyncGenerator<HTTPRequest, void, ResponseHead>;

function scheme(
  authenticate: (request: HTTPRequest, context: AuthContext) => Flow,
  more: Partial<AuthScheme> = {},
): AuthScheme {
  return { name: "Test", authenticate, ...more };
}

/** The request with the number of the step. */
function numbered(request: HTTPRequest, number: number): HTTPRequest {
  return { ...request, headers: { ...request.headers, authorization: `Test ${number}` } };
}

/** Goes on for as long as the answer is a 401. */
const persistent = scheme(async function* (request) {
  for (let number = 1;; number++) {
    const head = yield numbered(request, number);
    if (head.statusCode !== 401) return;
  }
});

/** Answers 401 until the step of this number. */
function challenging(until: number): (request: Request) => Response {
  return (request) => {
    const number = Number(request.headers.get("authorization")?.split(" ")[1]);
    return new Response(`step ${number}`, { status: number < until ? 401 : 200 });
  };
}

// R16.1
Deno.test("the last response of a scheme is the answer, in one attempt", async () => {
  await using server = serve(challenging(3));
  await using client = new HTTPClient({ baseUrl: server.origin, auth: persistent });
  const response = await client.post("/", "a body");
  assertEquals([response.statusCode, response.text], [200, "step 3"]);
  assertEquals(response.attempts.length, 1);
  assertEquals(server.requests.length, 3);
});

Deno.test("a scheme of JavaScript may leave out async", async () => {
  const plain = scheme(
    function* (request: HTTPRequest) {
      yield numbered(request, 1);
      yield numbered(request, 2);
    } as unknown as (request: HTTPRequest) => Flow,
  );
  await using server = serve(challenging(2));
  await using client = new HTTPClient({ baseUrl: server.origin, auth: plain });
  assertEquals((await client.get("/")).text, "step 2");
});

// R16.1
Deno.test("three requests for one are the most", async () => {
  await using server = serve(challenging(9));
  await using client = new HTTPClient({ baseUrl: server.origin, auth: persistent });
  const error = await assertRejects(() => client.get("/"), NetworkingError, "more than 3 requests");
  assertEquals([error.code, error.attempts.length], ["auth_failed", 1]);
  assertEquals(server.requests.length, 3);
});

// R16.7
Deno.test("a stream that a challenge wants again is a clear error", async () => {
  await using server = serve(challenging(2));
  await using client = new HTTPClient({ baseUrl: server.origin, auth: persistent });
  const stream = new Blob(["once"]).stream();
  const error = await assertRejects(
    () => client.post("/", stream),
    NetworkingError,
    "was a stream",
  );
  assertEquals(error.code, "auth_failed");
  const again = () => new Blob(["again"]).stream();
  assertEquals((await client.post("/", again)).statusCode, 200);
  const reading = scheme(persistent.authenticate, { requiresBody: true });
  const unsent = client.post("/", new Blob(["once"]).stream(), { auth: reading });
  assertEquals((await unsent.catch((error) => error)).code, "auth_failed");
  assertEquals(server.requests.length, 3);
});

// R16.1, R16.3
Deno.test("each redirect hop is authenticated, and other origins get nothing", async () => {
  await using other = serve((request, path) =>
    path === "/back"
      ? Response.redirect(`${server.origin}/there`, 307)
      : new Response(request.headers.get("authorization"))
  );
  await using server = serve((request, path) => {
    if (path === "/here") return Response.redirect(`${server.origin}/there`, 307);
    if (path === "/round") return Response.redirect(`${other.origin}/back`, 307);
    if (path === "/away") return Response.redirect(`${other.origin}/`, 307);
    return new Response(request.headers.get("authorization"));
  });
  await using client = new HTTPClient({ baseUrl: server.origin, auth: persistent });
  assertEquals((await client.get("/here")).text, "Test 1");
  assertEquals((await client.get("/away")).text, "");
  assertEquals((await client.get("/round")).text, "");
});

// R15.1, R16.6
Deno.test("an API key is shown nowhere", async () => {
  await using server = serve(() => new Response("fine"));
  const key = "s3cr3t-k3y";
  const shown: string[] = [];
  for (const place of ["header", "query", "cookie"] as const) {
    const auth = apiKeyAuth({ name: "plain", value: key, in: place });
    const show = (event: unknown) => void shown.push(Deno.inspect(event, { depth: 9 }));
    const hooks = { onRequest: show, onResponse: show, onError: show };
    await using client = new HTTPClient({ baseUrl: server.origin, auth, hooks });
    const response = await client.get("/");
    shown.push(Deno.inspect([client, auth, response]), JSON.stringify([client, auth, response]));
    const refused = await new HTTPClient({ maxRetries: 0 })
      .get("http://127.0.0.1:1/", { auth, hooks }).catch((error) => error);
    shown.push(
      Deno.inspect(refused, { depth: 9 }),
      JSON.stringify(refused),
      refused.cause?.message,
    );
  }
  assertEquals(server.requests, ["GET /", `GET /?plain=${key}`, "GET /"]);
  for (const text of shown) assertEquals(text?.includes(key) ?? false, false, text);
});

// R16.8
Deno.test("a scheme's error ends the call unchanged, and its finally block runs", async () => {
  await using server = serve(() => new Response(null, { status: 401 }));
  await using client = new HTTPClient({ baseUrl: server.origin });
  const mine = new Error("mine");
  let freed = 0;
  const failing = scheme(async function* (request) {
    try {
      yield request;
      throw mine;
    } finally {
      freed++;
    }
  });
  assertStrictEquals(await client.get("/", { auth: failing }).catch((error) => error), mine);
  const holding = scheme(async function* (request) {
    try {
      yield request;
    } finally {
      freed++;
    }
  });
  const refused = client.get("http://127.0.0.1:1/", { auth: holding, allowAnyOrigin: true });
  assertEquals((await refused.catch((error) => error)) instanceof NetworkingError, true);
  assertEquals(freed, 2);
});

Deno.test("a scheme that never goes on is ended by the attempt's clock", async () => {
  await using server = serve(() => new Response(null, { status: 401 }));
  const stuck = scheme(async function* (request) {
    yield request;
    await new Promise(() => {});
  });
  const options = { baseUrl: server.origin, auth: stuck, maxRetries: 0 };
  await using client = new HTTPClient({ ...options, timeout: { milliseconds: 50 } });
  assertEquals((await client.get("/").catch((error) => error)).code, "attempt_timeout");
});

// R16.8
Deno.test("a scheme may neither leave the origin nor yield nothing", async () => {
  await using server = serve(() => new Response());
  await using client = new HTTPClient({ baseUrl: server.origin });
  const leaving = scheme(async function* (request) {
    yield { ...request, url: "http://127.0.0.1:2/" };
  });
  await assertRejects(() => client.get("/", { auth: leaving }), TypeError, "another origin");
  const silent = scheme(async function* () {});
  await assertRejects(() => client.get("/", { auth: silent }), TypeError, "yielded no request");
  assertEquals(server.requests, []);
});

// R16.9
Deno.test("side requests carry nothing of the client's and follow no redirect", async () => {
  await using server = serve(async (request, path) => {
    if (path === "/moved") return Response.redirect(`${server.origin}/token`, 307);
    if (path !== "/token") return new Response(request.headers.get("authorization"));
    return Response.json({ headers: [...request.headers.keys()], body: await request.text() });
  });
  const seen: unknown[] = [];
  const auth = scheme(async function* (request, context) {
    const init = { method: "POST", body: new URLSearchParams({ a: "b" }) };
    seen.push((await context.fetch(`${server.origin}/token`, init).then((web) => web.json())).body);
    const moved = await context.fetch(`${server.origin}/moved`, init);
    await moved.body?.cancel();
    seen.push(moved.status);
    yield numbered(request, 1);
  });
  const headers = { "x-api-key": "k", cookie: "a=b" };
  await using client = new HTTPClient({ baseUrl: server.origin, auth, headers });
  assertEquals((await client.get("/")).text, "Test 1");
  assertEquals(seen, ["a=b", 307]);
});

// R8.12, R16.9
Deno.test("the address policy judges side requests", async () => {
  await using server = serve(() => new Response());
  const { port } = new URL(server.origin);
  const auth = scheme(async function* (request, context) {
    await context.fetch(`http://localhost:${port}/token`, {});
    yield request;
  });
  const policy = addressPolicy({ private: "allow", allowHosts: ["127.0.0.1"] });
  await using client = new HTTPClient({ baseUrl: server.origin, auth, addressPolicy: policy });
  assertEquals((await client.get("/").catch((error) => error)).code, "address_refused");
  assertEquals(server.requests, []);
});
