/**
 * Reports what a client does, to people and programs: log lines, a summary, and a record for each
 * operation. None of them shows a secret.
 *
 * - For people: `hooks: logHooks()` logs a line for each redirect, retry and failure.
 * - For a program: `summary()` has calls, retries, bytes and percentiles by origin, in constant memory.
 *   `outcomes()` has a record for each operation, and a to-do item if somebody has to look at it.
 * - For developer tools: `use: har()` collects every exchange as a HAR file, bodies included.
 * - With OpenTelemetry: `use: otel()` for HTTP, `streamTelemetry()` for WebSockets and event streams,
 *   `mcpTelemetry()` for the tools of `./mcp`. Set up the providers first.
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { logHooks, otel, summary } from "@codomyrmex/networking/telemetry";
 * import { MockTransport } from "@codomyrmex/networking/testing";
 *
 * const transport = new MockTransport().on("GET", "/", { body: "hello" });
 * const done = summary();
 * const { operation = [], exchange } = otel();
 * const use = { operation: [done.operation, ...operation], ...(exchange && { exchange }) };
 * await using client = new HTTPClient({ transport, hooks: logHooks(), use });
 * await client.get("http://a.example/");
 * console.log(done.report()["http://a.example"]?.calls); // 1
 * ```
 *
 * @module
 */

export { har } from "./har.ts";
export type { Har, HarOptions } from "./har_collector.ts";
export type { HarContent, HarEntry, HarFile, HarPair } from "../recording/har_file.ts";
export type { SecretRules } from "../recording/secrets.ts";
export { logHooks, type LogHooksOptions, type LogLevel, type LogSink } from "./log_hooks.ts";
export { mcpTelemetry } from "./mcp_telemetry.ts";
export { otel, type OtelOptions } from "./otel.ts";
export {
  type DropSource,
  type Outcomes,
  outcomes,
  type OutcomesOptions,
  type TodoItem,
  type TodoQueue,
} from "./outcomes.ts";
export type { OutcomeRecord } from "./record.ts";
export { type StreamTelemetry, streamTelemetry } from "./stream_telemetry.ts";
export { type OriginSummary, type Summary, summary } from "./summary.ts";
