/** `close({ drain })`: what may end, what ends at once, and what is left when the time is over. */

import { getHttpClient, HTTPClient, type NetworkingError, open } from "../../mod.ts";
import { Limiter } from "../../src/limits/mod.ts";
import { FakeClock, MockTransport } from "../../src/testing/mod.ts";
import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";

const URL_ASKED = "http://a.example/";

/** A transport whose answers come when they are let go. */
function heldTransport() {
  const waiting: (() => void)[] = [];
  let status = 200;
  let sent = 0;
  const transport = (_url: string, { signal }: RequestInit) => {
    sent++;
    return new Promise<Response>((resolve, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason));
      waiting.push(() => resolve(new Response("body", { status })));
    });
  };
  return {
    transport,
    sent: () => sent,
    async letGo(withStatus = 200) {
      while (waiting.length === 0) await Promise.resolve();
      status = withStatus;
      for (const go of waiting.splice(0)) go();
    },
  };
}

/** The outcome so far. */
function watch(promise: Promise<unknown>): { state: string } {
  const seen = { state: "pending" };
  promise.then(() => seen.state = "done", (error) => seen.state = error.code ?? String(error));
  return seen;
}

async function settle(clock: FakeClock): Promise<void> {
  for (let round = 0; round < 20; round++) await Promise.resolve();
  await clock.advance(0);
}

// R2.6
Deno.test("what is on the wire ends in peace, and nothing new begins", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const held = heldTransport();
  const client = new HTTPClient({ transport: held.transport });
  const call = client.get(URL_ASKED);
  const closing = client.close({ drain: 4 });
  const seen = watch(closing);
  const ways = [
    () => client.get(URL_ASKED),
    () => client.post(URL_ASKED, {}),
    () => client.stream("GET", URL_ASKED),
    () => client.paginate(URL_ASKED).next(),
    () => client.download(URL_ASKED, new WritableStream()),
  ];
  for (const way of ways) {
    const error = await assertRejects(way) as NetworkingError;
    assertStrictEquals(error.code, "closed");
    assert(error.message.includes("the client is closed"), error.message);
  }
  await clock.advance(3.9);
  assertStrictEquals(seen.state, "pending");
  await held.letGo();
  assertStrictEquals((await call).text, "body");
  await closing;
  assertStrictEquals(held.sent(), 1);
  assertStrictEquals(clock.pending, 0);
});

// R2.6
Deno.test("what is left when the time is over is aborted, and says that it was sent", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const client = new HTTPClient({ transport: heldTransport().transport });
  const call = assertRejects(() => client.get(URL_ASKED)) as Promise<NetworkingError>;
  const closing = client.close({ drain: { seconds: 4 } });
  const seen = watch(closing);
  await settle(clock);
  await clock.advance(3.99);
  assertStrictEquals(seen.state, "pending");
  await clock.advance(0.2);
  const error = await call;
  assertStrictEquals(error.code, "closed");
  assertStrictEquals(error.attempts.length, 1);
  await closing;
});

Deno.test("an idle client is closed at once, and so is every client without drain", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  await new HTTPClient().close({ drain: 300 });
  await new HTTPClient().close({});
  const client = new HTTPClient({ transport: heldTransport().transport });
  const call = assertRejects(() => client.get(URL_ASKED)) as Promise<NetworkingError>;
  {
    await using _client = client;
  }
  assertStrictEquals((await call).code, "closed");
  await client.close({ drain: 4 });
  assertStrictEquals(clock.pending, 0);
});

// R2.6, R5.4
Deno.test("no retry follows: the last response or error says why", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const held = heldTransport();
  const client = new HTTPClient({ transport: held.transport });
  const call = client.get(URL_ASKED);
  const closing = client.close({ drain: 4 });
  await held.letGo(503);
  const response = await call;
  assertEquals([response.statusCode, response.retrySkipped as string], [503, "closed"]);
  await closing;
  assertStrictEquals(held.sent(), 1);
});

// R2.6
Deno.test("calls that wait in a queue and have sent nothing end at once", async () => {
  const held = heldTransport();
  const limit = new Limiter({ concurrency: 1 });
  const client = new HTTPClient({ transport: held.transport, limit });
  const first = client.get(URL_ASKED);
  const others = [1, 2].map(() => assertRejects(() => client.get(URL_ASKED)));
  while (limit.state("http://a.example").queued < 2) await new Promise((next) => setTimeout(next));
  const closing = client.close({ drain: 4 });
  for (const error of await Promise.all(others) as NetworkingError[]) {
    assertStrictEquals(error.code, "closed");
    assertEquals(error.attempts.map(({ errorCode }) => errorCode as string), ["closed"]);
  }
  await held.letGo();
  assertStrictEquals((await first).statusCode, 200);
  await closing;
  assertEquals(limit.state("http://a.example"), { onWire: 0, queued: 0, closedForMs: 0 });
  assertStrictEquals(held.sent(), 1);
});

Deno.test("a stream that is read may be read to its end", async () => {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({ start: (given) => void (controller = given) });
  const client = new HTTPClient({ transport: () => Promise.resolve(new Response(body)) });
  const response = await client.stream("GET", URL_ASKED);
  const closing = client.close({ drain: 4 });
  const seen = watch(closing);
  const text = response.text();
  controller.enqueue(new TextEncoder().encode("to the "));
  await new Promise((next) => setTimeout(next, 20));
  assertStrictEquals(seen.state, "pending");
  controller.enqueue(new TextEncoder().encode("end"));
  controller.close();
  assertStrictEquals(await text, "to the end");
  await closing;
});

// R2.6
Deno.test("close() ends a drain, and a second drain joins it", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const client = new HTTPClient({ transport: heldTransport().transport });
  const call = assertRejects(() => client.get(URL_ASKED)) as Promise<NetworkingError>;
  const closings = [client.close({ drain: 4 }), client.close({ drain: 9 })];
  await settle(clock);
  await client.close();
  assertStrictEquals((await call).code, "closed");
  await Promise.all(closings);
  assertStrictEquals(clock.pending, 0);
});

Deno.test("a wrong option is told, and the client stays open", async () => {
  const transport = new MockTransport().on("GET", "/", { times: 3 });
  const client = new HTTPClient({ transport });
  for (const drain of [-1, 0, NaN, "4", 5_000, false, null]) {
    await assertRejects(() => client.close({ drain: drain as never }), Error, "drain");
  }
  await assertRejects(() => client.close({ drian: 4 } as never), TypeError, "drain");
  assertStrictEquals((await client.get(URL_ASKED)).statusCode, 200);
  await client.close();
});

// R2.5, R2.6
Deno.test("the shared client stays open, and every client takes the option", async () => {
  await getHttpClient().close({ drain: 1 });
  const urls = ["http://127.0.0.1:1/", "ws://127.0.0.1:1/"];
  for (const url of urls) await open(url).close({ drain: 1 });
  await assertRejects(() => getHttpClient().get("nonsense"), Error, "nonsense");
});

Deno.test("a transport of the client's own is closed after the drain", async () => {
  const held = heldTransport();
  const order: string[] = [];
  const transport = Object.assign(held.transport, {
    close: () => Promise.resolve(void order.push("transport")),
  });
  const client = new HTTPClient({ transport });
  const call = client.get(URL_ASKED).then(() => order.push("call"));
  const closing = client.close({ drain: 4 });
  await held.letGo();
  await Promise.all([call, closing]);
  assertEquals(order, ["call", "transport"]);
});
