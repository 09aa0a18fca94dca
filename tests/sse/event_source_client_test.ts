/** Event streams over loopback: where they resume, when they end, and what they do not lose. */

import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertInstanceOf,
  assertLess,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  bearerAuth,
  DecodeError,
  EventSourceClient,
  type EventSourceClientOptions,
  HTTPClient,
  HTTPError,
  jsonCodec,
  NetworkingError,
  ResponseTooLargeError,
  TimeoutError,
} from "../../mod.ts";
import { FakeClock, FakeServer } from "../../src/testing/mod.ts";
import { serve } from "../support/server.ts";
import { fedStreams } from "./streams.ts";

const FAST = { retryBackoff: { milliseconds: 1 } } satisfies EventSourceClientOptions;
const TYPE = { "content-type": "text/event-stream" };

function stream(text: string | ReadableStream<Uint8Array>): Response {
  return new Response(text, { headers: TYPE });
}

async function rest<T>(client: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const message of client) all.push(message);
  return all;
}

// R18.7
Deno.test("it goes on from the last event ID, after the time that the server asked for, until 204", async () => {
  const seen: (string | null)[] = [];
  const times: number[] = [];
  await using server = serve((request) => {
    times.push(performance.now());
    seen.push(request.headers.get("last-event-id"));
    assertEquals(request.headers.get("accept"), "text/event-stream");
    assertEquals(request.headers.get("cache-control"), "no-store");
    if (seen.length === 1) {
      return stream("retry: 50\nid: 1\ndata: a\n\nid: 2\ndata: b\n\ndata: cut");
    }
    if (seen.length === 2) return stream("id: 3\n\nevent: bye\ndata: c\n\n");
    return new Response(null, { status: 204 });
  });
  await using client = new EventSourceClient(server.origin, FAST);
  assertEquals(client.state, "idle");
  assertEquals(await client.connect(), true);
  assertEquals(await rest(client), [
    { type: "message", data: "a", lastEventId: "1" },
    { type: "message", data: "b", lastEventId: "2" },
    { type: "bye", data: "c", lastEventId: "3" },
  ]);
  assertEquals(seen, [null, "2", "3"]);
  assertGreaterOrEqual(times[1]! - times[0]!, 50);
  assertEquals([client.state, client.lastEventId, await client.closed], ["closed", "3", {}]);
  assertEquals(await client.receive(), null);
});

Deno.test("it tells what happens, in order, and what breaks is made again", async () => {
  const told: unknown[] = [];
  await using server = (await FakeServer.start()).enqueue(
    {
      headers: TYPE,
      body: "id: 1\ndata: a\n\n" + ":".repeat(99),
      fault: "disconnect_during_response_body",
    },
    { status: 503, headers: { "retry-after": "0" } },
    { headers: TYPE, body: "data: b\n\n" },
    { status: 204 },
  );
  await using client = new EventSourceClient(`${server.origin}/?token=hunter2`, FAST);
  client.on("open", () => told.push("open"));
  client.on(
    "reconnecting",
    ({ error, attempt }) =>
      told.push(`reconnecting ${attempt} ${(error as NetworkingError | undefined)?.code}`),
  );
  client.on("reconnected", ({ lastEventId }) => told.push(`reconnected ${lastEventId}`));
  client.on("close", ({ error }) => told.push(`close ${error}`));
  client.on("message", ({ message }) => told.push(message.data));
  await client.connect();
  await client.closed;
  assertEquals(told, [
    "open",
    "a",
    "reconnecting 1 body_truncated",
    "reconnecting 2 http_status",
    "reconnected 1",
    "b",
    "reconnecting 1 undefined",
    "close undefined",
  ]);
  assert(!Deno.inspect(client).includes("hunter2"));
});

// R18.7
Deno.test("what is no event stream, or never will be one, is an error and no reconnect", async (t) => {
  const rows: [string, () => Response, EventSourceClientOptions, (error: unknown) => void][] = [
    ["another type", () => new Response("data: x\n\n"), {}, (error) => {
      assertInstanceOf(error, DecodeError);
      assertStringIncludes(error.message, "text/event-stream");
    }],
    ["404", () => new Response("no", { status: 404 }), {}, (error) => {
      assertInstanceOf(error, HTTPError);
      assertEquals([error.statusCode, error.response.text], [404, "no"]);
    }],
    ["503 to the end", () => new Response("no", { status: 503 }), { maxRetries: 1 }, (error) => {
      assertInstanceOf(error, HTTPError);
      assertEquals(error.attempts.length, 2);
    }],
    [
      "too large an event",
      () => stream(`data: ${"x".repeat(100)}\n\n`),
      { maxEventSize: 50 },
      (error) => {
        assertInstanceOf(error, ResponseTooLargeError);
        assertEquals(error.limitBytes, 50);
        assertStringIncludes(error.message, "maxEventSize");
      },
    ],
  ];
  for (const [name, answer, options, check] of rows) {
    await t.step(name, async () => {
      await using server = serve(answer);
      const client = new EventSourceClient(server.origin, { ...FAST, ...options });
      const errors: unknown[] = [];
      client.on("error", ({ error }) => errors.push(error));
      const error = await client.connect().then(() => client.receive()).catch((error) => error);
      check(error);
      assertEquals([errors, client.state], [[error], "closed"]);
      assertStrictEquals((await client.closed).error, error);
      assertEquals(server.requests.length, options.maxRetries === 1 ? 2 : 1);
    });
  }
  await t.step("events before one that is too large are given", async () => {
    await using server = serve(() => stream(`data: 1\n\ndata: ${"x".repeat(100)}\n\n`));
    await using client = new EventSourceClient(server.origin, { ...FAST, maxEventSize: 50 });
    await client.connect();
    assertEquals((await client.receive())?.data, "1");
    await assertRejects(() => client.receive(), ResponseTooLargeError);
  });
  await t.step("nothing there", async () => {
    const client = new EventSourceClient("http://127.0.0.1:1/");
    assertEquals(
      (await assertRejects(() => client.connect(), NetworkingError)).code,
      "port_blocked",
    );
  });
});

// R18.3
Deno.test("an error's body without an end is read to a bound, and within timeout", async (t) => {
  const failing = (pull: (controller: ReadableStreamDefaultController<Uint8Array>) => void) =>
    fedStreams(() => new Response(new ReadableStream({ pull }), { status: 404 })).transport;
  const byte = new TextEncoder().encode("x".repeat(10_000));
  await t.step("a flood", async () => {
    const transport = failing((controller) => controller.enqueue(byte));
    const client = new EventSourceClient("http://h.example/", { ...FAST, transport });
    const { response } = await assertRejects(() => client.connect(), HTTPError);
    assertEquals([response.statusCode, response.content.length], [404, 65_536]);
  });
  await t.step("a body that stands still", async () => {
    const clock = new FakeClock();
    using _installed = clock.install();
    let isFirst = true;
    const transport = failing((controller) => {
      if (isFirst) controller.enqueue(byte);
      isFirst = false;
      return new Promise<void>(() => {});
    });
    const client = new EventSourceClient("http://h.example/", { ...FAST, transport, timeout: 5 });
    const failed = assertRejects(() => client.connect(), HTTPError);
    await clock.advance(6);
    assertEquals((await failed).response.content.length, 10_000);
  });
});

// R18.7
Deno.test("an ID of any length is sent back, one that no header can carry is an error", async (t) => {
  const long = "x".repeat(5_000); // what fits into the headers that Deno's server takes
  const rows: [string, string, string | null][] = [["long", long, long], ["\\x01", "\x01", null]];
  for (const [name, id, expected] of rows) {
    await t.step(name, async () => {
      let sent: string | null = null;
      await using server = serve((request) => {
        sent = request.headers.get("last-event-id");
        return sent === null
          ? stream(`id: ${id}\ndata: a\n\n`)
          : new Response(null, { status: 204 });
      });
      await using client = new EventSourceClient(server.origin, FAST);
      await client.connect();
      assertEquals((await client.receive())?.lastEventId, id);
      if (expected === null) {
        const error = await assertRejects(() => client.receive(), NetworkingError, "control");
        assertEquals(error.code, "protocol_error");
      } else assertEquals(await client.receive(), null);
      assertEquals(sent, expected);
    });
  }
  await t.step("too long for the stack, and for the server", async () => {
    const tooLong = "x".repeat(200_000);
    await using server = await FakeServer.start(async ({ raw }, connection) => {
      await connection.write(
        raw.includes("last-event-id")
          ? "HTTP/1.1 431 Too Large\r\nContent-Length: 0\r\n\r\n"
          : `HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\nid: ${tooLong}\ndata: a\n\n`,
      );
      connection.close();
    });
    await using client = new EventSourceClient(server.origin, FAST);
    await client.connect();
    assertEquals((await client.receive())?.lastEventId, tooLong);
    const error = await assertRejects(() => client.receive(), HTTPError);
    assertEquals(error.statusCode, 431);
  });
});

// R18.3
Deno.test("close() ends it from every state and frees the connection, and connect() begins again", async (t) => {
  let ended = Promise.withResolvers<void>();
  let begun = Promise.withResolvers<void>();
  await using server = await FakeServer.start(async ({ target }, connection) => {
    begun.resolve();
    const head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
    if (target !== "/silent") await connection.write(`${head}retry: 60000\nid: 7\ndata: x\n\n`);
    if (target === "/short") connection.close();
    else await connection.closed;
    ended.resolve();
  });
  for (const target of ["/silent", "/open", "/short"]) {
    await t.step(target, async () => {
      ended = Promise.withResolvers();
      begun = Promise.withResolvers();
      const client = new EventSourceClient(server.origin + target, FAST);
      await client.close(); // idle: nothing to do
      const connected = client.connect();
      assertStrictEquals(client.connect(), connected);
      if (target === "/silent") {
        await begun.promise;
      } else {
        assertEquals(await connected, true);
        assertEquals((await client.receive())?.lastEventId, "7");
      }
      const waiting = client.receive();
      if (target === "/short") {
        await new Promise<void>((resolve) => client.on("reconnecting", () => resolve()));
        assertEquals(client.state, "waiting");
      }
      await Promise.all([client.close(), client.close()]);
      assertEquals([await waiting, client.state], [null, "closed"]);
      assertEquals(await connected, target !== "/silent");
      await ended.promise;
      if (target === "/open") {
        ended = Promise.withResolvers();
        assertEquals([await client.connect(), (await client.receive())?.data], [true, "x"]);
        await client.close();
        await ended.promise;
      }
    });
  }
});

Deno.test("connect() while it waits ends the wait, and says whether it is open", async () => {
  let isDown = false;
  await using server = serve(() =>
    isDown ? new Response(null, { status: 404 }) : stream("retry: 60000\ndata: x\n\n")
  );
  await using client = new EventSourceClient(server.origin, FAST);
  const waits = () => new Promise<void>((resolve) => client.on("reconnecting", () => resolve()));
  await client.connect();
  await client.receive();
  let waiting = waits();
  const next = client.receive();
  await waiting;
  assertEquals(client.state, "waiting");
  waiting = waits();
  assertEquals(await client.connect(), true);
  assertEquals((await next)?.data, "x");
  const last = assertRejects(() => client.receive(), HTTPError);
  await waiting;
  isDown = true;
  assertEquals((await assertRejects(() => client.connect(), HTTPError)).statusCode, 404);
  await last;
});

Deno.test("connect() in a wait answers when the attempt after the next one opens", async () => {
  let requests = 0;
  await using server = serve(() => {
    requests++;
    if (requests === 1) return stream("data: a\n\n");
    if (requests === 2) return new Response(null, { status: 503 });
    return stream("data: b\n\n");
  });
  await using client = new EventSourceClient(server.origin, FAST);
  client.on("message", () => {});
  const woken = Promise.withResolvers<boolean>();
  const stop = client.on("reconnecting", () => {
    stop();
    woken.resolve(client.connect());
  });
  await client.connect();
  assertEquals(await woken.promise, true);
  assertGreaterOrEqual(requests, 3);
});

Deno.test("close() by a hook or a handler, or right after connect(), is the end, and connect() begins anew", async (t) => {
  const ways: Record<string, (client: () => EventSourceClient) => EventSourceClientOptions> = {
    "onResponse": (client) => ({ hooks: { onResponse: once(() => void client().close()) } }),
    "reconnecting": (client) => {
      queueMicrotask(() => client().on("reconnecting", once(() => void client().close())));
      return {};
    },
    "connect() in a wait": (client) => {
      const wake = once(() => {
        void client().connect();
        void client().close();
      });
      queueMicrotask(() => client().on("reconnecting", () => void setTimeout(wake)));
      return {};
    },
  };
  for (const [name, way] of Object.entries(ways)) {
    await t.step(name, async () => {
      await using server = serve(() => stream("retry: 20000\ndata: a\n\n"));
      const options = { ...FAST, ...way(() => client) };
      const client: EventSourceClient = new EventSourceClient(server.origin, options);
      client.on("message", () => {});
      const told: string[] = [];
      for (const event of ["open", "reconnecting", "close"] as const) {
        client.on(event, () => void told.push(event));
      }
      const startedAt = performance.now();
      await client.connect();
      assertEquals(await client.closed, {});
      // Macrotasks still run: nothing goes round in circles.
      await new Promise((done) => setTimeout(done));
      assertLess(performance.now() - startedAt, 5000); // not the wait that the server asked for
      assertEquals(client.state, "closed");
      assertEquals(told.indexOf("close"), told.length - 1);
      assertEquals(await client.connect(), true);
      await client.close();
      assertEquals(client.state, "closed");
    });
  }
});

function once(then: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) then();
    isDone = true;
  };
}

Deno.test("a signal ends it with its reason and keeps no listener; receive() gives up without loss", async () => {
  const { asked, transport } = fedStreams();
  const controller = new AbortController();
  const options = { ...FAST, transport, signal: controller.signal };
  const client = new EventSourceClient("http://h.example/", options);
  await assertRejects(() => client.receive(), NetworkingError, "connect() first");
  await client.connect();
  const late = await assertRejects(
    () => client.receive({ timeout: { milliseconds: 1 } }),
    TimeoutError,
  );
  assertEquals([late.code, late.limitMs], ["idle_timeout", 1]);
  const gaveUp = AbortSignal.abort(new Error("changed my mind"));
  await assertRejects(() => client.receive({ signal: gaveUp }), Error, "changed my mind");
  const [one, two] = [client.receive(), client.receive()];
  asked[0]!.push("data: x\n\ndata: x\n\n");
  assertEquals([(await one)?.data, (await two)?.data], ["x", "x"]);
  const reason = new Error("enough");
  const waiting = assertRejects(() => client.receive());
  controller.abort(reason);
  assertStrictEquals(await waiting, reason);
  assertStrictEquals((await client.closed).error, reason);
  assertStrictEquals(await assertRejects(() => client.connect()), reason);
});

Deno.test("data is decoded, and what cannot be is told with its text", async () => {
  await using server = serve(() => stream('data: {"n":1}\n\ndata: [DONE\n\ndata: {"n":2}\n\n'));
  await using client = new EventSourceClient(server.origin, {
    reconnect: false,
    codec: jsonCodec<{ n: number }>(),
  });
  const raw: unknown[] = [];
  client.on("error", (event) => raw.push(event.raw));
  await client.connect();
  assertEquals((await rest(client)).map(({ data }) => data.n), [1, 2]);
  assertEquals(raw, ["[DONE"]);
});

Deno.test("streams that end in order after an event are no failures, empty ones are", async () => {
  let empty = false;
  await using server = serve(() => stream(empty ? ": nothing\n" : "data: x\n\n"));
  const client = new EventSourceClient(server.origin, { ...FAST, reconnect: { maxRetries: 2 } });
  const attempts: number[] = [];
  client.on("reconnecting", ({ attempt }) => attempts.push(attempt));
  await client.connect();
  for (let count = 0; count < 5; count++) await client.receive();
  empty = true;
  while (await client.receive() !== null);
  assertEquals(new Set(attempts.slice(0, 4)), new Set([1]));
  assertEquals(attempts.slice(-2), [1, 2]);
  assertEquals(client.state, "closed");
});

// R18.1
Deno.test("a POST has a body and is not sent again unless that is asked for", async () => {
  await using server = serve(async (request) =>
    stream(`data: ${request.method} ${await request.text()}\n\n`)
  );
  const options = { method: "POST", json: { prompt: "hi" } };
  await using once = new EventSourceClient(`${server.origin}/once`, options);
  await once.connect();
  assertEquals((await rest(once)).map(({ data }) => data), ['POST {"prompt":"hi"}']);
  assertEquals(server.requests, ["POST /once"]);
  await using again = new EventSourceClient(server.origin, {
    ...FAST,
    ...options,
    reconnect: true,
  });
  await again.connect();
  for (let count = 0; count < 3; count++) assertEquals((await again.receive())?.type, "message");
  assertGreaterOrEqual(server.requests.length, 4);
});

Deno.test("the options of a client and of a call count: auth, headers, base URL, a client of the caller's", async () => {
  await using server = serve((request, path) => {
    const seen = ["authorization", "accept", "x-own", "last-event-id"]
      .map((name) => request.headers.get(name));
    return stream(`data: ${path} ${seen.join()}\n\n`);
  });
  const events = async (client: EventSourceClient) => {
    await client.connect();
    const message = await client.receive();
    await client.close();
    return message?.data;
  };
  assertEquals(
    await events(
      new EventSourceClient("news", {
        baseUrl: `${server.origin}/v1`,
        auth: bearerAuth("t0ken"),
        headers: { Accept: "text/event-stream, text/plain", "x-own": "1" },
        lastEventId: "é",
      }),
    ),
    "/v1/news Bearer t0ken,text/event-stream, text/plain,1,\u00c3\u00a9",
  );
  await using own = new HTTPClient({ baseUrl: server.origin, headers: { "x-own": "2" } });
  assertEquals(
    await events(new EventSourceClient("/news", { client: own })),
    "/news ,text/event-stream,2,",
  );
  assertEquals((await own.get("/open")).statusCode, 200); // it is not closed
});

// R18.1
Deno.test("maxResponseSize is off, whatever the client has, unless it is given", async () => {
  await using server = serve(() => stream("data: hello\n\n"));
  await using client = new HTTPClient({ maxResponseSize: 5 });
  const read = async (options: EventSourceClientOptions) => {
    await using events = new EventSourceClient(server.origin, { ...FAST, ...options, client });
    await events.connect();
    return (await events.receive())?.data;
  };
  assertEquals(await read({}), "hello");
  await assertRejects(() => read({ maxResponseSize: 5 }), ResponseTooLargeError);
});

// R18.1
Deno.test("waits between streams are those of the client that is given", async () => {
  await using server = serve(() => stream(""));
  const waits = async (options: EventSourceClientOptions) => {
    await using client = new EventSourceClient(server.origin, options);
    const delays: number[] = [];
    client.on("reconnecting", ({ delayMs }) => delays.push(delayMs));
    await client.connect();
    assertEquals(await client.receive(), null);
    return delays.length === 3 && delays.every((ms) => ms <= 1);
  };
  const reconnect = { maxRetries: 3 };
  await using slow = new HTTPClient({ retryBackoff: 60 });
  await using fast = slow.extend({
    retryBackoff: { milliseconds: 1 },
    maxRetryBackoff: { milliseconds: 1 },
  });
  assertEquals(await waits({ reconnect, client: fast }), true);
  const both = { retryBackoff: { milliseconds: 1 }, maxRetryBackoff: { milliseconds: 1 } };
  assertEquals(await waits({ reconnect, client: slow, ...both }), true);
});

// R18.1
Deno.test("wrong options are told at once", () => {
  const rows: [object, string][] = [
    [{ method: "CONNECT" }, "CONNECT"],
    [{ maxEventSize: 0 }, "maxEventSize"],
    [{ lastEventId: "a\nb" }, "lastEventId"],
    [{ client: {} }, "Cannot use client that is an object: it must be an HTTPClient"],
    [{ throwOnError: true }, "throwOnError"],
    [{ reconnect: { maxRetry: 1 } }, "maxRetries"],
    [{ reconnect: { maxRetries: -1 } }, "reconnect.maxRetries"],
    [{ client: new HTTPClient(), baseUrl: "http://a.example" }, "baseUrl belongs to the client"],
    [{ transport: 1 }, "transport"],
    [{ timeout: -1 }, "timeout"],
  ];
  for (const [options, why] of rows) {
    const error = assertThrows(() => new EventSourceClient("http://a.example", options));
    assert(error instanceof TypeError || error instanceof RangeError);
    assertStringIncludes(error.message, why);
  }
  const client = new EventSourceClient("http://a.example");
  assertThrows(() => client.on("opened" as "open", () => {}), TypeError, "the events are open");
});
