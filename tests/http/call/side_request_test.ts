/** The one way of requests that are not calls: sent once, bounded, classified. */

import { type AuthScheme, HTTPClient, NetworkingError, WebSocketClient } from "../../../mod.ts";
import { PolicyGuard } from "../../../src/address_policy/address_guard.ts";
import { oauth2 } from "../../../src/auth/oauth2/mod.ts";
import { addressRules } from "../../../src/address_policy/address_policy.ts";
import { nativeFetch } from "../../../src/http/transport/fetch_transport.ts";
import { sideRequest } from "../../../src/http/call/side_request.ts";
import type { Transport } from "../../../src/http/transport/transport.ts";
import { FakeClock, FakeServer } from "../../../src/testing/mod.ts";
import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";

const { signal: NEVER } = new AbortController();
const NATIVE = { transport: nativeFetch, signal: NEVER };

/** A server that keeps the connection of the first request, and drops it when the next one comes. */
async function dropping(): Promise<FakeServer> {
  let kept = 0;
  return await FakeServer.start(({ target }, connection) => {
    if (target === "/warm") return { body: "ok" };
    if (++kept === 1) return void connection.close();
    return { json: { "access_token": "t", "token_type": "Bearer" } };
  });
}

const INITS: readonly (readonly [string, RequestInit])[] = [
  ["GET", {}],
  ["POST without a body", { method: "POST" }],
  ["POST of an empty string", { method: "POST", body: "" }],
  ["POST of a string", { method: "POST", body: "a=1" }],
  ["POST of a form", { method: "POST", body: new URLSearchParams({ a: "1" }) }],
  ["POST of bytes", { method: "POST", body: Uint8Array.of(1, 2) }],
  ["PUT of a Blob", { method: "PUT", body: new Blob(["a"]) }],
];

// R5.10, R16.9
Deno.test("a side request is sent once when the kept connection is dropped", async (t) => {
  for (const [name, init] of INITS) {
    await t.step(name, async () => {
      await using server = await dropping();
      await (await fetch(`${server.origin}/warm`)).text();
      const error = await assertRejects(
        () => sideRequest(`${server.origin}/token`, init, NATIVE),
        NetworkingError,
      );
      assertEquals(error.code, "connection_reset");
      assertEquals(server.requests.filter(({ target }) => target === "/token").length, 1);
    });
  }
});

/** A scheme that posts to a token endpoint before each request. */
function poster(endpoint: string, body: BodyInit | undefined): AuthScheme {
  return {
    name: "poster",
    async *authenticate(request, { fetch }) {
      await (await fetch(`${endpoint}/warm`, {})).text();
      const init = { method: "POST", ...(body !== undefined && { body }) };
      await fetch(`${endpoint}/token`, init);
      yield { ...request, headers: { ...request.headers, authorization: "x" } };
    },
  };
}

Deno.test("calls, handshakes and sign-ins post to a token endpoint once", async (t) => {
  const posts = (server: FakeServer) =>
    server.requests.filter(({ target }) => target === "/token").length;
  const bodies = ["a=1", new URLSearchParams({ a: "1" }), undefined] as const;
  for (const body of bodies) {
    await t.step(`a call, ${typeof body}`, async () => {
      await using server = await dropping();
      await (await fetch(`${server.origin}/warm`)).text();
      const auth = poster(server.origin, body);
      await using client = new HTTPClient({ baseUrl: server.origin, auth, maxRetries: 0 });
      await assertRejects(() => client.get("/"), NetworkingError);
      assertEquals(posts(server), 1);
    });
    await t.step(`a handshake, ${typeof body}`, async () => {
      await using server = await dropping();
      await (await fetch(`${server.origin}/warm`)).text();
      const auth = poster(server.origin, body);
      const url = `${server.origin.replace("http", "ws")}/socket`;
      await using client = new WebSocketClient(url, { auth, maxRetries: 0 });
      const error = await assertRejects(() => client.connect(), NetworkingError);
      assertEquals([error.code, posts(server)], ["connection_reset", 1]);
    });
  }
  await t.step("an exchange", async () => {
    await using server = await dropping();
    await (await fetch(`${server.origin}/warm`)).text();
    const redirectUri = "http://127.0.0.1:9/back";
    const auth = oauth2({
      tokenEndpoint: `${server.origin}/token`,
      authorizationEndpoint: `${server.origin}/authorize`,
      clientId: "desk",
      redirectUri,
    });
    const { state } = await auth.authorizationUrl();
    const error = await assertRejects(
      () => auth.exchange(`${redirectUri}?code=c0de&state=${state}`),
      NetworkingError,
    );
    assertEquals([error.code, posts(server)], ["connection_reset", 1]);
  });
});

Deno.test("a redirect is the answer, and is not followed", async () => {
  await using server = await FakeServer.start(({ target }) =>
    target === "/elsewhere" ? { body: "no" } : { status: 307, headers: { location: "/elsewhere" } }
  );
  const response = await sideRequest(`${server.origin}/`, { method: "POST", body: "s" }, NATIVE);
  assertEquals([response.status, response.headers.get("location")], [307, "/elsewhere"]);
  assertEquals(server.requests.map(({ target }) => target), ["/"]);
});

/** A body that brings one chunk and then nothing. */
function stalled(): Response {
  return new Response(
    new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(1)) }),
  );
}

// R16.9
Deno.test("an answer that does not come, or not whole, ends after 30 seconds, whatever the transport does", async (t) => {
  const rows: [string, Transport][] = [
    ["no head", () => new Promise(() => {})],
    ["no body", () => Promise.resolve(stalled())],
  ];
  for (const [name, transport] of rows) {
    await t.step(name, async () => {
      const clock = new FakeClock();
      using _installed = clock.install();
      const late = assertRejects(
        () => sideRequest("https://id.example/token", {}, { transport, signal: NEVER }),
        NetworkingError,
        "Cannot GET https://id.example/token: the server did not answer within 30 s",
      );
      await clock.advance(30);
      assertEquals((await late).code, "attempt_timeout");
      assertEquals(clock.pending, 0);
    });
    await t.step(`${name}, and the owner gives up`, async () => {
      const controller = new AbortController();
      const owner = { transport, signal: controller.signal };
      const ended = sideRequest("https://id.example/token", {}, owner).catch((error) => error);
      const reason = new Error("mine");
      controller.abort(reason);
      assertStrictEquals(await ended, reason);
    });
  }
  await t.step("a resolver that does not answer", async () => {
    const clock = new FakeClock();
    using _installed = clock.install();
    const transport = () => Promise.reject(new Error("not reached"));
    const guard = new PolicyGuard(
      addressRules({ resolve: () => new Promise(() => {}) }),
      transport,
    );
    const late = assertRejects(
      () => sideRequest("https://id.example/token", {}, { transport, guard, signal: NEVER }),
      NetworkingError,
    );
    await clock.advance(30);
    assertEquals((await late).code, "attempt_timeout");
    await guard.close();
  });
});

// R16.9
Deno.test("an answer beyond 1 MiB is refused, with its length announced or not", async (t) => {
  for (const announced of [true, false]) {
    await t.step(String(announced), async () => {
      const bytes = new Uint8Array(1_048_577);
      const transport = () =>
        Promise.resolve(
          new Response(new Blob([bytes]).stream(), {
            headers: announced ? { "content-length": String(bytes.length) } : {},
          }),
        );
      const error = await assertRejects(
        () => sideRequest("https://id.example/", {}, { transport, signal: NEVER }),
        NetworkingError,
        "1048576 bytes",
      );
      assertEquals(error.code, "response_too_large");
      assert(!error.message.includes("maxResponseSize"), error.message);
    });
  }
});

Deno.test("what a transport throws is classified, and the address policy is asked", async (t) => {
  await t.step("nothing listens", async () => {
    const server = await FakeServer.start(() => ({}));
    const { origin } = server;
    await server.close();
    const error = await assertRejects(() => sideRequest(origin, {}, NATIVE), NetworkingError);
    assertEquals(error.code, "connection_refused");
  });
  await t.step("anything else", async () => {
    const transport = () => Promise.reject(new TypeError("odd"));
    const error = await assertRejects(
      () => sideRequest("https://id.example/", {}, { transport, signal: NEVER }),
      NetworkingError,
    );
    assertEquals(error.code, "connection_failed");
  });
  await t.step("a private address", async () => {
    const guard = new PolicyGuard(addressRules({}), nativeFetch);
    const error = await assertRejects(
      () => sideRequest("http://127.0.0.1:9/", {}, { ...NATIVE, guard }),
      NetworkingError,
    );
    assertEquals(error.code, "address_refused");
  });
});

Deno.test("a URL that is none, or has userinfo, is refused before anything is sent", async () => {
  const transport = () => Promise.reject(new Error("sent"));
  for (
    const url of ["/token", "javascript:alert(1)", "https://u:p4ss@id.example/", "file:///etc"]
  ) {
    const error = await assertRejects(
      () => sideRequest(url, {}, { transport, signal: NEVER }),
      NetworkingError,
    );
    assertEquals(error.code, "invalid_url");
    assert(!error.message.includes("p4ss"), error.message);
  }
});
