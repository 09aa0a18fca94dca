/** The WebSocket client when a connection is lost: the heartbeat, the backoff and what is announced. */

import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertInstanceOf,
  assertLess,
  assertStrictEquals,
} from "@std/assert";
import { TimeoutError, WebSocketClient } from "../../mod.ts";
import { FakeClock } from "../../src/testing/mod.ts";
import { frame, serveRaw } from "./raw_server.ts";
import { ScriptedSocket } from "./scripted_socket.ts";
import { FAST, serveSockets } from "./sockets.ts";
import { untilCalm } from "../support/until.ts";

Deno.test("a heartbeat keeps the connection, and a missed one abandons and reconnects", async () => {
  const heartbeat = { every: { milliseconds: 20 }, timeout: { milliseconds: 20 } };
  let pings = 0;
  await using server = serveRaw(async (peer) => {
    await peer.accept();
    for (let got = await peer.read(); got !== null; got = await peer.read()) {
      if (got.opcode === 8) return void await peer.write(frame(8, got.payload));
      if (peer.number === 1 && ++pings > 3) continue; // then it is frozen
      await peer.write(frame(1, "pong"));
    }
  });
  const client = new WebSocketClient(server.url, { ...FAST, heartbeat });
  const messages: unknown[] = [];
  client.on("message", ({ message }) => messages.push(message));
  await client.connect();
  const lost = await new Promise<unknown>((resolve) =>
    client.on("reconnecting", ({ ending }) => resolve(ending.error))
  );
  assertInstanceOf(lost, TimeoutError);
  assertStrictEquals(lost.code, "idle_timeout");
  assertGreaterOrEqual(pings, 4);
  while (client.state !== "open") await new Promise((done) => setTimeout(done, 2));
  assertEquals(messages, []);
  await client.close();
});

Deno.test("connect() while the client waits ends the wait, as when the network is back", async () => {
  await using server = serveSockets((socket) => {
    socket.onmessage = () => socket.close(1011);
  });
  const client = new WebSocketClient(server.url, {
    closeTimeout: 1,
    reconnect: { shouldReconnect: () => 300 },
  });
  await client.connect();
  await client.send("cut");
  while (client.state !== "waiting") await new Promise((done) => setTimeout(done, 1));
  assertStrictEquals(await client.connect(), true);
  assertStrictEquals(client.state, "open");
  await client.close();
});

Deno.test("a server cut down again and again: each message is echoed, or its loss was announced, none twice", async () => {
  const COUNT = 20_000;
  const arrived = new Map<string, number>();
  await using server = serveSockets((socket) => {
    let left = 1500;
    socket.onmessage = ({ data }) => {
      if (--left === 0) socket.close(1011);
      if (left <= 0) return;
      arrived.set(data, (arrived.get(data) ?? 0) + 1);
      socket.send(data);
    };
  });
  const client = new WebSocketClient(server.url, {
    retryBackoff: { milliseconds: 2 },
    maxRetryBackoff: { milliseconds: 4 },
    closeTimeout: 1,
  });
  let losses = 0;
  client.on("reconnecting", () => losses++);
  await client.connect();
  const received: number[] = [];
  const reading = (async () => {
    for await (const message of client) received.push(Number(message));
  })();
  for (let number = 0; number < COUNT; number++) {
    assertStrictEquals(await client.send(`${number}`), true);
    if (number % 50 === 0) await new Promise((done) => setTimeout(done, 0));
  }
  await untilCalm(() => received.length);
  await client.close();
  await reading;
  assertGreaterOrEqual(losses, 5);
  assert([...arrived.values()].every((times) => times === 1), "a message arrived twice");
  assert(received.every((number, index) => index === 0 || number > received[index - 1]!));
  // What is missing was swallowed by one of the losses: at most that many gaps.
  let gaps = received[0] === 0 ? 0 : 1;
  for (let index = 1; index < received.length; index++) {
    if (received[index] !== received[index - 1]! + 1) gaps++;
  }
  if (received.at(-1) !== COUNT - 1) gaps++;
  assert(gaps <= losses, `${gaps} gaps, ${losses} losses were announced`);
});

Deno.test("a client reconnects along the back-off, which a fake clock drives", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const client = new WebSocketClient("ws://x", {
    webSocket: ScriptedSocket,
    heartbeat: { every: 60, timeout: 10 },
    closeTimeout: 5,
  });
  const connecting = client.connect();
  await clock.advance(0);
  const first = ScriptedSocket.made.shift()!;
  first.open();
  await connecting;
  const delays: number[] = [];
  client.on("reconnecting", ({ delayMs }) => delays.push(delayMs));
  await clock.advance(60);
  assertEquals(first.sent, ["ping"]);
  first.onmessage?.({ data: "pong" } as never);
  await clock.advance(60);
  assertEquals(first.sent, ["ping", "ping"]);
  await clock.advance(10);
  assertStrictEquals(client.state, "waiting");
  assertStrictEquals(first.closes, 1); // nobody waited for the dead link
  for (let attempt = 0; attempt < 3; attempt++) {
    await clock.advance({ milliseconds: Math.ceil(delays.at(-1)!) });
    const socket = ScriptedSocket.made.shift()!;
    socket.onerror?.({ message: "" } as never);
    assertStrictEquals(client.state, "waiting");
  }
  assertStrictEquals(delays.length, 4);
  delays.forEach((delayMs, index) => assertLess(delayMs, 1000 * 2 ** index));
  await clock.advance({ milliseconds: Math.ceil(delays.at(-1)!) });
  const last = ScriptedSocket.made.shift()!;
  last.open();
  assertStrictEquals(client.state, "open");
  const closing = client.close();
  assertStrictEquals(client.state, "draining");
  await clock.advance(5);
  await closing;
  assertStrictEquals(client.state, "closed");
  assertStrictEquals(clock.pending, 0);
});
