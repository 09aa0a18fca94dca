/**
 * A circuit breaker: refuses calls to a failing server immediately, instead of waiting for the server.
 *
 * @module
 */

import { ConnectionError } from "../errors.ts";
import type {
  AttemptOutcome,
  CircuitBreaker,
  StageRequest,
  Trial,
} from "../http/settings/stages.ts";
import {
  callable,
  type Check,
  duration,
  expect,
  type OptionTable,
  wholeNumber,
  withMethods,
} from "../options/checks.ts";
import type { Duration } from "../options/duration.ts";
import { readOptions } from "../options/read_options.ts";
import { describeURL } from "../redact.ts";
import { StateGuard } from "../shared_state/guarded_state.ts";
import type { SharedState } from "../shared_state/state.ts";
import { SharedBreaks } from "./shared_breaks.ts";
import { BreakerKey, type BreakerRules } from "./breaker_key.ts";

/** Options of a {@linkcode Breaker}. */
export interface BreakerOptions {
  /**
   * The share of failed attempts that opens the breaker, above 0 and at most 1.
   *
   * @default {0.5}
   */
  readonly ratio?: number;
  /**
   * The fewest attempts within `window` that can open the breaker.
   *
   * @default {20}
   */
  readonly minimum?: number;
  /**
   * How far back attempts count, in seconds.
   *
   * @default {30}
   */
  readonly window?: Duration;
  /**
   * How long it refuses calls before a probe, in seconds. The time doubles with each failed probe.
   *
   * @default {5}
   */
  readonly openFor?: Duration;
  /**
   * The longest time that it refuses calls before a probe, in seconds.
   *
   * @default {60}
   */
  readonly maxOpenFor?: Duration;
  /**
   * The number of concurrent probes.
   *
   * @default {1}
   */
  readonly probes?: number;
  /** Attempts that take longer count as failures, in seconds; no limit when left out. */
  readonly slow?: Duration;
  /** Groups requests: those with the same key share one breaker state. The default is the origin. */
  readonly key?: (request: StageRequest) => string;
  /**
   * Shares open breakers with other processes, such as `redisState()` or `kvState()` of `./shared-state`. If
   * a breaker opens or closes in one process, the others that send requests follow within a second.
   */
  readonly store?: SharedState;
  /** Called with one line when the store fails; without it a warning is written to the console. */
  readonly onStoreFailure?: (message: string) => void;
}

/** The state of a key. */
export interface BreakerState {
  /** `closed`: calls pass; `open`: calls are refused; `half-open`: only probes pass. */
  readonly state: "closed" | "open" | "half-open";
  /** How long until a probe may pass, in milliseconds; 0 if calls or probes pass. */
  readonly opensInMs: number;
}

const ratio: Check<number> = (name, value) => {
  expect(typeof value === "number", name, value, "a number");
  if ((value as number) > 0 && (value as number) <= 1) return value as number;
  throw new RangeError(`Cannot use ${name}: ${value}: it must be above 0 and at most 1`);
};

const TABLE = {
  ratio,
  minimum: wholeNumber({ min: 1 }),
  window: duration("window"),
  openFor: duration("openFor"),
  maxOpenFor: duration("maxOpenFor"),
  probes: wholeNumber({ min: 1 }),
  slow: duration("slow"),
  key: callable<(request: StageRequest) => string>(),
  store: withMethods<SharedState>("a shared state", "get", "set", "compareAndSet"),
  onStoreFailure: callable<(message: string) => void>(),
} satisfies OptionTable<BreakerOptions>;

/** The most keys that are kept; above that the least recently used key is evicted. */
const MOST_KEYS = 10_000;

/**
 * Refuses calls to a server if too many attempts failed. The error has code `circuit_open`, and
 * `retryAfterMs` is the time until the next probe. Connection failures, timeouts, 5xx statuses and attempts
 * slower than `slow` count as failures. 4xx statuses and aborted calls do not count. After `openFor` one
 * idempotent call passes as a probe: a success closes the breaker, a failure opens it for twice as long.
 *
 * The retry budget of a client already protects the server. A breaker is for callers that want to fail
 * immediately.
 *
 * @example
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { Breaker } from "@codomyrmex/networking/limits";
 *
 * const breaker = new Breaker({ ratio: 0.3, openFor: 10 });
 * await using client = new HTTPClient({ breaker });
 * console.log(breaker.state("https://api.example").state); // closed
 * ```
 */
export class Breaker implements CircuitBreaker {
  readonly #rules: BreakerRules;
  readonly #keyOf: (request: StageRequest) => string;
  readonly #keys = new Map<string, BreakerKey>();
  readonly #shared: SharedBreaks | undefined;

  /**
   * Creates a breaker that is closed for every key.
   *
   * @param options When it opens, and for how long.
   * @throws {TypeError | RangeError} If an option cannot be used.
   */
  constructor(options?: BreakerOptions) {
    const { key, ...given } = readOptions("make a Breaker", options, TABLE);
    this.#rules = {
      ratio: given.ratio ?? 0.5,
      minimum: given.minimum ?? 20,
      windowMs: given.window ?? 30_000,
      openMs: given.openFor ?? 5_000,
      maxOpenMs: Math.max(given.maxOpenFor ?? 60_000, given.openFor ?? 5_000),
      probes: given.probes ?? 1,
      slowMs: given.slow ?? Infinity,
    };
    const { store, onStoreFailure } = given;
    this.#shared = store &&
      new SharedBreaks(store, new StateGuard(onStoreFailure), this.#rules.maxOpenMs);
    this.#keyOf = key ?? (({ url }) => new URL(url).origin);
  }

  /**
   * Throws if a request may not be sent now. A client calls it.
   *
   * @param request The request.
   * @param idempotent Whether the request may be a probe.
   */
  check(request: StageRequest, idempotent: boolean): void {
    const key = this.#keyOf(request);
    const now = performance.now();
    this.#shared?.refresh(key, this.#keyFor(key), now);
    const waitMs = this.#keys.get(key)?.waitMs(now, idempotent) ?? 0;
    if (waitMs > 0) throw refusal(request, key, waitMs);
  }

  /**
   * Starts an attempt, or throws if it may not be sent now. A client calls it.
   *
   * @param request The request.
   * @param idempotent Whether the request may be a probe.
   */
  enter(request: StageRequest, idempotent: boolean): Trial {
    this.check(request, idempotent);
    const name = this.#keyOf(request);
    const key = this.#keyFor(name);
    const startedAt = performance.now();
    const isProbe = key.start(startedAt);
    let isOver = false;
    return {
      end: (outcome: AttemptOutcome) => {
        if (isOver) return;
        isOver = true;
        const now = performance.now();
        const { opens } = key;
        const slow = outcome === "success" && now - startedAt > this.#rules.slowMs;
        key.end(slow ? "failure" : outcome, isProbe, now, Math.random());
        if (key.opens !== opens) this.#shared?.publish(name, key);
      },
    };
  }

  /**
   * Returns the state of a key.
   *
   * @param key The key: an origin, or what the option `key` returns.
   */
  state(key: string): BreakerState {
    const now = performance.now();
    const found = this.#keys.get(key);
    return { state: found?.state(now) ?? "closed", opensInMs: found?.opensInMs(now) ?? 0 };
  }

  #keyFor(name: string): BreakerKey {
    let key = this.#keys.get(name);
    if (key === undefined) {
      key = new BreakerKey(this.#rules);
      const [oldest] = this.#keys.keys();
      if (this.#keys.size >= MOST_KEYS) this.#keys.delete(oldest!);
    } else this.#keys.delete(name);
    this.#keys.set(name, key);
    return key;
  }
}

function refusal({ method, url }: StageRequest, key: string, waitMs: number): ConnectionError {
  const wait = waitMs === Infinity ? "" : `; the next try is in ${Math.ceil(waitMs / 1000)} s`;
  return new ConnectionError(
    "circuit_open",
    `Cannot ${method} ${
      describeURL(url)
    }: too many attempts at ${key} failed, and its breaker is open${wait}`,
    { method, url, ...waitMs !== Infinity && { retryAfterMs: Math.ceil(waitMs) } },
  );
}
