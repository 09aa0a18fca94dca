import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { jsonCodec, NetworkingError, TimeoutError } from "../../mod.ts";
import { ReliableClient, SessionLostError } from "../../src/reliable/mod.ts";
import { cut, pair } from "./pair.ts";
import { FakeSocket } from "./sockets.ts";
import { until } from "../support/until.ts";

const pause = (ms = 2) => new Promise((resolve) => setTimeout(resolve, ms));

// R24.2
Deno.test("send() resolves when the other program has the message, not before", async () => {
  const both = pair();
  const client = both.newClient();
  await client.connect();
  let isThere = false;
  const sent = client.send("hello").then(() => isThere = true);
  await pause(10);
  assert(!isThere, "nobody has read it");
  assertEquals(client.unacked, { messages: 1, bytes: 5 });
  assertEquals(await both.sessions[0]!.receive(), "hello");
  await sent;
  assertEquals(client.unacked, { messages: 0, bytes: 0 });
  await client.close();
  assertEquals(await both.sessions[0]!.receive(), null);
});

Deno.test("text, bytes and values of a codec arrive as they were", async () => {
  const both = pair({
    onSession: (session) => session.on("message", (event) => session.send(event.message)),
  });
  const client = both.newClient();
  await client.connect();
  const lone = "\ud800"; // no UTF-8 has it, JSON does
  for (
    const message of ["grüße 🦕", "", '{"n":1}', lone, new Uint8Array([0, 255]), new Uint8Array()]
  ) {
    await client.send(message);
    assertEquals(await client.receive(), message);
  }
  await client.close();
  const typed = both.newClient({ codec: jsonCodec<{ n: number }>() });
  await typed.connect();
  await typed.send({ n: 1 });
  assertEquals(both.links[1]!.client.written.at(-1), '{"n":1,"d":"{\\"n\\":1}"}');
  assertEquals(await typed.receive(), { n: 1 });
  await typed.close();
});

// R17.7
Deno.test("a message that cannot be decoded is told to the reader in its place, or to a handler", async () => {
  const both = pair();
  const client = both.newClient({ codec: jsonCodec<number>() });
  await client.connect();
  const session = both.sessions[0]!;
  for (const text of ["1", "no JSON", "2"]) session.send(text);
  assertEquals(await client.receive(), 1);
  await assertRejects(() => client.receive(), NetworkingError, "decode");
  assertEquals(await client.receive(), 2);
  const errors: unknown[] = [];
  client.on("error", ({ raw }) => errors.push(raw));
  await session.send("still none");
  assertEquals(errors, ["still none"]);
  await client.close();
});

// R24.4
Deno.test("a gap comes exactly once for each session that was lost, and rejects what was sent", async () => {
  const both = pair();
  const client = both.newClient();
  const gaps: number[] = [];
  client.on("gap", ({ rejected }) => gaps.push(rejected));
  await client.connect();
  assertEquals(gaps, [], "the first session is no gap");
  const lost = client.send("lost");
  await pause();
  both.isUp = false;
  both.restart();
  await pause();
  const never = client.send("never written");
  both.isUp = true;
  const first = await assertRejects(() => lost, SessionLostError);
  const second = await assertRejects(() => never, SessionLostError);
  assertEquals([first.code, first.mayHaveArrived, second.mayHaveArrived], [
    "session_lost",
    true,
    false,
  ]);
  await until(() => client.state === "open", "a connection");
  await pause();
  assertEquals(gaps, [2]);
  client.send("of the new session");
  assertEquals(await both.sessions[1]!.receive(), "of the new session");
  cut(both.links.at(-1));
  await until(() => both.links.length === 2 && client.state === "open", "a connection");
  await pause();
  assertEquals([gaps, both.sessions.length], [[2], 2], "a cut is no gap");
  await client.close();
  await both.close();
});

Deno.test("what nobody awaits does not end the process: gap, close and end are told", async () => {
  const both = pair();
  const client = both.newClient({ reconnect: false });
  await client.connect();
  client.send("floating");
  client.receive().catch(() => {});
  client.on("error", () => {});
  cut(both.links[0]);
  await client.closed;
  client.send("after the end");
  await pause(); // an unhandled rejection would fail the test
  await assertRejects(() => client.send("x"), NetworkingError);
  await both.close();
});

// R24.5
Deno.test("a connection that was taken over does not come back by itself", async () => {
  const both = pair();
  const client = both.newClient();
  await client.connect();
  const sid = JSON.parse(String(both.links[0]!.server.written[0])).sid;
  assert(/^[0-9a-f]{32}$/.test(sid), "128 random bits");
  const thief = new FakeSocket();
  both.server.accept(thief);
  thief.open();
  thief.receive(JSON.stringify({ type: "hello", sid, rx: 0 }));
  assertEquals(JSON.parse(String(thief.written[0])), {
    type: "welcome",
    sid,
    rx: 0,
    resumed: true,
  });
  const ending = await client.closed;
  assertEquals([ending.code, ending.reason], [4001, "another connection has the session"]);
  const error = await assertRejects(() => client.receive(), NetworkingError);
  assertEquals(error.code, "connection_closed");
  await pause(10);
  assertEquals(both.links.length, 1);
  await both.server.close();
});

// R24.5
Deno.test("close() waits for acknowledgements, across a cut, and rejects what is left at its limit", async () => {
  const both = pair();
  const client = both.newClient();
  await client.connect();
  const session = both.sessions[0]!;
  const sent = client.send("last");
  const closing = client.close();
  await assertRejects(() => client.send("too late"), NetworkingError, "closed");
  cut(both.links[0]);
  await until(() => both.links.length === 2, "another connection");
  assertEquals(await session.receive(), "last");
  await Promise.all([sent, closing]);
  assertEquals([client.state, await session.closed], ["closed", {}]);

  await client.connect(); // another life
  const unread = client.send("nobody reads it");
  await client.close({ timeout: { milliseconds: 20 } });
  assertEquals((await assertRejects(() => unread, NetworkingError)).code, "closed");
  assertEquals([both.server.counts.sessions, both.sessions.length], [0, 2]);
});

Deno.test("a server that closes a session ends the client by agreement", async () => {
  const both = pair();
  const client = both.newClient();
  const told: unknown[] = [];
  client.on("error", ({ error }) => told.push(error));
  await client.connect();
  const reading = client.receive();
  await both.sessions[0]!.close();
  assertEquals(await reading, null);
  await client.closed;
  assertEquals([client.state, told, both.links.length], ["closed", [], 1]);
});

// R24.5
Deno.test("a close frame with 1000 from anybody but the session is a cut like others", async () => {
  const both = pair();
  const client = both.newClient();
  await client.connect();
  both.links[0]!.server.close(1000, "the proxy restarts");
  await until(() => both.links.length === 2 && client.state === "open", "another connection");
  client.send("still there");
  assertEquals(await both.sessions[0]!.receive(), "still there");
  await client.close();
});

// R24.5
Deno.test("the client comes back after every close code but those that end its session", async (t) => {
  const final = [4001, 4002, 4003, 4008, 4009];
  for (const code of [...final, 1001, 1005, 1006, 1008, 1011, 4000, 4004, 4401, 4999]) {
    await t.step(String(code), async () => {
      const both = pair();
      const client = both.newClient();
      client.on("error", () => {});
      await client.connect();
      both.links[0]!.server.close(code, "");
      if (final.includes(code)) {
        assertEquals([(await client.closed).code, both.links.length], [code, 1]);
      } else {
        await until(() => both.links.length === 2 && client.state === "open", "it back");
        await client.close();
      }
      await both.close();
    });
  }
});

// R24.3
Deno.test("send() waits at the bounds, ready tells of room, and beyond the outbox it rejects", async () => {
  const both = pair();
  const client = both.newClient({ maxUnackedMessages: 2, outbox: { maxMessages: 2 } });
  await client.connect();
  const session = both.sessions[0]!;
  const outcomes = [1, 2, 3, 4].map((n) => client.send(String(n)));
  const error = await assertRejects(() => client.send("5"), NetworkingError);
  assertEquals(error.code, "queue_full");
  let isReady = false;
  client.ready.then(() => isReady = true);
  await pause(5);
  assert(!isReady);
  for (const n of [1, 2, 3]) assertEquals(await session.receive({ timeout: 1 }), String(n));
  await until(() => isReady, "room");
  assertEquals(await session.receive({ timeout: 1 }), "4");
  await Promise.all(outcomes);
  await client.ready;
  await client.close();
});

Deno.test("a signal takes a message back that waits for room; a timeout ends only the wait", async () => {
  const both = pair();
  const client = both.newClient({ maxUnackedMessages: 1 });
  await client.connect();
  const abort = new AbortController();
  const first = client.send("1", { timeout: { milliseconds: 10 } });
  const taken = client.send("2", { signal: abort.signal });
  client.send("3");
  abort.abort(new Error("mine"));
  assertEquals((await assertRejects(() => taken, Error)).message, "mine");
  const error = await assertRejects(() => first, TimeoutError);
  assertMatch(error.message, /^Cannot send to .*: the message was not acknowledged within 10 ms/);
  const session = both.sessions[0]!;
  assertEquals([await session.receive(), await session.receive()], ["1", "3"]);
  await client.close();
});

// R17.6, R24.2
Deno.test("a handler gets what nobody had read, then everything; who waits gets it too", async () => {
  const both = pair();
  const client = both.newClient();
  await client.connect();
  const session = both.sessions[0]!;
  const kept = [session.send("1"), session.send("2")];
  await pause();
  const handled: unknown[] = [];
  client.on("message", ({ message }) => handled.push(message));
  await Promise.all([...kept, session.send("3")]);
  const waiting = client.receive();
  await session.send("4");
  assertEquals([await waiting, handled], ["4", ["1", "2", "3", "4"]]);
  await client.close();
});

// R24.8
Deno.test("a server that sends more than the inbox holds ends the client with queue_full", async () => {
  const both = pair();
  const client = both.newClient({ inbox: { maxMessages: 2 } });
  client.on("error", () => {});
  await client.connect();
  const session = both.sessions[0]!;
  for (const n of [1, 2, 3]) session.send(String(n));
  const { code } = await client.closed;
  assertEquals(code, 4008);
  assertEquals([await client.receive(), await client.receive()], ["1", "2"]);
  assertEquals((await assertRejects(() => client.receive(), NetworkingError)).code, "queue_full");
  await both.server.close();
});

Deno.test("a server without the subprotocol is refused with words, and not asked again", async () => {
  FakeSocket.made = [];
  class Plain extends FakeSocket {
    override protocol = "chat";
    constructor() {
      super();
      queueMicrotask(() => this.open());
    }
  }
  const client = new ReliableClient("ws://localhost", { webSocket: Plain, protocols: "chat" });
  const error = await assertRejects(() => client.connect(), NetworkingError);
  assertEquals([error.code, FakeSocket.made.length], ["subprotocol_mismatch", 1]);
  assertMatch(error.message, /the server chose the subprotocol "chat"/);
});

Deno.test("what is shown of either end has no secret", async () => {
  const both = pair();
  const client = both.newClient();
  await client.connect();
  const sid = JSON.parse(String(both.links[0]!.server.written[0])).sid;
  const shown = [client, both.server, both.sessions[0]].map((one) =>
    Deno.inspect(one, { depth: 9 }) + JSON.stringify(one)
  ).join();
  assert(!shown.includes(sid) && !shown.includes("secret"), shown);
  await client.close();
});

Deno.test("options are checked when the client is made", () => {
  const wrong: [object, ErrorConstructor, RegExp][] = [
    [{ maxUnackedByte: 1 }, TypeError, /did you mean maxUnackedBytes/],
    [{ maxUnackedBytes: 0 }, RangeError, /maxUnackedBytes/],
    [{ outbox: { overflow: "drop-oldest" } }, TypeError, /overflow/],
    [{ heartbeat: { every: 5000 } }, RangeError, /heartbeat.every/],
    [{ onConnect() {} }, TypeError, /belongs to a WebSocketClient/],
    [{ codec: {} }, TypeError, /codec/],
    [{ retryBackoff: 5000 }, RangeError, /retryBackoff/],
  ];
  for (const [options, kind, message] of wrong) {
    const error = assertThrows(() => new ReliableClient("ws://localhost", options), kind);
    assertMatch(error.message, message);
  }
});

Deno.test("before connect() nothing can be sent or received", async () => {
  const client = new ReliableClient("ws://localhost", { webSocket: FakeSocket });
  for (const call of [() => client.send("x"), () => client.receive()]) {
    assertEquals((await assertRejects(call, NetworkingError)).code, "not_connected");
  }
  await client.close();
});
