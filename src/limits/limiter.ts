/**
 * A limiter: how many requests are on the wire, and how fast they go, for each origin or for a key of
 * the caller's. The rules are those of `limited_key.ts`; this module has the queues and the timers.
 *
 * @module
 */

import type { Place, RequestLimiter, StageRequest } from "../http/settings/stages.ts";
import {
  callable,
  type Check,
  duration,
  flag,
  type OptionTable,
  record,
  wholeNumber,
  withMethods,
} from "../options/checks.ts";
import type { Duration } from "../options/duration.ts";
import { readOptions } from "../options/read_options.ts";
import { StateGuard } from "../shared_state/guarded_state.ts";
import type { SharedState } from "../shared_state/state.ts";
import { SharedRate } from "./shared_rate.ts";
import { type Elsewhere, KeyQueue, type LimiterState } from "./key_queue.ts";
import { type KeyRules, LimitedKey } from "./limited_key.ts";

/** A bound of requests in a time. */
export interface Rate {
  /** The most requests that start within `per`. */
  readonly requests: number;
  /** The time, in seconds. */
  readonly per: Duration;
  /**
   * The most requests that start at once; the others follow evenly.
   *
   * @default {requests}
   */
  readonly burst?: number;
}

/** Options of a {@linkcode Limiter}. */
export interface LimiterOptions {
  /**
   * The most requests on the wire for each key.
   *
   * @default {Infinity}
   */
  readonly concurrency?: number;
  /** The most requests in a time, for each key; without it there is no such bound. */
  readonly rate?: Rate;
  /**
   * What is limited together: requests with the same key. The default is the origin, such as
   * `https://api.example`.
   */
  readonly key?: (request: StageRequest) => string;
  /**
   * What a request counts for in the rate, a whole number.
   *
   * @default {1}
   */
  readonly cost?: (request: StageRequest) => number;
  /**
   * Whether the answers of the server count: 429, Retry-After and the RateLimit fields.
   *
   * @default {true}
   */
  readonly learn?: boolean;
  /**
   * The most requests that wait, for each key. One more fails with code `queue_full`.
   *
   * @default {10000}
   */
  readonly maxQueue?: number;
  /**
   * Shares the rate with other processes, as `redisState()` or `kvState()` of `./shared-state` do. While it
   * is slow or gone, each process keeps the rate by itself. Needs `rate`.
   */
  readonly store?: SharedState;
  /** Called with one line when the store fails; without it a warning is written to the console. */
  readonly onStoreFailure?: (message: string) => void;
}

const RATE_TABLE = {
  requests: wholeNumber({ min: 1 }),
  per: duration("rate.per"),
  burst: wholeNumber({ min: 1 }),
} satisfies OptionTable<Rate>;

const rate: Check<KeyRules["rate"]> = (name, value) => {
  const { requests, per, burst } = readOptions(
    "make a Limiter",
    record(name, value) as unknown as Rate,
    RATE_TABLE,
    undefined,
    `${name}.`,
  );
  if (requests === undefined || per === undefined) {
    throw new TypeError(`Cannot use ${name}: it must have requests and per`);
  }
  return { requests, perMs: per, burst: burst ?? requests };
};

const TABLE = {
  concurrency: wholeNumber({ min: 1, infinite: true }),
  rate,
  key: callable<(request: StageRequest) => string>(),
  cost: callable<(request: StageRequest) => number>(),
  learn: flag,
  maxQueue: wholeNumber({ infinite: true }),
  store: withMethods<SharedState>("a shared state", "get", "compareAndSet"),
  onStoreFailure: callable<(message: string) => void>(),
} satisfies OptionTable<LimiterOptions>;

/** Keys that are remembered; of more, those that were used longest ago are forgotten. */
const MOST_KEYS = 10_000;

/**
 * Limits the requests of one client, or of several that share it: at most so many on the wire, at most so
 * many in a time, and no more than the server takes. Requests with the same key wait in one queue, first
 * come, first served; requests with other keys never wait for them. Time in the queue counts for
 * `totalTimeout` alone.
 *
 * Without options it learns from the server's answers: it begins with 8 requests on the wire for each
 * origin, and one more for each success. After a refusal it waits as long as the server says, and sends
 * no more in a period than went well in the last one.
 *
 * @example
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { Limiter } from "@codomyrmex/networking/limits";
 *
 * const limit = new Limiter({ concurrency: 10, rate: { requests: 50, per: 1 } });
 * await using client = new HTTPClient({ limit });
 * console.log(limit.state("https://api.example")); // { onWire: 0, queued: 0, closedForMs: 0 }
 * ```
 */
export class Limiter implements RequestLimiter {
  readonly #rules: KeyRules;
  readonly #keyOf: (request: StageRequest) => string;
  readonly #costOf: ((request: StageRequest) => number) | undefined;
  readonly #maxQueue: number;
  readonly #queues = new Map<string, KeyQueue>();
  /** Makes the rate of a key that is shared with other processes. */
  readonly #shareRate: ((key: string, changed: () => void) => SharedRate) | undefined;

  /**
   * Creates a limiter.
   *
   * @param options The bounds.
   * @throws {TypeError | RangeError} If an option cannot be used.
   */
  constructor(options?: LimiterOptions) {
    const given = readOptions("make a Limiter", options, TABLE);
    const { concurrency = Infinity, rate, key, cost, learn = true, maxQueue = 10_000 } = given;
    // deno-lint-ignore no-console -- a store that fails may not go unnoticed
    const { store, onStoreFailure = (message) => console.warn(message) } = given;
    if (store !== undefined && rate === undefined) {
      throw new TypeError("Cannot make a Limiter: store shares the rate; give rate too");
    }
    this.#rules = { concurrency, rate: store === undefined ? rate : undefined, learn };
    if (store !== undefined && rate !== undefined) {
      const guard = new StateGuard(onStoreFailure);
      this.#shareRate = (key, changed) => new SharedRate(rate, store, guard, key, changed);
    }
    this.#keyOf = key ?? (({ url }) => new URL(url).origin);
    this.#costOf = cost;
    this.#maxQueue = maxQueue;
  }

  /**
   * Returns a place on the wire if one is free. A client calls it.
   *
   * @param request The request.
   */
  tryEnter(request: StageRequest): Place | undefined {
    const [queue, cost] = this.#ask(request);
    return queue.tryEnter(cost);
  }

  /**
   * Waits for a place on the wire. A client calls it.
   *
   * @param request The request that waits.
   * @param signal Ends the wait.
   */
  async enter(request: StageRequest, signal: AbortSignal): Promise<Place> {
    signal.throwIfAborted();
    const [queue, cost] = this.#ask(request);
    return await queue.enter(request, cost, signal);
  }

  /**
   * Returns the state of a key.
   *
   * @param key The key: an origin, or what the option `key` returns.
   */
  state(key: string): LimiterState {
    return this.#queues.get(key)?.state ?? { onWire: 0, queued: 0, closedForMs: 0 };
  }

  #ask(request: StageRequest): [queue: KeyQueue, cost: number] {
    const key = this.#keyOf(request);
    if (typeof key !== "string") {
      throw new TypeError(`Cannot limit requests: key() must return a string, not ${typeof key}`);
    }
    const cost = this.#costOf?.(request) ?? 1;
    if (!Number.isSafeInteger(cost) || cost < 0) {
      throw new RangeError(
        `Cannot limit requests: cost() returned ${cost}; it must be a whole number`,
      );
    }
    return [this.#queue(key), cost];
  }

  #queue(key: string): KeyQueue {
    const found = this.#queues.get(key);
    if (found !== undefined) {
      this.#queues.delete(key); // the one that was used last is the last one
      this.#queues.set(key, found);
      return found;
    }
    const limitedKey = new LimitedKey(this.#rules, Math.random);
    const elsewhere: Elsewhere = {
      hasKey: (request) => this.#keyOf(request) === key,
      enter: (request, signal) => this.enter(request, signal),
    };
    const share = this.#shareRate;
    const shareRate = share && ((changed: () => void) => share(key, changed));
    const queue = new KeyQueue(elsewhere, key, limitedKey, this.#maxQueue, shareRate);
    this.#queues.set(key, queue);
    if (this.#queues.size > MOST_KEYS) this.#forgetOne();
    return queue;
  }

  #forgetOne(): void {
    for (const [key, { isUnused }] of this.#queues) {
      if (!isUnused) continue;
      this.#queues.delete(key);
      return;
    }
  }
}
