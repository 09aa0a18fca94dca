/** connect() of the WebSocket client: why it fails, its deadline, and what the handshake carries. */

import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
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
  WebSocketError,
} from "../../mod.ts";
import { serveRaw, silent } from "./raw_server.ts";
import { echo, failure, FAST, ONCE, serveSockets } from "./sockets.ts";

Deno.test("connect() says why it failed", async (t) => {
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

// R17.1
Deno.test("the handshake has a deadline, providers included", async (t) => {
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

// R17.2
Deno.test("calls of connect() at the same time share one attempt", async () => {
  let sockets = 0;
  await using server = serveSockets(() => void sockets++);
  await using client = new WebSocketClient(server.url, FAST);
  assertEquals(await Promise.all([client.connect(), client.connect()]), [true, true]);
  assertStrictEquals(await client.connect(), true);
  assertStrictEquals(sockets, 1);
});

// R17.2
Deno.test("connect() after close() begins a new life, with the same handlers", async () => {
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

// R17.2, R17.9
Deno.test("close() while it connects makes connect() false, in each phase", async (t) => {
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

// R17.1
Deno.test("a subprotocol that was not offered, or none, is refused", async () => {
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

Deno.test("headers go with the handshake, also together with protocols", async () => {
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

// R17.1
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
