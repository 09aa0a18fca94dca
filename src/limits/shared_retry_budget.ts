/**
 * One retry budget for many processes. Each process decides from its own copy, and writes its changes to the
 * shared state afterwards, so that no call waits for the store.
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
   * Shares the tokens with other processes, such as `redisState()` or `kvState()` of `./shared-state`. While the
   * store is slow or unavailable, each process has the whole budget.
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

/** A budget that is unused for this time is full again. */
const EXPIRY = { expireIn: { minutes: 10 } };
/** How often to try if other processes write first. */
const MOST_TRIES = 20;

/**
 * A retry budget that processes share, with tokens for each origin. It bounds the retries that all processes
 * together send to a failing server. Use the same `capacity` in all of them.
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
  /** The changes that are not in the store yet, by origin. */
  readonly #unsaved = new Map<string, number>();
  readonly #saving = new Set<string>();

  /**
   * Creates a budget that is full until this process has read the store.
   *
   * @param options The number of tokens, and the store.
   * @throws {TypeError | RangeError} If an option cannot be used.
   */
  constructor(options: SharedRetryBudgetOptions) {
    const given = readOptions("make a SharedRetryBudget", options, TABLE);
    const { capacity, store, onStoreFailure } = given;
    if (store === undefined) {
      throw new TypeError(
        "Cannot make a SharedRetryBudget: store is missing; set store, or use RetryBudget",
      );
    }
    super(capacity === undefined ? {} : { capacity });
    this.#store = store;
    this.#guard = new StateGuard(onStoreFailure);
  }

  /** Withdraws the cost of a retry and returns it; `undefined` if too few tokens are left. */
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
    this.#unsaved.set(origin, (this.#unsaved.get(origin) ?? 0) + tokens);
    if (this.#saving.has(origin)) return;
    this.#saving.add(origin);
    this.#guard.run(() => this.#save(origin)).finally(() => {
      this.#saving.delete(origin);
      const unsaved = this.#unsaved.get(origin);
      const isFull = this.balance(origin) === this.balance("");
      if (unsaved === 0 || (isFull && this.#guard.isPaused)) this.#unsaved.delete(origin);
      else if (!this.#guard.isPaused) this.#changed(origin, 0);
    });
  }

  /** Adds the changes of this process to the shared number of tokens, and adopts the sum. */
  async #save(origin: string): Promise<void> {
    const key = ["retry-budget", origin];
    const capacity = this.balance("");
    for (let tries = 1; tries <= MOST_TRIES; tries++) {
      const entry = await this.#store.get(key);
      const change = this.#unsaved.get(origin) ?? 0;
      const shared = typeof entry?.value === "number" ? entry.value : capacity;
      const sum = Math.min(capacity, Math.max(0, shared + change));
      if (sum < capacity || entry !== undefined) {
        const value = sum < capacity ? sum : undefined;
        const version = await this.#store.compareAndSet(key, entry?.version, value, EXPIRY);
        if (version === undefined) continue;
      }
      const unsaved = (this.#unsaved.get(origin) ?? 0) - change; // changed in the meantime
      this.#unsaved.set(origin, unsaved);
      super.deposit(origin, Math.max(0, sum + unsaved) - this.balance(origin));
      return;
    }
    throw new Error(`${MOST_TRIES} other writers were faster`);
  }
}
