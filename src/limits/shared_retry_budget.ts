/**
 * One retry budget for many processes. What a process knows of it decides at once; what it drew and gave back
 * is told to the shared state afterwards, so that no call waits for that.
 *
 * @module
 */

import { callable, type OptionTable, wholeNumber, withMethods } from "../options/checks.ts";
import { readOptions } from "../options/read_options.ts";
import { type RetryAccount, RetryBudget, type RetryBudgetOptions } from "../retry/retry_budget.ts";
import { StateGuard } from "../shared_state/guarded_state.ts";
import type { SharedState } from "../shared_state/state.ts";

/** Options of a {@linkcode SharedRetryBudget}. */
export interface SharedRetryBudgetOptions extends RetryBudgetOptions {
  /**
   * Shares the tokens with other processes, as `redisState()` or `kvState()` of `./shared-state` do. While it
   * is slow or gone, each process has the budget by itself.
   */
  readonly store: SharedState;
  /** Called with one line when the store fails; without it a warning is written to the console. */
  readonly onStoreFailure?: (message: string) => void;
}

const TABLE = {
  capacity: wholeNumber({ min: 1 }),
  store: withMethods<SharedState>("a shared state", "get", "compareAndSet"),
  onStoreFailure: callable<(message: string) => void>(),
} satisfies OptionTable<SharedRetryBudgetOptions>;

/** A budget that nobody uses for so long is full again. */
const EXPIRY = { expireIn: { minutes: 10 } };
/** Another process was faster: how often to try again. */
const MOST_TRIES = 20;

/**
 * Tokens for retries, by origin, that processes share: all of them together add only so much to the load
 * of a server that is down. Give all of them the same `capacity`.
 *
 * @example
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 * import { SharedRetryBudget } from "@codomyrmex/networking/limits";
 * import { memoryState } from "@codomyrmex/networking/shared-state";
 *
 * const store = memoryState(); // or kvState(await Deno.openKv()), redisState(client)
 * await using client = new HTTPClient({ retryBudget: new SharedRetryBudget({ store }) });
 * ```
 */
export class SharedRetryBudget extends RetryBudget implements RetryAccount {
  readonly #store: SharedState;
  readonly #guard: StateGuard;
  /** What the store was not told yet, by origin. */
  readonly #untold = new Map<string, number>();
  readonly #telling = new Set<string>();

  /**
   * Creates a budget, full as far as this process knows.
   *
   * @param options The number of tokens, and the store.
   * @throws {TypeError | RangeError} If an option cannot be used.
   */
  constructor(options: SharedRetryBudgetOptions) {
    const given = readOptions("make a SharedRetryBudget", options, TABLE);
    // deno-lint-ignore no-console -- a store that fails may not go unnoticed
    const { capacity, store, onStoreFailure = (message) => console.warn(message) } = given;
    if (store === undefined) {
      throw new TypeError("Cannot make a SharedRetryBudget: give store, or use RetryBudget");
    }
    super(capacity === undefined ? {} : { capacity });
    this.#store = store;
    this.#guard = new StateGuard(onStoreFailure);
  }

  /** Draws the cost of a retry, and returns it; `undefined` if too little is left. */
  override withdraw(origin: string, throttled: boolean): number | undefined {
    const cost = super.withdraw(origin, throttled);
    this.#changed(origin, -(cost ?? 0));
    return cost;
  }

  /** Refills after a success. */
  override deposit(origin: string, lastCost?: number): void {
    const before = this.balance(origin);
    super.deposit(origin, lastCost);
    this.#changed(origin, this.balance(origin) - before);
  }

  #changed(origin: string, tokens: number): void {
    this.#untold.set(origin, (this.#untold.get(origin) ?? 0) + tokens);
    if (this.#telling.has(origin)) return;
    this.#telling.add(origin);
    this.#guard.run(() => this.#tell(origin)).finally(() => {
      this.#telling.delete(origin);
      const untold = this.#untold.get(origin);
      const isFull = this.balance(origin) === this.balance("");
      if (untold === 0 || (isFull && this.#guard.isPaused)) this.#untold.delete(origin);
      else if (!this.#guard.isPaused) this.#changed(origin, 0);
    });
  }

  /** Adds what this process did to what all did, and takes over the sum. */
  async #tell(origin: string): Promise<void> {
    const key = ["retry-budget", origin];
    const capacity = this.balance("");
    for (let tries = 1; tries <= MOST_TRIES; tries++) {
      const entry = await this.#store.get(key);
      const told = this.#untold.get(origin) ?? 0;
      const shared = typeof entry?.value === "number" ? entry.value : capacity;
      const sum = Math.min(capacity, Math.max(0, shared + told));
      if (sum < capacity || entry !== undefined) {
        const value = sum < capacity ? sum : undefined;
        const version = await this.#store.compareAndSet(key, entry?.version, value, EXPIRY);
        if (version === undefined) continue;
      }
      const untold = (this.#untold.get(origin) ?? 0) - told; // drawn or given back meanwhile
      this.#untold.set(origin, untold);
      super.deposit(origin, Math.max(0, sum + untold) - this.balance(origin));
      return;
    }
    throw new Error(`${MOST_TRIES} other writers were faster`);
  }
}
