/**
 * Reports what a client does, to people and programs: log lines, a summary, a record for each operation, HAR files,
 * OpenTelemetry. None of them changes a call or shows a secret.
 *
 * | I want                                    | use                                                    |
 * | ----------------------------------------- | ------------------------------------------------------ |
 * | log lines                                 | `hooks: logHooks()`                                    |
 * | to see why a call waits                   | `use: inspect()`, or `inspect({ port: 0 })` for a page |
 * | numbers by origin                         | `summary()`                                            |
 * | a record of each operation, to-do items   | `outcomes({ sink, todo })`                             |
 * | to hear of deprecated resources           | `use: deprecations()`                                  |
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
 * `inspect()` on a terminal: a mark for each request, the waits and queues between them, the whole time, and
 * what the retry budget has left.
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
 * sockets passed to `observe()`, and the budget, limiter and breaker of each origin. It can be paused,
 * filtered and saved as HAR, by keyboard too. It keeps the last 500 calls, shows no secret, and bodies only with
 * `bodies: true`.
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
 * `sink` has the four functions of `console`. Each gets the line and its fields. `level` is the least important one that
 * is logged: requests and responses are `debug`, redirects `info` (the default), retries `warn`, failures `error`.
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
 * `outcomes()` passes an item to `todo.add()` if somebody has to look at an operation: a write that the server may have
 * acted on, retries that were not enough, and with `watch(client)` a message that a WebSocketClient dropped.
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { outcomes } from "@codomyrmex/networking/telemetry";
 * import { MockTransport } from "@codomyrmex/networking/testing";
 *
 * const told = outcomes({
 *   todo: { add: ({ title }) => console.log(title) },
 * });
 * const transport = new MockTransport();
 * transport.on("POST", "/orders", { fail: "connection_reset" });
 * const use = { operation: [told.operation] };
 * await using client = new HTTPClient({ transport, use });
 * // Prints "POST http://a.example/orders ended with connection_reset:
 * // the server may have acted on it".
 * await client.post("http://a.example/orders", { id: 1 }).catch(() => {});
 * ```
 *
 * ## How do I save what was sent and received?
 *
 * `har()` collects every exchange, bodies included. Each secret is replaced by a mark such as `REDACTED-1`, the same mark
 * wherever its value stands; `redact` names more. Cookies that a jar adds, side requests of schemes and sockets are not in
 * it: record a cassette of `./testing` with a name that ends in `.har` for those.
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
 * All of it has bounds: 100 origins in a summary, 1,000 resources in `deprecations()`, 1,000 entries of 64 KiB in `har()`. A
 * `sink` or `todo` that throws fails no call: `lost` counts it. What `onNotice` throws reaches the caller. A wrong option
 * is a TypeError when the value is made.
 *
 * ## Related entries
 *
 * Hooks and middleware of your own: the guide of `.`. Budgets, limiters and breakers: {@linkcode [limits]}. SPEC.md, section 21, has
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
