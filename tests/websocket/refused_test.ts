/** Credentials that are refused: who is asked again, how often, and what ends it. */

import { assert, assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import {
  apiKeyAuth,
  bearerAuth,
  ConnectionError,
  type NetworkingError,
  WebSocketClient,
  type WebSocketClientOptions,
  WebSocketError,
} from "../../mod.ts";
import { MOST_UNEXPLAINED } from "../../src/websocket/connection/connection.ts";
import { closeFrame, frame, serveRaw } from "./raw_server.ts";
import { ScriptedSocket } from "./scripted_socket.ts";
import { echo, failure, FAST, serveSockets } from "./sockets.ts";

/** Opens the first time, and is refused without a word from then on. */
function silentlyRefused(outcomes: (socket: ScriptedSocket, number: number) => void) {
  let number = 0;
  return class extends ScriptedSocket {
    constructor(url: string, second?: unknown) {
      super(url, Array.isArray(second) ? second : []);
      queueMicrotask(() => outcomes(this, ++number));
    }
  };
}

const SOON: WebSocketClientOptions = {
  retryBackoff: 0,
  closeTimeout: { milliseconds: 100 },
  maxRetries: 1000,
};

// R17.13
Deno.test("handshakes that fail at once without a reason have a limit, and one has fresh credentials", async (t) => {
  const firsts = { "after a good connection": true, "from the first one on": false };
  for (const [title, isGoodFirst] of Object.entries(firsts)) {
    await t.step(title, async () => {
      const asked: boolean[] = [];
      const client = new WebSocketClient("wss://x", {
        ...SOON,
        webSocket: silentlyRefused((socket, number) => {
          if (!isGoodFirst || number > 1) return socket.onerror?.({ message: "" } as never);
          socket.open();
          socket.onclose?.({ code: 1006, reason: "", wasClean: false } as never);
        }),
        headers: ({ refresh }) => (asked.push(refresh), {}),
      });
      client.on("error", () => {});
      const connecting = client.connect();
      if (isGoodFirst) assertStrictEquals(await connecting, true);
      else assertInstanceOf(await failure(connecting), ConnectionError);
      const { error } = await client.closed;
      assertInstanceOf(error, ConnectionError);
      assertStrictEquals(error.code, "connection_failed");
      assert(error.message.includes(`${MOST_UNEXPLAINED} handshakes in a row`), error.message);
      assertStrictEquals(asked.length, MOST_UNEXPLAINED + (isGoodFirst ? 1 : 0));
      assertEquals(
        [asked.indexOf(true), asked.lastIndexOf(true)],
        Array(2).fill(isGoodFirst ? 3 : 2),
      );
    });
  }
});

// R17.13
Deno.test("failures that say what they are do not count, and an open socket starts the count again", async (t) => {
  const texts: Record<string, string> = {
    refused: "tcp connect error",
    "no address": "dns error: no such host",
    reset: "Connection reset by peer",
    "a status": "Invalid status code: 503",
  };
  for (const [title, message] of Object.entries(texts)) {
    await t.step(title, async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const client = new WebSocketClient("ws://x", {
        ...SOON,
        webSocket: silentlyRefused((socket, number) => {
          if (number === 2 * MOST_UNEXPLAINED) resolve();
          socket.onerror?.({ message } as never);
        }),
      });
      const connecting = client.connect();
      await promise;
      assert(client.state !== "closed");
      await client.close();
      assertStrictEquals(await connecting, false);
    });
  }
  await t.step("a socket that was open", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const client = new WebSocketClient("ws://x", {
      ...SOON,
      webSocket: silentlyRefused((socket, number) => {
        if (number === 3 * MOST_UNEXPLAINED) resolve();
        if (number % (MOST_UNEXPLAINED - 1) !== 0) return socket.onerror?.({} as never);
        socket.open();
        setTimeout(() => socket.onclose?.({ code: 1006, reason: "", wasClean: false } as never));
      }),
    });
    await client.connect();
    await promise;
    assert(client.state !== "closed");
    await client.close();
  });
});

Deno.test("shouldReconnect has the last word at the limit too", async () => {
  const proposed: boolean[] = [];
  const client = new WebSocketClient("ws://x", {
    ...SOON,
    webSocket: silentlyRefused((socket, number) => {
      if (number > 1) return socket.onerror?.({} as never);
      socket.open();
      socket.onclose?.({ code: 1006, reason: "", wasClean: false } as never);
    }),
    reconnect: {
      shouldReconnect: (question) => {
        proposed.push(question.proposed);
        return proposed.length < MOST_UNEXPLAINED + 5;
      },
    },
  });
  client.on("error", () => {});
  await client.connect();
  await client.closed;
  assertEquals(proposed.slice(0, MOST_UNEXPLAINED), Array(MOST_UNEXPLAINED).fill(true));
  assertEquals(proposed.slice(MOST_UNEXPLAINED), Array(5).fill(false));
});

Deno.test("onConnect is a provider: told attempt and refresh, asked once more, and twice refused is the end", async (t) => {
  // A token in the first message; the server says what it thinks of it with a close code.
  const rows: Record<string, { open: boolean; isFreshGood: boolean }> = {
    "refused while onConnect waits, then accepted": { open: false, isFreshGood: true },
    "refused after the connection was open, then accepted": { open: true, isFreshGood: true },
    "refused twice while onConnect waits": { open: false, isFreshGood: false },
    "refused twice after the connection was open": { open: true, isFreshGood: false },
  };
  for (const [title, { open, isFreshGood }] of Object.entries(rows)) {
    await t.step(title, async () => {
      await using server = serveRaw(async (peer) => {
        await peer.accept();
        for (let got = await peer.read(); got !== null; got = await peer.read()) {
          if (got.opcode === 8) return void await peer.write(frame(8, got.payload));
          const isGood = isFreshGood && new TextDecoder().decode(got.payload) === "fresh";
          await peer.write(isGood ? frame(1, "welcome") : closeFrame(4401, "no"));
        }
      });
      const asked: [attempt: number, refresh: boolean][] = [];
      const client = new WebSocketClient(server.url, {
        ...FAST,
        async onConnect(session) {
          asked.push([session.attempt, session.refresh]);
          session.send(session.refresh ? "fresh" : "kept");
          if (!open) await session.receive();
        },
      });
      client.on("error", () => {});
      const connecting = client.connect();
      connecting.catch(() => {});
      if (isFreshGood) {
        while (asked.length < 2 || client.state !== "open") await new Promise((r) => setTimeout(r));
        if (open) assertStrictEquals(await client.receive({ timeout: 5 }), "welcome");
        await client.close();
      } else {
        const { code, error } = await client.closed;
        assertStrictEquals(code, 4401);
        if (!open) assertInstanceOf(error, WebSocketError);
      }
      assertEquals(asked, [[1, false], [2, true]]);
    });
  }
});

Deno.test("functions of bearerAuth() and apiKeyAuth() are told of a refusal", async (t) => {
  const give =
    (told: unknown[]) => ({ attempt, refresh }: { attempt: number; refresh: boolean }) => {
      told.push([attempt, refresh]);
      return refresh ? "fresh" : "kept";
    };
  const schemes = {
    bearerAuth: (told: unknown[]) => bearerAuth(give(told)),
    apiKeyAuth: (told: unknown[]) => apiKeyAuth({ name: "x-key", value: give(told), in: "header" }),
  };
  for (const [title, scheme] of Object.entries(schemes)) {
    await t.step(title, async () => {
      const seen: (string | null)[] = [];
      const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
        const { headers } = request;
        seen.push(headers.get("authorization") ?? headers.get("x-key"));
        if (!seen.at(-1)!.endsWith("fresh")) return new Response(null, { status: 401 });
        const { socket, response } = Deno.upgradeWebSocket(request);
        echo(socket);
        return response;
      });
      const told: unknown[] = [];
      const client = new WebSocketClient(`ws://127.0.0.1:${server.addr.port}`, {
        ...FAST,
        auth: scheme(told),
      });
      await client.connect();
      await client.close();
      await server.shutdown();
      assertEquals(told, [[1, false], [2, true]]);
      assertStrictEquals(seen.length, 2);
    });
  }
});

// R17.11
Deno.test("Retry-After of a refused handshake is a floor, where the runtime shows it", async () => {
  // As `watchOnNode()` finds it; Deno shows the status alone.
  await using server = serveSockets(echo);
  const client = new WebSocketClient(() => {
    if (attempts++ > 0) return server.url;
    const facts = { url: "ws://x", statusCode: 503, retryAfterMs: 60 };
    throw new WebSocketError("handshake_rejected", "Cannot connect", facts);
  }, FAST);
  let attempts = 0;
  const startedAt = performance.now();
  await client.connect();
  assert(performance.now() - startedAt >= 60);
  await client.close();
  const never = new WebSocketClient(() => {
    const facts = { url: "ws://x", statusCode: 503, retryAfterMs: 61_000 };
    throw new WebSocketError("handshake_rejected", "Cannot connect", facts);
  }, FAST);
  assertStrictEquals((await failure(never.connect()) as NetworkingError).attempts.length, 1);
});
