/** When an event stream is asked for again: after which end, how soon, and how often. */

import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertLess,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import {
  EventSourceClient,
  type EventSourceClientOptions,
  HTTPError,
  NetworkingError,
} from "../../mod.ts";
import { FakeClock } from "../../src/testing/mod.ts";
import { type Answer, fedStreams } from "./streams.ts";

interface Waiting {
  readonly attempt: number;
  readonly delayMs: number;
  readonly error?: unknown;
}

/** A client on a clock that stands still, and what its `reconnecting` said. */
async function start(answer: Answer, options: EventSourceClientOptions = {}) {
  const clock = new FakeClock();
  const installed = clock.install();
  const { asked, transport } = fedStreams(answer);
  const client = new EventSourceClient("http://h.example/", { transport, ...options });
  const waits: Waiting[] = [];
  client.on("reconnecting", (waiting) => waits.push(waiting));
  client.on("message", () => {});
  client.on("error", () => {});
  await client.connect();
  await clock.advance(0);
  return {
    clock,
    client,
    asked,
    waits,
    attempts: () => waits.map(({ attempt }) => attempt),
    async [Symbol.asyncDispose]() {
      await client.close();
      assertEquals(clock.pending, 0);
      installed.restore();
    },
  };
}

/** A stream of this text that ends in order. */
function finite(text: string): Answer {
  return (asked) => {
    asked.push(text);
    asked.end();
  };
}

const unavailable = (headers: Record<string, string> = {}) =>
  new Response("", { status: 503, headers });

// R18.6
Deno.test("a stream with an event that ends without retry: is asked for every few seconds", async (t) => {
  const rows: [string, string, EventSourceClientOptions, [number, number]][] = [
    ["the default", "data: a\n\n", {}, [3000, 4000]],
    ["a shorter backoff", "data: a\n\n", { retryBackoff: 0.1 }, [300, 400]],
    ["a longer backoff, up to the limit", "data: a\n\n", { retryBackoff: 30 }, [60_000, 90_000]],
    ["the server's time goes before", "retry: 500\ndata: a\n\n", {}, [500, 1500]],
    ["also a shorter one", "retry: 0\ndata: a\n\n", {}, [0, 1000]],
    ["but for one that is too long", "retry: 999999\ndata: a\n\n", {}, [60_000, 61_000]],
    ["a time beyond all numbers", `retry: ${"9".repeat(400)}\ndata: a\n\n`, {}, [60_000, 61_000]],
  ];
  for (const [name, text, options, [leastMs, mostMs]] of rows) {
    await t.step(name, async () => {
      await using run = await start(finite(text), options);
      for (let count = 0; count < 4; count++) await run.clock.advance({ milliseconds: mostMs });
      assert(run.waits.length >= 4);
      for (const { attempt, delayMs } of run.waits) {
        assertEquals(attempt, 1);
        assertGreaterOrEqual(delayMs, leastMs);
        assert(delayMs <= mostMs, `${delayMs} ms`);
      }
    });
  }
  await t.step("requests in ten seconds", async () => {
    await using run = await start(finite("data: a\n\n"));
    await run.clock.advance(10);
    assertLess(run.asked.length, 5);
    assertGreaterOrEqual(run.asked.length, 3);
  });
});

// R17.12, R18.6
Deno.test("attempts are counted until a stream was stable, or brought events and ended in order", async () => {
  const answers: [string, Answer][] = [
    ["an event, and cut", (asked) => {
      asked.push("data: a\n\n");
      queueMicrotask(() => setTimeout(() => asked.cut(), 10));
    }],
    ["empty", finite("")],
    ["503", () => unavailable()],
    ["an event, and an end in order", finite("data: a\n\n")],
    ["503", () => unavailable()],
    ["503", () => unavailable()],
    ["open for long, and cut", (asked) => void setTimeout(() => asked.cut(), 6000)],
    ["503", () => unavailable()],
    ["open for long, and silent", (asked) => void setTimeout(() => asked.end(), 6000)],
  ];
  await using run = await start((asked, number) => answers[number - 1]?.[1](asked, number));
  await run.clock.advance({ minutes: 3 });
  assertEquals(run.attempts().slice(0, answers.length), [1, 2, 3, 1, 2, 3, 1, 2, 1]);
});

// R17.12
Deno.test("each connect() in a wait ends that wait, and an attempt that it forced makes no wait longer", async () => {
  let isDown = false;
  await using run = await start(
    (asked) => isDown ? unavailable() : finite("retry: 50000\ndata: a\n\n")(asked, 0),
    { retryBackoff: 1, reconnect: { maxRetries: 3 } },
  );
  const { client, clock, asked } = run;
  assertEquals([client.state, asked.length], ["waiting", 1]);
  isDown = true;
  const connected: Promise<boolean>[] = [];
  for (let count = 0; count < 10; count++) {
    connected.push(client.connect());
    await clock.advance(0);
    assertEquals([client.state, asked.length], ["waiting", count + 2]);
  }
  assertEquals(run.attempts(), Array(11).fill(1)); // and maxRetries is 3
  isDown = false;
  connected.push(client.connect());
  await clock.advance(0);
  assertEquals(await Promise.all(connected), Array(11).fill(true));
  // One that comes by itself counts.
  isDown = true;
  await clock.advance(52);
  assertEquals(run.attempts().slice(-2), [1, 2]);
});

Deno.test("what the program's own code throws at a reconnect is tried again, as for sockets", async () => {
  const reason = new Error("the service for tokens is down");
  let calls = 0;
  await using run = await start(finite("data: a\n\n"), {
    hooks: {
      onRequest() {
        if (++calls === 2) throw reason;
      },
    },
  });
  await run.clock.advance(20);
  assertStrictEquals(run.waits[1]?.error, reason);
  assertEquals(run.attempts().slice(0, 3), [1, 2, 1]);
});

// R18.6, R18.7
Deno.test("statuses: which are worth another attempt, and when it comes", async (t) => {
  const rows: [string, () => Response, number | "over"][] = [
    ["503", () => unavailable(), 0],
    ["503 with Retry-After", () => unavailable({ "retry-after": "20" }), 20_000],
    [
      "429 with Retry-After",
      () => new Response("", { status: 429, headers: { "retry-after": "20" } }),
      20_000,
    ],
    ["Retry-After beyond maxRetryAfter", () => unavailable({ "retry-after": "61" }), "over"],
    ["413", () => new Response("", { status: 413 }), "over"],
    [
      "413 with Retry-After",
      () => new Response("", { status: 413, headers: { "retry-after": "7" } }),
      7000,
    ],
    ["404", () => new Response("", { status: 404 }), "over"],
    ["another type", () => new Response("hello"), "over"],
  ];
  for (const [name, response, expected] of rows) {
    await t.step(name, async () => {
      await using run = await start((asked, number) =>
        number === 2 ? response() : finite("data: a\n\n")(asked, number)
      );
      await run.clock.advance(4);
      if (expected === "over") {
        assertEquals([run.client.state, run.waits.length], ["closed", 1]);
        const { error } = await run.client.closed;
        assert(error instanceof NetworkingError);
      } else {
        assertEquals(run.waits[1]?.attempt, 2);
        assertGreaterOrEqual(run.waits[1]!.delayMs, expected);
        assert(run.waits[1]!.delayMs <= expected + 2000);
      }
    });
  }
});

// R18.7, R18.8
Deno.test("reconnect.maxRetries: the last failure ends it, or null where the streams were just empty", async (t) => {
  const reconnect = { maxRetries: 2 };
  const rows: [string, Answer, string | undefined][] = [
    ["empty", finite(": nothing\n"), undefined],
    ["cut in an event", finite("data: cut"), "body_truncated"],
    ["503", () => unavailable(), "http_status"],
  ];
  for (const [name, answer, code] of rows) {
    await t.step(name, async () => {
      await using run = await start(
        (asked, number) => number === 1 ? finite("data: a\n\n")(asked, 1) : answer(asked, number),
        { reconnect },
      );
      const { client, clock } = run;
      const waiting = client.receive().then((value) => value, (error: NetworkingError) => error);
      await clock.advance(20);
      const outcome = await waiting;
      if (code === undefined) assertEquals(outcome, null);
      else assertEquals((outcome as NetworkingError).code, code);
      assertEquals([client.state, run.attempts()], ["closed", [1, 2]]);
    });
  }
});

Deno.test("idleTimeout: a silent stream is asked for again, one with comments is not", async () => {
  await using run = await start((asked) => asked.push("id: 1\ndata: a\n\n"));
  const { clock, asked } = run;
  for (let count = 0; count < 10; count++) {
    await clock.advance(60);
    asked[0]!.push(": still here\n");
    await clock.advance(0);
  }
  assertEquals(asked.length, 1);
  await clock.advance(92); // 90, and the wait
  assertEquals([(run.waits[0]?.error as NetworkingError).code, asked.length], ["idle_timeout", 2]);
  assertEquals(asked[1]!.lastEventId, "1");
});

// R18.1
Deno.test("a POST is asked for once, and waits for as long as the server is silent", async () => {
  await using run = await start(
    (asked) => asked.push("data: thinking\n\n"),
    { method: "POST", json: {} },
  );
  await run.clock.advance({ hours: 5 });
  assertEquals([run.client.state, run.asked.length], ["open", 1]);
  run.asked[0]!.push("data: answer\n\n");
  run.asked[0]!.end();
  await run.clock.advance(0);
  assertEquals([await run.client.closed, run.asked.length], [{}, 1]);
});

// R18.3
Deno.test("the first request has maxRetries, and a wait of connect() ends with close()", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const { asked, transport } = fedStreams(() => unavailable());
  const client = new EventSourceClient("http://h.example/", { transport, maxRetries: 2 });
  const failed = assertRejects(() => client.connect(), HTTPError);
  await clock.advance(10);
  assertEquals([(await failed).statusCode, asked.length], [503, 3]);
  const again = client.connect();
  await clock.advance(0);
  await client.close();
  assertEquals([await again, client.state, clock.pending], [false, "closed", 0]);
});
