/**
 * Decides when a breaker is open for one key, from attempts and time alone.
 *
 * @module
 */

import type { AttemptOutcome } from "../http/settings/stages.ts";

/** The rules of a breaker; times are milliseconds on a monotonic clock. */
export interface BreakerRules {
  readonly ratio: number;
  readonly minimum: number;
  readonly windowMs: number;
  readonly openMs: number;
  readonly maxOpenMs: number;
  readonly probes: number;
  readonly slowMs: number;
}

/** Attempts that ended in one tenth of the window. */
interface Slot {
  readonly number: number;
  ended: number;
  failed: number;
}

const SLOTS = 10;

/** The state of one key. */
export class BreakerKey {
  readonly #rules: BreakerRules;
  #slots: Slot[] = [];
  /** When probes may pass; -Infinity while the breaker is closed. */
  #openUntil = -Infinity;
  /** How often in a row the breaker opened. */
  #opens = 0;
  #probing = 0;
  /** Whether the shared state says that the breaker is open. */
  isShared = false;
  /** When the shared state is read next. */
  refreshAt: number = -Infinity;

  constructor(rules: BreakerRules) {
    this.#rules = rules;
  }

  /** How often in a row the breaker opened; 0 while it is closed. */
  get opens(): number {
    return this.#opens;
  }

  /** Opens the breaker, since another process did. */
  learnOpen(until: number, opens: number): void {
    if (opens <= this.#opens) return;
    this.#opens = opens;
    this.#openUntil = until;
    this.#slots = [];
    this.isShared = true;
  }

  /** Closes the breaker, since a probe succeeded here or in another process. */
  learnClosed(): void {
    this.#opens = 0;
    this.#openUntil = -Infinity;
    this.#slots = [];
    this.isShared = false;
  }

  /** Returns the state; an open breaker becomes half-open when probes may pass. */
  state(now: number): "closed" | "open" | "half-open" {
    if (this.#opens === 0) return "closed";
    return now < this.#openUntil ? "open" : "half-open";
  }

  /** Returns how long until a probe may pass, in milliseconds. */
  opensInMs(now: number): number {
    return this.#opens === 0 ? 0 : Math.max(0, this.#openUntil - now);
  }

  /**
   * Returns how long a request has to wait, in milliseconds: 0 if it may be sent, `Infinity` while a running
   * probe decides.
   */
  waitMs(now: number, idempotent: boolean): number {
    if (this.#opens === 0) return 0;
    if (now < this.#openUntil) return this.#openUntil - now;
    return idempotent && this.#probing < this.#rules.probes ? 0 : Infinity;
  }

  /** Starts an attempt that may be sent, and returns whether it is a probe. */
  start(now: number): boolean {
    const isProbe = this.state(now) === "half-open";
    if (isProbe) this.#probing++;
    return isProbe;
  }

  /** Counts an attempt that ended. */
  end(outcome: AttemptOutcome, isProbe: boolean, now: number, random: number): void {
    if (isProbe) {
      this.#probing--;
      if (this.#opens === 0) return; // another probe closed it meanwhile
      if (outcome === "failure") this.#open(now, random);
      else if (outcome === "success") this.learnClosed();
      return;
    }
    // An attempt from before the breaker opened says nothing about the server now.
    if (outcome === "ignored" || this.#opens > 0) return;
    this.#count(outcome === "failure", now);
    const { ended, failed } = this.#sums(now);
    if (ended >= this.#rules.minimum && failed / ended >= this.#rules.ratio && failed > 0) {
      this.#open(now, random);
    }
  }

  #open(now: number, random: number): void {
    const { openMs, maxOpenMs } = this.#rules;
    const time = Math.min(openMs * 2 ** Math.min(this.#opens, 20), maxOpenMs);
    this.#opens++;
    this.#openUntil = now + time * (1 + 0.1 * random); // jitter spreads the probes of many clients
    this.#slots = [];
  }

  #count(failed: boolean, now: number): void {
    const number = Math.floor(now / (this.#rules.windowMs / SLOTS));
    let slot = this.#slots.at(-1);
    if (slot?.number !== number) this.#slots.push(slot = { number, ended: 0, failed: 0 });
    slot.ended++;
    if (failed) slot.failed++;
  }

  #sums(now: number): { readonly ended: number; readonly failed: number } {
    const oldest = Math.floor(now / (this.#rules.windowMs / SLOTS)) - SLOTS;
    this.#slots = this.#slots.filter(({ number }) => number > oldest);
    return this.#slots.reduce(
      (sum, { ended, failed }) => ({ ended: sum.ended + ended, failed: sum.failed + failed }),
      { ended: 0, failed: 0 },
    );
  }
}
