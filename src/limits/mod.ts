/**
 * Limits across calls: a {@linkcode Limiter} bounds the concurrency and the rate of requests, and a
 * {@linkcode Breaker} refuses calls to a failing server. Both are options of an `HTTPClient`, and several
 * clients can share one.
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { Limiter } from "@codomyrmex/networking/limits";
 *
 * const local = { hostname: "localhost", port: 0 };
 * await using server = Deno.serve(local, () => new Response("ok"));
 * const baseUrl = `http://localhost:${server.addr.port}`;
 * await using client = new HTTPClient({ baseUrl, limit: new Limiter() });
 * const calls = Array.from({ length: 50 }, () => client.get("/"));
 * const responses = await Promise.all(calls);
 * console.log(responses.every(({ ok }) => ok)); // true
 * ```
 *
 * ## How do I keep the rate limit of a service?
 *
 * If the service documents its limit, set it: then nothing is refused.
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { Limiter } from "@codomyrmex/networking/limits";
 *
 * const limit = new Limiter({
 *   rate: { requests: 20, per: 1, burst: 5 }, // starts within any second
 *   concurrency: 5, // requests on the wire at the same time
 * });
 * await using client = new HTTPClient({ limit });
 * console.log(limit.state("https://api.example").queued); // 0
 * ```
 *
 * Without options a limiter learns from the service. It starts with 8 concurrent requests for each origin,
 * and allows one more after each success. A refusal (429, or 503 with Retry-After) blocks the origin for the
 * named time. From then on the limiter sends no more in such a period than succeeded before the refusal. It
 * also reads the RateLimit fields of all drafts, `X-RateLimit-*` and the fields of model APIs.
 *
 * | option        | default  | what it does                                                     |
 * | ------------- | -------- | ---------------------------------------------------------------- |
 * | `concurrency` | Infinity | the most requests on the wire for each key                       |
 * | `rate`        | none     | at most `requests` start within any period of length `per`       |
 * | `key`         | origin   | groups requests that are limited together, such as `() => "all"` |
 * | `cost`        | 1        | the weight of a request, such as the tokens of a model           |
 * | `learn`       | true     | whether to learn from the server's responses                     |
 * | `maxQueue`    | 10000    | the most requests that wait for each key                         |
 * | `store`       | none     | shares the `rate` with other processes                           |
 *
 * ## How do many processes keep one limit?
 *
 * Processes that use the same `store` share the `rate`. They take tokens for a tenth of a second at a
 * time, so that most requests need no round trip. While the store is slow (above 250 ms) or unavailable, each
 * process applies the whole rate on its own. It reports this once (`onStoreFailure`, by default `console.warn`).
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { Limiter } from "@codomyrmex/networking/limits";
 * import { memoryState } from "@codomyrmex/networking/shared-state";
 *
 * const store = memoryState(); // or kvState(kv), redisState(client)
 * const limit = new Limiter({ rate: { requests: 50, per: 1 }, store });
 * await using client = new HTTPClient({ limit });
 * ```
 *
 * `new Breaker({ store })` shares open breakers, and `retryBudget: new SharedRetryBudget({ store })` shares the
 * tokens for retries. No call waits for that store.
 *
 * ## How do I protect a failing server?
 *
 * A breaker opens when half of at least 20 attempts within 30 seconds failed. It refuses calls for 5 seconds, and then
 * sends one idempotent call as a probe. Connection failures, timeouts, 5xx and attempts slower than `slow` are failures;
 * 4xx, 429 included, are not.
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { Breaker } from "@codomyrmex/networking/limits";
 * import { MockTransport } from "@codomyrmex/networking/testing";
 *
 * const transport = new MockTransport();
 * transport.on("GET", "/", { status: 503, times: 2 });
 * const breaker = new Breaker({ minimum: 2, window: 30, openFor: 5 });
 * const options = { transport, breaker, maxRetries: 0 };
 * await using client = new HTTPClient(options);
 * const url = "http://a.example/";
 * await client.get(url);
 * await client.get(url);
 * console.log(breaker.state("http://a.example").state); // open
 * const error = await client.get(url).catch((error) => error);
 * console.log(error.code); // circuit_open
 * ```
 *
 * ## In which order do they act?
 *
 * 1. Operation middleware; `totalTimeout` starts.
 * 2. For each attempt: the breaker, then the limiter's queue. `timeout` starts when the request has its
 *    place, so that it cannot end a call that waits; `attempts[].queuedMs` is the time in the queue.
 * 3. Authentication and redirects. Each request takes a place, and the attempt's clock pauses while it waits
 *    for one. A follow-up to the same key keeps the place of the request before it.
 * 4. Exchange middleware, then the transport. The place is free when the body has ended.
 *
 * ## Limits and errors
 *
 * | code            | when                                                    |
 * | --------------- | ------------------------------------------------------- |
 * | `queue_full`    | `maxQueue` requests wait; the message names the queue   |
 * | `circuit_open`  | the breaker is open; `retryAfterMs` is the wait for a probe |
 * | `total_timeout` | the time in the queue used up `totalTimeout`            |
 *
 * In each case nothing was sent, and nothing is retried. `limit: false` and `breaker: false` disable them for
 * a call. A stream holds its place until its body is read or cancelled.
 *
 * ## Related entries
 *
 * Retries and their budget are options of `HTTPClient`; {@linkcode [shared-state]} has the stores; `inspect()` of {@linkcode [telemetry]}
 * shows queues and breakers. SPEC.md, section 26, has the rules.
 *
 * @module
 */

export type {
  AttemptOutcome,
  CircuitBreaker,
  FieldReader,
  Place,
  RequestLimiter,
  StageRequest,
  Trial,
} from "../http/settings/stages.ts";
export type {
  ExpiryOptions,
  Lease,
  LeaseOptions,
  SharedState,
  StateEntry,
  StateKey,
} from "../shared_state/state.ts";
export type { Duration, DurationParts } from "../options/duration.ts";
export { Breaker, type BreakerOptions, type BreakerState } from "./breaker.ts";
export type { LimiterState } from "./key_queue.ts";
export { SharedRetryBudget, type SharedRetryBudgetOptions } from "./shared_retry_budget.ts";
export { Limiter, type LimiterOptions, type Rate } from "./limiter.ts";
