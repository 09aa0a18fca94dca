/** Event streams of any reader: what their end says, how long they may be silent, what they are not. */

import { assertEquals, assertLess, assertRejects, assertStringIncludes } from "@std/assert";
import {
  ConnectionError,
  DecodeError,
  EventSourceClient,
  HTTPClient,
  type HTTPClientOptions,
  type NetworkingError,
  type TimeoutError,
  type Transport,
} from "../../../mod.ts";
import { FakeClock, FakeServer } from "../../../src/testing/mod.ts";

const TYPE = { "content-type": "text/event-stream" };

/** Data until the end, and the code of the error that it was. */
async function readAll(events: AsyncIterable<{ readonly data: string }>): Promise<string[]> {
  const all: string[] = [];
  try {
    for await (const { data } of events) all.push(data);
  } catch (error) {
    all.push((error as NetworkingError).code);
  }
  return all;
}

async function readByClient(method: string, url: string): Promise<string[]> {
  await using client = new EventSourceClient(url, { method, reconnect: false });
  await client.connect();
  return await readAll(client);
}

async function readByResponse(method: string, url: string): Promise<string[]> {
  await using http = new HTTPClient();
  await using response = await http.stream(method, url);
  return await readAll(response.events());
}

// R4.16
Deno.test("a stream that nobody asks for again and that ends in an event is body_truncated, however it ends", async (t) => {
  const ends: [string, (body: string) => string][] = [
    ["Content-Length", (body) => `Content-Length: ${body.length}\r\n\r\n${body}`],
    [
      "chunked",
      (body) =>
        `Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
    ],
    ["close", (body) => `\r\n${body}`],
  ];
  const bodies: [string, boolean][] = [
    ["data: a\n\ndata: b\n\n", true],
    ["data: a\n\ndata: b\n\n: bye\n", true],
    ["data: a\n\ndata: b\n\n: by", true],
    ["data: a\n\ndata: b\n\ndata: c", false],
    ["data: a\n\ndata: b\n\ndata: c\n", false],
    ["data: a\n\ndata: b\n\nevent: x\n", false],
    ["data: a\n\ndata: b\n\nd", false],
  ];
  for (const [end, wire] of ends) {
    for (const [body, isWhole] of bodies) {
      await t.step(`${end}, ${JSON.stringify(body)}`, async () => {
        await using server = await FakeServer.start(async (_request, connection) => {
          const head =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n";
          await connection.write(head + wire(body));
          connection.close();
        });
        const all = ["a", "b", ...(isWhole ? [] : ["body_truncated"])];
        assertEquals(await readByClient("POST", server.origin), all);
        assertEquals(await readByClient("GET", server.origin), all);
        assertEquals(await readByResponse("POST", server.origin), all);
        // Of GET streams the HTML Standard, 9.2.6, drops what is incomplete.
        assertEquals(await readByResponse("GET", server.origin), ["a", "b"]);
        assertEquals(server.requests.length, 4);
      });
    }
  }
});

Deno.test("the silence that a stream may have: by type, method and idleTimeout", async (t) => {
  const text = { "content-type": "text/plain" };
  const params = { "content-type": "Text/Event-Stream; charset=utf-8" };
  const rows: [string, string, Record<string, string>, HTTPClientOptions, number][] = [
    ["no event stream", "GET", text, {}, 30],
    ["no event stream, POST", "POST", text, {}, 30],
    ["GET", "GET", TYPE, {}, 90],
    ["GET, with parameters", "GET", params, {}, 90],
    ["POST", "POST", TYPE, {}, Infinity],
    ["QUERY", "QUERY", TYPE, {}, Infinity],
    ["GET, given", "GET", TYPE, { idleTimeout: 20 }, 20],
    ["POST, given", "POST", TYPE, { idleTimeout: 20 }, 20],
    ["POST, the default given", "POST", TYPE, { idleTimeout: 30 }, 30],
    ["GET, off", "GET", TYPE, { idleTimeout: false }, Infinity],
  ];
  const readers = {
    "the body": async (client: HTTPClient, method: string) => {
      const { body } = await client.stream(method, "http://h.example/");
      for await (const _ of body);
    },
    "text()": async (client: HTTPClient, method: string) =>
      void await (await client.stream(method, "http://h.example/")).text(),
    "an EventSourceClient": async (client: HTTPClient, method: string) => {
      const events = new EventSourceClient("http://h.example/", {
        client,
        method,
        reconnect: false,
        ...(method !== "GET" && { data: "x" }),
      });
      await events.connect();
      for await (const _ of events);
    },
  };
  for (const [name, method, headers, options, seconds] of rows) {
    for (const [reader, read] of Object.entries(readers)) {
      if (reader.startsWith("an Event") && headers === text) continue;
      await t.step(`${name}: ${reader}`, async () => {
        const clock = new FakeClock();
        using _installed = clock.install();
        const transport: Transport = (_url, init) =>
          Promise.resolve(
            new Response(
              new ReadableStream({
                start: (controller) =>
                  init.signal!.addEventListener(
                    "abort",
                    () => controller.error(init.signal!.reason),
                  ),
              }),
              { headers },
            ),
          );
        const client = new HTTPClient({ ...options, transport });
        let outcome: unknown = "waits";
        const done = read(client, method).catch((error) => outcome = error);
        await clock.advance(Math.min(seconds, 299) - 1);
        assertEquals(outcome, "waits");
        await clock.advance(2);
        if (seconds === Infinity) {
          await clock.advance({ minutes: 60 });
          assertEquals(outcome, "waits");
        } else {
          const { code, limitMs } = outcome as TimeoutError;
          assertEquals([code, limitMs], ["idle_timeout", seconds * 1000]);
        }
        await client.close();
        await done;
        assertEquals(clock.pending, 0);
      });
    }
  }
});

Deno.test("what is no event stream is an error with the beginning of the body", async (t) => {
  const url = "http://h.example/chat";
  const answer = '{"error":{"message":"the model is overloaded"}}';
  const rows: [string, Response | (() => Response), (snippet: string) => void][] = [
    ["JSON", () => Response.json(JSON.parse(answer)), (snippet) => assertEquals(snippet, answer)],
    ["no type", () => new Response(new TextEncoder().encode(answer)), (snippet) => {
      assertEquals(snippet, answer);
    }],
    [
      "a page",
      () => new Response("<html>".repeat(1000), { headers: { "content-type": "text/html" } }),
      (snippet) => assertEquals(snippet, "<html>".repeat(34).slice(0, 200)),
    ],
    [
      "empty",
      () => new Response(null, { headers: { "content-type": "text/plain" } }),
      (snippet) => {
        assertEquals(snippet, "");
      },
    ],
  ];
  for (const [name, answerWith, check] of rows) {
    await t.step(name, async () => {
      const transport: Transport = () => Promise.resolve((answerWith as () => Response)());
      const client = new HTTPClient({ transport });
      const byClient = new EventSourceClient(url, { client, method: "POST", json: {} });
      const byResponse = await client.stream("POST", url);
      for (
        const error of [
          await assertRejects(() => byClient.connect(), DecodeError),
          await assertRejects(() => byResponse.events().next(), DecodeError),
        ]
      ) {
        check(error.snippet);
        assertStringIncludes(error.message, "text/event-stream");
        assertEquals(error.code, "decode_failed");
      }
    });
  }
  await t.step("a body without an end", async () => {
    let bytes = 0;
    const transport: Transport = () =>
      Promise.resolve(
        new Response(
          new ReadableStream({
            pull(controller) {
              bytes += 1000;
              controller.enqueue(new TextEncoder().encode("x".repeat(1000)));
            },
          }),
          { headers: { "content-type": "text/plain" } },
        ),
      );
    const events = new EventSourceClient(url, { transport });
    const { snippet } = await assertRejects(() => events.connect(), DecodeError);
    assertEquals(snippet, "x".repeat(200));
    assertLess(bytes, 100_000);
  });
  await t.step("a body that stands still", async () => {
    const clock = new FakeClock();
    using _installed = clock.install();
    const transport: Transport = () =>
      Promise.resolve(
        new Response(
          new ReadableStream({
            start: (controller) => controller.enqueue(new TextEncoder().encode("overloaded")),
          }),
          { headers: { "content-type": "text/plain" } },
        ),
      );
    const events = new EventSourceClient(url, { transport, timeout: 5 });
    const failed = assertRejects(() => events.connect(), DecodeError);
    await clock.advance(6);
    assertEquals((await failed).snippet, "overloaded");
  });
});

Deno.test("an end that the transport calls a failure is that failure, after the events", async () => {
  await using server = (await FakeServer.start()).enqueue({
    headers: TYPE,
    body: "data: a\n\ndata: b\n\n" + ":".repeat(99),
    fault: "disconnect_during_response_body",
  });
  await using http = new HTTPClient();
  await using response = await http.stream("POST", server.origin);
  const data: string[] = [];
  const error = await assertRejects(async () => {
    for await (const event of response.events()) data.push(event.data);
  }, ConnectionError);
  assertEquals([error.code, data.at(0)], ["body_truncated", "a"]);
});
