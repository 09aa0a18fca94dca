/** Streams: clocks, limits, ways to read, and that nothing is left behind. */

import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  DecodeError,
  HTTPClient,
  type HTTPClientOptions,
  HTTPError,
  NetworkingError,
  Response as HTTPResponse,
  ResponseTooLargeError,
  SchemaError,
  type StandardSchema,
  StreamingResponse,
  TimeoutError,
} from "../../../mod.ts";
import { FakeClock, FakeServer } from "../../../src/testing/mod.ts";
import { drip, serve } from "../../support/server.ts";
import { until } from "../../support/until.ts";

function clientFor(origin: string, options: HTTPClientOptions = {}): HTTPClient {
  return new HTTPClient({ baseUrl: origin, retryBackoff: { milliseconds: 1 }, ...options });
}

/** A response with a body in the given chunks. */
function streamOf(chunks: readonly string[], headers: Record<string, string> = {}) {
  const encoder = new TextEncoder();
  const body = ReadableStream.from(chunks.map((chunk) => encoder.encode(chunk)));
  return new StreamingResponse({ statusCode: 200, headers, body, url: "http://h/x?token=hunter2" });
}

// R4.15
Deno.test("stream() gives the response when its head is there", async () => {
  const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>>();
  await using server = serve(() => new Response(readable));
  const writer = writable.getWriter();
  void writer.write(new TextEncoder().encode("first "));
  await using response = await clientFor(server.origin).stream("GET", "/");
  // What comes now is sent after the head was given.
  assertEquals([response.statusCode, response.ok, response.attempts.length], [200, true, 1]);
  const text = response.text();
  await writer.write(new TextEncoder().encode("last"));
  await writer.close();
  assertEquals(await text, "first last");
});

// R7.2
Deno.test("a stream may be longer than timeout and totalTimeout, as long as bytes come", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  await using server = serve(() => new Response(drip("x", 40, 12)));
  const limit = { milliseconds: 300 };
  await using client = clientFor(server.origin, {
    timeout: limit,
    totalTimeout: limit,
    idleTimeout: limit,
  });
  const opening = client.stream("GET", "/");
  await until(() => server.requests.length === 1);
  await clock.advance({ milliseconds: 40 });
  await using response = await opening;
  const reader = response.body.getReader();
  for (let size = 0; size < 12;) {
    const { value } = await reader.read(); // what the server sent came, before the clock moves
    size += value!.byteLength;
    if (size < 12) await clock.advance({ milliseconds: 40 });
  }
  assertEquals([(await reader.read()).done, clock.now()], [true, 480]);
});

// R7.2
Deno.test("timeout counts to the head of a stream", async () => {
  await using server = await FakeServer.start((_request, connection) => connection.closed);
  const client = clientFor(server.origin, { timeout: { milliseconds: 50 }, maxRetries: 0 });
  const error = await assertRejects(() => client.stream("GET", "/"), TimeoutError);
  assertEquals(error.code, "attempt_timeout");
});

// R7.2
Deno.test("idleTimeout ends a stream that stays silent, and not a reader that is slow", async (t) => {
  await using server = await FakeServer.start(async (_request, connection) => {
    await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234");
    await connection.closed;
  });
  const limit = { milliseconds: 60 };
  const client = clientFor(server.origin, { timeout: { seconds: 5 }, idleTimeout: limit });
  await t.step("silence", async () => {
    await using response = await client.stream("GET", "/cut?token=hunter2");
    const startedAt = performance.now();
    const error = await assertRejects(() => response.bytes(), TimeoutError);
    assertEquals([error.code, error.clock, error.limitMs], ["idle_timeout", "idle", 60]);
    assertGreaterOrEqual(performance.now() - startedAt, 60);
    assert(!error.message.includes("hunter2"), error.message);
  });
  const whole = (options: HTTPClientOptions) => {
    const body = ReadableStream.from(
      ["01234", "56789"].map((text) => new TextEncoder().encode(text)),
    );
    const transport = () => Promise.resolve(new Response(body));
    return clientFor("http://a.example", { transport, ...options }).stream("GET", "/");
  };
  await t.step("a slow reader", async () => {
    const clock = new FakeClock();
    using _installed = clock.install();
    await using response = await whole({ timeout: 5, idleTimeout: 10 });
    const reader = response.body.getReader();
    let size = 0;
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      size += part.value.byteLength;
      await clock.advance(60);
    }
    assertEquals(size, 10);
  });
  await t.step("a reader that begins after timeout", async () => {
    const clock = new FakeClock();
    using _installed = clock.install();
    await using response = await whole({ timeout: 5, idleTimeout: 10 });
    await clock.advance(300);
    assertEquals((await response.bytes()).length, 10);
  });
});

// R7.2
Deno.test("maxResponseSize acts on a stream", async () => {
  await using server = serve(() => new Response(drip("x".repeat(100), 1, 100)));
  await using response = await clientFor(server.origin, { maxResponseSize: 250 }).stream(
    "GET",
    "/",
  );
  const error = await assertRejects(() => Array.fromAsync(response.lines()), ResponseTooLargeError);
  assertEquals(error.limitBytes, 250);
});

Deno.test("bytes() reads the rest, at once or in chunks, within maxResponseSize, and once", async (t) => {
  await using server = serve(() => new Response(drip("0123456789", 1, 10)));
  const text = "0123456789".repeat(10);
  await t.step("all of it", async () => {
    await using response = await clientFor(server.origin).stream("GET", "/");
    assertEquals(await response.text(), text);
    await assertRejects(() => response.bytes(), TypeError);
  });
  await t.step("after a reader took some, and asked for more than it took", async () => {
    await using response = await clientFor(server.origin).stream("GET", "/");
    const reader = response.body.getReader();
    const { value } = await reader.read();
    const more = reader.read().catch((error) => error);
    reader.releaseLock();
    assert(await more instanceof TypeError);
    assertEquals(value!.byteLength + (await response.bytes()).byteLength, 100);
  });
  await t.step("too large", async () => {
    const client = clientFor(server.origin, { maxResponseSize: 99 });
    await using response = await client.stream("GET", "/");
    const error = await assertRejects(() => response.bytes(), ResponseTooLargeError);
    assertEquals(error.limitBytes, 99);
  });
  await t.step("just not too large", async () => {
    const client = clientFor(server.origin, { maxResponseSize: 100 });
    await using response = await client.stream("GET", "/");
    assertEquals((await response.bytes()).byteLength, 100);
  });
  await t.step("aborted", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    await using response = await clientFor(server.origin).stream("GET", "/", { signal });
    const bytes = response.bytes();
    controller.abort(new Error("mine"));
    await assertRejects(() => bytes, Error, "mine");
  });
});

// R4.15, R7.9
Deno.test("leaving the block, a loop or the client frees the connection", async (t) => {
  let ended = Promise.withResolvers<void>();
  await using server = await FakeServer.start(async (_request, connection) => {
    await connection.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
    await connection.write("data: 1\n\ndata: 2\n\n");
    await connection.closed;
    ended.resolve();
  });
  const ways: [string, (client: HTTPClient) => Promise<void>][] = [
    ["the block, unread", async (client) => {
      await using _response = await client.stream("GET", "/");
    }],
    ["the block, with a reader that holds the body", async (client) => {
      await using response = await client.stream("GET", "/");
      await response.body.getReader().read();
    }],
    ["a loop over events", async (client) => {
      const response = await client.stream("GET", "/");
      for await (const event of response.events()) if (event.data === "1") break;
    }],
    ["a loop over lines", async (client) => {
      const response = await client.stream("GET", "/");
      for await (const _line of response.lines()) break;
    }],
    ["cancel()", async (client) => {
      await (await client.stream("GET", "/")).cancel();
    }],
    ["unread, by closing the client", async (client) => {
      await client.stream("GET", "/");
      await client.close();
    }],
    ["unread, by an abort, of a POST without a body", async (client) => {
      const controller = new AbortController();
      await client.stream("POST", "/", { signal: controller.signal });
      controller.abort();
    }],
    ["a loop, by closing the client", async (client) => {
      const response = await client.stream("GET", "/");
      setTimeout(() => client.close(), 20);
      const error = await assertRejects(() => Array.fromAsync(response.lines()), NetworkingError);
      assertEquals(error.code, "closed");
    }],
    ["a loop, by an abort", async (client) => {
      const controller = new AbortController();
      const reason = new Error("enough");
      const response = await client.stream("GET", "/", { signal: controller.signal });
      setTimeout(() => controller.abort(reason), 20);
      assertStrictEquals(await assertRejects(() => Array.fromAsync(response.lines())), reason);
    }],
  ];
  for (const [name, leave] of ways) {
    await t.step(name, async () => {
      ended = Promise.withResolvers();
      await leave(clientFor(server.origin));
      await ended.promise;
    });
  }
});

Deno.test("what cancel() cut off is never given as the whole", async (t) => {
  await using server = await FakeServer.start(async (_request, connection) => {
    await connection.write("HTTP/1.1 200 OK\r\n\r\nfirst\nsecond\n");
    await connection.closed;
  });
  // A caller's transport gives a stream of chunks, fetch one of bytes.
  const chunked: HTTPClientOptions = {
    transport: async (request) => {
      const response = await fetch(request);
      return new Response(response.body!.pipeThrough(new TransformStream()), response);
    },
  };
  const ways: [string, (response: StreamingResponse) => Promise<unknown>][] = [
    ["cancel() during text()", async (response) => {
      const text = response.text();
      text.catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 0));
      await response.cancel();
      return await text;
    }],
    ["cancel() during lines()", async (response) => {
      const lines = Array.fromAsync(response.lines());
      lines.catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 0));
      await response.cancel();
      return await lines;
    }],
    ["text() after cancel()", async (response) => {
      await response.cancel();
      return await response.text();
    }],
    ["text() after leaving a loop", async (response) => {
      for await (const _line of response.lines()) break;
      return await response.text();
    }],
  ];
  for (const [name, read] of ways) {
    for (const [kind, options] of Object.entries({ bytes: {}, chunks: chunked })) {
      await t.step(`${name}, a stream of ${kind}`, async () => {
        const response = await clientFor(server.origin, options).stream("GET", "/");
        const error = await assertRejects(() => read(response), NetworkingError, "cancel()");
        assertEquals(error.code, "closed");
      });
    }
  }
});

Deno.test("a stream that breaks is an error of ours, and what came before was delivered", async () => {
  const arrived = Promise.withResolvers<void>();
  await using server = await FakeServer.start(async (_request, connection) => {
    await connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nfirst\nsecond\n");
    await arrived.promise;
    connection.close();
  });
  await using response = await clientFor(server.origin).stream("GET", "/");
  const seen: string[] = [];
  const error = await assertRejects(async () => {
    for await (const line of response.lines()) {
      seen.push(line);
      if (line === "second") arrived.resolve();
    }
  }, NetworkingError);
  assertEquals([error.code, seen], ["body_truncated", ["first", "second"]]);
});

// R7.2
Deno.test("retries end with the head of a stream", async () => {
  let served = 0;
  await using server = serve(() => new Response("ok", { status: ++served < 3 ? 503 : 200 }));
  await using response = await clientFor(server.origin).stream("GET", "/");
  assertEquals([await response.text(), response.attempts.length], ["ok", 3]);
});

// R4.16
Deno.test("lines() ends lines at LF and CR LF, wherever the chunks are cut", async () => {
  const text = "a\r\n\nü€𝄞\nlast";
  const bytes = new TextEncoder().encode(text);
  for (let cut = 0; cut <= bytes.length; cut++) {
    const body = ReadableStream.from([bytes.slice(0, cut), bytes.slice(cut)]);
    const response = new StreamingResponse({ statusCode: 200, body });
    assertEquals(
      await Array.fromAsync(response.lines()),
      ["a", "", "ü€𝄞", "last"],
      `cut at ${cut}`,
    );
  }
});

const POSITIVE: StandardSchema<unknown, number> = {
  "~standard": {
    version: 1,
    vendor: "test",
    validate: (value) =>
      typeof value === "number" && value > 0
        ? { value }
        : { issues: [{ message: "not positive" }] },
  },
};

Deno.test("ndjson() gives a value a line, and says which line is wrong", async () => {
  assertEquals(await Array.fromAsync(streamOf(['{"a":1}\n\n', "[2", "]\r\n3"]).ndjson()), [
    { a: 1 },
    [2],
    3,
  ]);
  const broken = await assertRejects(
    () => Array.fromAsync(streamOf(["1\n{oops}\n"]).ndjson()),
    DecodeError,
  );
  assert(
    broken.message.startsWith("Cannot decode line 2 of GET http://h/x as JSON"),
    broken.message,
  );
  assertEquals(broken.snippet, "{oops}");
  assertEquals(await Array.fromAsync(streamOf(["1\n2\n"]).ndjson(POSITIVE)), [1, 2]);
  const wrong = await assertRejects(
    () => Array.fromAsync(streamOf(["1\n-2\n"]).ndjson(POSITIVE)),
    SchemaError,
  );
  assert(wrong.message.includes("line 2"), wrong.message);
});

Deno.test("events() gives server-sent events, and refuses what is none", async () => {
  const type = { "content-type": "text/event-stream;charset=utf-8" };
  const events = await Array.fromAsync(
    streamOf(["event: a\ndata: 1\n", "\ndata: 2\n\ndata: cut"], type).events(),
  );
  assertEquals(events.map(({ type, data }) => [type, data]), [["a", "1"], ["message", "2"]]);
  const error = await assertRejects(
    () =>
      Array.fromAsync(
        streamOf(['{"error":"overloaded"}'], { "content-type": "application/json" }).events(),
      ),
    DecodeError,
  );
  assert(error.message.includes('the content-type is "application/json"'), error.message);
  assertEquals(error.snippet, '{"error":"overloaded"}');
});

Deno.test("json(), raiseForStatus() and throwOnError read the body", async () => {
  await using server = serve((_request, path) =>
    Response.json({ path }, { status: path === "/ok" ? 200 : 404 })
  );
  const client = clientFor(server.origin);
  assertEquals(await (await client.stream("GET", "/ok")).json(), { path: "/ok" });
  const missing = await client.stream("GET", "/no");
  const raised = await assertRejects(() => missing.raiseForStatus(), HTTPError);
  assertEquals(raised.response.json(), { path: "/no" });
  const thrown = await assertRejects(
    () => client.stream("GET", "/no", { throwOnError: true }),
    HTTPError,
  );
  assertEquals(thrown.response.json(), { path: "/no" });
});

Deno.test("a body-less POST and HEAD stream leave nothing behind", async () => {
  await using server = serve((request) => new Response(request.method === "HEAD" ? null : "made"));
  const client = clientFor(server.origin);
  assertEquals(await (await client.stream("POST", "/")).text(), "made");
  const head = await client.stream("HEAD", "/");
  assertEquals((await head.bytes()).length, 0);
  const none = new HTTPClient({
    transport: () => Promise.resolve(new Response(null, { status: 204 })),
  });
  assertEquals((await (await none.stream("GET", "http://localhost/")).bytes()).length, 0);
  await (await none.stream("GET", "http://localhost/")).cancel();
});

Deno.test("operation middleware may answer with the other kind of response", async () => {
  const buffered = new HTTPResponse({ statusCode: 200, content: "cached" });
  const fromCache = new HTTPClient({ use: { operation: [() => Promise.resolve(buffered)] } });
  await using response = await fromCache.stream("GET", "http://localhost/");
  assertEquals(await response.text(), "cached");
  const live = new HTTPClient({ use: { operation: [() => Promise.resolve(streamOf(["live"]))] } });
  assertEquals((await live.get("http://localhost/")).text, "live");
});

Deno.test("pipeTo() writes the body", async () => {
  const chunks: Uint8Array[] = [];
  await streamOf(["a", "b"]).pipeTo(
    new WritableStream({ write: (chunk) => void chunks.push(chunk) }),
  );
  assertEquals(chunks.map((chunk) => new TextDecoder().decode(chunk)), ["a", "b"]);
});
