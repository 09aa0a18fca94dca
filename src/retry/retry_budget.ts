/**
 * The retry budget: a bucket of tokens for each origin that retries draw from and successes refill,
 * so that clients do not multiply the load of a server that is down. The numbers are those of the
 * AWS SDKs' standard retry mode of 2026.
 *
 * @module
 */

import { type OptionTable, wholeNumber } from "../options/checks.ts";
import { readOptions } from "../options/read_options.ts";

/** Options of a {@linkcode RetryBudget}. */
export interface RetryBudgetOptions {
  /**
   * Tokens of each origin. A retry costs 14, one after 429 costs 5; a success gives back what its
   * last retry cost, or 1.
   *
   * @default {500}
   */
  readonly capacity?: number;
}

const TABLE = { capacity: wholeNumber({ min: 1 }) } satisfies OptionTable<RetryBudgetOptions>;
const RETRY_COST = 14;
const THROTTLED_COST = 5;
const SUCCESS_GAIN = 1;

/**
 * Tokens for retries, by origin. Every client has one of its own unless it is given one; give the
 * same to several clients to bound them together.
 *
 * @example
 * ```ts
 * import { HTTPClient, RetryBudget } from "@codomyrmex/networking";
 *
 * const retryBudget = new RetryBudget({ capacity: 100 });
 * const clients = [new HTTPClient({ retryBudget }), new HTTPClient({ retryBudget, timeout: 5 })];
 * console.log(clients.length, retryBudget.balance("https://api.example")); // 2 100
 * ```
 */
export class RetryBudget {
  readonly #capacity: number;
  /** Only origins that are below capacity, so that a healthy client looks nothing up. */
  readonly #balances = new Map<string, number>();

  /**
   * Makes a full budget.
   *
   * @param options How many tokens each origin has.
   * @throws {TypeError | RangeError} If the capacity is not a whole number, one or more.
   */
  constructor(options?: RetryBudgetOptions) {
    const { capacity = 500 } = readOptions("make a RetryBudget", options, TABLE);
    this.#capacity = capacity;
  }

  /** Whether no origin has drawn anything. */
  get isFull(): boolean {
    return this.#balances.size === 0;
  }

  /**
   * The tokens that an origin has left.
   *
   * @param origin Such as `https://api.example`.
   */
  balance(origin: string): number {
    return this.#balances.get(origin) ?? this.#capacity;
  }

  /**
   * Draws the cost of a retry.
   *
   * @param origin The origin of the request.
   * @param throttled Whether the server answered 429, which says that it is not down.
   * @returns The cost, or `undefined` when there is not enough left: then there is no retry.
   */
  withdraw(origin: string, throttled: boolean): number | undefined {
    const cost = throttled ? THROTTLED_COST : RETRY_COST;
    const left = this.balance(origin) - cost;
    if (left < 0) return undefined;
    this.#balances.set(origin, left);
    return cost;
  }

  /**
   * Refills after a success.
   *
   * @param origin The origin of the request.
   * @param lastCost What the last retry of the call cost; nothing when it needed none.
   */
  deposit(origin: string, lastCost: number = SUCCESS_GAIN): void {
    const balance = this.balance(origin) + lastCost;
    if (balance >= this.#capacity) this.#balances.delete(origin);
    else this.#balances.set(origin, balance);
  }
}
