/** The fake server's answers and faults, as a client sees them over a real connection. */

import { assert, assertEquals, assertGreaterOrEqual, assertRejects } from "@std/assert";
import { HTTPClient, NetworkingError, type NetworkingErrorCode, TimeoutError } from "../../mod.ts";
import { type FakeAnswer, type FakeFault, FakeServer } from "../../src/testing/mod.ts";

function clientFor(server: FakeServer): HTTPClient {
  return new HTTPClient({ baseUrl: server.origin, maxRetries: 0 });
}

/** What a peer sends until it ends the connection. */
async function bytesOf(server: FakeServer, request: string): Promise<string> {
  using peer = await Deno.connect({
    hostname: "127.0.0.1",
    port: Number(new URL(server.origin).port),
  });
  await peer.write(new TextEncoder().encode(request));
  return await new Response(peer.readable).text();
}

// R13.5
Deno.test("answers are given in the order in which requests come, over one connection", async () => {
  await using server = await FakeServer.start();
  server.enqueue({ status: 503 }, { json: { a: 1 } }).enqueue({ body: "ü", chunked: true });
  const client = clientFor(server);
  assertEquals((await client.get("/1")).statusCode, 503);
  assertEquals((await client.post("/2?q", { b: 2 })).json(), { a: 1 });
  assertEquals((await client.get("/3")).text, "ü");
  const [, second] = server.requests;
  assertEquals([second!.method, second!.target, second!.json()], ["POST", "/2?q", { b: 2 }]);
  assertEquals(second!.header("Content-Type"), "application/json");
  assertEquals(
    server.requests.map(({ connectionNumber, requestNumber }) => [connectionNumber, requestNumber]),
    [[1, 1], [1, 2], [1, 3]],
  );
});

Deno.test("an answer is framed as HTTP says", async (t) => {
  const last = "disconnect_after_response";
  const rows: [name: string, method: string, answer: FakeAnswer, sent: string][] = [
    ["text", "GET", { body: "ok" }, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"],
    ["HEAD", "HEAD", { body: "ok" }, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"],
    ["204", "GET", { status: 204 }, "HTTP/1.1 204 No Content\r\n\r\n"],
    ["a status of its own", "GET", { status: 299 }, "HTTP/1.1 299 \r\nContent-Length: 0\r\n\r\n"],
    [
      "a length of its own",
      "GET",
      { body: "ok", headers: { "content-length": "9" } },
      "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok",
    ],
    [
      "chunks",
      "GET",
      { body: "abc", chunked: true },
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
    ],
    ["raw bytes", "GET", { raw: new Uint8Array([72, 105]) }, "Hi"],
  ];
  for (const [name, method, answer, sent] of rows) {
    await t.step(name, async () => {
      await using server = await FakeServer.start(() => ({ ...answer, fault: last }));
      assertEquals(await bytesOf(server, `${method} / HTTP/1.1\r\n\r\n`), sent);
    });
  }
});

// R13.5
Deno.test("each fault is what its name says", async (t) => {
  const rows: [fault: FakeFault, code: NetworkingErrorCode | 200, requests: number][] = [
    ["disconnect_at_start", "connection_reset", 0],
    ["stall_at_start", "attempt_timeout", 0],
    ["disconnect_during_request_body", "connection_reset", 1],
    ["answer_before_request_body", 200, 1],
    ["disconnect_after_request", "connection_reset", 1],
    ["reset_after_request", "connection_reset", 1],
    ["half_close_after_request", "connection_reset", 1],
    ["no_response", "attempt_timeout", 1],
    ["disconnect_during_response_body", "body_truncated", 1],
    ["reset_during_response_body", "body_truncated", 1],
    ["stall_during_response_body", "attempt_timeout", 1],
    ["bad_chunk", "body_truncated", 1],
    ["disconnect_after_response", 200, 1],
    ["half_close_after_response", 200, 1],
  ];
  for (const [fault, code, requests] of rows) {
    await t.step(fault, async () => {
      await using server = (await FakeServer.start()).enqueue({ body: "0123456789", fault });
      const outcome = await clientFor(server)
        .post("/", "a body", { timeout: { milliseconds: 150 } })
        .catch((error: NetworkingError) => error);
      assertEquals(outcome instanceof Error ? outcome.code : outcome.statusCode, code);
      assertEquals(server.requests.length, requests);
      const part = fault === "disconnect_during_request_body"
        ? "a b"
        : fault === "answer_before_request_body"
        ? ""
        : "a body";
      if (requests > 0) assertEquals(server.requests[0]!.text, part);
    });
  }
});

Deno.test("a fault at start hits a connection that is kept when its next request begins", async () => {
  await using server = await FakeServer.start();
  server.enqueue({}, { fault: "disconnect_at_start" }, {});
  const client = new HTTPClient({ baseUrl: server.origin, retryBackoff: 0 });
  await client.get("/1");
  assertEquals((await client.get("/2")).statusCode, 200);
  assertEquals(server.requests.map(({ target }) => target), ["/1", "/2"]);
});

Deno.test("a half of a chunked request is its first chunk", async () => {
  await using server = await FakeServer.start();
  server.enqueue({ fault: "disconnect_during_request_body" });
  await bytesOf(
    server,
    "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n",
  ).catch(() => {});
  assertEquals(server.requests[0]!.text, "abc");
});

Deno.test("an answer can be late and slow", async () => {
  await using server = await FakeServer.start();
  const every = { milliseconds: 20 };
  server.enqueue({ body: "0123456789", delay: every, throttle: { bytes: 4, every } });
  const response = await clientFor(server).get("/");
  assertEquals(response.text, "0123456789");
  assertGreaterOrEqual(response.elapsedMs, 55); // three waits; Node's and Deno's timers round

  const late = { delay: 60, body: "x" };
  const slow = { body: "0123456789", throttle: { bytes: 1, every: 60 } };
  for (const answer of [late, slow]) {
    server.enqueue(answer);
    const timeout = { milliseconds: 30 };
    await assertRejects(() => clientFor(server).get("/", { timeout }), TimeoutError);
  }
});

// R13.5
Deno.test("a script answers when the queue is empty, and can write by itself", async () => {
  await using server = await FakeServer.start(async ({ target }, connection) => {
    if (target === "/answer") return { body: "answered" };
    await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nwritten");
    return undefined;
  });
  server.enqueue({ body: "queued" });
  const client = clientFor(server);
  const texts: string[] = [];
  for (const path of ["/answer", "/answer", "/x"]) texts.push((await client.get(path)).text);
  assertEquals(texts, ["queued", "answered", "written"]);
});

// R13.5
Deno.test("closing throws what the script threw, and that an answer was missing", async () => {
  const thrown = new Error("from the script");
  const broken = await FakeServer.start(() => Promise.reject(thrown));
  await assertRejects(() => clientFor(broken).get("/"), NetworkingError);
  await assertRejects(() => broken.close(), Error, "from the script");
  await broken.close();

  const empty = await FakeServer.start();
  const response = await clientFor(empty).get("/x?y");
  assertEquals(response.statusCode, 501);
  assert(response.text.includes("GET /x?y"), response.text);
  await assertRejects(() => empty.close(), Error, "no answer for GET /x?y");
});

Deno.test("closing ends what is still open", async () => {
  const server = await FakeServer.start();
  server.enqueue({ delay: 60 });
  const call = assertRejects(() => clientFor(server).get("/"), NetworkingError);
  while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  await server.close();
  assertEquals((await call).code, "connection_reset");
});
