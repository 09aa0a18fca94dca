/** Records of operations, what needs somebody, and the summary. */

import { assert, assertEquals, assertLess, assertRejects, assertThrows } from "@std/assert";
import { HTTPClient, type HTTPClientOptions, WebSocketClient } from "../../mod.ts";
import { type OutcomeRecord, outcomes, summary, type TodoItem } from "../../src/telemetry/mod.ts";
import { MockTransport } from "../../src/testing/mod.ts";
import { serve } from "../support/server.ts";

const later = () => new Promise((resolve) => setTimeout(resolve, 0));

function clientWith(
  transport: MockTransport,
  operation: NonNullable<HTTPClientOptions["use"]>["operation"],
) {
  return new HTTPClient({
    transport,
    retryBackoff: 0,
    maxRetries: 2,
    use: { operation: operation! },
  });
}

// R21.10, R11.1
Deno.test("each finished operation is one record, and what needs somebody an item", async () => {
  const records: OutcomeRecord[] = [];
  const items: TodoItem[] = [];
  const told = outcomes({
    sink: (record) => void records.push(record),
    todo: { add: (item) => items.push(item) },
  });
  const busy = { status: 503 };
  const transport = new MockTransport()
    .on("GET", "/ok", busy, { body: "ok" })
    .on("GET", "/missing", { status: 404 })
    .on("GET", "/busy", busy, busy, busy)
    .on("GET", "/gone", { fail: "connection_refused", times: 3 })
    .on("POST", "/order", { fail: "connection_reset" })
    .on("POST", "/refused", { fail: "dns_failed" }, { fail: "dns_failed" }, {
      fail: "dns_failed",
    });
  await using client = clientWith(transport, [told.operation]);
  const get = (path: string) => client.get(`http://a.example${path}`).catch(() => {});
  const post = (path: string, signal?: AbortSignal) =>
    client.post(`http://a.example${path}`, "x", signal && { signal }).catch(() => {});
  const began = performance.now();
  await get("/ok?token=hunter2");
  await get("/missing");
  await get("/busy");
  await get("/gone");
  await post("/order");
  await post("/refused");
  await later();
  const testMs = performance.now() - began;
  const shown = records.map((
    { method, url, outcome, statusCode, errorCode, attempts, retrySkipped },
  ) => [
    method,
    url.slice("http://a.example".length),
    outcome,
    statusCode ?? errorCode,
    attempts,
    retrySkipped,
  ]);
  assertEquals(shown, [
    ["GET", "/ok?token=[redacted]", "ok", 200, 2, undefined],
    ["GET", "/missing", "status", 404, 1, undefined],
    ["GET", "/busy", "status", 503, 3, "max_retries"],
    ["GET", "/gone", "failed", "connection_refused", 3, "max_retries"],
    ["POST", "/order", "failed", "connection_reset", 1, "method_not_idempotent"],
    ["POST", "/refused", "failed", "dns_failed", 3, "max_retries"],
  ]);
  assertEquals(items.map(({ title }) => title), [
    "GET http://a.example/busy ended with 503 after 3 attempts (max_retries)",
    "GET http://a.example/gone ended with connection_refused after 3 attempts (max_retries)",
    "POST http://a.example/order ended with connection_reset: the server may have acted on it",
    "POST http://a.example/refused ended with dns_failed after 3 attempts (max_retries)",
  ]);
  assertEquals([items[0]!.record, told.lost], [records[2], 0]);
  for (const { startedAt, elapsedMs } of records) {
    assertLess(Math.abs(Date.now() - startedAt), 60_000);
    assert(elapsedMs > 0 && elapsedMs <= testMs, `${elapsedMs} ms`);
  }
});

// R21.4, R21.10
Deno.test("a write that is aborted, or runs into the timeout of its signal, is of unknown fate", async () => {
  const items: TodoItem[] = [];
  const told = outcomes({ todo: { add: (item) => items.push(item) } });
  await using server = serve(() => new Promise(() => {}));
  await using client = new HTTPClient({ use: { operation: [told.operation] } });
  for (const method of ["POST", "GET"]) {
    const controller = new AbortController();
    const call = client.request(method, server.origin, { signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    await assertRejects(() => call, DOMException);
    const signal = AbortSignal.timeout(20);
    await assertRejects(() => client.request(method, server.origin, { signal }), DOMException);
  }
  await later();
  assertEquals(items.map(({ title, record }) => [title, record?.outcome, record?.errorCode]), [
    [
      `POST ${server.origin}/ ended with an abort: the server may have acted on it`,
      "cancelled",
      "other",
    ],
    [
      `POST ${server.origin}/ ended with timeout: the server may have acted on it`,
      "failed",
      "timeout",
    ],
  ]);
});

// R21.10
Deno.test("what sink and todo throw is counted, and fails nothing", async () => {
  const told = outcomes({
    sink: () => Promise.reject(new Error("full")),
    todo: {
      add: () => {
        throw new Error("full");
      },
    },
  });
  const transport = new MockTransport().on("GET", "/", { body: "ok" }, { fail: "tls_failed" })
    .on("POST", "/", { fail: "connection_reset" });
  await using client = clientWith(transport, [told.operation]);
  assertEquals((await client.get("http://a.example/")).text, "ok");
  await assertRejects(() => client.post("http://a.example/", "x"));
  await later();
  assertEquals(told.lost, 3);
  assertThrows(
    () => outcomes({ sink: 1 as never }),
    TypeError,
    "sink that is a number: it must be a function",
  );
  assertThrows(() => outcomes({ todo: {} as never }), TypeError, "a function add");
  assertThrows(() => outcomes({ sinc: () => {} } as never), TypeError, "sink");
});

// R21.10
Deno.test("dropped messages are items, until nobody watches", async () => {
  const items: TodoItem[] = [];
  const told = outcomes({ todo: { add: (item) => items.push(item) } });
  const client = new WebSocketClient("ws://a.example/feed?token=hunter2");
  const handlers = new Set<(event: { from: string; reason: string }) => void>();
  const source = {
    url: client.url,
    on(_event: "drop", handler: (event: { from: string; reason: string }) => void) {
      handlers.add(handler);
      return () => void handlers.delete(handler);
    },
  };
  const stop = told.watch(source);
  void told.watch(client); // it fits
  for (const handler of handlers) handler({ from: "outbox", reason: "ttl" });
  await later();
  assertEquals(items, [
    { title: "A message to ws://a.example/feed?token=[redacted] was dropped: ttl" },
  ]);
  stop();
  assertEquals(handlers.size, 0);
});

// R21.9
Deno.test("the summary counts by origin, and its percentiles are within 5 %", async () => {
  const done = summary();
  let ms = 0;
  const operation = done.operation;
  const original = performance.now;
  // The clock goes on by as much as each call is to take.
  performance.now = () => ms;
  try {
    for (let count = 1; count <= 1000; count++) {
      const request = { method: "GET", url: "http://a.example/x", headers: {} };
      await operation(request as never, () => {
        ms += count;
        return Promise.resolve({ statusCode: 200, ok: true, attempts: [] } as never);
      });
    }
  } finally {
    performance.now = original;
  }
  const { calls, p50Ms, p90Ms, p99Ms, maxMs } = done.report()["http://a.example"]!;
  assertEquals([calls, maxMs], [1000, 1000]);
  for (const [found, exact] of [[p50Ms, 500], [p90Ms, 900], [p99Ms, 990]] as const) {
    assert(Math.abs(found - exact) / exact <= 0.05, `${found} for ${exact}`);
  }
});

// R21.9
Deno.test("the summary tells failures, statuses, retries and bytes apart, for a hundred origins", async () => {
  const done = summary();
  const transport = new MockTransport().on("GET", "/a", { status: 503 }, { body: "hello" })
    .on("GET", "/b", { status: 404, body: "no" }).on("GET", "/c", { fail: "tls_failed" });
  await using client = clientWith(transport, [done.operation]);
  for (const path of ["/a", "/b", "/c"]) {
    await client.get(`http://a.example${path}`).catch(() => {});
  }
  const { p50Ms: _, p90Ms: __, p99Ms: ___, maxMs: ____, ...counts } = done
    .report()["http://a.example"]!;
  assertEquals(counts, {
    calls: 3,
    failures: 1,
    cancelled: 0,
    errorStatuses: 1,
    retries: 1,
    bytes: 7,
  });
  for (let number = 0; number < 150; number++) {
    await client.get(`http://h${number}.example/none`).catch(() => {});
  }
  const report = done.report();
  assertEquals([Object.keys(report).length, report["other"]?.calls], [101, 51]);
});
