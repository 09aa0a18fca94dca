/** OpenTelemetry: spans and metrics of the conventions, seen by a tracer in memory and by Deno's own. */

import {
  assert,
  assertEquals,
  assertGreaterOrEqual,
  assertMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { HTTPClient, type HTTPClientOptions } from "../../mod.ts";
import { digestAuth } from "../../src/auth/digest.ts";
import { otel, type OtelOptions } from "../../src/telemetry/mod.ts";
import { MockTransport } from "../../src/testing/mod.ts";
import { runCommand } from "../support/gate.ts";
import { serve } from "../support/server.ts";
import { inMemory } from "./memory.ts";

function clientWith(options: OtelOptions, more: HTTPClientOptions) {
  return new HTTPClient({
    retryBackoff: 0,
    ...more,
    use: otel(options),
  });
}

// R21.1, R21.2
Deno.test("a CLIENT span and a point of the metric for each request on the wire", async () => {
  using memory = inMemory();
  const { spans, points } = memory;
  const transport = new MockTransport()
    .on("GET", "/a", { status: 503 }, { status: 302, headers: { location: "/b" } })
    .on("GET", "/b", { body: "ok", delay: { milliseconds: 30 } })
    .on("PURGE", "/c", { status: 404 })
    .on("GET", "/d", { fail: "tls_failed" });
  await using client = clientWith({ spans: "client" }, { transport });
  const began = performance.now();
  await client.get("http://a.example/a?token=hunter2", { urlTemplate: "/{x}" });
  await client.request("PURGE", "https://a.example/c");
  await assertRejects(() => client.get("http://a.example:8080/d"));
  const testMs = performance.now() - began;
  const address = { "server.address": "a.example" };
  const get = {
    "http.request.method": "GET",
    ...address,
    "server.port": 80,
    "url.template": "/{x}",
  };
  assertEquals(spans.map(({ name, attributes }) => [name, attributes]), [
    ["GET /{x}", {
      ...get,
      "url.full": "http://a.example/a?token=[redacted]",
      "http.response.status_code": 503,
      "error.type": "503",
    }],
    ["GET /{x}", {
      ...get,
      "url.full": "http://a.example/a?token=[redacted]",
      "http.request.resend_count": 1,
      "http.response.status_code": 302,
    }],
    ["GET /{x}", {
      ...get,
      "url.full": "http://a.example/b",
      "http.request.resend_count": 2,
      "http.response.status_code": 200,
    }],
    ["HTTP", {
      "http.request.method": "_OTHER",
      "http.request.method_original": "PURGE",
      ...address,
      "server.port": 443,
      "url.full": "https://a.example/c",
      "http.response.status_code": 404,
      "error.type": "404",
    }],
    ["GET", {
      "http.request.method": "GET",
      ...address,
      "server.port": 8080,
      "url.full": "http://a.example:8080/d",
      "error.type": spans[4]!.attributes["error.type"]!,
    }],
  ]);
  assertEquals(spans.map(({ kind, isEnded }) => [kind, isEnded]), Array(5).fill([2, true]));
  assertEquals(spans.map(({ isError }) => isError), [true, false, false, true, true]);
  assertEquals(points.length, 5);
  assertGreaterOrEqual(points[2]!.value, 0.03); // seconds, of the answer that came late
  for (const { value, attributes } of points) {
    assert(value > 0 && value <= testMs / 1000, `${value} s`);
    assertEquals(["url.full" in attributes, "url.template" in attributes], [false, false]);
  }
});

// R21.1
Deno.test("an INTERNAL span for the operation, with its retries, where the runtime makes the others", async () => {
  using memory = inMemory();
  const { spans, points } = memory;
  const transport = new MockTransport().on("GET", "/a", { status: 503 }, { body: "ok" })
    .on("GET", "/b", { status: 404 });
  await using client = clientWith({ spans: "internal" }, { transport });
  await client.get("http://a.example/a");
  await client.get("http://a.example/b");
  assertEquals(spans.map(({ kind, isError, isEnded }) => [kind, isError, isEnded]), [
    [0, false, true],
    [0, true, true],
  ]);
  assertEquals(spans[0]!.events.map((event) => (event as [string])[0]), ["retry"]);
  assertEquals(points.length, 3);
});

// R21.3
Deno.test("why a request was sent again is an event, and so is a retry that was not made", async (t) => {
  const challenge = { "www-authenticate": 'Digest realm="r", nonce="n", qop="auth"' };
  const names = (events: unknown[]) => events.map((event) => (event as [string])[0]);
  await t.step("on the spans of the requests", async () => {
    using memory = inMemory();
    const transport = new MockTransport()
      .on("GET", "/busy", { status: 503 }, { status: 302, headers: { location: "/secret" } })
      .on("GET", "/secret", { status: 401, headers: challenge }, { body: "ok" });
    await using client = clientWith({ spans: "client" }, {
      transport,
      baseUrl: "http://a.example",
      auth: digestAuth("ada", "engine"),
    });
    assertEquals((await client.get("/busy")).text, "ok");
    assertEquals(
      memory.spans.map(({ attributes, events }) => [
        attributes["http.request.resend_count"],
        names(events),
      ]),
      [[undefined, []], [1, ["retry"]], [2, ["redirect"]], [3, ["auth"]]],
    );
  });
  await t.step("on the span of the operation", async () => {
    using memory = inMemory();
    const transport = new MockTransport()
      .on("GET", "/old", { status: 302, headers: { location: "/new" } })
      .on("GET", "/new", { status: 503 });
    await using client = clientWith({ spans: "internal" }, { transport, maxRetries: 0 });
    await client.get("http://a.example/old");
    const { events } = memory.spans[0]!;
    assertEquals(events, [
      ["redirect", { statusCode: 302 }],
      ["retry_skipped", { reason: "max_retries" }],
    ]);
  });
});

// R21.4
Deno.test("an abort by the caller is no error, and nothing is made where spans are off", async () => {
  using memory = inMemory();
  const { spans } = memory;
  await using server = serve(() => new Promise(() => {}));
  for (const mode of ["client", "internal"] as const) {
    await using client = clientWith({ spans: mode }, {});
    const controller = new AbortController();
    const call = client.get(server.origin, { signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    await assertRejects(() => call, DOMException);
  }
  assertEquals(spans.map(({ isError, attributes }) => [isError, "error.type" in attributes]), [
    [false, false],
    [false, false],
  ]);
  const transport = new MockTransport().on("GET", "/", { body: "ok" });
  await using client = clientWith({ spans: "off" }, { transport });
  await client.get("http://a.example/");
  assertEquals(spans.length, 2);
  assertThrows(() => otel({ spans: "on" as never }), TypeError, "auto, client, internal, off");
});

// R21.2
Deno.test("with Deno's own OpenTelemetry no span is doubled, and the metric is there", async () => {
  const folder = await Deno.makeTempDir();
  await using server = serve((request) => new Response(request.headers.get("traceparent")));
  try {
    const program = `
import { HTTPClient } from ${JSON.stringify(import.meta.resolve("../../mod.ts"))};
import { otel } from ${JSON.stringify(import.meta.resolve("../../src/telemetry/mod.ts"))};
const client = new HTTPClient({ use: otel() });
console.log("header", (await client.get(Deno.args[0]!)).text);
`;
    await Deno.writeTextFile(`${folder}/main.ts`, program);
    const config = new URL("../../deno.json", import.meta.url).pathname;
    const flags = ["--quiet", "--no-check", "--allow-net=127.0.0.1", `--config=${config}`];
    const variables = ["OTEL_DENO=true", "OTEL_EXPORTER_OTLP_PROTOCOL=console", "NO_COLOR=1"];
    const args = [
      ...variables,
      Deno.execPath(),
      "run",
      ...flags,
      `${folder}/main.ts`,
      server.origin,
    ];
    const { output } = await runCommand("env", args);
    assertEquals([...output.matchAll(/^SPAN (\S+)/gm)].map(([, name]) => name).sort(), [
      "GET",
      "GET",
    ]);
    assertEquals([...output.matchAll(/\b(Client|Internal)\b/g)].map(([kind]) => kind).sort(), [
      "Client",
      "Internal",
    ]);
    assertMatch(output, /http\.client\.request\.duration/);
    assertMatch(output, /header 00-[0-9a-f]{32}-[0-9a-f]{16}-01\n/); // one, not two
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
