/**
 * One rate for many processes: tokens are taken from a shared state in batches, so that most requests need no
 * round trip. While the state is slow or unavailable, each process applies the whole rate on its own.
 *
 * @module
 */

import type { StateGuard } from "../shared_state/guarded_state.ts";
import type { SharedState } from "../shared_state/state.ts";

/** The rate that the processes share. */
export interface SharedRule {
  readonly requests: number;
  readonly perMs: number;
  readonly burst: number;
}

/** The time that a batch of tokens covers. */
const BATCH_MS = 100;
/** How often to try if other processes write first. */
const MOST_TRIES = 20;

/** Tokens for the requests of one key. */
export class SharedRate {
  readonly #rule: SharedRule;
  readonly #state: SharedState;
  readonly #guard: StateGuard;
  readonly #key: readonly string[];
  readonly #changed: () => void;
  readonly #batch: number;
  readonly #intervalMs: number;
  #tokens = 0;
  /** The period in which the tokens may be used; unused ones expire. */
  #from = 0;
  #until = -Infinity;
  #isTaking = false;
  /** When the next token is free if this process applies the rate on its own. */
  #aloneAt = -Infinity;

  constructor(
    rule: SharedRule,
    state: SharedState,
    guard: StateGuard,
    key: string,
    changed: () => void,
  ) {
    this.#rule = rule;
    this.#state = state;
    this.#guard = guard;
    this.#key = ["limit", key];
    this.#changed = changed;
    this.#intervalMs = rule.perMs / rule.requests;
    this.#batch = Math.max(1, Math.min(rule.burst, Math.floor(BATCH_MS / this.#intervalMs)));
  }

  /** Returns how long the next request has to wait; `Infinity` until tokens arrive and `changed` is called. */
  waitMs(now: number): number {
    if (this.#guard.isPaused) return Math.max(0, this.#aloneAt - now);
    if (this.#tokens > 0 && now < this.#until) return Math.max(0, this.#from - now);
    this.#take();
    return Infinity;
  }

  /** Uses the tokens of a request. A request that costs more than there are leaves a debt, which is paid at once. */
  use(now: number, cost: number): void {
    this.#tokens -= cost;
    if (this.#guard.isPaused) this.#tokens = Math.max(0, this.#tokens); // the rate is this process's own
    else if (this.#tokens < 0) this.#take();
    // Kept up to date, so that a store failure does not allow a burst.
    const { burst } = this.#rule;
    const earliest = now - (burst - 1) * this.#intervalMs;
    this.#aloneAt = Math.max(this.#aloneAt, earliest) + cost * this.#intervalMs;
  }

  #take(): void {
    if (this.#isTaking) return;
    this.#isTaking = true;
    this.#guard.run(() => this.#takeBatch()).finally(() => {
      this.#isTaking = false;
      this.#changed();
    });
  }

  /** Advances the time of the next free token: the generic cell rate algorithm on the wall clock. */
  async #takeBatch(): Promise<void> {
    const { perMs, burst } = this.#rule;
    for (let tries = 1; tries <= MOST_TRIES; tries++) {
      const entry = await this.#state.get(this.#key);
      const now = Date.now();
      const next = typeof entry?.value === "number" ? entry.value : -Infinity;
      const debt = Math.max(0, -this.#tokens);
      // Unused tokens are lost, except for a burst.
      const start = Math.max(next, now - (burst - this.#batch) * this.#intervalMs) +
        debt * this.#intervalMs;
      const after = start + this.#batch * this.#intervalMs;
      const expireIn = { milliseconds: Math.ceil(Math.max(after - now, 0) + perMs + 1_000) };
      const version = await this.#state.compareAndSet(this.#key, entry?.version, after, {
        expireIn,
      });
      if (version === undefined) continue;
      const waitMs = Math.max(0, start - now);
      this.#tokens = this.#batch;
      this.#from = performance.now() + waitMs;
      this.#until = this.#from + Math.max(1_000, 2 * this.#batch * this.#intervalMs);
      return;
    }
    throw new Error(`${MOST_TRIES} other writers were faster`);
  }
}
