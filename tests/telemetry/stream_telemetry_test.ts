/** Telemetry of WebSockets, event streams and tools, seen by providers in memory. */

import { assert, assertEquals } from "@std/assert";
import { bearerAuth, EventSourceClient, WebSocketClient } from "../../mod.ts";
import { networkTools } from "../../src/mcp/mod.ts";
import { mcpTelemetry, otel, streamTelemetry } from "../../src/telemetry/mod.ts";
import { serve } from "../support/server.ts";
import { inMemory, type SeenPoint } from "./memory.ts";

const sumOf = (points: readonly SeenPoint[], metric: string, own: object = {}) =>
  points.filter((point) =>
    point.metric === `codomyrmex.stream.${metric}` &&
    Object.entries(own).every(([name, value]) => point.attributes[name] === value)
  ).reduce((sum, { value }) => sum + value, 0);

// R21.5
Deno.test("a WebSocket has a span for each handshake, and counts", async () => {
  using memory = inMemory();
  const { spans, points } = memory;
  let handshakes = 0;
  await using server = serve((request) => {
    if (++handshakes === 1) return new Response("not yet", { status: 503 });
    const { socket, response } = Deno.upgradeWebSocket(request);
    const isSecond = handshakes === 2;
    socket.onmessage = ({ data }) => {
      socket.send(`${data}!`);
      if (isSecond) socket.close(4000, "again");
    };
    return response;
  });
  const { port } = new URL(server.origin);
  const { hooks, observe } = streamTelemetry();
  const client = observe(
    new WebSocketClient(`ws://127.0.0.1:${port}/a?token=t0psecret`, {
      hooks,
      retryBackoff: 0,
      auth: bearerAuth("t0psecret"),
    }),
  );
  const again = Promise.withResolvers<void>();
  client.on("reconnected", () => again.resolve());
  await client.connect();
  await client.send("grüß");
  assertEquals(await client.receive(), "grüß!");
  await again.promise;
  await client.send("b");
  assertEquals(await client.receive(), "b!");
  await client.close();

  const common = {
    "http.request.method": "GET",
    "url.full": `ws://127.0.0.1:${port}/a?token=[redacted]`,
    "server.address": "127.0.0.1",
    "server.port": Number(port),
  };
  assertEquals(spans.map(({ attributes }) => attributes), [
    { ...common, "http.response.status_code": 503, "error.type": "503" },
    { ...common, "http.request.resend_count": 1, "http.response.status_code": 101 },
    // Attempts are counted anew only after a connection that lasted.
    { ...common, "http.request.resend_count": 2, "http.response.status_code": 101 },
  ]);
  assertEquals(spans.map(({ isEnded, isError }) => [isEnded, isError]), [
    [true, true],
    [true, false],
    [true, false],
  ]);
  const [sent, received] = [{ direction: "sent" }, { direction: "received" }];
  assertEquals({
    open: sumOf(points, "open"),
    reconnects: sumOf(points, "reconnects"),
    sent: [sumOf(points, "messages", sent), sumOf(points, "bytes", sent)],
    received: [sumOf(points, "messages", received), sumOf(points, "bytes", received)],
    drops: sumOf(points, "drops"),
  }, { open: 0, reconnects: 1, sent: [2, 7], received: [2, 9], drops: 0 });
  for (const { attributes } of points) {
    assertEquals(attributes["network.protocol.name"], "websocket");
    assertEquals(attributes["server.port"], Number(port));
  }
  assert(!JSON.stringify([spans, points]).includes("t0psecret"));
});

// R21.5
Deno.test("dropped messages and the length of queues are told", async () => {
  using memory = inMemory();
  const { points } = memory;
  const done = Promise.withResolvers<void>();
  await using server = serve((request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onopen = () => {
      for (let n = 0; n < 5; n++) socket.send(String(n));
    };
    return response;
  });
  const client = streamTelemetry().observe(
    new WebSocketClient(server.origin.replace("http", "ws"), {
      inbox: { maxMessages: 2, overflow: "drop-oldest" },
    }),
  );
  let seen = 0;
  client.on("received", () => ++seen === 5 && done.resolve());
  await client.connect();
  await done.promise;
  await client.close();
  assertEquals(sumOf(points, "drops", { queue: "inbox" }), 3);
  const queued = points.filter(({ metric }) => metric === "codomyrmex.stream.queued");
  assertEquals(queued.map(({ value }) => value), [0, 1, 2, 2, 2]);
});

// R21.5
Deno.test("an event stream has counts, and its handshake is a request like any other", async () => {
  using memory = inMemory();
  const { points } = memory;
  await using server = serve((request) =>
    request.headers.has("last-event-id")
      ? new Response(null, { status: 204 })
      : new Response("id: 1\nretry: 1\ndata: ü\n\ndata: b\n\n", {
        headers: { "content-type": "text/event-stream" },
      })
  );
  const client = streamTelemetry().observe(new EventSourceClient(`${server.origin}/`));
  await client.connect();
  const texts: string[] = [];
  for await (const { data } of client) texts.push(data);
  assertEquals(texts, ["ü", "b"]);
  const received = { direction: "received", "network.protocol.name": "sse" };
  assertEquals([
    sumOf(points, "messages", received),
    sumOf(points, "bytes", received),
    sumOf(points, "open"),
  ], [2, 3, 0]);
});

// R21.6
Deno.test("a call of a tool has a span below the one that the request names, and a duration", async () => {
  using memory = inMemory();
  const { spans, points } = memory;
  await using server = serve((_request, path) =>
    new Response("x", { status: path === "/" ? 200 : 500 })
  );
  await using network = await networkTools({
    policy: { private: "allow", allowHosts: ["127.0.0.1"] },
    client: { use: otel({ spans: "client" }), maxRetries: 0 },
  });
  const [tool] = network.tools;
  const around = mcpTelemetry();
  const call = {
    tool: "http_get",
    requestId: 7,
    meta: { traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01` },
    transport: "pipe",
    protocolVersion: "2026-07-28",
  } as const;
  await around(call, () => tool!.run({ url: `${server.origin}/?token=t0psecret` }));
  await around(call, () => tool!.run({ url: "nonsense" }));
  const attributes = {
    "mcp.method.name": "tools/call",
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": "http_get",
    "network.transport": "pipe",
    "mcp.protocol.version": "2026-07-28",
  };
  const calls = spans.filter(({ kind }) => kind === 1);
  assertEquals(calls.map(({ name, attributes, isError }) => [name, attributes, isError]), [
    ["tools/call http_get", { ...attributes, "jsonrpc.request.id": "7" }, false],
    ["tools/call http_get", {
      ...attributes,
      "jsonrpc.request.id": "7",
      "error.type": "tool_error",
    }, true],
  ]);
  const durations = points.filter(({ metric }) => metric === "mcp.server.operation.duration");
  assertEquals(durations.map(({ attributes }) => attributes), [
    attributes,
    { ...attributes, "error.type": "tool_error" },
  ]);
  assertEquals(spans.filter(({ kind }) => kind === 2).length, 1);
  assert(!JSON.stringify([spans, points]).includes("t0psecret"));
});
