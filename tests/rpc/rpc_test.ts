import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { HTTPClient, HTTPError, NetworkingError, TimeoutError } from "../../mod.ts";
import { rpc, type RPCContext, RPCError } from "../../src/rpc/mod.ts";
import { MockTransport } from "../../src/testing/mod.ts";
import { cut, pair } from "../reliable/pair.ts";

import { FakeRPCSocket } from "./socket.ts";
import { until } from "../support/until.ts";

interface Methods {
  add(params: [number, number]): number;
  fail(): never;
  watch(params: [string]): string;
  unwatch(params: [string]): boolean;
}

const pause = (ms = 1) => new Promise((resolve) => setTimeout(resolve, ms));

// R25.2
Deno.test("a call has its own answer, whatever the order of the answers", async () => {
  const socket = new FakeRPCSocket();
  using api = rpc<Methods>(socket);
  const calls = [api.call("add", [1, 2]), api.call("add", [3, 4])];
  assertEquals(socket.sent.map((text) => JSON.parse(text)), [
    { jsonrpc: "2.0", method: "add", params: [1, 2], id: 1 },
    { jsonrpc: "2.0", method: "add", params: [3, 4], id: 2 },
  ]);
  socket.receive({ jsonrpc: "2.0", id: 2, result: 7 });
  socket.receive([{ jsonrpc: "2.0", id: 1, result: 3 }]);
  assertEquals(await Promise.all(calls), [3, 7]);
});

Deno.test("an error has its code and data, and its message is that of the peer", async () => {
  const socket = new FakeRPCSocket();
  using api = rpc<Methods>(socket);
  const error = { code: 17, message: "no", data: { why: "so" } };
  socket.answer = ([{ id } = {}]) => socket.receive({ jsonrpc: "2.0", id, error });
  const thrown = await assertRejects(() => api.call("fail"), RPCError);
  assertEquals(
    [thrown.rpcCode, thrown.data, thrown.rpcMethod, thrown.remoteMessage, thrown.message],
    [17, { why: "so" }, "fail", "no", "Cannot call fail: no (code 17)"],
  );
});

// R25.2
Deno.test("a call ends by its timeout, its signal or the client's timeout, and its late answer is nobody's", async () => {
  const socket = new FakeRPCSocket();
  using api = rpc<Methods>(socket, { timeout: { milliseconds: 20 } });
  const told: unknown[] = [];
  api.on("error", ({ error }) => told.push(error));
  const abort = new AbortController();
  const calls = [
    api.call("add", [1, 1], { timeout: { milliseconds: 5 } }),
    api.call("add", [1, 1], { signal: abort.signal }),
    api.call("add", [1, 1]),
  ] as const;
  const [error] = await Promise.all([
    assertRejects(() => calls[0], TimeoutError),
    assertRejects(() => calls[1], Error, "mine"),
    assertRejects(() => calls[2], TimeoutError, "within 20 ms"),
    abort.abort(new Error("mine")),
  ]);
  assertMatch(error.message, /^Cannot call add: the peer did not answer within 5 ms \(timeout\)$/);
  for (const id of [1, 2, 3]) socket.receive({ jsonrpc: "2.0", id, result: 0 });
  assertEquals(told, []);
  socket.receive({ jsonrpc: "2.0", id: 4, result: 0 });
  socket.receive({ jsonrpc: "2.0", id: "1", result: 0 });
  assertEquals(told.length, 2, "answers to no call are told");
  await assertRejects(() => api.call("add", [1, 1], { signal: abort.signal }), Error, "mine");
  assertEquals(socket.sent.length, 3, "nothing is sent for a signal that was aborted before");
});

Deno.test("a timeout is kept although the message cannot be sent yet", async () => {
  const socket = new FakeRPCSocket();
  socket.outcome = () => new Promise(() => {});
  using api = rpc<Methods>(socket);
  await assertRejects(
    () => api.call("add", [1, 1], { timeout: { milliseconds: 5 } }),
    TimeoutError,
  );
  const batch = api.batch();
  const call = batch.call("add", [1, 1]);
  await batch.send({ timeout: { milliseconds: 5 } });
  await assertRejects(() => call, TimeoutError);
});

// R25.8
Deno.test("a message that is not sent fails its calls, and so does one that the outbox dropped", async () => {
  const socket = new FakeRPCSocket();
  using api = rpc<Methods>(socket);
  socket.outcome = () => Promise.reject(new Error("no connection"));
  await assertRejects(() => api.call("add", [1, 1]), Error, "no connection");
  await assertRejects(() => api.notify("add", [1, 1]), Error, "no connection");
  const batch = api.batch();
  const call = batch.call("add", [1, 1]);
  await assertRejects(() => batch.send(), Error, "no connection");
  await assertRejects(() => call, Error, "no connection");
  socket.outcome = () => Promise.resolve(false);
  const error = await assertRejects(() => api.call("add", [1, 1]), NetworkingError);
  assertEquals(error.code, "queue_full");
});

// R25.8
Deno.test("a batch goes as one message, and each of its calls settles by itself", async () => {
  const socket = new FakeRPCSocket();
  using api = rpc<Methods>(socket);
  const batch = api.batch();
  const [sum, failed] = [batch.call("add", [1, 2]), batch.call("fail")];
  batch.notify("unwatch", ["x"]);
  socket.answer = ([first, second]) =>
    socket.receive([
      { jsonrpc: "2.0", id: second!.id, error: { code: 1, message: "no" } },
      { jsonrpc: "2.0", id: first!.id, result: 3 },
    ]);
  await batch.send();
  assertEquals(await sum, 3);
  await assertRejects(() => failed, RPCError, "no");
  assertEquals(JSON.parse(socket.sent[0]!).map(({ id }: { id?: number }) => id), [1, 2, undefined]);
  assertThrows(() => batch.call("fail"), TypeError, "was sent");
  await assertRejects(() => batch.send(), TypeError, "was sent");
  await assertRejects(() => api.batch().send(), TypeError, "empty batch");
});

// R25.4
Deno.test("params that are neither array nor object are refused before anything is sent", async () => {
  const socket = new FakeRPCSocket();
  using api = rpc(socket);
  for (const params of [null, 1, "x", true, new Date(0), new Date(NaN), { toJSON: () => 1 }]) {
    await assertRejects(() => api.call("m", params as never), TypeError, "params of type");
  }
  assertEquals(socket.sent, []);
});

// R25.5
Deno.test("the peer's calls are served: results, errors that are meant, and no word of the others", async () => {
  const socket = new FakeRPCSocket();
  const contexts: RPCContext[] = [];
  using api = rpc(socket, {
    methods: {
      add: ([a, b]: [number, number]) => a + b,
      nothing: (_params: unknown, context: RPCContext) => void contexts.push(context),
      meant: () => {
        throw new RPCError("no such user", { rpcCode: 404, data: ["ada"] });
      },
      leak: () => Promise.reject(new Error("password is hunter2")),
      passed: () => {
        throw new RPCError("x", { rpcCode: 1, remoteMessage: "of another server" });
      },
    },
  });
  const told: string[] = [];
  api.on("error", ({ error }) => told.push((error as Error).message));
  const served: [string, unknown][] = [
    ["add", { result: 3 }],
    ["nothing", { result: null }],
    ["meant", { error: { code: 404, message: "no such user", data: ["ada"] } }],
    ["leak", { error: { code: -32603, message: "Internal error" } }],
    ["passed", { error: { code: -32603, message: "Internal error" } }],
    ["toString", { error: { code: -32601, message: "Method not found" } }],
    ["__proto__", { error: { code: -32601, message: "Method not found" } }],
  ];
  for (const [method, answer] of served) {
    socket.receive({ jsonrpc: "2.0", id: method, method, params: [1, 2] });
    await pause();
    assertEquals(JSON.parse(socket.sent.pop()!), {
      jsonrpc: "2.0",
      id: method,
      ...answer as object,
    });
  }
  assertEquals(told, ["password is hunter2", "x"]);
  socket.receive({ jsonrpc: "2.0", method: "nothing" });
  socket.receive({ jsonrpc: "2.0", method: "leak" });
  await pause();
  assertEquals([socket.sent, told.length], [[], 3], "a notification has no answer");
  assertEquals(contexts.map(({ isNotification }) => isNotification), [false, true]);
  socket.emit("close", {});
  assert(contexts[0]!.signal.aborted, "who serves a call learns that nobody waits any more");
});

// R25.6
Deno.test("more calls at once than maxIncoming are refused with an error", async () => {
  const socket = new FakeRPCSocket();
  const gate = Promise.withResolvers<number>();
  using api = rpc(socket, { maxIncoming: 2, methods: { wait: () => gate.promise } });
  api.on("error", () => {});
  for (const id of [1, 2, 3]) socket.receive({ jsonrpc: "2.0", id, method: "wait" });
  await pause();
  assertEquals(socket.sent.splice(0).map((text) => JSON.parse(text)), [
    { jsonrpc: "2.0", error: { code: -32000, message: "Too many requests at once" }, id: 3 },
  ]);
  gate.resolve(1);
  await pause();
  assertEquals(socket.sent.length, 2);
});

// R25.9
Deno.test("a subscription is a stream, from the first notification on; leaving the loop ends it", async () => {
  const socket = new FakeRPCSocket();
  using api = rpc<Methods>(socket);
  const push = (subscription: string, result: unknown) =>
    socket.receive({ jsonrpc: "2.0", method: "seen", params: { subscription, result } });
  socket.answer = ([{ id, method } = { method: "" }]) => {
    if (method !== "watch") return socket.receive({ jsonrpc: "2.0", id, result: true });
    push("s1", 1); // before the answer
    push("s2", "of another");
    socket.receive({ jsonrpc: "2.0", id, result: "s1" });
    push("s1", 2); // in the same turn
  };
  const options = { notification: "seen", unsubscribe: "unwatch" };
  const seen = await api.subscribe<number>("watch", ["x"], options);
  assertEquals(seen.id, "s1");
  const got: number[] = [];
  for await (const item of seen) {
    got.push(item);
    if (got.length === 2) push("s1", 3);
    if (got.length === 3) break;
  }
  assertEquals(got, [1, 2, 3]);
  assertEquals(JSON.parse(socket.sent.at(-1)!), {
    jsonrpc: "2.0",
    method: "unwatch",
    params: ["s1"],
    id: 2,
  });
  assertEquals(await seen.next(), { done: true, value: undefined });
});

// R25.9
Deno.test("all notifications of a method are a stream, bounded, and its end is told", async () => {
  const socket = new FakeRPCSocket();
  using api = rpc(socket, { inbox: { maxMessages: 2 } });
  const [read, unread] = [api.notifications<[number]>("tick"), api.notifications("tick")];
  const reading = (async () => {
    const all: number[] = [];
    try {
      for await (const [n] of read) all.push(n);
    } catch (error) {
      return [all, (error as NetworkingError).code];
    }
    return [all];
  })();
  for (const n of [1, 2, 3]) {
    socket.receive({ jsonrpc: "2.0", method: "tick", params: [n] });
    await pause();
  }
  assertEquals((await unread.next()).value, [1]);
  assertEquals((await unread.next()).value, [2]);
  assertEquals((await assertRejects(() => unread.next(), NetworkingError)).code, "queue_full");
  socket.emit("reconnecting", {});
  assertEquals(await reading, [[1, 2, 3], "connection_closed"]);
});

// R25.2
Deno.test("a lost connection ends the calls that went over it; close() ends all and listens no more", async () => {
  const socket = new FakeRPCSocket();
  const api = rpc<Methods>(socket);
  const sent = api.call("add", [1, 1]);
  await pause();
  socket.outcome = () => new Promise(() => {});
  const waits = api.call("add", [2, 2]);
  socket.emit("reconnecting", {});
  assertEquals((await assertRejects(() => sent, NetworkingError)).code, "connection_closed");
  socket.receive({ jsonrpc: "2.0", id: 2, result: 4 });
  assertEquals(await waits, 4, "what waits for the next connection goes over it");
  socket.outcome = () => Promise.resolve(true);
  const last = api.call("add", [3, 3]);
  api.close();
  assertEquals((await assertRejects(() => last, NetworkingError)).code, "closed");
  assertEquals((await assertRejects(() => api.call("fail"), NetworkingError)).code, "closed");
  assertEquals(socket.listeners, 0);
});

// R25.2
Deno.test("over a ReliableClient calls survive a cut, and end at a gap", async () => {
  const answers: (() => void)[] = [];
  const both = pair({
    onSession(session) {
      rpc(session, {
        methods: {
          add: ([a, b]: [number, number]) =>
            new Promise((resolve) => answers.push(() => resolve(a + b))),
        },
      });
    },
  });
  const client = both.newClient();
  const api = rpc<Methods>(client);
  await client.connect();
  const call = api.call("add", [1, 2]);
  await until(() => answers.length === 1, "the call");
  cut(both.links[0]);
  answers[0]!();
  assertEquals(await call, 3);
  const lost = api.call("add", [3, 4]);
  await until(() => answers.length === 2, "the call");
  await until(() => client.unacked.messages === 0, "the acknowledgement");
  both.restart();
  assertEquals((await assertRejects(() => lost, NetworkingError)).code, "session_lost");
  const again = api.call("add", [5, 6]);
  await until(() => answers.length === 3, "the call");
  answers[2]!();
  assertEquals(await again, 11);
  await client.close();
  await both.close();
});

// R25.3
Deno.test("over HTTP each call is a POST; an answer counts whatever the status", async () => {
  const transport = new MockTransport();
  await using http = new HTTPClient({ transport, baseUrl: "http://api.example", maxRetries: 0 });
  const api = rpc<Methods>(http, { url: "/rpc" });
  const error = { code: -32000, message: "busy" };
  const page = { body: "<html>", headers: { "content-type": "text/html" } };
  transport.on(
    "POST",
    "/rpc",
    ...[
      { json: { jsonrpc: "2.0", id: 1, result: 3 } },
      { status: 500, json: { jsonrpc: "2.0", id: 2, error } },
      { status: 503, ...page },
      page,
      { json: { jsonrpc: "2.0", id: 77, result: 3 } },
      { json: { jsonrpc: "2.0", id: null, error } },
      { json: { hello: 1 } },
    ] as const,
  );
  assertEquals(await api.call("add", [1, 2]), 3);
  const [call] = transport.calls;
  assertEquals(call!.json(), { jsonrpc: "2.0", method: "add", params: [1, 2], id: 1 });
  assertEquals(call!.headers.get("content-type"), "application/json");
  const failures: unknown[] = [];
  for (let count = 0; count < 6; count++) {
    const thrown = await assertRejects(() => api.call("add", [1, 2]), NetworkingError);
    failures.push([thrown.code, (thrown as RPCError).rpcCode]);
  }
  assertEquals(failures, [
    ["rpc_error", -32000],
    ["http_status", undefined],
    ["decode_failed", undefined],
    ["protocol_error", undefined],
    ["rpc_error", -32000],
    ["protocol_error", undefined],
  ]);
});

// R25.3
Deno.test("over HTTP a batch is one POST, and a notification needs no answer", async () => {
  const transport = new MockTransport();
  await using http = new HTTPClient({ transport, maxRetries: 0 });
  const api = rpc<Methods>(http, { url: "http://api.example/rpc" });
  transport.on(
    "POST",
    "/rpc",
    ...[
      { status: 204 },
      { status: 200 },
      {
        json: [
          { jsonrpc: "2.0", id: 2, error: { code: 1, message: "no" } },
          { jsonrpc: "2.0", id: 1, result: 3 },
        ],
      },
      { status: 404 },
      { status: 404 },
    ] as const,
  );
  await api.notify("add", [1, 2]);
  await api.notify("add", [1, 2], { timeout: 5 });
  const batch = api.batch();
  const [sum, failed, missing] = [
    batch.call("add", [1, 2]),
    batch.call("fail"),
    batch.call("fail"),
  ];
  await batch.send();
  assertEquals(await sum, 3);
  await assertRejects(() => failed, RPCError, "no");
  await assertRejects(() => missing, NetworkingError, "no response to fail (id 3)");
  await assertRejects(() => api.notify("add", [1, 2]), HTTPError);
  const lost = api.batch();
  const call = lost.call("fail");
  await assertRejects(() => lost.send(), HTTPError);
  await assertRejects(() => call, HTTPError);
});

Deno.test("rpc() checks its options", () => {
  assertThrows(() => rpc(new HTTPClient(), {} as never), TypeError, "url");
  assertThrows(() => rpc(new HTTPClient(), { url: 1 } as never), TypeError, "url");
  assertThrows(() => rpc(new FakeRPCSocket(), { timeout: 5000 }), RangeError, "timeout");
  assertThrows(() => rpc(new FakeRPCSocket(), { url: "/x" } as never), TypeError, "url");
  assertThrows(() => rpc(new FakeRPCSocket(), { methods: 1 } as never), TypeError, "methods");
});

// R2.6
Deno.test("close({ drain }) waits for the answers to calls, and no new call begins", async () => {
  const socket = new FakeRPCSocket();
  const api = rpc<Methods>(socket);
  const call = api.call("add", [1, 2]);
  await pause();
  const closing = api.close({ drain: 5 });
  const refused = await assertRejects(() => api.call("add", [3, 4]), NetworkingError);
  assertEquals([refused.code, socket.sent.length], ["closed", 1]);
  socket.receive({ jsonrpc: "2.0", id: 1, result: 3 });
  assertEquals(await call, 3);
  await closing;
  const late = rpc<Methods>(new FakeRPCSocket());
  const lost = assertRejects(() => late.call("add", [1, 2]), NetworkingError);
  await late.close({ drain: { milliseconds: 20 } });
  assertEquals((await lost).code, "closed");
  await assertRejects(() => late.close({ drain: -1 }), RangeError, "drain");
});
