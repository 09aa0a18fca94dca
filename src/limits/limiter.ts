/**
 * A limiter: bounds the concurrency and the rate of requests, for each origin or for each key of the caller.
 * `limited_key.ts` has the rules; this module has the queues.
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
import { KeyQueue, type LimiterState, type OtherKeys } from "./key_queue.ts";
import { type KeyRules, LimitedKey } from "./limited_key.ts";

/** The most requests within a period. */
export interface Rate {
  /** The most requests that start within `per`. */
  readonly requests: number;
  /** The period, in seconds. */
  readonly per: Duration;
  /**
   * The most requests that start at the same time; the others follow at even intervals.
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
  /** The most requests within a period, for each key; no limit when left out. */
  readonly rate?: Rate;
  /**
   * Groups requests: those with the same key are limited together. The default is the origin, such as
   * `https://api.example`.
   */
  readonly key?: (request: StageRequest) => string;
  /**
   * The number of requests that a request counts as in the rate, a whole number.
   *
   * @default {1}
   */
  readonly cost?: (request: StageRequest) => number;
  /**
   * Whether to learn from the server's responses: 429, Retry-After and the RateLimit fields.
   *
   * @default {true}
   */
  readonly learn?: boolean;
  /**
   * The most requests that wait, for each key. Any further request fails with code `queue_full`.
   *
   * @default {10000}
   */
  readonly maxQueue?: number;
  /**
   * Shares the rate with other processes, such as `redisState()` or `kvState()` of `./shared-state`. While the
   * store is slow or unavailable, each process applies the whole rate on its own. Requires `rate`.
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

/** The most keys that are kept; above that the least recently used idle key is evicted. */
const MOST_KEYS = 10_000;

/**
 * Limits the concurrency and the rate of the requests of one client, or of several that share it. Requests
 * with the same key wait in one queue, first come, first served. Requests with other keys never wait for
 * them. Time in the queue counts toward `totalTimeout` only.
 *
 * By default it learns from the server's responses. It starts with 8 concurrent requests for each origin, and
 * allows one more after each success. After a refusal it waits as long as the server says. From then on it
 * sends no more requests in such a period than succeeded in the last one.
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
  /** Creates the rate that a key shares with other processes. */
  readonly #shareRate: ((key: string, changed: () => void) => SharedRate) | undefined;

  /**
   * Creates a limiter.
   *
   * @param options The limits.
   * @throws {TypeError | RangeError} If an option cannot be used.
   */
  constructor(options?: LimiterOptions) {
    const given = readOptions("make a Limiter", options, TABLE);
    const { concurrency = Infinity, rate, key, cost, learn = true, maxQueue = 10_000 } = given;
    const { store, onStoreFailure } = given;
    if (store !== undefined && rate === undefined) {
      throw new TypeError("Cannot make a Limiter: store shares the rate; set rate too");
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
    const [queue, cost] = this.#queueAndCost(request);
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
    const [queue, cost] = this.#queueAndCost(request);
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

  #queueAndCost(request: StageRequest): [queue: KeyQueue, cost: number] {
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
      this.#queues.delete(key); // the most recently used key is the last one
      this.#queues.set(key, found);
      return found;
    }
    const limitedKey = new LimitedKey(this.#rules, Math.random);
    const otherKeys: OtherKeys = {
      hasKey: (request) => this.#keyOf(request) === key,
      enter: (request, signal) => this.enter(request, signal),
    };
    const share = this.#shareRate;
    const shareRate = share && ((changed: () => void) => share(key, changed));
    const queue = new KeyQueue(otherKeys, key, limitedKey, this.#maxQueue, shareRate);
    this.#queues.set(key, queue);
    if (this.#queues.size > MOST_KEYS) this.#evictOne();
    return queue;
  }

  #evictOne(): void {
    for (const [key, { isUnused }] of this.#queues) {
      if (!isUnused) continue;
      this.#queues.delete(key);
      return;
    }
  }
}
