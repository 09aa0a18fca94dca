/** Who gets a message: handlers, readers, requests; and what nobody can get. */

import { assertEquals, assertInstanceOf, assertRejects, assertStrictEquals } from "@std/assert";
import {
  DecodeError,
  jsonCodec,
  type SocketData,
  TimeoutError,
  WebSocketClient,
  type WebSocketClientOptions,
  type WebSocketMessage,
} from "../../mod.ts";
import { nextSocket, ScriptedSocket } from "./scripted_socket.ts";
import { failure } from "./sockets.ts";

/** An open client, what its server sends, and its end. */
async function opened<In = WebSocketMessage, Out = SocketData>(
  options: WebSocketClientOptions<In, Out> = {},
) {
  ScriptedSocket.made.length = 0;
  const client = new WebSocketClient<In, Out>("ws://x", {
    webSocket: ScriptedSocket,
    closeTimeout: { milliseconds: 5 },
    ...options,
  });
  const connecting = client.connect();
  const socket = await nextSocket();
  socket.open();
  await connecting;
  return {
    client,
    socket,
    push: (data: unknown) => socket.onmessage?.({ data } as never),
    async end() {
      const closing = client.close();
      socket.onclose?.({ code: 1000, reason: "", wasClean: true } as never);
      await closing;
    },
  };
}

// R17.6
Deno.test("while there is a handler, messages are not kept, whatever was read before", async (t) => {
  const before: Record<string, (client: WebSocketClient) => Promise<unknown>> = {
    "after receive()": (client) => client.receive(),
    "after a loop": async (client) => {
      for await (const _ of client) return;
    },
    "after a receive() that gave up": (client) =>
      failure(client.receive({ timeout: { milliseconds: 1 } })),
  };
  for (const [title, read] of Object.entries(before)) {
    await t.step(title, async () => {
      const { client, push, end } = await opened({ inbox: { maxMessages: 10, maxBytes: 100 } });
      const reading = read(client);
      if (!title.endsWith("gave up")) push("first");
      await reading;
      const handled: unknown[] = [];
      const off = client.on("message", ({ message }) => handled.push(message));
      for (let n = 0; n < 1000; n++) push(`${n}`);
      assertEquals([handled.length, client.state], [1000, "open"]);
      const waiting = client.receive();
      push("both"); // one that waits gets it too
      assertEquals([await waiting, handled.at(-1)], ["both", "both"]);
      off();
      push("kept");
      assertEquals(await client.receive(), "kept");
      await end();
    });
  }
});

// R17.6
Deno.test("a handler gets what was kept before it was there, and one that reads waits for the next", async () => {
  const { client, push, end } = await opened();
  push("1");
  push("2");
  const got: unknown[] = [];
  client.on("message", async ({ message }) => {
    got.push(message);
    if (message === "3") got.push(`read ${await client.receive()}`);
  });
  await Promise.resolve();
  push("3");
  push("4");
  await Promise.resolve();
  await Promise.resolve();
  assertEquals(got, ["1", "2", "3", "4", "read 4"]);
  await end();
});

interface Message {
  readonly id: number | null;
  readonly text?: string;
}
const REQUESTS = {
  codec: jsonCodec<Message>(),
  correlation: {
    ofRequest: (message: Message) => message.id!,
    ofResponse: (message: Message) => message.id ?? undefined,
  },
};

// R17.8
Deno.test("what comes beside answers never ends a client that only makes requests", async (t) => {
  const bounds = { "by number": { maxMessages: 10 }, "by bytes": { maxBytes: 100 } };
  for (const [title, inbox] of Object.entries(bounds)) {
    await t.step(title, async () => {
      const { client, push, end } = await opened({ ...REQUESTS, inbox });
      const dropped: unknown[] = [];
      client.on("drop", ({ from, reason }) => dropped.push(`${from} ${reason}`));
      const answer = client.request({ id: 1 });
      for (let n = 0; n < 100; n++) push('{"id":null,"text":"news"}');
      push("no JSON");
      push('{"id":1,"text":"answer"}');
      assertEquals([(await answer).text, client.state], ["answer", "open"]);
      assertEquals(dropped, Array(100).fill("inbox unread"));
      const next = client.receive(); // and gets what comes from now on
      push('{"id":null,"text":"later"}');
      assertEquals((await next)?.text, "later");
      push('{"id":null,"text":"kept"}');
      assertEquals((await client.receive())?.text, "kept");
      await end();
    });
  }
});

// R17.7
Deno.test("ofResponse that throws is told, and the message goes where it would have gone", async (t) => {
  const correlation = {
    ofRequest: ({ id }: Message) => id!,
    ofResponse: (message: Message) => {
      if (message === null) throw new TypeError("mine");
      return message.id ?? undefined;
    },
  };
  for (const way of ["reader", "handler"] as const) {
    await t.step(`to a ${way}`, async () => {
      const { client, push, end } = await opened({ codec: jsonCodec<Message>(), correlation });
      const errors: unknown[] = [];
      client.on("error", ({ error }) => errors.push((error as Error).message));
      const got = way === "reader" ? client.receive() : new Promise((resolve) => {
        client.on("message", ({ message }) => resolve(message));
      });
      // null is a value of JSON, and the end of a stream: an object says which here.
      const answer = client.request({ id: 7 });
      push("null");
      assertEquals([await got, errors], [null, ["mine"]]);
      push('{"id":7}');
      assertEquals(await answer, { id: 7 }); // the request went on waiting
      await end();
    });
  }
});

// R17.7
Deno.test("a message that cannot be decoded is told to somebody, once", async (t) => {
  await t.step("to the reader in its place, if nobody handles errors", async () => {
    const { client, push, end } = await opened({ codec: jsonCodec<number>() });
    for (const text of ["1", "no JSON", "2"]) push(text);
    assertEquals(await client.receive(), 1);
    await assertRejects(() => client.receive(), DecodeError);
    assertEquals(await client.receive(), 2);
    const waiting = client.receive();
    push("no JSON either");
    assertInstanceOf(await failure(waiting), DecodeError);
    push("3");
    assertEquals([await client.receive(), client.state], [3, "open"]);
    await end();
  });
  await t.step("to a loop, which can be entered again", async () => {
    const { client, push, end } = await opened({ codec: jsonCodec<number>() });
    push("no JSON");
    push("2");
    await assertRejects(async () => {
      for await (const _ of client);
    }, DecodeError);
    for await (const message of client) {
      assertStrictEquals(message, 2);
      break;
    }
    await end();
  });
  await t.step("to a handler of errors, and to no reader", async () => {
    const { client, push, end } = await opened({ codec: jsonCodec<number>() });
    const raw: unknown[] = [];
    client.on("error", (event) => raw.push(event.raw));
    for (const text of ["1", "no JSON", "2"]) push(text);
    assertEquals([await client.receive(), await client.receive(), raw], [1, 2, ["no JSON"]]);
    await end();
  });
});

Deno.test("a request that is too late says that it was one, and names its key", async () => {
  for (const key of [7, "seven"]) {
    const { client, end } = await opened({
      codec: jsonCodec<{ id: number | string }>(),
      correlation: {
        ofRequest: ({ id }: { id: number | string }) => id,
        ofResponse: ({ id }: { id: number | string }) => id,
      },
    });
    const limit = { timeout: { milliseconds: 1 } };
    const error = await assertRejects(() => client.request({ id: key }, limit), TimeoutError);
    assertEquals([error.code, error.limitMs], ["idle_timeout", 1]);
    assertStrictEquals(
      error.message,
      `Cannot request (ws://x): no response to ${JSON.stringify(key)} came within 1 ms (timeout)`,
    );
    await end();
  }
});

Deno.test("with a codec the ping of a heartbeat is a value, the default too", async (t) => {
  const rows: Record<string, { ping?: unknown; sent: string }> = {
    "the default": { sent: '"ping"' },
    "a value": { ping: { type: "ping" }, sent: '{"type":"ping"}' },
    "a function": { ping: () => ({ at: 1 }), sent: '{"at":1}' },
  };
  for (const [title, { ping, sent }] of Object.entries(rows)) {
    await t.step(title, async () => {
      const { client, socket, push, end } = await opened<unknown, unknown>({
        codec: jsonCodec(),
        heartbeat: {
          every: { milliseconds: 5 },
          timeout: 5,
          ...(ping !== undefined && { ping }),
        },
      });
      while (socket.sent.length === 0) await new Promise((done) => setTimeout(done, 1));
      assertStrictEquals(socket.sent[0], sent);
      push('"pong"'); // an answer, which no reader gets
      push('"news"');
      assertStrictEquals(await client.receive(), "news");
      await end();
    });
  }
});

Deno.test("a session.receive() that onConnect leaves behind gives null, and takes nothing", async (t) => {
  const ends = {
    "when onConnect is done": async (push: (data: unknown) => void, client: WebSocketClient) => {
      push("for the client");
      assertStrictEquals(await client.receive(), "for the client");
    },
    "at close()": () => {},
  };
  for (const [title, act] of Object.entries(ends)) {
    await t.step(title, async () => {
      let left: Promise<unknown> | undefined;
      const { client, push, end } = await opened({
        onConnect: (session) => {
          left = session.receive();
        },
      });
      await act(push, client);
      assertStrictEquals(await left, null);
      await end();
    });
  }
  await t.step("at a loss while onConnect runs", async () => {
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const got: unknown[] = [];
    const client = new WebSocketClient("ws://x", {
      webSocket: ScriptedSocket,
      maxRetries: 0,
      onConnect: async (session) => {
        void session.receive().then((message) => got.push(message));
        begin();
        await new Promise(() => {});
      },
    });
    const connecting = failure(client.connect());
    const socket = await nextSocket();
    socket.open();
    await begun;
    socket.onclose?.({ code: 1006, reason: "", wasClean: false } as never);
    await connecting;
    assertEquals(got, [null]);
  });
});
