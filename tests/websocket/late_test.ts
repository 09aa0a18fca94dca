/** A timer that fires late: the process was stopped, and what came meanwhile is looked at first. */

import { assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { NetworkingError, TimeoutError, WebSocketClient } from "../../mod.ts";
import { nextSocket, ScriptedSocket } from "./scripted_socket.ts";
import { failure } from "./sockets.ts";

/** What the process waits for while it is stopped, and how what came is told afterwards. */
const WAITS: Record<
  string,
  (client: WebSocketClient, socket: () => ScriptedSocket) => {
    /** Settles when the wait is over, by what came or by its clock. */
    readonly wait: Promise<unknown>;
    /** What the runtime hands over when the process goes on. */
    readonly arrive: () => void;
    readonly good: unknown;
  }
> = {
  "a handshake": (client, socket) => ({
    wait: client.connect(),
    arrive: () => socket().open(),
    good: true,
  }),
  "receive()": (client, socket) => ({
    wait: client.receive({ timeout: { milliseconds: 20 } }),
    arrive: () => socket().onmessage?.({ data: "came" } as never),
    good: "came",
  }),
  "request()": (client, socket) => ({
    wait: client.request("7", { timeout: { milliseconds: 20 } }),
    arrive: () => socket().onmessage?.({ data: "7" } as never),
    good: "7",
  }),
  "a heartbeat": (client, socket) => ({
    wait: new Promise((resolve) => {
      client.on("close", ({ error }) => resolve(error));
      client.on("message", ({ message }) => resolve(message));
    }),
    arrive: () => socket().onmessage?.({ data: "alive" } as never),
    good: "alive",
  }),
};

// R17.15
Deno.test("what arrived while the process was stopped counts; who said nothing is given up within a second", async (t) => {
  for (const [title, begin] of Object.entries(WAITS)) {
    for (const hasCome of [true, false]) {
      await t.step(`${title}: ${hasCome ? "it has come" : "nothing came"}`, async () => {
        ScriptedSocket.made.length = 0;
        const client = new WebSocketClient("ws://x", {
          webSocket: ScriptedSocket,
          maxRetries: 0,
          reconnect: false,
          timeout: { milliseconds: 20 },
          closeTimeout: { milliseconds: 1 },
          correlation: { ofRequest: String, ofResponse: String },
          ...(title === "a heartbeat" &&
            { heartbeat: { every: { milliseconds: 1 }, timeout: { milliseconds: 19 } } }),
        });
        client.on("error", () => {});
        let socket: ScriptedSocket;
        if (title !== "a handshake") {
          const connecting = client.connect();
          socket = await nextSocket();
          socket.open();
          await connecting;
        }
        const { wait, arrive, good } = begin(client, () => socket);
        wait.catch(() => {});
        if (title === "a handshake") socket = await nextSocket();
        if (title === "a heartbeat") {
          while (socket!.sent.length === 0) await new Promise((done) => setTimeout(done, 1));
        }
        const { now } = performance;
        try {
          performance.now = () => now.call(performance) + 5000; // the process was stopped
          // The timers fire first, and then what came is handed over.
          if (hasCome) setTimeout(arrive, 40);
          const from = now.call(performance);
          const outcome = await wait.catch((error) => error);
          if (hasCome) assertEquals(outcome, good);
          else assertInstanceOf(outcome, TimeoutError);
          assertStrictEquals(now.call(performance) - from < 1000, true);
        } finally {
          performance.now = now;
        }
        const closing = client.close();
        socket!.onclose?.({ code: 1000, reason: "", wasClean: true } as never);
        await closing;
      });
    }
  }
});

// R17.2, R17.12
Deno.test("each connect() in a wait ends that wait, in both kinds of waits", async (t) => {
  const rows: Record<string, { wasOpen: boolean }> = {
    "before the first connection": { wasOpen: false },
    "after a loss": { wasOpen: true },
  };
  for (const [title, { wasOpen }] of Object.entries(rows)) {
    await t.step(title, async () => {
      ScriptedSocket.made.length = 0;
      const client = new WebSocketClient("ws://x", {
        webSocket: ScriptedSocket,
        retryBackoff: 60,
        maxRetries: 3,
        closeTimeout: { milliseconds: 1 },
      });
      const waits: number[] = [];
      client.on("reconnecting", ({ attempt }) => waits.push(attempt));
      let connecting = client.connect();
      let socket = await nextSocket();
      if (wasOpen) {
        socket.open();
        assertStrictEquals(await connecting, true);
        socket.onclose?.({ code: 1006, reason: "", wasClean: false } as never);
      } else socket.onerror?.({ message: "tcp connect error" } as never);
      for (let attempt = 0; attempt < 5; attempt++) { // more often than maxRetries
        assertStrictEquals(client.state, "waiting");
        connecting = client.connect();
        socket = await nextSocket(); // dialled at once
        assertStrictEquals(client.state, "connecting");
        socket.onerror?.({ message: "tcp connect error" } as never);
      }
      // An attempt that was forced makes no wait longer, and uses up none.
      assertEquals(waits, wasOpen ? [1, 1, 1, 1, 1, 1] : []);
      const last = client.connect();
      (await nextSocket()).open();
      assertEquals([await last, await connecting, client.state], [true, true, "open"]);
      await client.close();
    });
  }
  await t.step("close() in a wait makes all of them false", async () => {
    const client = new WebSocketClient("ws://x", { webSocket: ScriptedSocket, retryBackoff: 60 });
    const first = client.connect();
    (await nextSocket()).onerror?.({ message: "tcp connect error" } as never);
    const second = client.connect();
    (await nextSocket()).onerror?.({ message: "tcp connect error" } as never);
    await client.close();
    assertEquals(await Promise.all([first, second]), [false, false]);
    assertInstanceOf(await failure(client.send("x")), NetworkingError);
  });
});
