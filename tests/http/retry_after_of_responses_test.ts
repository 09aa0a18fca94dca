/** Whatever the status, a response says how long its server asks to wait (RFC 9110 10.2.3). */

import { assertEquals } from "@std/assert";
import { HTTPClient } from "../../mod.ts";
import { FakeClock, MockTransport } from "../../src/testing/mod.ts";
import { serve } from "../support/server.ts";

// R5.7
Deno.test("retryAfterMs is there with every status, buffered and streamed, and only if it is valid", async (t) => {
  const rows: [status: number, field: string | undefined, ms: number | undefined][] = [
    [200, "2", 2000],
    [202, "2", 2000],
    [301, "10", 10_000],
    [404, "1", 1000],
    [413, "120", 120_000],
    [429, "120", 120_000],
    [503, "120", 120_000],
    [202, "soon", undefined],
    [202, "1.5", undefined],
    [202, "-1", undefined],
    [202, "Wed, 21 Oct 2015 07:28:00 GMT", 0],
    [202, undefined, undefined],
  ];
  for (const [status, field, ms] of rows) {
    await t.step(`${status}, ${field}`, async () => {
      await using server = serve(() =>
        new Response("", { status, headers: field === undefined ? {} : { "retry-after": field } })
      );
      await using client = new HTTPClient({ baseUrl: server.origin, maxRetries: 0 });
      assertEquals((await client.get("/")).retryAfterMs, ms);
      await using streamed = await client.stream("GET", "/");
      assertEquals(streamed.retryAfterMs, ms);
      assertEquals((await streamed.buffer()).retryAfterMs, ms);
    });
  }
});

// R5.7
Deno.test("a date counts from when the response came, not from when it is asked for", async () => {
  const clock = new FakeClock(new Date(Date.UTC(2026, 0, 1)));
  using _installed = clock.install();
  const headers = { "retry-after": "Thu, 01 Jan 2026 00:01:00 GMT" };
  const transport = new MockTransport().on("GET", "/", { headers });
  const response = await new HTTPClient({ transport }).get("http://a.example/");
  assertEquals(response.retryAfterMs, 60_000);
  await clock.advance(30);
  assertEquals(response.retryAfterMs, 60_000);
});
