/** Routes, answers, failures and the history of the mock transport, through a client. */

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { HTTPClient, NetworkingError, PermissionError, type RequestOptions } from "../../mod.ts";
import {
  type MockAnswer,
  type MockFailure,
  MockTransport,
  type MockURL,
} from "../../src/testing/mod.ts";

function clientFor(transport: MockTransport): HTTPClient {
  return new HTTPClient({ transport, baseUrl: "http://api.example", retryBackoff: 0 });
}

// R13.1
Deno.test("a route is for a method and a URL", async (t) => {
  const rows: [method: string, url: MockURL, fits: string[], fitsNot: string[]][] = [
    ["GET", "/users", ["GET /users", "GET /users?page=2", "GET /users#x"], [
      "GET /users/",
      "GET /users/1",
      "POST /users",
    ]],
    ["get", "/users?page=2", ["GET /users?page=2"], ["GET /users", "GET /users?page=3"]],
    ["*", "/users/*", ["GET /users/1", "DELETE /users/", "GET /users/1/x?y"], ["GET /users"]],
    ["GET", "/a b", ["GET /a%20b"], ["GET /a"]],
    ["GET", "http://api.example", ["GET /", "GET /?a=b"], ["GET /x"]],
    ["GET", "http://api.example/x*", ["GET /x", "GET /xyz?a=b"], ["GET /"]],
    ["GET", "http://other.example/*", [], ["GET /", "GET /x"]],
    ["GET", (url) => url.searchParams.has("q"), ["GET /x?q=1", "GET /?q"], ["GET /x"]],
  ];
  for (const [method, url, fits, fitsNot] of rows) {
    await t.step(`${method} ${url}`, async () => {
      const transport = new MockTransport().on(method, url, { body: "it", times: Infinity });
      const client = clientFor(transport);
      const send = (call: string) => client.request(...call.split(" ") as [string, string]);
      for (const call of fits) assertEquals((await send(call)).text, "it", call);
      for (const call of fitsNot) {
        await assertRejects(() => send(call), NetworkingError, "no answer");
      }
    });
  }
});

// R13.1
Deno.test("the answers of a route are given in order, then it is another's turn", async () => {
  const transport = new MockTransport()
    .on("GET", "/x", { body: "1" }, { body: "2", times: 2 })
    .on("GET", "/x", ({ url }) => ({ body: `made for ${url}` }));
  const client = clientFor(transport);
  const texts: string[] = [];
  for (let round = 0; round < 5; round++) texts.push((await client.get("/x")).text);
  const made = "made for http://api.example/x";
  assertEquals(texts, ["1", "2", "2", made, made]);
  transport.assertDone();
});

Deno.test("a body comes as JSON, text, bytes or stream", async (t) => {
  const rows: [name: string, answer: MockAnswer, body: string, type: string | null][] = [
    ["nothing", {}, "", null],
    ["JSON", { json: { a: "ü" } }, '{"a":"ü"}', "application/json"],
    ["null as JSON", { json: null }, "null", "application/json"],
    ["another JSON", { json: 1, headers: { "content-type": "x/y+json" } }, "1", "x/y+json"],
    ["text", { body: "ü" }, "ü", "text/plain;charset=UTF-8"],
    ["bytes", { body: new Uint8Array([195, 188]) }, "ü", null],
    ["a stream", { body: new Blob(["a", "b"]).stream() }, "ab", null],
    [
      "a form",
      { body: new URLSearchParams({ a: "b" }) },
      "a=b",
      "application/x-www-form-urlencoded;charset=UTF-8",
    ],
  ];
  for (const [name, answer, text, type] of rows) {
    await t.step(name, async () => {
      const transport = new MockTransport().on("GET", "/", { status: 203, ...answer });
      const response = await clientFor(transport).get("/");
      assertEquals(
        [response.statusCode, response.text, response.headers.get("content-type")],
        [203, text, type],
      );
    });
  }
  await t.step("a response of the platform", async () => {
    const transport = new MockTransport().on("*", "/", () => new Response("own", { status: 404 }));
    assertEquals((await clientFor(transport).get("/")).statusCode, 404);
  });
});

// R13.2
Deno.test("a failure has its code, and the client's rules for it apply", async (t) => {
  const rows: [code: MockFailure, sent: number][] = [
    ["dns_failed", 2],
    ["connection_refused", 2],
    ["connection_reset", 2],
    ["tls_failed", 1],
    ["protocol_error", 1],
    ["body_truncated", 2],
    ["port_blocked", 1],
    ["connection_failed", 2],
    ["proxy_refused", 1],
    ["permission_denied", 1],
  ];
  for (const [fail, sent] of rows) {
    await t.step(fail, async () => {
      const transport = new MockTransport().on("GET", "/x", { fail, body: "half", times: 9 });
      const error = await assertRejects(
        () => clientFor(transport).get("/x?token=hunter2", { maxRetries: 1 }),
        NetworkingError,
      );
      assertEquals([error.code, transport.calls.length], [fail, sent]);
      assertEquals(error instanceof PermissionError, fail === "permission_denied");
      assert(!Deno.inspect(error).includes("hunter2"));
    });
  }
  await t.step("an error as it is", async () => {
    const thrown = new TypeError("Failed to fetch");
    const transport = new MockTransport().on("GET", "/", { fail: thrown, times: 9 });
    const error = await assertRejects(() => clientFor(transport).get("/"), NetworkingError);
    assertEquals([error.code, error.cause], ["connection_failed", thrown]);
  });
  await t.step("a body that breaks off comes as far as it does", async () => {
    const transport = new MockTransport().on("*", "/", { fail: "body_truncated", body: "half" });
    const response = await transport("http://api.example/", {});
    const reader = response.body!.getReader();
    assertEquals(new TextDecoder().decode((await reader.read()).value), "half");
    const error = await assertRejects(() => reader.read(), NetworkingError);
    assertEquals(error.code, "body_truncated");
  });
});

Deno.test("the history has method, URL, headers and body of every call", async () => {
  const transport = new MockTransport().on("*", "/*", { times: Infinity });
  const client = clientFor(transport);
  await client.get("/a", { params: { q: "a b" }, headers: { "x-id": "1" } });
  await client.post("/b", { name: "Ada" });
  await client.put("/c", new Blob(["streamed"]).stream());
  await client.patch("/d", null, { form: { a: 1 } });
  const [a, b, c, d] = transport.calls;
  assertEquals([a!.method, a!.url, a!.text], ["GET", "http://api.example/a?q=a%20b", ""]);
  assertEquals(a!.headers.get("x-id"), "1");
  assertEquals(b!.json(), { name: "Ada" });
  assertEquals(b!.headers.get("content-type"), "application/json");
  assertEquals(c!.text, "streamed");
  assertEquals(d!.body, new TextEncoder().encode("a=1"));
});

// R13.3
Deno.test("a call without a route fails at once, and says what was asked and what there is", async () => {
  const transport = new MockTransport()
    .on("GET", "/once", {})
    .on("POST", "/users", { times: Infinity });
  const client = clientFor(transport);
  await client.get("/once");
  const error = await assertRejects(
    () => client.get("/users?page=2&token=hunter2"),
    NetworkingError,
  );
  assertEquals(
    error.message,
    "Cannot GET http://api.example/users?page=2&token=[redacted]: the MockTransport has no answer " +
      "for it; its routes are\n  GET /once (0 left)\n  POST /users (any number of answers)",
  );
  assertEquals([error.attempts.length, transport.calls.length], [1, 2]);
  await assertRejects(
    async () => void await new MockTransport()("http://api.example/", {}),
    NetworkingError,
    "it has no routes",
  );
});

// R13.3
Deno.test("assertDone() names unused routes and unexpected calls", async () => {
  const transport = new MockTransport()
    .on("GET", "/a", {}, {})
    .on("GET", "/b", { times: Infinity })
    .on("GET", function isSearch({ pathname }) {
      return pathname === "/search";
    }, {});
  const client = clientFor(transport);
  await client.get("/a");
  await client.get("/b");
  await client.get("/c").catch(() => {});
  const { message } = assertThrows(() => transport.assertDone(), Error);
  assertEquals(
    message,
    "MockTransport:\n  unused route: GET /a (1 left)\n  unused route: GET isSearch (1 left)\n" +
      "  unexpected call: GET http://api.example/c",
  );
});

// R13.2
Deno.test("an abort ends the call at any point", async (t) => {
  const reason = new Error("enough");
  const never = new ReadableStream<Uint8Array<ArrayBuffer>>({
    cancel: (given) => assertStrictEquals(given, reason),
  });
  const rows: [name: string, answer: MockAnswer, options: RequestOptions][] = [
    ["while the request is read", {}, { data: never }],
    ["while the answer is late", { delay: 60 }, {}],
    ["while there is none", { delay: "forever" }, {}],
  ];
  for (const [name, answer, options] of rows) {
    await t.step(name, async () => {
      const controller = new AbortController();
      const transport = new MockTransport().on("PUT", "/", answer);
      const { signal } = controller;
      const call = clientFor(transport).request("PUT", "/", { ...options, signal });
      setTimeout(() => controller.abort(reason), 5);
      assertStrictEquals(await assertRejects(() => call), reason);
    });
  }
  await t.step("before it begins", async () => {
    const transport = new MockTransport();
    const signal = AbortSignal.abort(reason);
    const error = await assertRejects(() => transport("http://api.example/", { signal }));
    assertStrictEquals(error, reason);
    assertEquals(transport.calls, []);
  });
});

// R13.1
Deno.test("an answer that cannot be given is refused when the route is added", () => {
  const rows: MockAnswer[] = [
    { status: 600 },
    { headers: { "a b": "c" } },
    { status: 204, body: "x" },
    { status: 205, body: "" },
    { status: 304, json: null },
    { status: 204, fail: "body_truncated" },
    { json: 1, body: "x" },
  ];
  for (const answer of rows) {
    assertThrows(
      () => new MockTransport().on("GET", "/", answer),
      Error,
      "",
      JSON.stringify(answer),
    );
  }
  for (const status of [204, 205, 304]) new MockTransport().on("GET", "/", { status });
  assertThrows(() => new MockTransport().on("GET", "users", {}), TypeError, 'for "users"');
});

Deno.test("it is a function and a MockTransport", () => {
  const transport = new MockTransport();
  assertInstanceOf(transport, MockTransport);
  assertEquals(typeof transport, "function");
});
