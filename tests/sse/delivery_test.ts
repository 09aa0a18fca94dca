/** Who gets the events of a stream, and what is remembered of them. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { EventSourceClient, type EventSourceClientOptions, jsonCodec } from "../../mod.ts";
import { runDeno } from "../support/gate.ts";
import { type Asked, fedStreams, settled } from "./streams.ts";

const QUICK = { retryBackoff: { milliseconds: 1 } } satisfies EventSourceClientOptions;

async function open<T = string>(
  options: EventSourceClientOptions<T> = {},
): Promise<{ client: EventSourceClient<T>; stream: Asked; asked: Asked[] }> {
  const { asked, transport } = fedStreams();
  const client = new EventSourceClient<T>("http://h.example/", { ...QUICK, transport, ...options });
  await client.connect();
  return { client, stream: asked[0]!, asked };
}

// R17.6
Deno.test("what a handler got is kept for nobody, and a reader that waits gets it too", async () => {
  const { client, stream } = await open();
  stream.push("data: hello\n\n");
  assertEquals((await client.receive())?.data, "hello");
  const handled: string[] = [];
  const off = client.on("message", ({ message }) => handled.push(message.data));
  for (let n = 0; n < 100; n++) stream.push(`data: ${n}\n\n`);
  await settled();
  const waiting = client.receive();
  stream.push("data: both\n\n");
  assertEquals((await waiting)?.data, "both");
  off();
  const fresh = client.receive();
  stream.push("data: fresh\n\n");
  assertEquals((await fresh)?.data, "fresh");
  assertEquals(handled, [...Array.from({ length: 100 }, (_, n) => String(n)), "both"]);
  await client.close();
});

// R17.6
Deno.test("the event that was read ahead goes to the first handler, in order", async () => {
  const { client, stream } = await open();
  stream.push("id: 1\ndata: a\n\nid: 2\ndata: b\n\n");
  await settled();
  assertEquals(client.lastEventId, "");
  const handled: string[] = [];
  client.on("message", ({ message }) => handled.push(`${message.data} ${client.lastEventId}`));
  await settled();
  assertEquals(handled, ["a 1", "b 2"]);
  await client.close();
});

// R18.5
Deno.test("lastEventId is that of the last event that somebody got, at any moment", async (t) => {
  const events = "id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\ndata: c\n\n";
  const steps: [string, (client: EventSourceClient, stream: Asked) => Promise<void>, string][] = [
    ["nobody reads", () => settled(), ""],
    ["one is read", async (client) => void await client.receive(), "1"],
    ["one is read, and the next reader gives up", async (client) => {
      await client.receive();
      const controller = new AbortController();
      await client.receive(); // b: the next is asked for by a reader that gives up
      const gaveUp = client.receive({ signal: controller.signal }).catch(() => {});
      controller.abort();
      await gaveUp;
      await settled(); // c came meanwhile
    }, "2"],
    ["all are handled", async (client) => {
      client.on("message", () => {});
      await settled();
    }, "3"],
    ["an ID without an event follows", async (client, stream) => {
      client.on("message", () => {});
      await settled();
      stream.push("id: 4\n\n");
      await settled();
    }, "3"],
  ];
  for (const [name, run, expected] of steps) {
    await t.step(name, async () => {
      const { client, stream } = await open();
      stream.push(events);
      await run(client, stream);
      assertEquals(client.lastEventId, expected);
      await client.close();
      assertEquals(client.lastEventId, expected);
    });
  }
});

// R18.5
Deno.test("a reconnect, and another life, start after the last event that came: none twice, none lost", async () => {
  const { client, asked } = await open();
  asked[0]!.push("id: 1\ndata: a\n\n");
  assertEquals((await client.receive())?.data, "a");
  const controller = new AbortController();
  const gaveUp = client.receive({ signal: controller.signal }).catch(() => {});
  await settled();
  controller.abort();
  await gaveUp;
  asked[0]!.push("id: 2\ndata: b\n\n"); // came, and nobody has read it
  await settled();
  await client.close();
  await client.connect();
  assertEquals([client.lastEventId, asked[1]!.lastEventId], ["1", "2"]);
  asked[1]!.push("id: 3\ndata: c\n\n");
  const rest = [await client.receive(), await client.receive()];
  assertEquals(rest.map((message) => message?.data), ["b", "c"]);
  asked[1]!.push("id: 5\n\n"); // an ID without an event
  asked[1]!.end();
  const next = client.receive();
  while (asked.length < 3) await settled();
  assertEquals([client.lastEventId, asked[2]!.lastEventId], ["3", "5"]);
  asked[2]!.push("data: d\n\n");
  assertEquals((await next)?.lastEventId, "5");
  await client.close();
});

Deno.test("what close() cuts off was not delivered, and comes again in the next life", async () => {
  const { client, asked } = await open();
  const seen: string[] = [];
  client.on("message", ({ message }) => {
    seen.push(message.data);
    if (message.data === "b") void client.close();
  });
  asked[0]!.push("id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\ndata: c\n\n"); // one chunk
  await client.closed;
  assertEquals([seen, client.lastEventId], [["a", "b"], "2"]);
  await client.connect();
  assertEquals(asked[1]!.lastEventId, "2");
  await client.close();
});

// R17.7
Deno.test("an event that cannot be decoded: told to a handler of errors, else to the reader in its place", async (t) => {
  const codec = jsonCodec<{ readonly n: number }>();
  const stream = 'id: 1\ndata: {"n":1}\n\nid: 2\ndata: [DONE\n\nid: 3\ndata: {"n":3}\n\n';
  await t.step("no handler", async () => {
    const { client, stream: { push } } = await open({ codec });
    push(stream);
    assertEquals((await client.receive())?.data.n, 1);
    await assertRejects(() => client.receive(), Error, "JSON");
    assertEquals(client.lastEventId, "2");
    assertEquals((await client.receive())?.data.n, 3);
    await client.close();
  });
  await t.step("a loop", async () => {
    const { client, stream: { push } } = await open({ codec });
    push(stream);
    const seen: number[] = [];
    await assertRejects(async () => {
      for await (const { data } of client) seen.push(data.n);
    }, Error);
    for await (const { data } of client) {
      seen.push(data.n);
      break;
    }
    assertEquals(seen, [1, 3]);
    await client.close();
  });
  await t.step("a handler of errors", async () => {
    const { client, stream: { push } } = await open({ codec });
    const raw: unknown[] = [];
    client.on("error", (event) => raw.push(event.raw));
    push(stream);
    assertEquals((await client.receive())?.data.n, 1);
    assertEquals((await client.receive())?.data.n, 3);
    assertEquals(raw, ["[DONE"]);
    await client.close();
  });
});

// R18.4
Deno.test("handlers and their memory: what is handled does not stay", async () => {
  const { client, stream } = await open();
  stream.push("data: first\n\n");
  await client.receive();
  let handled = 0;
  const queued: number[] = [];
  client.on("received", (event) => queued.push(event.queued));
  client.on("message", () => void handled++);
  const event = `data: ${"x".repeat(10_000)}\n\n`;
  for (let n = 0; n < 300; n++) stream.push(event);
  await settled();
  while (handled < 300) await settled();
  assert(queued.every((number) => number === 0));
  await client.close();
});

// R18.4
Deno.test("what nobody reads is not taken from the network: one event is read ahead", async () => {
  const { client, stream } = await open();
  for (let n = 0; n < 100; n++) {
    stream.push(`data: ${n}\n\n`);
    await settled();
    assertEquals(stream.pulled <= 1, true, "only the first is taken");
  }
  for (let n = 0; n < 100; n++) assertEquals((await client.receive())?.data, String(n));
  await client.close();
});

const PROGRAM = `
import { EventSourceClient } from "MOD";
const answers = { "404": () => new Response("no", { status: 404 }), "cut": () => new Response(
  new ReadableStream({ start: (c) => setTimeout(() => c.error(new Error("cut"))) }),
  { headers: { "content-type": "text/event-stream" } }) };
const [answer, told, call] = Deno.args;
const transport = () => Promise.resolve(answers[answer]());
const client = new EventSourceClient("http://h.example/", { transport, reconnect: false, maxRetries: 0 });
if (told === "close" || told === "error") client.on(told, () => {});
if (told === "closed") client.closed.then(() => {});
client.connect();
if (call === "receive") client.receive();
if (call === "loop") client[Symbol.asyncIterator]().next();
await new Promise((done) => setTimeout(done, 50));
console.log("alive");
`;

// R17.10
Deno.test("a promise that nobody awaits does not end the process if the end is told", async (t) => {
  const script = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(script, PROGRAM.replace("MOD", import.meta.resolve("../../mod.ts")));
    const config = new URL("../../deno.json", import.meta.url).pathname;
    const rows = [["404", "close", "receive"], ["cut", "error", "loop"], [
      "cut",
      "closed",
      "receive",
    ]];
    for (const row of rows) {
      await t.step(row.join(", "), async () => {
        const run = ["run", `--config=${config}`, "--no-check", "--quiet", script, ...row];
        assertEquals((await runDeno(run)).output.trim(), "alive");
      });
    }
  } finally {
    await Deno.remove(script);
  }
});
