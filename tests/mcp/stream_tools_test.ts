/** The tools for event streams and WebSockets. */
// deno-lint-ignore-file camelcase -- tools have the names that agents know

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { bearerAuth } from "../../mod.ts";
import { drip, serve } from "../support/server.ts";
import { testTools } from "./support.ts";

const EVENTS = { "content-type": "text/event-stream" };

Deno.test("sse_read gives events until there are enough", async (t) => {
  await using server = serve((request, path) => {
    if (path === "/live") {
      return new Response(drip("id: 7\ndata: tick\n\n", 10, 500), { headers: EVENTS });
    }
    if (path === "/resume") {
      return new Response(`data: after ${request.headers.get("last-event-id")}\n\n`, {
        headers: EVENTS,
      });
    }
    if (path === "/large") {
      return new Response(`data: a\n\ndata: ${"x".repeat(100)}\n\n`, { headers: EVENTS });
    }
    if (path === "/quiet") return new Response(new ReadableStream(), { headers: EVENTS });
    if (path === "/none") return new Response("x", { status: 404 });
    if (path === "/html") return new Response("x", { headers: { "content-type": "text/html" } });
    return new Response("event: a\nid: 1\ndata: x\ndata: y\n\ndata: z\n\n", { headers: EVENTS });
  });
  await using tools = await testTools();
  const read = (path: string, input: object = {}) =>
    tools.call("sse_read", { url: server.origin + path, ...input });
  await t.step("all that there are", async () => {
    const { notice: _, ...result } = await read("/");
    assertEquals(result, {
      url: `${server.origin}/`,
      events: [{ event: "a", data: "x\ny", id: "1" }, { event: "message", data: "z", id: "1" }],
      last_event_id: "1",
      ended_by: "server",
    });
  });
  await t.step("ten of a live stream, with progress", async () => {
    const told: unknown[] = [];
    const progress = (...of: unknown[]) => void told.push(of);
    const input = { url: `${server.origin}/live`, max_events: 10 };
    const { events, ended_by } = await tools.call("sse_read", input, { progress });
    assertEquals([Object(events).length, ended_by, told.at(-1)], [10, "max_events", [
      10,
      10,
      "events",
    ]]);
  });
  await t.step("what came in time", async () => {
    const { events, ended_by, last_event_id } = await read("/live", {
      max_events: 1000,
      timeout_seconds: 0.1,
    });
    assert(Object(events).length > 0);
    assertEquals([ended_by, last_event_id], ["timeout", "7"]);
  });
  await t.step("as many bytes as allowed", async () => {
    const { events, ended_by } = await read("/large", { max_bytes: 50 });
    assertEquals([events, ended_by], [[{ event: "message", data: "a" }], "max_bytes"]);
  });
  await t.step("after an ID", async () => {
    const { events, last_event_id } = await read("/resume", { last_event_id: "5" });
    assertEquals([events, last_event_id], [[{ event: "message", data: "after 5", id: "5" }], "5"]);
  });
  const rows: [path: string, input: object, message: string][] = [
    ["/quiet", { timeout_seconds: 0.1 }, "Timeout after 0.1 s without a result"],
    ["/none", {}, "sent status 404"],
    ["/html", {}, "must be text/event-stream"],
    ["/large", { max_bytes: 1 }, "raise max_bytes"],
    ["/", { max_events: 0 }, "max_events"],
  ];
  for (const [path, input, message] of rows) {
    await t.step(`${path} ${JSON.stringify(input)}`, async () => {
      const text = await tools.fail("sse_read", { url: server.origin + path, ...input });
      assertStringIncludes(text, message);
    });
  }
});

/** Answers by what it is sent. */
function socketServer(seen: (string | null)[] = []) {
  return serve((request) => {
    seen.push(request.headers.get("authorization"), request.headers.get("x-a"));
    const offered = request.headers.get("sec-websocket-protocol");
    const { socket, response } = Deno.upgradeWebSocket(
      request,
      offered ? { protocol: "chat" } : {},
    );
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => {
      if (data === "bye") socket.close(4001, "as you wish");
      else if (data === "count") { for (let n = 1; n <= 20; n++) socket.send(`n${n}`); }
      else if (data !== "quiet") socket.send(data);
    };
    return response;
  });
}

Deno.test("websocket_exchange sends, collects until there is enough, and closes", async (t) => {
  const seen: (string | null)[] = [];
  await using server = socketServer(seen);
  const url = server.origin.replace("http", "ws");
  await using tools = await testTools({
    policy: { methods: ["GET", "POST"] },
    credentials: { it: bearerAuth("t0ken-for-sockets", { origins: [server.origin] }) },
  });
  const talk = (input: object) => tools.call("websocket_exchange", { url, ...input });
  const texts = (...list: string[]) => list.map((text) => ({ text }));
  await t.step("one answer", async () => {
    const { notice: _, ...result } = await talk({ send: texts("hi"), protocols: ["chat"] });
    assertEquals(result, {
      url,
      protocol: "chat",
      messages: texts("hi"),
      ended_by: "max_messages",
    });
  });
  await t.step("bytes", async () => {
    const { messages } = await talk({ send: [{ base64: "AP8=" }] });
    assertEquals(messages, [{ base64: "AP8=" }]);
  });
  await t.step("several, with a credential and a header", async () => {
    const { messages } = await talk({
      send: texts("t0ken-for-sockets", "b"),
      max_messages: 2,
      auth: "it",
      headers: { "x-a": "1" },
    });
    assertEquals(messages, texts("[redacted]", "b"));
    assertEquals(seen.slice(-2), ["Bearer t0ken-for-sockets", "1"]);
  });
  await t.step("until a text", async () => {
    const { messages, ended_by } = await talk({ send: texts("count"), until: "12" });
    assertEquals([Object(messages).length, ended_by], [12, "until"]);
  });
  await t.step("to the end", async () => {
    const { messages, ended_by, close_code, close_reason } = await talk({
      send: texts("bye"),
      max_messages: 5,
    });
    assertEquals([messages, ended_by, close_code, close_reason], [
      [],
      "server",
      4001,
      "as you wish",
    ]);
  });
  await t.step("as many bytes as allowed", async () => {
    const { messages, ended_by } = await talk({
      send: texts("count"),
      max_messages: 20,
      max_bytes: 9,
    });
    assertEquals([messages, ended_by], [texts("n1", "n2", "n3", "n4"), "max_bytes"]);
  });
  await t.step("what came in time", async () => {
    const { messages, ended_by } = await talk({
      send: texts("a"),
      max_messages: 2,
      timeout_seconds: 0.1,
    });
    assertEquals([messages, ended_by], [texts("a"), "timeout"]);
  });
  await t.step("nothing at all", async () => {
    const { messages, ended_by } = await talk({ send: texts("a"), max_messages: 0 });
    assertEquals([messages, ended_by], [[], "max_messages"]);
  });
  const rows: [input: object, message: string][] = [
    [{ send: texts("quiet"), timeout_seconds: 0.1 }, "Timeout after 0.1 s without a result"],
    [{ send: texts("long"), max_bytes: 2 }, "raise max_bytes"],
    [{ send: [{}] }, "text or base64"],
    [{ url: server.origin }, "begins with ws: or wss:"],
    [{ url: "ws://127.0.0.1:1" }, "connection_refused"],
    [{ headers: { cookie: "a=b" } }, "name one in auth"],
  ];
  for (const [input, message] of rows) {
    await t.step(JSON.stringify(input), async () => {
      assertStringIncludes(await tools.fail("websocket_exchange", { url, ...input }), message);
    });
  }
  await t.step("an abort", async () => {
    const controller = new AbortController();
    const call = tools.call("websocket_exchange", { url, send: texts("quiet") }, {
      signal: controller.signal,
    });
    controller.abort(new Error("enough"));
    await assertRejects(() => call, Error, "enough");
  });
});

// R22.3
Deno.test("a socket to a name goes to the address that was judged", async () => {
  await using server = socketServer();
  const port = new URL(server.origin).port;
  const asked: string[] = [];
  const resolve = (name: string) => (asked.push(name), Promise.resolve(["127.0.0.1"]));
  await using tools = await testTools({
    policy: { allowHosts: ["pinned.invalid"], resolve, methods: ["GET", "POST"] },
  });
  const { messages } = await tools.call("websocket_exchange", {
    url: `ws://pinned.invalid:${port}`, // no resolver but ours knows it
    send: [{ text: "hello" }],
  });
  assertEquals([messages, asked], [[{ text: "hello" }], ["pinned.invalid"]]);
});
