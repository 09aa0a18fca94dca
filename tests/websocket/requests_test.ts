/** Requests and answers over a socket, and messages as JSON. */

import {
  assertEquals,
  assertGreaterOrEqual,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  DecodeError,
  jsonCodec,
  NetworkingError,
  SchemaError,
  type StandardSchema,
  TimeoutError,
  WebSocketClient,
  type WebSocketClientOptions,
  WebSocketError,
} from "../../mod.ts";
import { frame, type RawPeer, serveRaw } from "./raw_server.ts";

interface Message {
  readonly id?: number;
  readonly text: string;
}

const OPTIONS: WebSocketClientOptions<Message, Message> = {
  retryBackoff: { milliseconds: 1 },
  closeTimeout: { milliseconds: 100 },
  codec: jsonCodec<Message>(),
  correlation: { ofRequest: ({ id }) => id ?? -1, ofResponse: ({ id }) => id },
};

/** A server that hands each message to `answer`; what that gives is sent. */
function serveMessages(answer: (message: Message, peer: RawPeer) => Message[]) {
  return serveRaw(async (peer) => {
    await peer.accept();
    for (let got = await peer.read(); got !== null; got = await peer.read()) {
      if (got.opcode === 8) return void await peer.write(frame(8, got.payload));
      const message = JSON.parse(new TextDecoder().decode(got.payload));
      for (const each of answer(message, peer)) await peer.write(frame(1, JSON.stringify(each)));
    }
  });
}

// R17.5
Deno.test("request() gives the message that answers, in whatever order, and readers get the others", async () => {
  const kept: Message[] = [];
  await using server = serveMessages((message) => {
    kept.push(message);
    return kept.length < 3
      ? [{ text: `seen ${message.id}` }]
      : kept.reverse().map(({ id }) => ({ id: id!, text: `answer ${id}` }));
  });
  await using client = new WebSocketClient(server.url, OPTIONS);
  await client.connect();
  const first = client.receive();
  const answers = await Promise.all([1, 2, 3].map((id) => client.request({ id, text: "?" })));
  assertEquals(answers.map(({ text }) => text), ["answer 1", "answer 2", "answer 3"]);
  assertEquals([await first, await client.receive()], [{ text: "seen 1" }, { text: "seen 2" }]);
});

// R17.5
Deno.test("request() ends in time or by its signal, and an answer that comes later is a message", async () => {
  await using server = serveMessages(({ text }) => text === "now" ? [{ id: 1, text: "late" }] : []);
  await using client = new WebSocketClient(server.url, OPTIONS);
  await client.connect();
  const startedAt = performance.now();
  const late = await assertRejects(
    () => client.request({ id: 1, text: "?" }, { timeout: { milliseconds: 40 } }),
    TimeoutError,
  );
  assertEquals([late.code, late.limitMs], ["idle_timeout", 40]);
  assertGreaterOrEqual(performance.now() - startedAt, 40);
  const reason = new Error("mine");
  const controller = new AbortController();
  const given = client.request({ id: 1, text: "?" }, { signal: controller.signal });
  controller.abort(reason);
  assertStrictEquals(await assertRejects(() => given), reason);
  await client.send({ text: "now" });
  assertEquals(await client.receive(), { id: 1, text: "late" });
});

// R17.5
Deno.test("an answer that is lost with its connection is told, and what was not sent yet goes over the next", async () => {
  await using server = serveMessages(({ id }, peer) => {
    if (peer.number > 1) return [{ id: id!, text: "again" }];
    peer.end();
    return [];
  });
  await using client = new WebSocketClient(server.url, OPTIONS);
  await client.connect();
  const lost = new Promise<void>((resolve) => client.on("reconnecting", () => resolve()));
  const error = await assertRejects(() => client.request({ id: 1, text: "?" }), WebSocketError);
  assertEquals(error.code, "connection_closed");
  await lost;
  assertEquals((await client.request({ id: 1, text: "?" })).text, "again");
});

Deno.test("what ends the client ends its requests, and wrong use is a TypeError", async () => {
  await using server = serveMessages(() => []);
  const client = new WebSocketClient(server.url, OPTIONS);
  await assertRejects(
    () => client.request({ id: 1, text: "?" }),
    WebSocketError,
    "connect() first",
  );
  await client.connect();
  const waiting = assertRejects(() => client.request({ id: 1, text: "?" }), NetworkingError);
  await assertRejects(() => client.request({ id: 1, text: "?" }), TypeError, "is still waiting");
  await client.close();
  assertEquals((await waiting).code, "closed");
  const plain = new WebSocketClient(server.url, { codec: jsonCodec<Message>() });
  await assertRejects(() => plain.request({ id: 1, text: "?" }), TypeError, "correlation");
});

Deno.test("jsonCodec() tells what is not JSON, or not what the schema wants, and goes on", async () => {
  const schema: StandardSchema<unknown, Message> = {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: (value) =>
        typeof (value as Message).text === "string"
          ? { value: value as Message }
          : { issues: [{ message: "text is missing" }] },
    },
  };
  await using server = serveRaw(async (peer) => {
    await peer.accept();
    for (const text of ["{", '{"id":1}', '{"text":"right"}']) await peer.write(frame(1, text));
    await peer.read();
  });
  await using client = new WebSocketClient(server.url, { codec: jsonCodec(schema) });
  const errors: unknown[] = [];
  client.on("error", ({ error, raw }) => errors.push(error, raw));
  await client.connect();
  assertEquals(await client.receive(), { text: "right" });
  assertInstanceOf(errors[0], DecodeError);
  assertInstanceOf(errors[2], SchemaError);
  assertEquals([errors[1], errors[3]], ["{", '{"id":1}']);
  await assertRejects(
    () => client.send(undefined as unknown as Message),
    TypeError,
    "no JSON form",
  );
});

Deno.test("jsonCodec() refuses what JSON cannot hold", () => {
  const { encode } = jsonCodec<unknown>();
  assertEquals([encode(null), encode({ n: NaN })], ["null", '{"n":null}']);
  for (const value of [NaN, -Infinity, new Date(NaN), { toJSON: () => NaN }]) {
    assertThrows(() => encode(value), RangeError, "has no JSON form");
  }
  for (const value of [undefined, () => 1, Symbol("s")]) {
    assertThrows(() => encode(value), TypeError);
  }
});
