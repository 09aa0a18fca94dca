/**
 * Limits between calls: a {@linkcode Limiter} for how many requests are on the wire and how fast they go,
 * and a {@linkcode Breaker} that refuses calls to a server that fails. Both are options of an
 * `HTTPClient`, and several clients can share one.
 *
 * ## A service with a rate limit
 *
 * Without options a limiter learns from the service. It begins with 8 requests on the wire for each
 * origin, and adds one for each success. A refusal (429, or 503 with Retry-After) closes the origin for
 * the named time; what succeeded before it is what the service takes in that time, and no more is sent
 * from then on. RateLimit fields of all drafts, `X-RateLimit-*` and those of model APIs count as well.
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { Limiter } from "@codomyrmex/networking/limits";
 *
 * await using server = Deno.serve({ hostname: "localhost", port: 0, onListen() {} }, () =>
 *   new Response("ok"));
 * const baseUrl = `http://localhost:${server.addr.port}`;
 * await using client = new HTTPClient({ baseUrl, limit: new Limiter() });
 * const responses = await Promise.all(Array.from({ length: 50 }, () => client.get("/")));
 * console.log(responses.every(({ ok }) => ok)); // true
 * ```
 *
 * If the service documents its limit, say it: `new Limiter({ rate: { requests: 20, per: 1 } })` sends at
 * most 20 requests in any second, and nothing is refused. `concurrency` bounds the requests on the wire,
 * `key` says what is limited together, and `cost` what a request counts for.
 *
 * ## Many isolates, one limit
 *
 * Processes that are given the same `store` share the `rate`. They take tokens for a tenth of a second at a
 * time, so that most requests need no round trip. While the store is slow (250 ms) or gone, each process
 * keeps the rate by itself, and says so once.
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { Limiter } from "@codomyrmex/networking/limits";
 * import { memoryState } from "@codomyrmex/networking/shared-state";
 *
 * const store = memoryState(); // or kvState(await Deno.openKv()), redisState(client)
 * const limit = new Limiter({ rate: { requests: 50, per: 1 }, store });
 * await using client = new HTTPClient({ limit });
 * ```
 *
 * `new Breaker({ store })` shares what is open, and `retryBudget: new SharedRetryBudget({ store })` the tokens
 * for retries. No call waits for the store.
 *
 * ## The order of the stages
 *
 * 1. Operation middleware; `totalTimeout` begins.
 * 2. For each attempt: the breaker, then the limiter's queue. `timeout` begins when the request has its
 *    place, so that it ends no call that waits; `attempts[].queuedMs` says how long it waited.
 * 3. Authentication and redirects. Each request takes a place, and the attempt's clock stands still while
 *    it waits for one. A follow-up to the same key keeps the place of the request before it.
 * 4. Exchange middleware, then the transport. The place is free when the body has ended.
 *
 * | code            | when                                                    |
 * | --------------- | ------------------------------------------------------- |
 * | `queue_full`    | `maxQueue` requests wait; the message names the queue   |
 * | `circuit_open`  | the breaker is open; `retryAfterMs` is the next probe   |
 * | `total_timeout` | the time in the queue used up `totalTimeout`            |
 *
 * With any of them nothing was sent, and nothing is tried again.
 *
 * ## A server that fails
 *
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { Breaker } from "@codomyrmex/networking/limits";
 *
 * const breaker = new Breaker({ ratio: 0.5, minimum: 20, window: 30, openFor: 5 });
 * await using client = new HTTPClient({ breaker });
 * console.log(breaker.state("https://api.example").state); // closed
 * ```
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
