/**
 * The retry budget: a bucket of tokens for each origin. Retries withdraw tokens and successes refill it, so
 * that clients do not multiply the load of a failing server. The numbers come from the standard retry mode
 * of the AWS SDKs of 2026.
 *
 * @module
 */

import { type OptionTable, wholeNumber } from "../options/checks.ts";
import { readOptions } from "../options/read_options.ts";

/** Limits the retries of a client: a {@linkcode RetryBudget}, or a custom object. */
export interface RetryAccount {
  /** Whether no origin has drawn anything. A client skips `deposit` then. */
  readonly isFull: boolean;
  /**
   * Draws the cost of a retry.
   *
   * @param origin The origin of the request, such as `https://api.example`.
   * @param throttled Whether the server sent 429, which means that it is not down.
   * @returns The cost, or `undefined` if too few tokens are left; then there is no retry.
   */
  withdraw(origin: string, throttled: boolean): number | undefined;
  /**
   * Refills after a success.
   *
   * @param origin The origin of the request.
   * @param lastCost The cost of the call's last retry; omitted if it needed none.
   */
  deposit(origin: string, lastCost?: number): void;
}

/** Options of a {@linkcode RetryBudget}. */
export interface RetryBudgetOptions {
  /**
   * The number of tokens of each origin. A retry costs 14, one after 429 costs 5, and nothing if the server
   * sent a wait. A success refunds the cost of its last retry, or 1.
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
 * Tokens for retries, by origin. Every client has its own budget by default. Pass one budget to several
 * clients to limit them together.
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
export class RetryBudget implements RetryAccount {
  readonly #capacity: number;
  /** Contains only origins below capacity, so that a healthy client needs no look-up. */
  readonly #balances = new Map<string, number>();

  /**
   * Creates a full budget.
   *
   * @param options The number of tokens of each origin.
   * @throws {TypeError | RangeError} If the capacity is not a whole number of at least 1.
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
   * Returns the tokens that an origin has left.
   *
   * @param origin The origin, such as `https://api.example`.
   */
  balance(origin: string): number {
    return this.#balances.get(origin) ?? this.#capacity;
  }

  /** Withdraws the cost of a retry and returns it; `undefined` if too few tokens are left. */
  withdraw(origin: string, throttled: boolean): number | undefined {
    const cost = throttled ? THROTTLED_COST : RETRY_COST;
    const left = this.balance(origin) - cost;
    if (left < 0) return undefined;
    this.#balances.set(origin, left);
    return cost;
  }

  /** Refills after a success. */
  deposit(origin: string, lastCost: number = SUCCESS_GAIN): void {
    const balance = this.balance(origin) + lastCost;
    if (balance >= this.#capacity) this.#balances.delete(origin);
    else this.#balances.set(origin, balance);
  }
}
