/**
 * Reports what a client does, to people and programs: log lines, a summary, and a record for each
 * operation. None of them shows a secret.
 *
 * - For people: `hooks: logHooks()` logs a line for each redirect, retry and failure.
 * - While you watch: `use: inspect()` writes a line for each call, which changes while the call runs, and
 *   `inspect({ port: 0 })` serves a page that draws calls, sockets and origins. Both show why a call waits.
 * - For a program: `summary()` has calls, retries, bytes and percentiles by origin, in constant memory.
 *   `outcomes()` has a record for each operation, and a to-do item if somebody has to look at it.
 * - For maintainers: `use: deprecations()` warns once of each resource that the server deprecates.
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
 * ## Why does this call wait?
 *
 * `inspect()` on a terminal: a mark for each request, the waits and queues between them, the whole time, and
 * what the retry budget has left.
 *
 * ```text
 * GET    /users        ● 200  12 ms
 * GET    /busy         ▲ 503 ┄ 214 ms ┄ ● 200  241 ms
 * GET    /limited      ▲ 429 ┄ 1.00 s as asked ┄ ≡ 80 ms ● 200  1.10 s
 * GET    /moved        ↪ 302 ● 200  9 ms
 * GET    /users        ◆ hit  0.4 ms
 * POST   /orders       ✕ connection_reset  4 ms · not retried: method_not_idempotent
 * GET    /report       ▲ 503 ┄ 1.90 s… ┄  2.00 s… · budget 486
 * ```
 *
 * | mark        | what it is                                               |
 * | ----------- | -------------------------------------------------------- |
 * | `●` `▲` `✕` | a response; a status of 400 and above; none              |
 * | `↪` `◆`     | a redirect; the cache answered                           |
 * | `○` `…`     | a request that has no response yet; what still lasts     |
 * | `┄ 1 s ┄`   | a wait before a retry; `as asked` if the server named it |
 * | `≡ 80 ms`   | a wait in the limiter's queue                            |
 *
 * `inspect({ port: 0 })` prints the URL of a page, on 127.0.0.1 and with a random token. It draws each call
 * as a bar of these parts and says of each why it was there; next to them are the states, reconnects and queues of
 * sockets that `observe()` was given, and the budget, limiter and breaker of each origin. It can be paused,
 * filtered and saved as HAR, by keyboard too. It keeps the last 500 calls, shows no secret, and bodies only with
 * `bodies: true`.
 *
 * ```ts
 * import { HTTPClient, WebSocketClient } from "@codomyrmex/networking";
 * import { inspect } from "@codomyrmex/networking/telemetry";
 *
 * await using inspector = inspect({ port: 0 });
 * await using client = new HTTPClient({ use: inspector });
 * const feed = inspector.observe(new WebSocketClient("wss://feed.example/"));
 * console.log(client.url, feed.state); // idle
 * ```
 *
 * @module
 */

export { type DeprecationNotice, deprecations, type DeprecationsOptions } from "./deprecations.ts";
export { har } from "./har.ts";
export type { HAR, HAROptions } from "./har_collector.ts";
export type { HARContent, HAREntry, HARFile, HARPair } from "../recording/har_file.ts";
export type { SecretRules } from "../recording/secret_rules.ts";
export { inspect, type InspectOptions, type Inspector } from "./inspect.ts";
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
