/**
 * Observes clients: log lines, a summary, a record for each operation, HAR files, OpenTelemetry. Nothing here
 * changes a call or shows a secret.
 *
 * | I want                                    | use                                                    |
 * | ----------------------------------------- | ------------------------------------------------------ |
 * | log lines                                 | `hooks: logHooks()`                                    |
 * | to see why a call waits                   | `use: inspect()`, or `inspect({ port: 0 })` for a page |
 * | numbers by origin                         | `summary()`                                            |
 * | a record of each operation, to-do items   | `outcomes({ sink, todo })`                             |
 * | notices of deprecated resources           | `use: deprecations()`                                  |
 * | a file for developer tools                | `use: har()`                                           |
 * | spans and metrics of OpenTelemetry        | `use: otel()`, `streamTelemetry()`, `mcpTelemetry()`   |
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import {
 *   logHooks,
 *   otel,
 *   summary,
 * } from "@codomyrmex/networking/telemetry";
 * import { MockTransport } from "@codomyrmex/networking/testing";
 *
 * const transport = new MockTransport().on("GET", "/", { body: "hello" });
 * const done = summary();
 * const { operation = [], exchange } = otel();
 * const use = {
 *   operation: [done.operation, ...operation],
 *   ...(exchange && { exchange }),
 * };
 * const hooks = logHooks();
 * await using client = new HTTPClient({ transport, hooks, use });
 * await client.get("http://a.example/");
 * console.log(done.report()["http://a.example"]?.calls); // 1
 * ```
 *
 * ## Why does this call wait?
 *
 * `inspect()` on a terminal: a mark for each request, the waits and queues between them, the total time, and
 * the rest of the retry budget.
 *
 * ```text
 * GET    /users        ● 200  12 ms
 * GET    /busy         ▲ 503 ┄ 214 ms ┄ ● 200  241 ms
 * GET    /limited      ▲ 429 ┄ 1.00 s as asked ┄ ≡ 80 ms ● 200  1.10 s
 * GET    /moved        ↪ 302 ● 200  9 ms
 * GET    /users        ◆ hit  0.4 ms
 * GET    /feed         ✕ connection_reset ┄ 120 ms ┄ ● 200  131 ms
 * POST   /orders       ▲ 503  4 ms · not retried: method_not_idempotent
 * GET    /report       ▲ 503 ┄ 1.90 s… ┄  2.00 s… · budget 486
 * ```
 *
 * | mark        | meaning                                                  |
 * | ----------- | -------------------------------------------------------- |
 * | `●` `▲` `✕` | a response; a response of 400 or above; a failure        |
 * | `↪` `◆`     | a redirect; a response from the cache                    |
 * | `○` `…`     | a request without a response yet; a wait that still runs |
 * | `┄ 1 s ┄`   | a wait before a retry; `as asked` if the server named it |
 * | `≡ 80 ms`   | a wait in the limiter's queue                            |
 *
 * `inspect({ port: 0 })` prints the URL of a page, on 127.0.0.1 and with a random token. It draws each call
 * as a bar of these parts, each with its reason. It also shows the states, reconnects and queues of sockets passed
 * to `observe()`, and the budget, limiter and breaker of each origin. You can pause it, filter it and save it as
 * HAR, also by keyboard. It keeps the last 500 calls, shows no secret, and shows bodies only with `bodies: true`.
 *
 * ```ts
 * import { HTTPClient, WebSocketClient } from "@codomyrmex/networking";
 * import { inspect } from "@codomyrmex/networking/telemetry";
 *
 * await using inspector = inspect({ port: 0 });
 * await using client = new HTTPClient({ use: inspector });
 * const socket = new WebSocketClient("wss://feed.example/");
 * const feed = inspector.observe(socket);
 * console.log(client.url, feed.state); // idle
 * ```
 *
 * ## How do I log to my own logger?
 *
 * `sink` has the four functions of `console`. Each gets the line and its fields. `level` is the lowest level that is
 * logged: requests and responses are `debug`, redirects `info` (the default), retries `warn`, failures `error`.
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { logHooks } from "@codomyrmex/networking/telemetry";
 * import { MockTransport } from "@codomyrmex/networking/testing";
 *
 * const take = (line: string, fields: Readonly<Record<string, unknown>>) =>
 *   console.log(JSON.stringify({ line, ...fields }));
 * const sink = { debug: take, info: take, warn: take, error: take };
 * const transport = new MockTransport();
 * transport.on("GET", "/", { status: 503 }, { body: "hello" });
 * const hooks = logHooks({ level: "warn", sink });
 * const options = { transport, hooks, retryBackoff: 0 };
 * await using client = new HTTPClient(options);
 * // Prints {"line":"retry GET http://a.example/ attempt=2 …
 * await client.get("http://a.example/");
 * ```
 *
 * ## How do I find writes that may have happened twice, or not at all?
 *
 * `outcomes()` passes an item to `todo.add()` if a person must check an operation: a write that the server may have
 * executed, an operation that failed after all retries, and with `watch(client)` a message that a WebSocketClient dropped.
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { outcomes } from "@codomyrmex/networking/telemetry";
 * import { MockTransport } from "@codomyrmex/networking/testing";
 *
 * const report = outcomes({
 *   todo: { add: ({ title }) => console.log(title) },
 * });
 * const transport = new MockTransport();
 * transport.on("POST", "/orders", { fail: "connection_reset" });
 * const use = { operation: [report.operation] };
 * await using client = new HTTPClient({ transport, use });
 * // Prints "POST http://a.example/orders ended with connection_reset:
 * // the server may have acted on it".
 * await client.post("http://a.example/orders", { id: 1 }).catch(() => {});
 * ```
 *
 * ## How do I save requests and responses?
 *
 * `har()` collects every exchange, bodies included. Each secret is replaced by a mark such as `REDACTED-1`, the same mark
 * wherever the value occurs; `redact` names further secrets. Cookies of a jar, side requests of schemes and sockets are
 * not included. To record those, use a cassette of `./testing` with a name that ends in `.har`.
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { har } from "@codomyrmex/networking/telemetry";
 * import { MockTransport } from "@codomyrmex/networking/testing";
 *
 * const transport = new MockTransport().on("GET", "/", { body: "hello" });
 * const seen = har();
 * await using client = new HTTPClient({ transport, use: seen });
 * await client.get("http://a.example/?token=s3cret");
 * const [entry] = seen.toJSON().log.entries;
 * console.log(entry?.request.url); // http://a.example/?token=REDACTED-1
 * await seen.write(`${await Deno.makeTempDir()}/run.har`);
 * ```
 *
 * ## How do I use OpenTelemetry?
 *
 * Set up the providers of your SDK before you make the client; without them `otel()` returns empty lists, which cost
 * nothing. `spans: "auto"` makes one span for each operation where Deno (`OTEL_DENO=true`) or an instrumentation of
 * undici makes the spans of requests, and a CLIENT span with `traceparent` for each request elsewhere.
 * `http.client.request.duration` is measured in both cases. `streamTelemetry()` is for one WebSocketClient or
 * EventSourceClient, `mcpTelemetry()` for the tools of `./mcp`.
 *
 * ## Limits and errors
 *
 * Everything is bounded: 100 origins in a summary, 1,000 resources in `deprecations()`, 1,000 entries of 64 KiB in `har()`. A
 * `sink` or `todo` that throws fails no call: `lost` counts it. An error of `onNotice` fails the call. A wrong option
 * is a TypeError immediately.
 *
 * ## Related entries
 *
 * Your own hooks and middleware: the guide of `.`. Budgets, limiters and breakers: {@linkcode [limits]}. SPEC.md, section 21, has
 * the rules.
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
