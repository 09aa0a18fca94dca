/** send() of the WebSocket client: the outbox, its order, its bounds and what it refuses. */

import { assertEquals, assertLess, assertRejects, assertStrictEquals } from "@std/assert";
import { type NetworkingError, WebSocketClient, WebSocketError } from "../../mod.ts";
import { frame, serveRaw } from "./raw_server.ts";
import { echo, failure, FAST, ONCE, serveSockets } from "./sockets.ts";

// R17.3
Deno.test("what was queued is sent before the close frame", async () => {
  const got: string[] = [];
  await using server = serveSockets((socket) => {
    socket.onmessage = ({ data }) => got.push(`${data.length}`);
    socket.onclose = () => got.push("close");
  });
  const client = new WebSocketClient(server.url, { ...FAST, closeTimeout: 5 });
  await client.connect();
  const sent = Array.from({ length: 12 }, (_, index) => client.send("x".repeat(2 ** 20 + index)));
  await client.close();
  assertEquals(await Promise.all(sent), sent.map(() => true));
  while (got.length < 13) await new Promise((done) => setTimeout(done, 5));
  assertEquals(got, [...sent.map((_, index) => `${2 ** 20 + index}`), "close"]);
});

// R17.3
Deno.test("send() waits while the peer does not read, and the outbox is bounded", async () => {
  let go = () => {};
  const reading = new Promise<void>((resolve) => go = resolve);
  let bytes = 0;
  await using server = serveRaw(async (peer) => {
    await peer.accept();
    await reading;
    for (let got = await peer.read(); got !== null; got = await peer.read()) {
      if (got.opcode === 8) await peer.write(frame(8, got.payload));
      else bytes += got.payload.length;
    }
  });
  const client = new WebSocketClient(server.url, { ...ONCE, outbox: { maxMessages: 2 } });
  await client.connect();
  const block = new Uint8Array(4 * 2 ** 20);
  let handed = 0;
  const waiting: Promise<boolean>[] = [];
  // The kernel takes some; then the socket keeps more than 1 MiB, and the rest waits.
  while (waiting.length < 2) {
    const sent = client.send(block);
    const state = await Promise.race([
      sent,
      new Promise((done) => setTimeout(done, 20, "waits")),
    ]);
    if (state === true) handed++;
    else waiting.push(sent);
    assertLess(handed, 20);
  }
  const error = await assertRejects(() => client.send("one too many"), WebSocketError);
  assertStrictEquals(error.code, "queue_full");
  go();
  assertEquals(await Promise.all(waiting), [true, true]);
  await client.close({ timeout: 5 });
  assertStrictEquals(bytes, (handed + 2) * block.length);
});

// R17.3
Deno.test("messages sent while there is no connection go out in order after onConnect, once", async () => {
  const got: string[][] = [];
  await using server = serveSockets((socket) => {
    const own: string[] = [];
    got.push(own);
    socket.onmessage = ({ data }) => {
      own.push(data);
      if (data === "login") socket.send("welcome");
      if (data === "cut") socket.close(1011);
      else if (data !== "login") socket.send(data);
    };
  });
  const logins: unknown[] = [];
  const client = new WebSocketClient(server.url, {
    ...FAST,
    onConnect: async (session) => {
      session.send("login");
      logins.push(await session.receive());
    },
  });
  const events: string[] = [];
  client.on("reconnecting", ({ ending, attempt }) => events.push(`lost ${ending.code} ${attempt}`));
  client.on("reconnected", () => events.push("reconnected"));
  const connecting = client.connect();
  const early = client.send("early");
  assertEquals([await connecting, await early], [true, true]);
  assertEquals(await client.receive(), "early");
  await client.send("cut");
  while (client.state === "open") await new Promise((done) => setTimeout(done, 1));
  const late = ["a", "b", "c"].map((message) => client.send(message));
  assertEquals(await Promise.all(late), [true, true, true]);
  assertEquals([await client.receive(), await client.receive(), await client.receive()], [
    "a",
    "b",
    "c",
  ]);
  await client.close();
  assertEquals(got, [["login", "early", "cut"], ["login", "a", "b", "c"]]);
  assertEquals(logins, ["welcome", "welcome"]);
  assertEquals(events, ["lost 1011 1", "reconnected"]);
});

// R17.3
Deno.test("a message that waits is given up by ttl, signal, policy or close, and says so", async () => {
  const client = new WebSocketClient(() => new Promise<string>(() => {}), {
    ...FAST,
    outbox: { maxMessages: 2, overflow: "drop-oldest" },
  });
  const drops: unknown[] = [];
  client.on("drop", (drop) => drops.push(drop));
  const connecting = client.connect();
  assertStrictEquals(await client.send("stale", { ttl: { milliseconds: 10 } }), false);
  const controller = new AbortController();
  const taken = failure(client.send("taken back", { signal: controller.signal }));
  const reason = new Error("never mind");
  controller.abort(reason);
  assertStrictEquals(await taken, reason);
  assertStrictEquals(await failure(client.send("x", { signal: controller.signal })), reason);
  const oldest = client.send("oldest");
  const rest = [client.send("second"), client.send("third")].map(failure);
  assertStrictEquals(await oldest, false);
  await client.close();
  for (const error of await Promise.all(rest)) {
    assertStrictEquals((error as NetworkingError).code, "closed");
  }
  assertStrictEquals(await connecting, false);
  assertEquals(drops, [
    { from: "outbox", message: "stale", reason: "ttl" },
    { from: "outbox", message: "oldest", reason: "overflow" },
  ]);
});

Deno.test("bytes that wait are sent as they were when send() was called", async () => {
  await using server = serveSockets(echo);
  await using client = new WebSocketClient(server.url, FAST);
  const connecting = client.connect();
  const bytes = new Uint8Array([1, 2]);
  const sent = client.send(bytes);
  bytes.fill(9);
  await Promise.all([connecting, sent]);
  assertEquals(await client.receive(), new Uint8Array([1, 2]));
});

Deno.test("what is no message is a TypeError, and holds up nobody", async () => {
  await using server = serveSockets(echo);
  await using client = new WebSocketClient<unknown, unknown>(server.url, FAST as never);
  await client.connect();
  const shared = new Uint8Array(new SharedArrayBuffer(1));
  for (const wrong of [1, null, {}, undefined, shared]) {
    await assertRejects(() => client.send(wrong), TypeError, "Cannot send");
  }
  await client.send("fine");
  assertEquals(await client.receive(), "fine");
});
