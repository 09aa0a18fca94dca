/** What a peer, a store or a program may do wrong, and what that must not come to. */

import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import type { NetworkingError } from "../../mod.ts";
import {
  type BunSocket,
  type Payload,
  type ReliableClient,
  ReliableServer,
  type ReliableStore,
} from "../../src/reliable/mod.ts";
import { memoryState } from "../../src/shared_state/mod.ts";
import { cut, pair } from "./pair.ts";
import { FakeSocket } from "./sockets.ts";
import { until } from "../support/until.ts";

const pause = (ms = 2) => new Promise((resolve) => setTimeout(resolve, ms));
const codeOf = (error: unknown) => (error as NetworkingError).code;

// R24.4
Deno.test("what nobody had read before a gap is read after it, and acknowledges nothing of the new session", async (t) => {
  const readers = {
    "receive()": (client: ReliableClient, got: string[]) =>
      void (async () => {
        for await (const message of client) got.push(String(message));
      })().catch(() => {}),
    "a handler": (client: ReliableClient, got: string[]) =>
      void client.on("message", ({ message }) => got.push(String(message))),
  };
  for (const [name, read] of Object.entries(readers)) {
    for (const withStore of [false, true]) {
      await t.step(`${name}${withStore ? ", with a store" : ""}`, async () => {
        const both = pair();
        const client = both.newClient(withStore ? { store: memoryState() } : {});
        let gaps = 0;
        client.on("gap", () => gaps++);
        await client.connect();
        for (const text of ["a", "b", "c"]) both.sessions[0]!.send(text);
        await pause();
        both.restart();
        await until(() => gaps === 1 && client.state === "open", "a gap");
        const got: string[] = [];
        read(client, got);
        await until(() => got.length === 3, "what was kept");
        await pause(5);
        assertEquals(client.state, "open");
        const arrived = both.sessions[1]!.send("d");
        await until(() => got.length === 4, "the first of the new session");
        await arrived;
        const next = both.sessions[1]!.receive();
        await client.send("e");
        assertEquals([got, await next], [["a", "b", "c", "d"], "e"]);
        await client.close();
        await both.close();
      });
    }
  }
});

Deno.test("what was not read in one life is no message of the next", async () => {
  const both = pair();
  const client = both.newClient();
  await client.connect();
  both.sessions[0]!.send("a");
  await pause();
  await client.close();
  await client.connect();
  both.sessions[1]!.send("b");
  assertEquals(await client.receive(), "b");
  await pause(5);
  assertEquals(client.state, "open");
  await client.close();
  await both.close();
});

Deno.test("close() and an abort end a connect() that waits for its store", async (t) => {
  const newStore = () => {
    const gate = Promise.withResolvers<void>();
    const state = memoryState();
    const store: ReliableStore = {
      get: (key) => gate.promise.then(() => state.get(key)),
      set: (key, value) => state.set(key, value),
      compareAndSet: (key, version, value) => state.compareAndSet(key, version, value),
    };
    return { store, open: gate.resolve };
  };
  await t.step("close()", async () => {
    const both = pair();
    const { store, open } = newStore();
    const client = both.newClient({ store });
    const connected = client.connect();
    const sent = client.send("x").catch((error) => error);
    const received = client.receive();
    await client.close();
    assertEquals(await connected, false);
    assertEquals(codeOf(await sent), "closed");
    assertEquals(await received, null);
    open();
    await pause(5);
    assertEquals([both.sessions.length, client.state], [0, "closed"]);
    assertEquals(await client.connect(), true);
    await client.close();
    await both.close();
  });
  await t.step("an abort", async () => {
    const both = pair();
    const { store, open } = newStore();
    const controller = new AbortController();
    const client = both.newClient({ store, signal: controller.signal });
    const connected = client.connect();
    controller.abort(new Error("enough"));
    await assertRejects(() => connected, Error, "enough");
    open();
    await pause(5);
    assertEquals(both.sessions.length, 0);
    await client.close();
    await both.close();
  });
});

// R24.10
Deno.test("a store with something else under the key is refused with words", async (t) => {
  const heads: unknown[] = [
    5,
    "x",
    null,
    [],
    {},
    { sid: 5, epoch: "e", acked: 0, rx: 0 },
    {
      sid: "s",
      epoch: "e",
      acked: -1,
      rx: 0,
    },
    { sid: "s", epoch: 5, acked: 0, rx: 0 },
    { sid: "s", epoch: "e", acked: 0, rx: 1.5 },
  ];
  const bodies: unknown[] = [5, null, {}, { base64: 5 }, { base64: "%" }, "no frame"];
  const good = { sid: "s", epoch: "e", acked: 0, rx: 0 };
  const rows: [unknown, unknown][] = [
    ...heads.map((head): [unknown, unknown] => [head, undefined]),
    ...bodies.map((body): [unknown, unknown] => [good, body]),
  ];
  for (const [head, body] of rows) {
    await t.step(`${JSON.stringify(head)} ${JSON.stringify(body)}`, async () => {
      const both = pair();
      const store = memoryState();
      await store.set(["key"], head);
      if (body !== undefined) await store.set(["key", "e", "1"], body);
      const client = both.newClient({ store, storeKey: "key" });
      const error = await assertRejects(() => client.connect(), Error, "the store");
      assertEquals(codeOf(error), "decode_failed");
      assert(error.message.includes("key"), error.message);
      assertEquals(both.sessions.length, 0);
      assertEquals((await store.get(["key"]))?.value, head); // it is somebody's
      await client.close();
      await both.close();
    });
  }
});

Deno.test("connect() while it closes begins another life", async () => {
  const both = pair();
  const client = both.newClient();
  await client.connect();
  const closing = client.close();
  const again = client.connect();
  await closing;
  assertEquals([await again, client.state], [true, "open"]);
  const next = both.sessions[1]!.receive();
  await client.send("x");
  assertEquals(await next, "x");
  await client.close();
  await both.close();
});

/** A connection of a server that takes nothing off the wire. */
class Clogged extends FakeSocket {
  isTerminated = false;
  override send(data: Payload): void {
    super.send(data);
    this.bufferedAmount += data.length;
  }
  terminate(): void {
    this.isTerminated = true;
    this.cut();
  }
}

// R24.7
Deno.test("a client that asks and never reads is given up, and its session waits", async (t) => {
  const floods: [string, (socket: Clogged, n: number) => void][] = [
    ["pings", (socket) => socket.receive('{"type":"ping"}')],
    ["messages", (socket, n) => socket.receive(`{"n":${n},"d":""}`)],
  ];
  for (const [name, flood] of floods) {
    await t.step(name, async () => {
      const both = pair({ onSession: (session) => session.on("message", () => {}) });
      const socket = new Clogged();
      both.server.accept(socket);
      socket.open();
      socket.receive('{"type":"hello","sid":null,"rx":0}');
      let largest = 0;
      for (let n = 1; n <= 5_000_000 && socket.readyState === 1; n++) {
        flood(socket, n);
        socket.written.length = 0;
        largest = Math.max(largest, socket.bufferedAmount);
      }
      assert(socket.isTerminated, "it was not cut off");
      assertLess(largest, 300_000);
      assertEquals(both.sessions[0]!.state, "waiting");
      await both.close();
    });
  }
});

Deno.test("a client that is slow to take much is not given up", async () => {
  const both = pair();
  const socket = new Clogged();
  both.server.accept(socket);
  socket.open();
  socket.receive('{"type":"hello","sid":null,"rx":0}');
  for (let count = 0; count < 1000; count++) both.sessions[0]!.send("\0".repeat(1000));
  assert(socket.bufferedAmount > 5_000_000);
  for (let count = 0; count < 1000; count++) socket.receive('{"type":"ping"}');
  assertEquals([socket.isTerminated, both.sessions[0]!.state], [false, "open"]);
  await both.close();
});

Deno.test("Bun's socket that drops a message is cut, so that the message is written again", async () => {
  const server = new ReliableServer({ onSession: (session) => void session.send("x") });
  const handlers = server.bunHandlers();
  let isTerminated = false;
  const socket: BunSocket = {
    send: () => 0, // nothing was taken
    close: () => {},
    terminate: () => void (isTerminated = true),
  };
  handlers.open(socket);
  handlers.message(socket, '{"type":"hello","sid":null,"rx":0}');
  await pause();
  assert(isTerminated);
  handlers.close(socket);
  assertEquals(server.counts, { sessions: 1, detached: 1, detachedBytes: 1 });
  await server.close();
});

// R24.1
Deno.test("a cut at any frame, whatever was read of it, loses nothing and repeats nothing", async () => {
  for (let after = 1; after <= 12; after++) {
    const both = pair();
    const client = both.newClient();
    await client.connect();
    let frames = 0;
    for (const side of ["client", "server"] as const) {
      const socket = both.links[0]![side];
      const { onwrite } = socket;
      socket.onwrite = (data) => {
        if (++frames === after) return cut(both.links[0]);
        onwrite!(data);
      };
    }
    const sent = ["a", "b", "c", "d"];
    for (const text of sent) client.send(text);
    for (const text of sent) both.sessions[0]!.send(text);
    const [here, there]: [string[], string[]] = [[], []];
    for (let count = 0; count < 4; count++) {
      there.push(String(await both.sessions[0]!.receive()));
      here.push(String(await client.receive()));
    }
    assertEquals([here, there, both.sessions.length], [sent, sent, 1]);
    await client.close();
    await both.close();
  }
});
