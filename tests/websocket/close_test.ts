/** How a WebSocket connection ends: by close(), by the peer, by a broken frame, on each runtime. */

import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertInstanceOf,
  assertLess,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { NetworkingError, TimeoutError, WebSocketClient, type WebSocketError } from "../../mod.ts";
import { closeFrame, frame, join, type RawPeer, serveRaw } from "./raw_server.ts";
import { nextSocket, ScriptedSocket } from "./scripted_socket.ts";
import { echo, failure, FAST, ONCE, serveSockets } from "./sockets.ts";

// R17.4, R17.10
Deno.test("an abnormal end is one error and one close with 1006, after what was received", async (t) => {
  const rows: [name: string, script: (peer: RawPeer) => Promise<void>, code: number][] = [
    ["FIN without a close frame", (peer) => peer.accept(frame(1, "last")), 1006],
    ["an invalid close code", (peer) => peer.accept(join(frame(1, "last"), closeFrame(999))), 1006],
    [
      "text that is no UTF-8",
      (peer) => peer.accept(join(frame(1, "last"), frame(1, new Uint8Array([0xff])))),
      1006,
    ],
    ["reserved bits", (peer) => peer.accept(join(frame(1, "last"), frame(1, "x", 0xf0))), 1006],
    ["an unknown opcode", (peer) => peer.accept(join(frame(1, "last"), frame(11, "x"))), 1006],
    [
      "the end in the middle of a frame",
      (peer) => peer.accept(join(frame(1, "last"), frame(1, "half").subarray(0, 3))),
      1006,
    ],
    ["an oversized control frame", (peer) => held(peer, frame(9, "x".repeat(126))), 1006],
    ["a close frame of one byte", (peer) => held(peer, frame(8, "x")), 1006],
    ["a close frame of 4500", (peer) => closed(peer, 4500), 4500],
    ["a close frame of 1011", (peer) => closed(peer, 1011), 1011],
  ];
  for (const [name, script, code] of rows) {
    await t.step(name, async () => {
      await using server = serveRaw(script);
      const client = new WebSocketClient(server.url, ONCE);
      const events: string[] = [];
      client.on("error", ({ error }) => events.push(`error ${(error as WebSocketError).code}`));
      client.on("close", (ending) => events.push(`close ${ending.code}`));
      await client.connect();
      assertEquals((await client.closed).code, code);
      assertEquals(await client.receive(), "last");
      const error = await assertRejects(() => client.receive(), NetworkingError);
      assertEquals(events, [`error ${error.code}`, `close ${code}`]);
      assertStrictEquals(await failure(client.send("x")), error);
    });
  }
});

// R17.4
Deno.test("1000, 1001 and no code end the messages without an error", async () => {
  for (const code of [1000, 1001, 1005]) {
    await using server = serveRaw(async (peer) => {
      const end = code === 1005 ? frame(8, "") : closeFrame(code, "bye");
      await peer.accept(join(frame(1, "one"), frame(1, "two"), end));
      await peer.read();
    });
    const client = new WebSocketClient(server.url, ONCE);
    await client.connect();
    const messages: unknown[] = [];
    for await (const message of client) messages.push(message);
    assertEquals(messages, ["one", "two"]);
    assertEquals((await client.closed).code, code);
  }
});

// R17.9
Deno.test("close() is bounded against a peer that never answers, and idempotent", async () => {
  const frames: number[][] = [];
  await using server = serveRaw(async (peer) => {
    await peer.accept();
    for (let got = await peer.read(); got !== null; got = await peer.read()) {
      if (got.opcode === 8) frames.push([...got.payload]);
    }
  });
  const client = new WebSocketClient(server.url, FAST);
  let closes = 0;
  client.on("close", () => closes++);
  await client.connect();
  const startedAt = performance.now();
  const first = client.close({ code: 4001, reason: "ok", timeout: { milliseconds: 50 } });
  assertStrictEquals(client.state, "draining");
  await Promise.all([first, client.close(), client[Symbol.asyncDispose]()]);
  const elapsedMs = performance.now() - startedAt;
  assertGreaterOrEqual(elapsedMs, 50);
  assertLess(elapsedMs, 1000);
  assertEquals(await client.closed, {
    code: 1006,
    reason: "",
    wasClean: false,
  });
  assertStrictEquals(closes, 1);
  assertEquals(frames, [[4001 >> 8, 4001 & 255, 0x6f, 0x6b]]);
});

Deno.test("leaving the block closes it in order, with what was queued", async () => {
  const got: number[] = [];
  const ended = Promise.withResolvers<void>();
  await using server = serveRaw(async (peer) => {
    await peer.accept();
    for (let next = await peer.read(); next !== null; next = await peer.read()) {
      got.push(
        next.opcode,
        ...(next.opcode === 8 ? [next.payload[0]! * 256 + next.payload[1]!] : []),
      );
      if (next.opcode === 8) await peer.write(frame(8, next.payload));
    }
    ended.resolve();
  });
  {
    await using client = new WebSocketClient(server.url, FAST);
    await client.connect();
    void client.send("last");
  }
  await ended.promise;
  assertEquals(got, [1, 8, 1000]);
});

Deno.test("a close that cannot be sent is refused before the socket is touched", async () => {
  await using server = serveSockets(echo);
  await using client = new WebSocketClient(server.url, FAST);
  await client.connect();
  for (const code of [0, 999, 1001, 1005, 1006, 2999, 5000, NaN]) {
    await assertRejects(() => client.close({ code }), RangeError, `code ${code}`);
  }
  await assertRejects(() => client.close({ reason: "ü".repeat(62) }), RangeError, "124 bytes");
  assertStrictEquals(client.state, "open");
});

Deno.test("a reset connection is an abnormal end", async () => {
  await using server = serveRaw(async (peer) => {
    await peer.accept(frame(1, "last"));
    await new Promise((done) => setTimeout(done, 30));
    peer.end(); // what the client sent is unread, so this is a RST
  });
  const client = new WebSocketClient(server.url, ONCE);
  await client.connect();
  await client.send("unread");
  assertEquals(await client.receive(), "last");
  const error = await assertRejects(() => client.receive(), NetworkingError);
  assertStrictEquals(error.code, "connection_reset");
  assertStrictEquals((await client.closed).code, 1006);
});

// R17.1, R17.9, R17.10
Deno.test("how other runtimes end is the same one error and one close", async (t) => {
  const options = { ...ONCE, webSocket: ScriptedSocket };
  await t.step("an error without a close while connecting (Node 22)", async () => {
    const client = new WebSocketClient("ws://x", options);
    const connecting = failure(client.connect());
    const socket = await nextSocket();
    assertStrictEquals(socket.binaryType, "arraybuffer");
    socket.onerror?.({ message: "" } as never);
    socket.onerror?.({ message: "again" } as never);
    assertStrictEquals((await connecting as NetworkingError).code, "connection_failed");
  });
  await t.step("a late open is closed, not adopted", async () => {
    const client = new WebSocketClient("ws://x", { ...options, timeout: { milliseconds: 5 } });
    assertInstanceOf(await failure(client.connect()), TimeoutError);
    const socket = await nextSocket();
    const { closes } = socket;
    socket.open();
    assertStrictEquals(socket.closes, closes + 1);
    assertStrictEquals(client.state, "closed");
  });
  await t.step("an error after the close, and a null protocol (workerd)", async () => {
    const client = new WebSocketClient("ws://x", options);
    const connecting = client.connect();
    const socket = await nextSocket();
    socket.open();
    await connecting;
    assertStrictEquals(client.protocol, "");
    const events: string[] = [];
    client.on("error", () => events.push("error"));
    client.on("close", ({ code }) => events.push(`close ${code}`));
    socket.onclose?.({ code: 0, reason: "", wasClean: false } as never);
    socket.onerror?.({ message: "late" } as never);
    socket.onclose?.({ code: 1000, reason: "", wasClean: true } as never);
    assertEquals(events, ["error", "close 1006"]);
  });
  await t.step("a socket that is closing takes no message", async () => {
    const client = new WebSocketClient("ws://x", options);
    const connecting = client.connect();
    const socket = await nextSocket();
    socket.open();
    await connecting;
    socket.readyState = 2;
    const sent = failure(client.send("lost?"));
    socket.onclose?.({ code: 1000, reason: "", wasClean: true } as never);
    assertStrictEquals((await sent as NetworkingError).code, "closed");
    assertEquals(socket.sent, []);
  });
  await t.step("messages after our close frame are dropped", async () => {
    const client = new WebSocketClient("ws://x", options);
    const connecting = client.connect();
    const socket = await nextSocket();
    socket.open();
    await connecting;
    socket.onmessage?.({ data: "before" } as never);
    const closing = client.close();
    socket.onmessage?.({ data: "after" } as never);
    socket.onclose?.({ code: 1000, reason: "", wasClean: true } as never);
    await closing;
    assertEquals(await Array.fromAsync(client), ["before"]);
  });
  await t.step("a runtime that sends no headers says so, once", async () => {
    const client = new WebSocketClient("ws://x", {
      ...options,
      maxRetries: 3,
      headers: { authorization: "hunter2" },
    });
    const error = await failure(client.connect()) as NetworkingError;
    assertStrictEquals(error.code, "protocol_error");
    assert(!Deno.inspect(error).includes("hunter2"));
  });
});

async function held(peer: RawPeer, bad: Uint8Array): Promise<void> {
  await peer.accept(join(frame(1, "last"), bad));
  while (await peer.read() !== null);
}

async function closed(peer: RawPeer, code: number, reason = ""): Promise<void> {
  await peer.accept(join(frame(1, "last"), closeFrame(code, reason)));
  await peer.read();
}
