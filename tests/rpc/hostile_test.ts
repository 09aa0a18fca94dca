/** What a peer may do wrong, or a connection at the wrong moment, and what that must not come to. */

import { assert, assertEquals, assertLess, assertRejects, assertThrows } from "@std/assert";
import { HTTPClient, type NetworkingError, WebSocketClient } from "../../mod.ts";
import { rpc, RPCError, type RPCSocketOptions } from "../../src/rpc/mod.ts";
import { FakeRPCSocket } from "./socket.ts";

const pause = () => new Promise<void>((resolve) => setTimeout(resolve));
const codeOf = (error: unknown) => (error as NetworkingError).code;

/** A peer, what it was told, and what it sent. */
function setUp(options: RPCSocketOptions = {}) {
  const socket = new FakeRPCSocket();
  const api = rpc(socket, options);
  const told: unknown[] = [];
  api.on("error", ({ error }) => told.push(error));
  const sent = () => socket.sent.splice(0).map((text) => JSON.parse(text));
  return { socket, api, told, sent };
}

// R25.7
Deno.test("a response that breaks the specification fails its call, and is never answered", async () => {
  const rows: [string, object][] = [
    ["an error that is text", { error: "no" }],
    ["an error without a code", { error: { message: "no" } }],
    ["an error whose code is text", { error: { code: "1", message: "no" } }],
    ["an error without a message", { error: { code: 1 } }],
    ["an error that is a list", { error: [1, "no"] }],
  ];
  for (const [name, answer] of rows) {
    const { socket, api, sent } = setUp();
    const call = assertRejects(() => api.call("m", []));
    await pause();
    const [{ id }] = sent();
    socket.receive({ jsonrpc: "2.0", id, ...answer });
    assertEquals(codeOf(await call), "protocol_error", name);
    await pause();
    assertEquals(sent(), [], name); // it would be an answer to a call of the peer
    api.close();
  }
});

// R25.5
Deno.test("a result that JSON cannot hold is answered with an error, and told", async () => {
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  const bad = {
    bigint: () => 1n,
    circular: () => circular,
    function: () => () => {},
    symbol: () => Symbol("x"),
    throws: () => ({
      toJSON() {
        throw new Error("secret");
      },
    }),
    data: () => {
      throw new RPCError("meant", { rpcCode: 5, data: 1n });
    },
  };
  const good = { nothing: () => undefined, nan: () => NaN, text: () => "x" };
  const { socket, told, sent, api } = setUp({ methods: { ...bad, ...good } });
  const internal = { code: -32603, message: "Internal error" };
  for (const method of Object.keys(bad)) {
    socket.receive({ jsonrpc: "2.0", id: method, method });
    await pause();
    assertEquals(sent(), [{ jsonrpc: "2.0", id: method, error: internal }]);
  }
  assertEquals(told.length, Object.keys(bad).length);
  // One of a batch does not cost the others their answers.
  socket.receive(
    ["bigint", "nothing", "nan", "text"].map((method) => ({ jsonrpc: "2.0", id: method, method })),
  );
  await pause();
  assertEquals(sent(), [[
    { jsonrpc: "2.0", id: "bigint", error: internal },
    { jsonrpc: "2.0", id: "nothing", result: null },
    { jsonrpc: "2.0", id: "nan", result: null },
    { jsonrpc: "2.0", id: "text", result: "x" },
  ]]);
  api.close();
});

// R25.6
Deno.test("a batch of more requests than are served has one answer, however large", async (t) => {
  const rows: [string, unknown][] = [
    ["calls", { jsonrpc: "2.0", id: 1, method: "m" }],
    ["of no method", { jsonrpc: "2.0", id: 1, method: "no" }],
    ["notifications", { jsonrpc: "2.0", method: "m" }],
    ["neither", 1],
  ];
  for (const [name, one] of rows) {
    await t.step(name, async () => {
      let served = 0;
      const { socket, sent, told, api } = setUp({ methods: { m: () => served++ } });
      socket.receive(Array(100_000).fill(one));
      await pause();
      const answers = sent();
      assertEquals([answers.length, served, told.length], [1, 0, 1]);
      assertEquals(answers[0].error.code, -32000);
      socket.receive(Array(1000).fill(one)); // maxIncoming
      await pause();
      assert(sent().every((answer) => Array.isArray(answer) && answer.length === 1000));
      api.close();
    });
  }
  await t.step("answers are not requests", async () => {
    const { socket, api } = setUp({ maxIncoming: 1 });
    const batch = api.batch();
    const calls = Array.from({ length: 5000 }, (_, n) => batch.call("m", [n]));
    const done = batch.send();
    await pause();
    const asked: { id: number; params: [number] }[] = JSON.parse(socket.sent[0]!);
    socket.receive(asked.map(({ id, params: [n] }) => ({ jsonrpc: "2.0", id, result: n })));
    await done;
    assertEquals(await calls[4999], 4999);
    api.close();
  });
  await t.step("answers among too many requests still count", async () => {
    const { socket, sent, api } = setUp({ maxIncoming: 1 });
    const call = api.call("m");
    await pause();
    const [{ id }] = sent();
    const other = { jsonrpc: "2.0", id: 1, method: "m" };
    socket.receive([other, other, { jsonrpc: "2.0", id, result: 3 }]);
    assertEquals(await call, 3);
    await pause();
    assertEquals(sent().at(-1).error.code, -32000);
    api.close();
  });
});

// R25.9
Deno.test("a notification counts with its own bytes, in a batch and in UTF-8", async (t) => {
  const note = (text: string) => ({ jsonrpc: "2.0", method: "n", params: { text } });
  const own = new TextEncoder().encode(JSON.stringify(note("€"))).length;
  for (
    const [name, received, maxBytes, fits] of [
      ["a batch of ten", Array(10).fill(note("€")), 10 * own, true],
      ["a batch of ten and a byte too many", Array(10).fill(note("€")), 10 * own - 1, false],
      ["one", note("€"), own, true],
      ["one and a byte too many", note("€"), own - 1, false],
    ] as const
  ) {
    await t.step(name, async () => {
      const { socket, api } = setUp({ inbox: { maxBytes } });
      const notes = api.notifications("n");
      socket.receive(received);
      await pause();
      const wanted = Array.isArray(received) ? received.length : 1;
      let count = 0;
      const read = (async () => {
        for await (const _ of notes) if (++count === wanted) break;
      })();
      if (fits) await read;
      else assertEquals(codeOf(await assertRejects(() => read)), "queue_full");
      api.close();
    });
  }
});

// R25.7
Deno.test("an answer goes over the connection of its request, or nowhere", async (t) => {
  await t.step("the handler ends after the loss", async () => {
    const gate = Promise.withResolvers<string>();
    const { socket, sent, told, api } = setUp({ methods: { slow: () => gate.promise } });
    socket.receive({ jsonrpc: "2.0", id: 1, method: "slow" });
    await pause();
    socket.emit("reconnecting", {});
    socket.emit("reconnected", {});
    gate.resolve("of before"); // the peer's call 1 is another one by now
    await pause();
    assertEquals([sent(), told], [[], []]);
    api.close();
  });
  await t.step("the answer waits in the outbox at the loss", async () => {
    const { socket, told, api } = setUp({ methods: { quick: () => 1 } });
    const taken: (AbortSignal | undefined)[] = [];
    socket.send = (_text: string, options?: { readonly signal?: AbortSignal }) => {
      taken.push(options?.signal);
      return new Promise((_, reject) =>
        options?.signal?.addEventListener("abort", () => reject(options.signal!.reason))
      );
    };
    socket.receive({ jsonrpc: "2.0", id: 1, method: "quick" });
    await pause();
    socket.emit("reconnecting", {});
    await pause();
    assertEquals([taken.map((signal) => signal?.aborted), told], [[true], []]);
    api.close();
  });
  await t.step("over a session that resumes it goes", async () => {
    const gate = Promise.withResolvers<string>();
    const socket = Object.assign(new FakeRPCSocket(), { resumes: true as const });
    using _api = rpc(socket, { methods: { slow: () => gate.promise } });
    socket.receive({ jsonrpc: "2.0", id: 1, method: "slow" });
    await pause();
    socket.emit("reconnecting", {});
    gate.resolve("still good");
    await pause();
    assertEquals(socket.sent.length, 1);
  });
});

Deno.test("a subscription whose connection is lost is not ended over another one", async () => {
  const { socket, sent, api } = setUp();
  socket.answer = ([call]) => socket.receive({ jsonrpc: "2.0", id: call!.id, result: "s1" });
  const stream = await api.subscribe("watch", [], { notification: "seen", unsubscribe: "unwatch" });
  sent();
  const next = assertRejects(() => stream.next());
  socket.emit("reconnecting", {});
  assertEquals(codeOf(await next), "connection_closed");
  await stream.close();
  await pause();
  assertEquals(sent(), []);
  api.close();
});

// R25.9
Deno.test("streams are bounded by number and bytes, before and after they have an ID", async (t) => {
  const push = (socket: FakeRPCSocket, size: number) =>
    socket.receive({
      jsonrpc: "2.0",
      method: "seen",
      params: { subscription: "s1", result: "x".repeat(size) },
    });
  const rows: [string, { maxMessages?: number; maxBytes?: number }, number][] = [
    ["number", { maxMessages: 3 }, 1],
    ["bytes", { maxBytes: 3500 }, 1000],
  ];
  for (const [name, inbox, size] of rows) {
    for (const when of ["early", "late"]) {
      await t.step(`${name}, ${when}`, async () => {
        const { socket, sent, api } = setUp({ inbox });
        const flood = () => {
          for (let count = 0; count < 4; count++) push(socket, size);
        };
        socket.answer = ([{ id, method } = { method: "" }]) => {
          if (method === "watch" && when === "early") flood();
          socket.receive({ jsonrpc: "2.0", id, result: "s1" });
        };
        const options = { notification: "seen", unsubscribe: "unwatch" };
        const stream = await api.subscribe("watch", [], options);
        if (when === "late") {
          flood();
          for (let count = 0; count < 3; count++) assertEquals((await stream.next()).done, false);
        }
        assertEquals(codeOf(await assertRejects(() => stream.next())), "queue_full");
        await pause();
        assertEquals(sent().map(({ method }) => method), ["watch", "unwatch"]);
        api.close();
      });
    }
  }
});

Deno.test("a peer of nonsense gets at most one answer a message, and no loop", async () => {
  const [one, other] = [setUp(), setUp()];
  for (const [from, to] of [[one, other], [other, one]] as const) {
    from.socket.send = (text) => {
      from.socket.sent.push(text);
      queueMicrotask(() => to.socket.receive(text));
      return Promise.resolve(true);
    };
  }
  const nonsense = [
    "",
    "{",
    "null",
    "1",
    "[]",
    "[[]]",
    "[1,2]",
    '"text"',
    "{}",
    '{"jsonrpc":"2.0"}',
    '{"jsonrpc":"2.0","id":1}',
    '{"jsonrpc":"1.0","id":1,"method":"m"}',
    '{"jsonrpc":"2.0","id":{},"method":"m"}',
    '{"jsonrpc":"2.0","id":1,"method":1}',
    '{"jsonrpc":"2.0","id":1,"method":"m","params":1}',
    '{"jsonrpc":"2.0","id":1,"result":1}',
    '{"jsonrpc":"2.0","id":1,"error":1}',
    '{"jsonrpc":"2.0","id":null,"error":1}',
    '{"__proto__":{"method":"m"},"id":1}',
    new Uint8Array([0xff, 0xfe]),
  ];
  for (const message of nonsense) one.socket.receive(message);
  for (let turn = 0; turn < 20; turn++) await pause();
  assertLess(one.socket.sent.length, nonsense.length + 1);
  assertEquals(other.socket.sent, []); // an answer is not answered
  one.api.close();
  other.api.close();
});

// R25.3
Deno.test("over HTTP an answer is one whatever its type, and a broken one says so", async () => {
  const rows: [string, Response, (outcome: unknown) => void][] = [
    ["text/plain", new Response('{"jsonrpc":"2.0","id":1,"result":5}'), (outcome) => {
      assertEquals(outcome, 5);
    }],
    [
      "no type",
      new Response(new TextEncoder().encode('{"jsonrpc":"2.0","id":1,"result":5}')),
      (outcome) => {
        assertEquals(outcome, 5);
      },
    ],
    ["a broken error", Response.json({ jsonrpc: "2.0", id: 1, error: "no" }), (outcome) => {
      assertEquals(codeOf(outcome), "protocol_error");
    }],
    ["a page", new Response("<html>", { headers: { "content-type": "text/html" } }), (outcome) => {
      assertEquals(codeOf(outcome), "decode_failed");
    }],
    [
      "404 and text/html",
      new Response('{"jsonrpc":"2.0","id":1,"result":5}', {
        status: 404,
        headers: { "content-type": "text/html" },
      }),
      (outcome) => assertEquals(outcome, 5),
    ],
    [
      "an error in 503 without a type",
      new Response(
        new TextEncoder().encode('{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"m"}}'),
        { status: 503 },
      ),
      (outcome) => assertEquals((outcome as RPCError).rpcCode, -1),
    ],
    ["other JSON of 500", Response.json({ error: "busy" }, { status: 500 }), (outcome) => {
      assertEquals(codeOf(outcome), "http_status");
    }],
    ["a page of 502", new Response("<html>", { status: 502 }), (outcome) => {
      assertEquals(codeOf(outcome), "http_status");
    }],
    ["an answer to another", Response.json({ jsonrpc: "2.0", id: 7, result: 5 }), (outcome) => {
      assertEquals(codeOf(outcome), "protocol_error");
    }],
    [
      "another's and an error for all",
      Response.json({
        jsonrpc: "2.0",
        id: null,
        error: { code: -32700, message: "Parse error" },
      }),
      (outcome) => assertEquals((outcome as RPCError).rpcCode, -32700),
    ],
  ];
  for (const [name, response, check] of rows) {
    const client = new HTTPClient({ transport: () => Promise.resolve(response), maxRetries: 0 });
    const api = rpc(client, { url: "http://h.example/" });
    const outcome = await api.call("m", [], { timeout: 5 }).catch((error: unknown) => error);
    try {
      check(outcome);
    } catch (error) {
      throw new Error(name, { cause: error });
    }
  }
});

Deno.test("methods that are no functions are refused", () => {
  const socket = new WebSocketClient("ws://h.example");
  assertThrows(() => rpc(socket, { methods: { add: 5 as never } }), TypeError, "methods.add");
});
