/** What servers say of retries beyond Retry-After: a wait in milliseconds, and that there should be none. */

import { HTTPClient, type RequestOptions, RetryBudget } from "../../../mod.ts";
import { FakeClock, MockTransport } from "../../../src/testing/mod.ts";
import { assertEquals } from "@std/assert";

// R5.8
Deno.test("retry-after-ms is a floor of the wait, before Retry-After, where it is a number", async (t) => {
  const rows: [headers: Record<string, string>, waitedMs: number, named: number | undefined][] = [
    [{ "retry-after-ms": "1500" }, 1500, 1500],
    [{ "retry-after-ms": "1500.5" }, 1501, 1500.5],
    [{ "retry-after-ms": "1500", "retry-after": "9" }, 1500, 1500],
    [{ "retry-after-ms": "-1", "retry-after": "9" }, 9000, 9000],
    [{ "retry-after-ms": "1e3", "retry-after": "9" }, 9000, 9000],
    [{ "retry-after-ms": "", "retry-after": "9" }, 9000, 9000],
    [{ "retry-after-ms": "soon" }, 0, undefined],
  ];
  for (const [headers, waitedMs, named] of rows) {
    await t.step(JSON.stringify(headers), async () => {
      const clock = new FakeClock();
      using _installed = clock.install();
      const transport = new MockTransport();
      transport.on("GET", "/", { status: 503, headers }, { body: "ok" });
      await using client = new HTTPClient({ transport, retryBackoff: 0 });
      const call = client.get("http://a.example/");
      await clock.advance(20);
      assertEquals(Math.round((await call).attempts[1]!.waitedMs), waitedMs);
      transport.on("GET", "/last", { status: 503, headers });
      const last = await client.get("http://a.example/last", { maxRetries: 0 });
      assertEquals(last.retryAfterMs, named);
    });
  }
});

// R5.8
Deno.test("x-should-retry: false ends the retries, and true makes no write safe", async (t) => {
  const rows: [method: string, value: string, attempts: number, skipped: string | undefined][] = [
    ["GET", "false", 1, "should_retry"],
    ["GET", "true", 2, "max_retries"],
    ["GET", "maybe", 2, "max_retries"],
    ["POST", "true", 1, "method_not_idempotent"],
  ];
  for (const [method, value, attempts, skipped] of rows) {
    await t.step(`${method} ${value}`, async () => {
      const answer = { status: 503, headers: { "x-should-retry": value }, times: Infinity };
      const transport = new MockTransport().on(method, "/", answer);
      await using client = new HTTPClient({ transport, retryBackoff: 0, maxRetries: 1 });
      const response = await client.request(method, "http://a.example/");
      assertEquals([response.attempts.length, response.retrySkipped as string], [
        attempts,
        skipped,
      ]);
    });
  }
});

Deno.test("409 is answered by another attempt where the request has an Idempotency-Key", async (t) => {
  const rows: [options: RequestOptions, attempts: number][] = [
    [{ idempotencyKey: "k" }, 3],
    [{ idempotencyKey: true }, 3],
    [{ headers: { "Idempotency-Key": "k" } }, 3],
    [{}, 1],
    [{ idempotencyKey: "k", retry: { shouldRetry: () => false } }, 1],
    [{ idempotencyKey: "k", maxRetries: 0 }, 1],
  ];
  for (const [options, attempts] of rows) {
    await t.step(JSON.stringify(options), async () => {
      const transport = new MockTransport();
      transport.on("POST", "/", { status: 409, times: 2 }, { status: 201 });
      await using client = new HTTPClient({ transport, retryBackoff: 0 });
      const response = await client.post("http://a.example/", { a: 1 }, options);
      assertEquals(response.attempts.length, attempts);
      assertEquals(response.statusCode, attempts > 1 ? 201 : 409);
    });
  }
});

Deno.test("409 without a key, and 413, refill the retry budget as every answer does", async () => {
  for (const status of [409, 413]) {
    const transport = new MockTransport();
    transport.on("GET", "/", { status: 503 }, { status }, { status, times: Infinity });
    const retryBudget = new RetryBudget({ capacity: 20 });
    await using client = new HTTPClient({ transport, retryBackoff: 0, retryBudget });
    assertEquals((await client.get("http://a.example/")).statusCode, status);
    assertEquals(retryBudget.balance("http://a.example"), 20);
  }
});
