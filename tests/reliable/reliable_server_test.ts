import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { NetworkingError } from "../../mod.ts";
import { ReliableServer, SessionLostError } from "../../src/reliable/mod.ts";
import { FakeClock } from "../../src/testing/mod.ts";
import { cut, pair } from "./pair.ts";
import { FakeSocket } from "./sockets.ts";
import { until } from "../support/until.ts";

const pause = (ms = 2) => new Promise((resolve) => setTimeout(resolve, ms));

/** A raw connection to a server, that says hello. */
function hello(server: ReliableServer, sid: string | null, rx = 0, user?: string): FakeSocket {
  const socket = new FakeSocket();
  server.accept(socket, user === undefined ? {} : { user });
  socket.open();
  socket.receive(JSON.stringify({ type: "hello", sid, rx }));
  return socket;
}

function sidOf(socket: FakeSocket): string {
  return JSON.parse(String(socket.written.shift())).sid;
}

// R24.6
Deno.test("a session without a connection is kept for ttl, then its sends are rejected", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const both = pair();
  const first = hello(both.server, null);
  const sid = sidOf(first);
  const [session] = both.sessions;
  const events: string[] = [];
  for (const name of ["disconnected", "resumed", "close"] as const) {
    session!.on(name, () => events.push(name));
  }
  first.cut();
  const sent = session!.send("kept");
  assertEquals([session!.state, both.server.counts], [
    "waiting",
    { sessions: 1, detached: 1, detachedBytes: 4 },
  ]);
  await clock.advance(119);
  const second = hello(both.server, sid);
  assertEquals(second.written.map(String), [
    `{"type":"welcome","sid":"${sid}","rx":0,"resumed":true}`,
    '{"n":1,"d":"kept"}',
  ]);
  assertEquals(both.server.counts, { sessions: 1, detached: 0, detachedBytes: 0 });
  second.cut();
  await clock.advance(120);
  const error = await assertRejects(() => sent, SessionLostError, "did not reconnect in time");
  assertEquals(error.mayHaveArrived, true);
  assertEquals(
    await session!.closed.then(({ error }) => (error as NetworkingError).code),
    "session_lost",
  );
  assertEquals(events, ["disconnected", "resumed", "disconnected", "close"]);
  assertEquals([both.server.counts.sessions, clock.pending], [0, 0]);
  const third = hello(both.server, sid);
  assert(sidOf(third) !== sid);
  await both.close();
});

// R24.6
Deno.test("a second connection takes the session over; what the first one still says is ignored", async () => {
  const both = pair();
  const first = hello(both.server, null);
  const sid = sidOf(first);
  const session = both.sessions[0]!;
  const sent = session.send("one");
  const second = hello(both.server, sid);
  assertEquals(first.closedWith?.code, 4001);
  first.readyState = 1; // as on a runtime that goes on delivering
  first.receive('{"a":1}');
  first.receive('{"n":1,"d":"from the old one"}');
  first.receive("no frame");
  first.cut();
  assertEquals([session.state, session.unacked.messages], ["open", 1]);
  assertEquals(second.written.splice(0).map(String), [
    `{"type":"welcome","sid":"${sid}","rx":0,"resumed":true}`,
    '{"n":1,"d":"one"}',
  ]);
  second.receive('{"n":1,"a":1,"d":"from the new one"}');
  await sent;
  assertEquals(await session.receive(), "from the new one");
  await both.close();
});

// R24.6
Deno.test("a session belongs to its user: another's connection is refused, and the session stays", async () => {
  const both = pair();
  const first = hello(both.server, null, 0, "ada");
  const sid = sidOf(first);
  for (const user of ["eve", undefined]) {
    const other = hello(both.server, sid, 0, user);
    assertEquals([other.closedWith?.code, other.written], [4003, []]);
  }
  assertEquals([both.sessions[0]!.user, both.sessions[0]!.state], ["ada", "open"]);
  first.cut();
  assertEquals(sidOf(hello(both.server, sid, 0, "ada")), sid);
  await both.close();
});

// R24.6, R24.7, R24.8
Deno.test("every bound ends in an error that says so", async (t) => {
  await t.step("no room to send: the session expires, and its client has a gap", async () => {
    const both = pair({ maxUnackedMessages: 1, outbox: { maxMessages: 1 } });
    const client = both.newClient();
    let gaps = 0;
    client.on("gap", () => gaps++);
    await client.connect();
    const [session] = both.sessions;
    cut(both.links[0]);
    session!.send("1");
    session!.send("2");
    session!.send("3"); // nobody awaits any of them
    const { error } = await session!.closed;
    assertMatch((error as Error).message, /its client is too slow/);
    await until(() => gaps === 1, "a gap");
    await client.close();
    await both.close();
  });
  await t.step("overflow reject: that message alone", async () => {
    const both = pair({ maxUnackedMessages: 1, outbox: { maxMessages: 1 }, overflow: "reject" });
    const socket = hello(both.server, null);
    const [session] = both.sessions;
    session!.send("1");
    session!.send("2");
    assertEquals(
      (await assertRejects(() => session!.send("3"), NetworkingError)).code,
      "queue_full",
    );
    assertEquals(session!.state, "open");
    socket.cut();
    await both.close();
  });
  await t.step("too many sessions without a connection: the oldest expires", async () => {
    const both = pair({ maxDetachedSessions: 2 });
    for (let count = 0; count < 3; count++) hello(both.server, null).cut();
    assertEquals(both.sessions.map(({ state }) => state), ["closed", "waiting", "waiting"]);
    assertEquals(both.server.counts.detached, 2);
    await both.close();
  });
  await t.step("too many bytes in them: the oldest expires", async () => {
    const both = pair({ maxDetachedBytes: 25 });
    for (let count = 0; count < 3; count++) hello(both.server, null).cut();
    for (const session of both.sessions) session.send("ten bytes.");
    assertEquals(both.sessions.map(({ state }) => state), ["closed", "waiting", "waiting"]);
    assertEquals(both.server.counts.detachedBytes, 20);
    await both.close();
  });
  await t.step("more than the inbox holds", async () => {
    const both = pair({ inbox: { maxBytes: 3 } });
    const socket = hello(both.server, null);
    socket.receive('{"n":1,"d":"123"}');
    socket.receive('{"n":2,"d":"4"}');
    assertEquals(socket.closedWith?.code, 4008);
    const { error } = await both.sessions[0]!.closed;
    assertEquals((error as NetworkingError).code, "queue_full");
    await both.close();
  });
  await t.step("a message above maxMessageSize", async () => {
    const both = pair({ maxMessageSize: 100 });
    const socket = hello(both.server, null);
    socket.receive(`{"n":1,"d":"${"x".repeat(100)}"}`);
    assertEquals(socket.closedWith?.code, 4009);
    const { error } = await both.sessions[0]!.closed;
    assertEquals((error as NetworkingError).code, "message_too_large");
    await both.close();
  });
});

// R24.7
Deno.test("a connection that says nothing is closed: before hello after timeout, later after idleTimeout", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const both = pair();
  const silent = new FakeSocket();
  both.server.accept(silent);
  silent.open();
  const socket = hello(both.server, null);
  await clock.advance(29);
  assertEquals(silent.closedWith, undefined);
  await clock.advance(1);
  assertEquals(silent.closedWith?.code, 4000);
  await clock.advance(40);
  socket.receive('{"type":"ping"}');
  await clock.advance(89);
  assertEquals([socket.closedWith, both.sessions[0]!.state], [undefined, "open"]);
  await clock.advance(1);
  assertEquals([socket.closedWith?.code, both.sessions[0]!.state], [4000, "waiting"]);
  await both.close();
  assertEquals(clock.pending, 0);
});

Deno.test("a timer that is late looks first at what has arrived", async () => {
  const both = pair({ idleTimeout: { milliseconds: 20 } });
  const socket = hello(both.server, null);
  const { now } = performance;
  try {
    const [before, at] = [now.call(performance), 5000];
    performance.now = () => now.call(performance) + at; // the process stood still for five seconds
    assert(now.call(performance) >= before);
    setTimeout(() => socket.receive('{"type":"ping"}'), 21);
    await pause(40);
    assertEquals(socket.closedWith, undefined);
  } finally {
    performance.now = now;
  }
  await both.close();
});

Deno.test("onSession that fails is an error event, unless it fails by the session's own end", async () => {
  const both = pair({
    async onSession(session) {
      for await (const message of session) {
        if (message === "fail") throw new Error("of the program");
      }
    },
  });
  const errors: unknown[] = [];
  both.server.on("error", ({ error }) => errors.push((error as Error).message));
  hello(both.server, null).receive('{"n":1,"d":"fail"}');
  await until(() => errors.length === 1, "the error");
  hello(both.server, null);
  await both.close(); // ends both sessions with an error
  await pause();
  assertEquals(errors, ["of the program"]);
});

Deno.test("a loop that answers ends in peace when its client leaves, whatever is unacknowledged", async () => {
  const both = pair({
    async onSession(session) {
      for await (const message of session) await session.send(message);
    },
  });
  const errors: unknown[] = [];
  both.server.on("error", ({ error }) => errors.push(error));
  const socket = hello(both.server, null);
  socket.receive('{"n":1,"d":"never acknowledged"}');
  await until(() => socket.written.length > 1, "the answer");
  socket.receive('{"type":"bye"}');
  const client = both.newClient();
  await client.connect();
  await client.send("answer");
  await client.receive();
  await client.close(); // acknowledges what was read just now
  await pause();
  assertEquals([errors, both.server.counts.sessions], [[], 0]);
  assertEquals(both.links[0]!.client.written.slice(-2), ['{"a":1}', '{"type":"bye"}']);
});

// R24.5
Deno.test("close() of a session waits for acknowledgements, says bye, and frees it", async () => {
  const both = pair();
  const socket = hello(both.server, null);
  const session = both.sessions[0]!;
  const sent = session.send("last");
  const closing = session.close();
  await pause();
  assertEquals(socket.closedWith, undefined);
  socket.receive('{"a":1}');
  await Promise.all([sent, closing]);
  assertEquals([socket.written.at(-1), socket.closedWith?.code], ['{"type":"bye"}', 1000]);
  assertEquals([both.server.counts.sessions, [...both.server.sessions]], [0, []]);
  assertEquals((await assertRejects(() => session.send("x"), NetworkingError)).code, "closed");
});

Deno.test("a closed server takes nobody", async () => {
  const both = pair();
  await both.server.close();
  const socket = hello(both.server, null);
  await pause();
  assertEquals(socket.closedWith?.code, 4000);
  await both.close();
});

Deno.test("Bun's handlers carry a session, and bytes are no Buffer", async () => {
  const both = pair();
  const written: unknown[] = [];
  const socket = {
    data: { user: "ada" },
    send: (data: unknown) => written.push(data),
    close: (code?: number) => written.push(code),
    terminate() {},
  };
  const handlers = both.server.bunHandlers<typeof socket>(({ data }) => data);
  handlers.open(socket);
  handlers.message(socket, '{"type":"hello","sid":null,"rx":0}');
  const [session] = both.sessions;
  assertEquals(session!.user, "ada");
  handlers.message(socket, Uint8Array.fromHex("0100000000000000010000000000000000010203"));
  assertEquals(await session!.receive(), new Uint8Array([1, 2, 3]));
  handlers.close(socket);
  assertEquals(session!.state, "waiting");
  handlers.message(socket, "too late");
  await both.close();
});

Deno.test("options are checked when the server is made", () => {
  const onSession = () => {};
  const wrong: [object, ErrorConstructor, RegExp][] = [
    [{}, TypeError, /onSession, a function for new sessions, is missing/],
    [{ onSession: 1 }, TypeError, /onSession/],
    [{ onSession, ttl: 120_000 }, RangeError, /ttl/],
    [{ onSession, overflow: "drop" }, TypeError, /one of expire, reject/],
    [{ onSession, maxDetached: 1 }, TypeError, /maxDetached/],
  ];
  for (const [options, kind, message] of wrong) {
    const error = assertThrows(() => new ReliableServer(options as never), kind);
    assertMatch(error.message, message);
  }
});
