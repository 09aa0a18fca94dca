/** Log lines: what is told at which level, and that no secret is. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { bearerAuth, HTTPClient } from "../../mod.ts";
import { logHooks, type LogLevel } from "../../src/telemetry/mod.ts";
import { MockTransport } from "../../src/testing/mod.ts";

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

async function linesAt(level: LogLevel): Promise<string[]> {
  const lines: string[] = [];
  const take = (name: LogLevel) => (line: string, fields: Readonly<Record<string, unknown>>) => {
    assertEquals([typeof fields.event, fields.method, typeof fields.url], [
      "string",
      "GET",
      "string",
    ]);
    assert(!JSON.stringify(fields).includes("hunter2"));
    lines.push(`${name}: ${line.replace(/(elapsedMs|waitedMs)=\d+/, "$1=0")}`);
  };
  const sink = {
    debug: take("debug"),
    info: take("info"),
    warn: take("warn"),
    error: take("error"),
  };
  const transport = new MockTransport()
    .on("GET", "/", { status: 503 }, { status: 302, headers: { location: "/next?token=hunter2" } })
    .on("GET", "/next", { fail: "tls_failed" });
  await using client = new HTTPClient({
    baseUrl: "http://a.example",
    transport,
    hooks: logHooks({ level, sink }),
    retryBackoff: 0,
    auth: bearerAuth("hunter2"),
  });
  await client.get("/?api_key=hunter2").catch(() => {});
  return lines;
}

// R21.7
Deno.test("each level has what matters at least as much, and no line has a secret", async () => {
  const all = await linesAt("debug");
  assertEquals(all, [
    "debug: request GET http://a.example/?api_key=[redacted] attempt=1 hop=0",
    "debug: response GET http://a.example/?api_key=[redacted] attempt=1 statusCode=503 elapsedMs=0",
    "warn: retry GET http://a.example/?api_key=[redacted] attempt=2 waitedMs=0 statusCode=503",
    "debug: request GET http://a.example/?api_key=[redacted] attempt=2 hop=0",
    "debug: response GET http://a.example/?api_key=[redacted] attempt=2 statusCode=302 elapsedMs=0",
    "info: redirect GET http://a.example/?api_key=[redacted] attempt=2 statusCode=302 location=http://a.example/next?token=[redacted]",
    "debug: request GET http://a.example/next?token=[redacted] attempt=2 hop=1",
    "error: failed GET http://a.example/?api_key=[redacted] attempt=2 errorCode=tls_failed attempts=2 elapsedMs=0",
  ]);
  for (const [index, level] of LEVELS.entries()) {
    const wanted = all.filter((line) => LEVELS.slice(index).some((one) => line.startsWith(one)));
    assertEquals(await linesAt(level), wanted);
  }
});

Deno.test("wrong options are told at once", () => {
  assertThrows(() => logHooks({ level: "trace" as never }), TypeError, "debug, info, warn, error");
  assertThrows(
    () => logHooks({ sink: {} as never }),
    TypeError,
    "sink: it must be an object with the functions debug",
  );
  assertThrows(() => logHooks({ sinks: 1 } as never), TypeError, "sink");
});
