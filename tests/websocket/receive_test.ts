/** receive() of the WebSocket client: the inbox, its order and its bounds. */

import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { TimeoutError, WebSocketClient, WebSocketError } from "../../mod.ts";
import { frame, polite, type RawPeer, serveRaw, silent } from "./raw_server.ts";
import { echo, failure, FAST, ONCE, serveSockets } from "./sockets.ts";

Deno.test("a message in the segment of the 101 is not lost", async () => {
  await using server = serveRaw(async (peer) => {
    await peer.accept(frame(1, "early"));
    await silent(peer);
  });
  const client = new WebSocketClient(server.url, ONCE);
  await client.connect();
  await new Promise((done) => setTimeout(done, 20));
  assertEquals(await client.receive({ timeout: 1 }), "early");
  await client.close();
});

// R17.4
Deno.test("receive() that gives up consumes nothing; readers are served in order", async () => {
  await using server = serveSockets(echo);
  await using client = new WebSocketClient(server.url, FAST);
  await client.connect();
  const error = await assertRejects(
    () => client.receive({ timeout: { milliseconds: 10 } }),
    TimeoutError,
  );
  assertStrictEquals(error.code, "idle_timeout");
  const controller = new AbortController();
  const aborted = failure(client.receive({ signal: controller.signal }));
  controller.abort("enough");
  assertStrictEquals(await aborted, "enough");
  const readers = [client.receive(), client.receive()];
  await client.send("first");
  await client.send("second");
  assertEquals(await Promise.all(readers), ["first", "second"]);
});

Deno.test("a reader keeps up with a flood of small messages, also in a loop", async (t) => {
  const COUNT = 100_000;
  await using server = serveSockets((socket) => {
    socket.onopen = () => {
      for (let count = 0; count < COUNT; count++) socket.send("x");
      socket.close(1000);
    };
  });
  const readers: Record<string, (client: WebSocketClient) => Promise<number>> = {
    async "receive()"(client) {
      let count = 0;
      while (await client.receive() !== null) count++;
      return count;
    },
    async "for await"(client) {
      let count = 0;
      for await (const _ of client) count++;
      return count;
    },
  };
  for (const [name, read] of Object.entries(readers)) {
    await t.step(name, async () => {
      const client = new WebSocketClient(server.url, FAST);
      await client.connect();
      assertStrictEquals(await read(client), COUNT);
    });
  }
});

// R17.1
Deno.test("a full inbox ends the connection, or drops and says so", async (t) => {
  const flood = (peer: RawPeer) =>
    polite(peer, ...Array.from({ length: 5 }, (_, index) => frame(1, `${index}`)));
  await t.step("error", async () => {
    await using server = serveRaw(flood);
    const client = new WebSocketClient(server.url, { ...FAST, inbox: { maxMessages: 3 } });
    await client.connect();
    await client.closed;
    assertEquals(
      [await client.receive(), await client.receive(), await client.receive()],
      ["0", "1", "2"],
    );
    const error = await assertRejects(() => client.receive(), WebSocketError);
    assertStrictEquals(error.code, "queue_full");
  });
  for (
    const [overflow, left, lost] of [
      ["drop-oldest", ["2", "3", "4"], ["0", "1"]],
      ["drop-newest", ["0", "1", "2"], ["3", "4"]],
    ] as const
  ) {
    await t.step(overflow, async () => {
      await using server = serveRaw(flood);
      const client = new WebSocketClient(server.url, {
        ...FAST,
        inbox: { maxMessages: 3, overflow },
      });
      const drops: unknown[] = [];
      client.on("drop", ({ message }) => drops.push(message));
      await client.connect();
      while (drops.length < 2) await new Promise((done) => setTimeout(done, 2));
      await client.close();
      const messages = await Array.fromAsync(client);
      assertEquals(messages, left as unknown as string[]);
      assertEquals(drops, lost as unknown as string[]);
    });
  }
});

// R17.1
Deno.test("a message above maxMessageSize is not delivered, and ends it, fragmented or not", async () => {
  const half = "x".repeat(600);
  for (
    const parts of [[frame(1, half + half)], [frame(1, half, 0), frame(0, half)]]
  ) {
    await using server = serveRaw((peer) => polite(peer, frame(1, "small"), ...parts));
    const client = new WebSocketClient(server.url, { ...FAST, maxMessageSize: 1000 });
    await client.connect();
    await client.closed;
    assertEquals(await client.receive(), "small");
    const error = await assertRejects(() => client.receive(), WebSocketError);
    assertStrictEquals(error.code, "message_too_large");
    assertStrictEquals(server.count, 1);
  }
});
