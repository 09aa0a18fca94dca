/** A socket whose peer sent a close frame and then nothing: it is seen, and it is ended. */

import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { type NetworkingError, WebSocketClient, type WebSocketClientOptions } from "../../mod.ts";
import { FakeClock } from "../../src/testing/fake_clock.ts";
import { nextSocket, ScriptedSocket } from "./scripted_socket.ts";
import { failure } from "./sockets.ts";

const OPTIONS: WebSocketClientOptions = {
  webSocket: ScriptedSocket,
  closeTimeout: 1,
  retryBackoff: { milliseconds: 10 },
};

/** A client with an open scripted socket, on a clock that the test moves. */
async function opened(clock: FakeClock, options: WebSocketClientOptions = {}) {
  ScriptedSocket.made.length = 0;
  const client = new WebSocketClient("ws://x", { ...OPTIONS, ...options });
  const connecting = client.connect();
  await clock.advance(0);
  const socket = ScriptedSocket.made.shift()!;
  socket.open();
  await connecting;
  return { client, socket };
}

/** How long until the client has noticed, by what goes over the socket meanwhile. */
const TRAFFIC: Readonly<Record<string, { send?: boolean; heartbeat?: boolean; withinS: number }>> =
  {
    "that only listens": { withinS: 6 },
    "that sends": { send: true, withinS: 1 },
    "with a heartbeat": { heartbeat: true, withinS: 6 },
  };

// R17.3, R17.14
Deno.test("a close frame without an end of TCP is an end after closeTimeout, with 1006", async (t) => {
  for (const [title, { send, heartbeat, withinS }] of Object.entries(TRAFFIC)) {
    await t.step(`for a client ${title}`, async () => {
      const clock = new FakeClock();
      using _installed = clock.install();
      const { client, socket } = await opened(
        clock,
        heartbeat ? { heartbeat: { every: 100, timeout: 50 } } : {},
      );
      const codes: number[] = [];
      client.on("reconnecting", ({ ending }) => codes.push(ending.code));
      socket.readyState = 2; // and nothing tells of it
      const sent = send ? client.send("waits") : undefined;
      await clock.advance(withinS - 0.1);
      assertEquals([client.state, codes], ["open", []]);
      await clock.advance(0.2);
      assertEquals(codes, [1006]);
      const next = ScriptedSocket.made.shift()!;
      next.open();
      await clock.advance(0);
      assertEquals([client.state, socket.sent], ["open", []]);
      assertEquals(next.sent, send ? ["waits"] : []); // once, over the next connection
      if (send) assertStrictEquals(await sent, true);
      next.onclose?.({ code: 1000, reason: "", wasClean: true } as never);
      assertEquals([client.state, clock.pending], ["closed", 0]);
    });
  }
});

Deno.test("without reconnect it ends the client, and what waits is rejected", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const { client, socket } = await opened(clock, { reconnect: false });
  socket.readyState = 2;
  const sent = failure(client.send("lost"));
  await clock.advance(1.1);
  assertStrictEquals((await sent as NetworkingError).code, "connection_closed");
  assertEquals((await client.closed).code, 1006);
});

Deno.test("send() does not poll a socket that is closing, nor does close()", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const { client, socket } = await opened(clock);
  socket.readyState = 2;
  client.on("error", () => {});
  void client.send("waits");
  assertEquals(clock.pending, 1); // the clock of the connection, and no other
  const closing = client.close();
  assertEquals(clock.pending, 1);
  await clock.advance(1);
  await closing;
  assertEquals(clock.pending, 0);
});

Deno.test("a close frame while onConnect runs ends the attempt", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  ScriptedSocket.made.length = 0;
  const client = new WebSocketClient("ws://x", {
    ...OPTIONS,
    maxRetries: 0,
    onConnect: async (session) => void await session.receive(),
  });
  const connecting = failure(client.connect());
  await clock.advance(0);
  const socket = ScriptedSocket.made.shift()!;
  socket.open();
  socket.readyState = 2;
  await clock.advance(6.2);
  assertStrictEquals((await connecting as NetworkingError).code, "connection_closed");
});

/** A socket that can be dropped. */
class DroppedSocket extends ScriptedSocket {
  terminated = 0;
  terminate(): void {
    this.terminated++;
  }
}

// R17.14
Deno.test("a socket that is abandoned is dropped where the runtime can", async (t) => {
  const ways: Record<
    string,
    { options?: WebSocketClientOptions; seconds: number; act(client: WebSocketClient): void }
  > = {
    "after close()": { seconds: 1.1, act: (client) => void client.close() },
    "after a heartbeat without an answer": {
      options: { heartbeat: { every: 1, timeout: 1 }, reconnect: false },
      seconds: 2.1,
      act() {},
    },
    "after a close frame": {
      options: { reconnect: false },
      seconds: 6.1,
      act: () => void (DroppedSocket.last!.readyState = 2),
    },
  };
  for (const [title, { options, seconds, act }] of Object.entries(ways)) {
    await t.step(title, async () => {
      const clock = new FakeClock();
      using _installed = clock.install();
      const { client, socket } = await opened(clock, { webSocket: DroppedSocket, ...options });
      client.on("error", () => {});
      act(client);
      await clock.advance(seconds);
      assertEquals([client.state, (socket as DroppedSocket).terminated], ["closed", 1]);
    });
  }
  await t.step("after an abort", async () => {
    const controller = new AbortController();
    const client = new WebSocketClient("ws://x", {
      ...OPTIONS,
      webSocket: DroppedSocket,
      signal: controller.signal,
    });
    const connecting = client.connect();
    const socket = await nextSocket() as DroppedSocket;
    socket.open();
    await connecting;
    client.on("error", () => {});
    controller.abort(new Error("mine"));
    assertEquals([client.state, socket.terminated, socket.closes], ["closed", 1, 1]);
  });
  await t.step("not in an ordinary end", async () => {
    const clock = new FakeClock();
    using _installed = clock.install();
    const { client, socket } = await opened(clock, { webSocket: DroppedSocket });
    const closing = client.close();
    socket.onclose?.({ code: 1000, reason: "", wasClean: true } as never);
    await closing;
    assertEquals((socket as DroppedSocket).terminated, 0);
  });
});

// R17.16
Deno.test("what a socket lacks is taken for: nothing waits", async (t) => {
  for (const member of ["bufferedAmount", "readyState", "protocol", "binaryType"] as const) {
    await t.step(`without ${member}`, async () => {
      ScriptedSocket.made.length = 0;
      class LackingSocket extends ScriptedSocket {
        constructor(url: string, second?: unknown) {
          super(url, second);
          Object.defineProperty(this, member, {
            get: () => undefined,
            set: () => {},
          });
        }
      }
      const client = new WebSocketClient("ws://x", { ...OPTIONS, webSocket: LackingSocket });
      const connecting = client.connect();
      const socket = await nextSocket();
      socket.open();
      assertStrictEquals(await connecting, true);
      assertStrictEquals(await client.send("one"), true);
      socket.onmessage?.({ data: "two" } as never);
      assertEquals([socket.sent, await client.receive(), client.protocol], [["one"], "two", ""]);
      const closing = client.close();
      assert(socket.closes === 1);
      socket.onclose?.({ code: 1000, reason: "", wasClean: true } as never);
      await closing;
    });
  }
});
