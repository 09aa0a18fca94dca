/**
 * Writes are sent at most once, on a runtime that by itself sends them again: seen from a raw TCP
 * server that kills reused connections.
 */

import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { denoTransport } from "../../../src/transports/deno_transport.ts";
import { ConnectionError, HTTPClient, type RequestOptions } from "../../../mod.ts";
import { FakeServer } from "../../../src/testing/mod.ts";

const TEXT = "text/plain;charset=UTF-8";
const OK = { body: "ok" };

/** Answers the first request of each connection, and kills the connection at the second. */
function killsReused(): Promise<FakeServer> {
  return FakeServer.start((request) =>
    request.requestNumber === 1 ? OK : { fault: "reset_after_request" }
  );
}

function seen(server: FakeServer, method: string) {
  return server.requests.filter((request) => request.method === method);
}

const BODIES: [name: string, options: RequestOptions, length: string | undefined][] = [
  ["a string", { data: "hällo" }, "6"],
  ["JSON", { json: { a: 1 } }, "7"],
  ["bytes", { data: new Uint8Array(1000) }, "1000"],
  ["2 MB of bytes", { data: new ArrayBuffer(2_000_000) }, "2000000"],
  ["a form", { form: { a: 1 } }, "3"],
  ["multipart", { multipart: { a: "1" } }, undefined],
  ["a function", { data: () => "made" }, "4"],
  ["no body", {}, "0"],
];

// R5.10
Deno.test("POST and PATCH reach a server once when it kills the reused connection", async (t) => {
  for (const method of ["POST", "PATCH"]) {
    for (const [name, options, length] of BODIES) {
      await t.step(`${method} with ${name}`, async () => {
        await using server = await killsReused();
        const client = new HTTPClient({ baseUrl: server.origin, retryBackoff: 0 });
        await client.get("/"); // leaves a connection that can be reused
        const outcome = await client.request(method, "/", options).catch((error) => error);
        const sent = seen(server, method);
        assertEquals(sent.length, 1);
        // Fetch Standard, HTTP-network-or-cache fetch: only POST and PUT announce an empty body.
        const announced = name === "no body" && method === "PATCH" ? undefined : length;
        if (name !== "multipart") assertEquals(sent[0]!.header("content-length"), announced);
        assertEquals(sent[0]!.header("transfer-encoding"), undefined);
        if (name === "no body") {
          assertEquals([outcome.statusCode, sent[0]!.requestNumber], [200, 1]);
        } else {
          // It went over the reused connection and the failure surfaces.
          assert(outcome instanceof ConnectionError, String(outcome));
          assertEquals(sent[0]!.requestNumber, 2);
          assertEquals(outcome.retrySkipped, "method_not_idempotent");
        }
      });
    }
  }
});

Deno.test("GET succeeds when the server kills the reused connection", async () => {
  await using server = await killsReused();
  const client = new HTTPClient({ baseUrl: server.origin, retryBackoff: 0 });
  await client.get("/");
  assertEquals((await client.get("/")).text, "ok");
});

// R5.10
Deno.test("a POST without body reaches a server once when it kills a fresh connection", async () => {
  await using server = await FakeServer.start(() => ({ fault: "reset_after_request" }));
  const client = new HTTPClient({ retryBackoff: 0 });
  const error = await assertRejects(() => client.post(server.url), ConnectionError);
  assertEquals([error.code, server.requests.length], ["connection_reset", 1]);
});

Deno.test("a body arrives byte for byte, and its Content-Type as well", async (t) => {
  const rows: [name: string, options: RequestOptions, body: string, type: string | undefined][] = [
    ["text", { data: "x" }, "x", "text/plain;charset=UTF-8"],
    ["JSON", { json: [1, "ü"] }, '[1,"ü"]', "application/json"],
    [
      "a form",
      { form: { a: "ü &", b: [1, 2] } },
      "a=%C3%BC+%26&b=1&b=2",
      "application/x-www-form-urlencoded;charset=UTF-8",
    ],
    ["bytes", { data: new Uint8Array([120]) }, "x", undefined],
    ["a Blob", { data: new Blob(["x"], { type: "image/png" }) }, "x", "image/png"],
    ["a stream", { data: new Blob(["x"]).stream() }, "x", undefined],
    ["a type of the caller's", { data: "x", headers: { "Content-Type": "text/x" } }, "x", "text/x"],
    ["a function with a type", { data: () => new Blob(["x"], { type: "a/b" }) }, "x", "a/b"],
  ];
  for (const method of ["POST", "PUT"]) {
    for (const [name, options, body, type] of rows) {
      await t.step(`${method} with ${name}`, async () => {
        await using server = await FakeServer.start(() => OK);
        const fresh = options.data instanceof ReadableStream
          ? { data: new Blob(["x"]).stream() }
          : options;
        await new HTTPClient().request(method, server.url, fresh);
        const [request] = server.requests;
        assertEquals(request!.text, body);
        assertEquals(request!.header("content-type"), type);
      });
    }
  }
});

Deno.test("an error of the caller's stream passes unchanged, and the stream is cancelled when the call ends", async (t) => {
  await using server = await FakeServer.start(() => OK);
  const client = new HTTPClient({ baseUrl: server.origin, retryBackoff: 0 });
  await t.step("an error", async () => {
    const thrown = new Error("the disk is gone");
    const data = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull: () => Promise.reject(thrown),
    });
    assertStrictEquals(await assertRejects(() => client.put("/", data)), thrown);
  });
  await t.step("an abort", async () => {
    const cancelled = Promise.withResolvers<void>();
    const controller = new AbortController();
    const data = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull: () => controller.abort(),
      cancel: () => cancelled.resolve(),
    });
    await assertRejects(() => client.put("/", data, { signal: controller.signal }));
    await cancelled.promise;
  });
});

Deno.test("an empty body has a Content-Length of 0 and its Content-Type, and arrives once", async (t) => {
  const FORM = "application/x-www-form-urlencoded;charset=UTF-8";
  const rows: [name: string, options: RequestOptions, type: string | undefined][] = [
    ["a string", { data: "" }, TEXT],
    ["bytes", { data: new Uint8Array(0) }, undefined],
    ["a buffer", { data: new ArrayBuffer(0) }, undefined],
    ["a Blob", { data: new Blob([], { type: "image/png" }) }, "image/png"],
    ["URLSearchParams", { data: new URLSearchParams() }, FORM],
    ["a form", { form: {} }, FORM],
    ["a function", { data: () => "" }, TEXT],
    ["a function that makes a Blob", { data: () => new Blob([]) }, undefined],
    ["a stream of size 0", { data: { stream: new Blob([]).stream(), size: 0 } }, undefined],
    ["a type of the caller's", { data: "", headers: { "content-type": "a/b" } }, "a/b"],
  ];
  for (const method of ["POST", "PATCH", "PUT", "DELETE", "QUERY"]) {
    for (const [name, options, type] of rows) {
      await t.step(`${method} with ${name}`, async () => {
        await using server = await killsReused();
        await using client = new HTTPClient({ baseUrl: server.origin, retryBackoff: 0 });
        await client.get("/"); // leaves a connection that can be reused
        const fresh = name.startsWith("a stream")
          ? { data: { stream: new Blob([]).stream(), size: 0 } }
          : options;
        await client.request(method, "/", fresh);
        const sent = seen(server, method);
        const once = method === "POST" || method === "PATCH";
        if (once) assertEquals(sent.length, 1);
        for (const request of sent) {
          assertEquals(request.header("content-length"), "0");
          assertEquals(request.header("transfer-encoding"), undefined);
          assertEquals(request.header("content-type"), type);
        }
      });
    }
  }
});

/** Everything that fetch, its streams or its clients read from objects of options. */
const READ_BY_FETCH: Record<string, unknown> = {
  method: "DELETE",
  body: "polluted",
  headers: { "x-polluted": "1" },
  redirect: "follow",
  signal: AbortSignal.abort(),
  client: {},
  duplex: "full",
  mode: "same-origin",
  credentials: "include",
  cache: "only-if-cached",
  referrer: "http://polluted.example/",
  referrerPolicy: "unsafe-url",
  integrity: "sha256-polluted",
  keepalive: true,
  window: 1,
  dispatcher: {},
};

/** What else is read from objects of this library on the way. */
const READ_BY_US: Record<string, unknown> = {
  size: 5,
  contentType: "text/polluted",
  replayable: false,
  stream: new ReadableStream(),
};

Deno.test("a polluted prototype changes no request", async (t) => {
  const calls: [string, () => RequestOptions, string][] = [
    ["GET", () => ({}), ""],
    ["POST", () => ({}), ""],
    ["POST", () => ({ data: "text" }), "text"],
    ["PUT", () => ({ data: new Uint8Array([120]) }), "x"],
    ["PUT", () => ({ data: new Blob(["x"]).stream() }), "x"],
    ["PUT", () => ({ data: { stream: new Blob(["x"]).stream(), size: 1 } }), "x"],
    ["PUT", () => ({ data: new Blob(["x"]).stream(), onProgress: () => {} }), "x"],
  ];
  await using server = await FakeServer.start(() => ({ status: 302, body: "ok" }));
  await using plain = new HTTPClient({ maxRedirects: 0 });
  await using connected = new HTTPClient({ maxRedirects: 0, transport: denoTransport() });
  for (const [name, value] of Object.entries({ ...READ_BY_FETCH, ...READ_BY_US })) {
    for (const [method, options, body] of calls) {
      if (name === "size" && body === "text") continue; // Deno's own Blob fails, and sends nothing
      await t.step(`${name}, at ${method} of ${Object.keys(options())} ${body}`, async () => {
        for (const client of [plain, connected]) {
          const given = options();
          Object.defineProperty(Object.prototype, name, {
            value,
            configurable: true,
            writable: true,
          });
          let response: Promise<{ text: string }>;
          try {
            response = client.request(method, server.url, given);
            // No timer: the server of the same process is not to see it.
            for (let turn = 0; turn < 100; turn++) await Promise.resolve();
          } finally {
            delete (Object.prototype as unknown as Record<string, unknown>)[name];
          }
          assertEquals((await response).text, "ok");
          const sent = server.requests.at(-1)!;
          assertEquals([sent.method, sent.text], [method, body]);
          assertEquals(sent.header("x-polluted"), undefined);
          assertEquals(sent.header("content-type"), body === "text" ? TEXT : undefined);
        }
      });
    }
  }
});
