/** The WebSocket client against real sockets: Deno's own server, and one that breaks the rules. */

import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertInstanceOf,
  assertLess,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  ConnectionError,
  NetworkingError,
  PermissionError,
  TimeoutError,
  WebSocketClient,
  type WebSocketClientOptions,
  WebSocketError,
} from "../../mod.ts";
import { FakeClock } from "../../src/testing/mod.ts";
import { closeFrame, frame, type RawPeer, serveRaw } from "./raw_server.ts";

/** Deno's server; `use` gets each socket. */
function serveSockets(
  use: (socket: WebSocket, request: Request) => void,
  protocol?: string,
): { readonly url: string } & AsyncDisposable {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      const { socket, response } = Deno.upgradeWebSocket(
        request,
        protocol === undefined ? {} : { protocol },
      );
      use(socket, request);
      return response;
    },
  );
  return {
    url: `ws://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function echo(socket: WebSocket): void {
  socket.onmessage = ({ data }) => socket.send(data);
}

const FAST: WebSocketClientOptions = {
  retryBackoff: { milliseconds: 5 },
  closeTimeout: { milliseconds: 100 },
};

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

/** Accepts and answers a close frame with the same code. */
async function polite(peer: RawPeer, ...frames: Uint8Array[]): Promise<void> {
  await peer.accept();
  for (const each of frames) await peer.write(each);
  for (let got = await peer.read(); got !== null; got = await peer.read()) {
    if (got.opcode !== 8) continue;
    await peer.write(frame(8, got.payload));
    return;
  }
}

/** Reads until the connection is gone, and answers nothing. */
async function silent(peer: RawPeer): Promise<void> {
  while (await peer.read() !== null);
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(() => assert(false, "it did not fail"), (error) => error);
}

const ONCE: WebSocketClientOptions = { ...FAST, maxRetries: 0, reconnect: false };

Deno.test("before connect(), send() and receive() reject with not_connected (trap 16)", async () => {
  const client = new WebSocketClient("ws://127.0.0.1:1", FAST);
  for (const call of [() => client.send("x"), () => client.receive()]) {
    const error = await assertRejects(call, WebSocketError);
    assertStrictEquals(error.code, "not_connected");
  }
  await client.close();
  assertStrictEquals(client.state, "idle");
});

Deno.test("connect() says why it failed (traps 9, 14)", async (t) => {
  const port = 1; // nothing listens there
  await t.step("refused", async () => {
    const client = new WebSocketClient(`ws://127.0.0.1:${port}/?token=hunter2`, ONCE);
    const error = await assertRejects(() => client.connect(), ConnectionError);
    assertStrictEquals(error.code, "connection_refused");
    assert(!JSON.stringify([error.message, error]).includes("hunter2"));
    assertStrictEquals(client.state, "closed");
  });
  for (const [status, calls] of [[401, 1], [404, 1], [302, 1], [503, 3]] as const) {
    await t.step(`status ${status} after ${calls} attempts`, async () => {
      await using server = serveRaw((peer) =>
        peer.write(
          `HTTP/1.1 ${status} X\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n`,
        )
      );
      const client = new WebSocketClient(server.url, { ...FAST, maxRetries: 2 });
      const error = await assertRejects(() => client.connect(), WebSocketError);
      assertStrictEquals(error.code, "handshake_rejected");
      assertStrictEquals(error.statusCode, status);
      assertStrictEquals(server.count, calls);
      assertEquals(
        error.attempts.map(({ number, statusCode }) => [number, statusCode]),
        Array.from({ length: calls }, (_, index) => [index + 1, status]),
      );
    });
  }
  await t.step("a malformed URL", async () => {
    for (const url of ["ftp://x", "nonsense", "ws://localhost/#fragment"]) {
      const error = await assertRejects(
        () => new WebSocketClient(url, FAST).connect(),
        NetworkingError,
      );
      assertStrictEquals(error.code, "invalid_url");
    }
  });
  await t.step("a host header, which no handshake sends, before anything is tried", async () => {
    const says = 'Cannot set the header "host": a WebSocket sends the host of the URL';
    const headers = { Host: "a.example" };
    assertThrows(() => new WebSocketClient("ws://127.0.0.1/", { headers }), TypeError, says);
    const client = new WebSocketClient("ws://127.0.0.1/", {
      ...FAST,
      headers: () => headers,
      maxRetries: 1,
    });
    await assertRejects(() => client.connect(), TypeError, says);
  });
  await t.step("a provider that fails, unchanged, after it was asked again", async () => {
    let asked = 0;
    const broken = new Error("no token");
    const client = new WebSocketClient(() => {
      asked++;
      throw broken;
    }, { ...FAST, maxRetries: 2 });
    assertStrictEquals(await failure(client.connect()), broken);
    assertStrictEquals(asked, 3);
  });
});

Deno.test("the handshake has a deadline, providers included (traps 9, 10)", async (t) => {
  const options = { ...ONCE, timeout: { milliseconds: 40 } };
  await t.step("a server that never answers", async () => {
    await using server = serveRaw(silent);
    const client = new WebSocketClient(server.url, options);
    const error = await assertRejects(() => client.connect(), TimeoutError);
    assertStrictEquals(error.code, "attempt_timeout");
    assertStrictEquals(error.limitMs, 40);
    assertGreaterOrEqual(error.elapsedMs, 40);
  });
  await t.step("a provider that never answers", async () => {
    let signal: AbortSignal | undefined;
    const client = new WebSocketClient((context) => {
      signal = context.signal;
      return new Promise<string>(() => {});
    }, options);
    const error = await assertRejects(() => client.connect(), TimeoutError);
    assertStrictEquals(error.code, "attempt_timeout");
    assert(signal?.aborted);
  });
  await t.step("onConnect that waits for an answer that never comes", async () => {
    await using server = serveSockets(() => {});
    const client = new WebSocketClient(server.url, {
      ...options,
      onConnect: async (session) => void await session.receive(),
    });
    await assertRejects(() => client.connect(), TimeoutError);
  });
});

Deno.test("calls of connect() at the same time share one attempt (trap 11)", async () => {
  let sockets = 0;
  await using server = serveSockets(() => void sockets++);
  await using client = new WebSocketClient(server.url, FAST);
  assertEquals(await Promise.all([client.connect(), client.connect()]), [true, true]);
  assertStrictEquals(await client.connect(), true);
  assertStrictEquals(sockets, 1);
});

Deno.test("connect() after close() begins a new life, with the same handlers (trap 11)", async () => {
  await using server = serveSockets(echo);
  const client = new WebSocketClient(server.url, FAST);
  const events: string[] = [];
  client.on("open", () => events.push("open"));
  client.on("close", ({ code }) => events.push(`close ${code}`));
  for (let life = 0; life < 2; life++) {
    await client.connect();
    await client.send("x");
    assertEquals(await client.receive(), "x");
    await client.close();
    assertStrictEquals(await client.receive(), null);
    const error = await assertRejects(() => client.send("x"), NetworkingError);
    assertStrictEquals(error.code, "closed");
  }
  assertEquals(events, ["open", "close 1000", "open", "close 1000"]);
});

Deno.test("close() while it connects makes connect() false, in each phase (traps 10, 30)", async (t) => {
  await t.step("during a provider", async () => {
    const client = new WebSocketClient(() => new Promise<string>(() => {}), FAST);
    const connecting = client.connect();
    await client.close();
    assertStrictEquals(await connecting, false);
  });
  await t.step("during the handshake", async () => {
    await using server = serveRaw(silent);
    const client = new WebSocketClient(server.url, FAST);
    const connecting = client.connect();
    while (server.count === 0) await new Promise((done) => setTimeout(done, 2));
    await client.close();
    assertStrictEquals(await connecting, false);
  });
  await t.step("during the back-off", async () => {
    const client = new WebSocketClient("ws://127.0.0.1:1", { maxRetries: 9, retryBackoff: 60 });
    const connecting = client.connect();
    while (client.state !== "waiting") await new Promise((done) => setTimeout(done, 2));
    await client.close();
    assertStrictEquals(await connecting, false);
  });
});

Deno.test("a message in the segment of the 101 is not lost (trap 7)", async () => {
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

Deno.test("an abnormal end is one error and one close with 1006, after what was received (traps 1, 2, 3, 25)", async (t) => {
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

async function held(peer: RawPeer, bad: Uint8Array): Promise<void> {
  await peer.accept(join(frame(1, "last"), bad));
  while (await peer.read() !== null);
}

function join(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

async function closed(peer: RawPeer, code: number, reason = ""): Promise<void> {
  await peer.accept(join(frame(1, "last"), closeFrame(code, reason)));
  await peer.read();
}

Deno.test("1000, 1001 and no code end the messages without an error (trap 25)", async () => {
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

Deno.test("a subprotocol that was not offered, or none, is refused (traps 12, 13)", async () => {
  for (const chosen of ["Sec-WebSocket-Protocol: other\r\n", ""]) {
    await using server = serveRaw(async (peer) => {
      await peer.accept(undefined, chosen);
      await silent(peer);
    });
    const client = new WebSocketClient(server.url, { ...FAST, protocols: "chat" });
    const error = await assertRejects(() => client.connect(), WebSocketError);
    assertStrictEquals(error.code, "subprotocol_mismatch");
    assertStrictEquals(server.count, 1);
  }
  await using server = serveSockets(echo, "chat");
  await using client = new WebSocketClient(server.url, { ...FAST, protocols: ["v2", "chat"] });
  await client.connect();
  assertStrictEquals(client.protocol, "chat");
});

Deno.test("headers go with the handshake, also together with protocols (trap 13)", async () => {
  const heads: string[] = [];
  await using server = serveRaw(async (peer) => {
    heads.push(peer.head.toLowerCase());
    await peer.accept(undefined, "Sec-WebSocket-Protocol: chat\r\n");
    await silent(peer);
  });
  const client = new WebSocketClient(server.url, {
    ...ONCE,
    headers: ({ attempt }) => ({ authorization: `Bearer ${attempt}` }),
    protocols: ["chat"],
  });
  await client.connect();
  await client.close();
  assert(heads[0]!.includes("authorization: bearer 1\r\n"));
  assert(heads[0]!.includes("sec-websocket-protocol: chat\r\n"));
});

Deno.test("close() is bounded against a peer that never answers, and idempotent (traps 30, 31, 32)", async () => {
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

Deno.test("leaving the block closes it in order, with what was queued (trap 35)", async () => {
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

Deno.test("a close that cannot be sent is refused before the socket is touched (trap 33)", async () => {
  await using server = serveSockets(echo);
  await using client = new WebSocketClient(server.url, FAST);
  await client.connect();
  for (const code of [0, 999, 1001, 1005, 1006, 2999, 5000, NaN]) {
    await assertRejects(() => client.close({ code }), RangeError, `code ${code}`);
  }
  await assertRejects(() => client.close({ reason: "ü".repeat(62) }), RangeError, "124 bytes");
  assertStrictEquals(client.state, "open");
});

Deno.test("what was queued is sent before the close frame (traps 18, 34)", async () => {
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

Deno.test("send() waits while the peer does not read, and the outbox is bounded (traps 17, 19, 22)", async () => {
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

Deno.test("messages sent while there is no connection go out in order after onConnect, once (traps 8, 15, 18, 21)", async () => {
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

Deno.test("a message that waits is given up by ttl, signal, policy or close, and says so (trap 19)", async () => {
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

Deno.test("what is no message is a TypeError, and holds up nobody (trap 20)", async () => {
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

Deno.test("receive() that gives up consumes nothing; readers are served in order (traps 23, 24)", async () => {
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

Deno.test("a reader keeps up with a flood of small messages, also in a loop (trap 27)", async (t) => {
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

Deno.test("a full inbox ends the connection, or drops and says so (trap 27)", async (t) => {
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

Deno.test("a message above maxMessageSize is not delivered, and ends it, fragmented or not (trap 28)", async () => {
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

Deno.test("handlers that throw, or reject, harm nobody (trap 8)", async () => {
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

Deno.test("a message that cannot be decoded is an error event with the raw message (trap 29)", async () => {
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

Deno.test("an aborted signal ends it with its reason, and keeps no listener (traps 10, 45, 46)", async () => {
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

Deno.test("after a refused credential the providers are asked once more, with refresh", async () => {
  const seen: string[] = [];
  await using server = serveRaw(async (peer) => {
    seen.push(/token=(\w+)/.exec(peer.head)![1]!);
    await peer.write("HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n");
  });
  const client = new WebSocketClient(
    ({ refresh }) => `${server.url}/?token=${refresh ? "fresh" : "kept"}`,
    FAST,
  );
  const error = await assertRejects(() => client.connect(), WebSocketError);
  assertStrictEquals(error.statusCode, 401);
  assertEquals(seen, ["kept", "fresh"]);
});

Deno.test("a heartbeat keeps the connection, and a missed one abandons and reconnects (traps 40, 41)", async () => {
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

Deno.test("connect() after a close() that ended an attempt begins a new life", async () => {
  await using server = serveSockets(echo);
  await using client = new WebSocketClient(server.url, FAST);
  const first = client.connect();
  await client.close();
  assertEquals(await client.connect(), true);
  assertEquals([await first, client.state], [false, "open"]);
  void client.close();
  assertEquals(await Promise.all([client.connect(), client.connect()]), [true, true]);
});

Deno.test("no hook is told of a handshake that close() ended while a provider was asked", async () => {
  const provided = Promise.withResolvers<Record<string, string>>();
  const told: string[] = [];
  const client = new WebSocketClient("ws://127.0.0.1:1", {
    ...FAST,
    headers: () => provided.promise,
    hooks: { onRequest: () => void told.push("request") },
  });
  const connected = client.connect();
  await client.close();
  provided.resolve({});
  assertEquals(await connected, false);
  await new Promise((done) => setTimeout(done, 5));
  assertEquals(told, []);
});

Deno.test("hooks are told of each handshake, of the retry and of the failure", async () => {
  const told: string[] = [];
  const client = new WebSocketClient("ws://127.0.0.1:1/?key=hunter2", {
    ...FAST,
    maxRetries: 1,
    hooks: {
      onRequest: ({ request, attempt }) => void told.push(`request ${request.method} ${attempt}`),
      onRetry: ({ attempt, waitReason }) => void told.push(`retry ${attempt} ${waitReason}`),
      onError: ({ error }) => void told.push(`error ${error.code}`),
    },
  });
  await assertRejects(() => client.connect());
  await new Promise((done) => setTimeout(done, 1));
  assertEquals(told, [
    "request GET 1",
    "retry 2 backoff",
    "request GET 2",
    "error connection_refused",
  ]);
});

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

/** A socket that does only what the test says. */
class ScriptedSocket {
  static readonly made: ScriptedSocket[] = [];
  binaryType = "blob";
  bufferedAmount = 0;
  readyState = 0;
  protocol: string | null = null;
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  readonly sent: unknown[] = [];
  closes = 0;

  constructor(_url: string, second?: unknown) {
    if (second !== undefined && !Array.isArray(second)) throw new SyntaxError("no such protocol");
    ScriptedSocket.made.push(this);
  }
  send(data: unknown) {
    this.sent.push(data);
  }
  close() {
    this.closes++;
  }
  open() {
    this.readyState = 1;
    this.onopen?.({} as never);
  }
}

/** The socket that a client makes next. */
async function nextSocket(): Promise<ScriptedSocket> {
  const { made } = ScriptedSocket;
  while (made.length === 0) await new Promise((done) => setTimeout(done, 1));
  return made.shift()!;
}

Deno.test("how other runtimes end is the same one error and one close (traps 1, 3, 4, 5, 6, 10)", async (t) => {
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
  await t.step("a socket that is closing takes no message (trap 16)", async () => {
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
  await t.step("messages after our close frame are dropped (trap 26)", async () => {
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

Deno.test("connect() while the client waits ends the wait, as when the network is back (traps 36, 37)", async () => {
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

Deno.test("a permission that is missing is named, and not asked for again", async () => {
  let made = 0;
  const client = new WebSocketClient("ws://localhost:1234/?token=hunter2", {
    ...FAST,
    webSocket: class {
      constructor() {
        made++;
        throw Object.assign(new Error('Requires net access to "localhost:1234", run again'), {
          name: "NotCapable",
        });
      }
    } as never,
  });
  const error = await assertRejects(() => client.connect(), PermissionError);
  assertStrictEquals(error.flag, "--allow-net=localhost:1234");
  assertStrictEquals(made, 1);
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

Deno.test("1,000 connects and closes leave nothing behind (trap 46)", async () => {
  await using server = serveSockets(echo);
  const client = new WebSocketClient(server.url, FAST);
  for (let life = 0; life < 1000; life++) {
    await client.connect();
    await client.close();
  }
  assertStrictEquals(client.state, "closed");
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
  await new Promise((done) => setTimeout(done, 50));
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
