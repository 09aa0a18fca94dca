/** JSON-RPC against servers that nobody here wrote. */

import { assertEquals, assertRejects } from "@std/assert";
import { HTTPClient, WebSocketClient } from "../../mod.ts";
import { rpc, RPCError } from "../../src/rpc/mod.ts";
import { JSON_RPC, start } from "./independent.ts";

interface Methods {
  subtract(params: [number, number] | { minuend: number; subtrahend: number }): number;
  sum(params: number[]): number;
  fail(): never;
  note(params: [string]): void;
  notified(): string[][];
  missing(): void;
  callBack(params: [string, unknown[]]): unknown;
  subscribe(): string;
  unsubscribe(params: [string]): boolean;
}

Deno.test("jayson over HTTP: calls, errors, notifications and batches", async () => {
  await using server = await start(JSON_RPC);
  await using client = new HTTPClient({ baseUrl: server.origin });
  const api = rpc<Methods>(client, { url: "/" });
  assertEquals(await api.call("subtract", [42, 23]), 19);
  assertEquals(await api.call("subtract", { minuend: 42, subtrahend: 23 }), 19);
  const error = await assertRejects(() => api.call("fail"), RPCError);
  assertEquals([error.rpcCode, error.remoteMessage, error.data], [17, "as asked", { why: ["so"] }]);
  assertEquals((await assertRejects(() => api.call("missing"), RPCError)).rpcCode, -32601);
  await api.notify("note", ["alone"]);
  const batch = api.batch();
  const [sum, failed] = [batch.call("sum", [1, 2, 4]), batch.call("fail")];
  batch.notify("note", ["in a batch"]);
  await batch.send();
  assertEquals(await sum, 7);
  await assertRejects(() => failed, RPCError, "as asked");
  const notes = api.batch();
  notes.notify("note", ["in a batch of notes"]);
  await notes.send();
  assertEquals(await api.call("notified"), [["alone"], ["in a batch"], ["in a batch of notes"]]);
});

Deno.test("json-rpc-2.0 over WebSocket: both sides call, and a subscription is a stream", async () => {
  await using server = await start(JSON_RPC);
  await using client = new WebSocketClient(server.origin.replace("http", "ws"));
  using api = rpc<Methods>(client, {
    methods: {
      add: ([a, b]: [number, number]) => a + b,
      refuse: () => {
        throw new RPCError("not today", { rpcCode: 99 });
      },
    },
  });
  await client.connect();
  assertEquals(await api.call("subtract", [42, 23]), 19);
  assertEquals((await assertRejects(() => api.call("fail"), RPCError)).rpcCode, 17);
  assertEquals((await assertRejects(() => api.call("missing"), RPCError)).rpcCode, -32601);
  assertEquals(await api.call("callBack", ["add", [1, 2]]), 3);
  await assertRejects(() => api.call("callBack", ["refuse", []]), RPCError, "not today");
  const batch = api.batch();
  const differences = [5, 6, 7].map((n) => batch.call("subtract", [n, 1]));
  await batch.send();
  assertEquals(await Promise.all(differences), [4, 5, 6]);
  const ticks = await api.subscribe<number>("subscribe", undefined, {
    notification: "tick",
    unsubscribe: "unsubscribe",
  });
  const got: number[] = [];
  for await (const tick of ticks) if (got.push(tick) === 5) break;
  assertEquals(got, [1, 2, 3, 4, 5]);
  assertEquals(await api.call("unsubscribe", [ticks.id as string]), false, "it was ended already");
});
