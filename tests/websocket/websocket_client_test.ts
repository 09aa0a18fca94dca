/** The WebSocket client against a real socket: its messages, options, handlers and what it shows. */

import { assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { WebSocketClient, type WebSocketClientOptions, WebSocketError } from "../../mod.ts";
import { echo, failure, FAST, serveSockets } from "./sockets.ts";

Deno.test("text and bytes come back as they were sent, in order", async () => {
  await using server = serveSockets(echo);
  await using client = new WebSocketClient(server.url, FAST);
  assertStrictEquals(client.state, "idle");
  assertStrictEquals(await client.connect(), true);
  assertStrictEquals(client.state, "open");
  assertStrictEquals(await client.send("grüße 👋"), true);
  assertStrictEquals(await client.send(new Uint8Array([0, 255])), true);
  assertStrictEquals(await client.send(new Blob(["blob"])), true);
  assertEquals(await client.receive(), "grüße 👋");
  assertEquals(await client.receive(), new Uint8Array([0, 255]));
  assertEquals(await client.receive(), new TextEncoder().encode("blob"));
});

Deno.test("before connect(), send() and receive() reject with not_connected", async () => {
  const client = new WebSocketClient("ws://127.0.0.1:1", FAST);
  for (const call of [() => client.send("x"), () => client.receive()]) {
    const error = await assertRejects(call, WebSocketError);
    assertStrictEquals(error.code, "not_connected");
  }
  await client.close();
  assertStrictEquals(client.state, "idle");
});

// R17.1
Deno.test("options that are wrong are refused by the constructor, with the name", () => {
  const url = "ws://127.0.0.1:1";
  const rows: [options: unknown, kind: typeof TypeError | typeof RangeError, text: string][] = [
    [{ timeOut: 1 }, TypeError, "did you mean timeout"],
    [{ timeout: 5000 }, RangeError, "timeout"],
    [{ closeTimeout: 5000 }, RangeError, "closeTimeout"],
    [{ closeTimeout: false }, TypeError, "closeTimeout"],
    [{ maxRetries: -1 }, RangeError, "maxRetries"],
    [{ retryBackoff: 9, maxRetryBackoff: 1 }, RangeError, "retryBackoff"],
    [{ reconnect: { stableAfter: 0 } }, RangeError, "reconnect.stableAfter"],
    [{ reconnect: { maxTries: 1 } }, TypeError, "maxTries"],
    [{ reconnect: "yes" }, TypeError, "reconnect"],
    [{ heartbeat: { every: -1 } }, RangeError, "heartbeat.every"],
    [{ inbox: { overflow: "reject" } }, TypeError, "inbox.overflow"],
    [{ outbox: { maxMessages: 1.5 } }, RangeError, "outbox.maxMessages"],
    [{ maxMessageSize: "1" }, TypeError, "maxMessageSize"],
    [{ webSocket: 1 }, TypeError, "webSocket"],
    [{ headers: { "a b": "c" } }, TypeError, "a b"],
    [{ hooks: { onRequest: 1 } }, TypeError, "onRequest"],
  ];
  for (const [options, kind, text] of rows) {
    assertThrows(() => new WebSocketClient(url, options as WebSocketClientOptions), kind, text);
  }
});

// R17.7
Deno.test("handlers that throw, or reject, harm nobody", async () => {
  await using server = serveSockets(echo);
  await using client = new WebSocketClient(server.url, FAST);
  const errors: unknown[] = [];
  const stop = client.on("message", () => {
    throw "thrown";
  });
  client.on("message", () => Promise.reject("rejected"));
  client.on("error", ({ error }) => {
    errors.push(error);
    throw "again";
  });
  await client.connect();
  const received = client.receive();
  await client.send("x");
  assertEquals(await received, "x");
  await new Promise((done) => setTimeout(done, 1));
  assertEquals(errors, ["thrown", "rejected"]);
  stop();
  await client.send("y");
  assertEquals(await client.receive(), "y");
  await new Promise((done) => setTimeout(done, 1));
  assertEquals(errors, ["thrown", "rejected", "rejected"]);
  assertThrows(() => client.on("mesage" as "message", () => {}), TypeError, "mesage");
});

Deno.test("a message that cannot be decoded is an error event with the raw message", async () => {
  await using server = serveSockets(echo);
  await using client = new WebSocketClient<{ n: number }, unknown>(server.url, {
    closeTimeout: 1,
    codec: { encode: String, decode: (data) => JSON.parse(String(data)) },
  });
  const errors: unknown[] = [];
  client.on("error", ({ error, raw }) => errors.push([error instanceof SyntaxError, raw]));
  await client.connect();
  await client.send("{");
  await client.send('{"n":1}');
  assertEquals(await client.receive(), { n: 1 });
  assertEquals(errors, [[true, "{"]]);
});

// R17.1
Deno.test("an aborted signal ends it with its reason, and keeps no listener", async () => {
  await using server = serveSockets(echo);
  const controller = new AbortController();
  const { signal } = controller;
  let listeners = 0;
  const { addEventListener: add, removeEventListener: remove } = signal;
  signal.addEventListener = (...given: unknown[]) => {
    listeners++;
    add.apply(signal, given as never);
  };
  signal.removeEventListener = (...given: unknown[]) => {
    listeners--;
    remove.apply(signal, given as never);
  };
  const client = new WebSocketClient(server.url, { ...FAST, signal });
  await client.connect();
  await client.close();
  assertStrictEquals(listeners, 0);
  await client.connect();
  const reading = failure(client.receive());
  const reason = new Error("enough");
  controller.abort(reason);
  assertStrictEquals(await reading, reason);
  assertStrictEquals(await failure(client.connect()), reason);
  assertStrictEquals(listeners, 0);
});

Deno.test("what is shown of a client has no secret, and names its state", () => {
  const client = new WebSocketClient("wss://user:hunter2@example.com/x?token=hunter2");
  assertStrictEquals(
    Deno.inspect(client),
    'WebSocketClient { url: "wss://example.com/x", state: "idle" }',
  );
  assertStrictEquals(
    JSON.stringify(client),
    '{"url":"wss://example.com/x","state":"idle"}',
  );
});

Deno.test("1,000 connects and closes leave nothing behind", async () => {
  await using server = serveSockets(echo);
  const client = new WebSocketClient(server.url, FAST);
  for (let life = 0; life < 1000; life++) {
    await client.connect();
    await client.close();
  }
  assertStrictEquals(client.state, "closed");
});
