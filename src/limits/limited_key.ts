/**
 * Decides how many requests with one key may be on the wire, and when the next may start. It is a state
 * machine without timers; time and randomness are passed in. It applies the caller's limits and learns from
 * the server:
 *
 * - A key starts with a few concurrent requests and allows one more after each success, so that a burst to an
 *   unknown service is not refused as a whole. Without refusals this limit soon has no effect.
 * - A refusal (429, or 503 with Retry-After) closes the gate until the time that the server named, plus
 *   jitter. Then one request may go, and one more after each success.
 * - The number of successes before a refusal becomes the limit of every later window. A window is as long as the
 *   time from the first of them to the named time. After some windows without a refusal a few more are tried.
 * - RateLimit fields close the gate when the quota is used up, and spread the requests when little is left.
 *
 * @module
 */

import type { Quota } from "./rate_fields.ts";

/** The limits of a key. Times are milliseconds on a monotonic clock. */
export interface KeyRules {
  /** The most requests on the wire. */
  readonly concurrency: number;
  /** The most requests that start within `perMs`; undefined for no limit. */
  readonly rate:
    | { readonly requests: number; readonly perMs: number; readonly burst: number }
    | undefined;
  /** Whether to learn from the server's responses. */
  readonly learn: boolean;
}

/** The part of a response that concerns limits. */
export interface Feedback {
  /** Whether the server refused the request because there were too many. */
  readonly isRefusal: boolean;
  /** The wait that the server named, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** The strictest quota. */
  readonly quota: Quota | undefined;
}

/** A request that the rate counts, with the latest time at which the server may have received it. */
interface Counted {
  latestAt: number;
}

/** A request on the wire. */
export interface Started {
  readonly epoch: number;
  readonly counted: Counted;
}

/** Requests may arrive closer together than they were sent, by up to this share of the window. */
const LATE_SHARE = 0.05;
/** The concurrent requests of a key without a response yet. */
const FIRST_ON_WIRE = 8;
/** The first wait after a refusal without a named time; it doubles with each further refusal. */
const UNNAMED_GATE_MS = 1_000;
/** A longer named time does not close the gate: it could lock a client out. Only the refused call fails. */
const LONGEST_GATE_MS = 60_000;
/** The longest window of a server that is kept. */
const MOST_WINDOW_MS = 3_600_000;
const LONGEST_JITTER_MS = 5_000;
/** Requests are spread when less than this share of a quota is left. */
const SPREAD_BELOW = 0.2;
/** The windows without a refusal after which a few more requests are tried. */
const CLEAN_WINDOWS = 5;
/** The learned limit expires after this time plus ten windows without a request. */
const FORGET_MS = 60_000;

/** The most requests within any period of that length. */
interface Window {
  readonly requests: number;
  readonly perMs: number;
}

/** The state of one key. */
export class LimitedKey {
  readonly #rules: KeyRules;
  readonly #random: () => number;
  #onWire = 0;
  /** The most concurrent requests that the responses so far allow. */
  #ramp: number;
  #gateUntil = -Infinity;
  /** How often the gate was closed: the refusal of an earlier request says nothing new. */
  #epoch = 0;
  #refusalsInARow = 0;
  /** The time of the first request, and the number of successes, since the gate was closed. */
  #firstAt: number | undefined;
  #successes = 0;
  /** The limit learned from refusals; undefined without a refusal. */
  #learned: Window | undefined;
  /** Since when the learned limit was not refused, and whether a request waited for it since then. */
  #cleanSince = 0;
  #wasBound = false;
  /** Requests within the longest window, oldest first, from `#first` on. */
  #counted: Counted[] = [];
  #first = 0;
  /** When the token bucket of the burst is full again. */
  #fullAt = -Infinity;
  #spreadMs = 0;
  #spreadUntil = -Infinity;
  #lastStart = -Infinity;

  constructor(rules: KeyRules, random: () => number) {
    this.#rules = rules;
    this.#random = random;
    this.#ramp = rules.learn ? FIRST_ON_WIRE : Infinity;
  }

  /** The number of requests on the wire. */
  get onWire(): number {
    return this.#onWire;
  }

  /** The time until which the gate is closed; in the past if the gate is open. */
  get gateUntil(): number {
    return this.#gateUntil;
  }

  /** Whether the key has the same state as a new one. */
  isIdle(now: number): boolean {
    return this.#onWire === 0 && this.#learned === undefined && this.waitMs(now) === 0;
  }

  /**
   * Returns how long the next request has to wait, in milliseconds: 0 if it may go, `Infinity` until another
   * leaves the wire.
   *
   * @param holdsPlace Whether the request is a follow-up that keeps the place of the request before it.
   */
  waitMs(now: number, holdsPlace = false): number {
    if (now < this.#gateUntil) return this.#gateUntil - now;
    // A follow-up must not wait for the place that it holds.
    const most = Math.min(this.#rules.concurrency, this.#ramp);
    if (this.#onWire >= most && !holdsPlace) return Infinity;
    const learnedWait = this.#waitForWindow(this.#learned, now);
    this.#wasBound ||= learnedWait > 0;
    const { rate } = this.#rules;
    return Math.max(
      learnedWait,
      this.#waitForWindow(rate, now),
      this.#waitForBurst(now),
      this.#waitForSpread(now),
    );
  }

  /** Records that a request goes on the wire. Pass the result to {@linkcode LimitedKey.responded}. */
  start(now: number, cost = 1, holdsPlace = false): Started {
    if (!holdsPlace) this.#onWire++;
    const { rate, learn } = this.#rules;
    if (learn) this.#grow(now);
    this.#lastStart = now;
    this.#firstAt ??= now;
    const counted: Counted = { latestAt: now };
    const longest = this.#longestWindow();
    if (longest > 0) {
      // It arrives later than it was sent; how much later is unknown until the response.
      counted.latestAt += longest * LATE_SHARE;
      for (let count = 0; count < cost; count++) this.#counted.push(counted);
    }
    if (rate !== undefined) {
      this.#fullAt = Math.max(this.#fullAt, now) + rate.perMs / rate.requests * cost;
    }
    return { epoch: this.#epoch, counted };
  }

  /** Whether it learns from responses. */
  get learns(): boolean {
    return this.#rules.learn;
  }

  /** Records that a request has left the wire. */
  leave(): void {
    this.#onWire--;
  }

  /** Learns from the response to a request. */
  responded({ isRefusal, retryAfterMs, quota }: Feedback, started: Started, now: number): void {
    const { epoch, counted } = started;
    counted.latestAt = Math.min(counted.latestAt, now);
    if (!this.#rules.learn) return;
    if (isRefusal) this.#refused(retryAfterMs ?? quota?.resetMs, epoch === this.#epoch, now);
    else {
      this.#refusalsInARow = 0;
      this.#ramp++;
      if (epoch === this.#epoch) this.#successes++;
      // It was on the wire when another was refused, and the server accepted it as well.
      else if (
        epoch === this.#epoch - 1 && this.#learned !== undefined && this.#firstAt === undefined
      ) {
        this.#learned = { ...this.#learned, requests: this.#learned.requests + 1 };
      }
    }
    if (quota !== undefined) this.#apply(quota, now);
  }

  /** Closes the gate, and learns the limit from the successes since it was opened. */
  #refused(namedMs: number | undefined, isNew: boolean, now: number): void {
    if (isNew) this.#refusalsInARow++;
    const waitMs = namedMs ?? UNNAMED_GATE_MS * 2 ** Math.min(this.#refusalsInARow - 1, 5);
    this.#ramp = 1;
    if (isNew) {
      this.#learn(now + waitMs);
      this.#epoch++;
      this.#firstAt = undefined;
      this.#successes = 0;
      this.#cleanSince = now;
      this.#wasBound = false;
    }
    if (waitMs > LONGEST_GATE_MS) return;
    this.#closeGate(waitMs, now);
  }

  /** Closes the gate, plus jitter: a request before the named time would be refused again. */
  #closeGate(waitMs: number, now: number): void {
    const jitterMs = Math.min(waitMs * 0.1 * this.#random(), LONGEST_JITTER_MS);
    this.#gateUntil = Math.max(this.#gateUntil, now + waitMs + jitterMs);
  }

  /** Takes the successes since the gate was opened as the limit of the window that ends at `until`. */
  #learn(until: number): void {
    const [count, start, learned] = [this.#successes, this.#firstAt, this.#learned];
    if (start === undefined || until - start > MOST_WINDOW_MS) return;
    const perMs = Math.max(until - start, 1);
    if (learned === undefined) {
      if (count > 0) this.#learned = { requests: count, perMs };
    } else if (count > learned.requests * 1.1) {
      // More than the limit succeeded, over several windows, so it is reduced a little.
      const requests = Math.max(1, Math.floor(learned.requests * 0.9));
      this.#learned = { ...learned, requests };
    } else {
      this.#learned = { requests: Math.max(count, Math.ceil(learned.requests / 2)), perMs };
    }
  }

  /** Raises the learned limit a little after some windows in which it was used up without a refusal. */
  #grow(now: number): void {
    const learned = this.#learned;
    if (learned === undefined) return;
    if (now - this.#lastStart > FORGET_MS + 10 * learned.perMs) this.#learned = undefined;
    else if (this.#wasBound && now - this.#cleanSince > CLEAN_WINDOWS * learned.perMs) {
      const more = Math.max(1, Math.floor(learned.requests / 10));
      this.#learned = { ...learned, requests: learned.requests + more };
      this.#cleanSince = now;
      this.#wasBound = false;
    }
  }

  #apply({ remaining, resetMs, limit }: Quota, now: number): void {
    this.#spreadUntil = -Infinity;
    if (remaining === 0) {
      if (resetMs <= LONGEST_GATE_MS) this.#closeGate(resetMs, now);
    } else if (limit !== undefined && remaining < limit * SPREAD_BELOW) {
      // The requests on the wire use up part of the quota that is left.
      this.#spreadMs = resetMs / Math.max(1, remaining - (this.#onWire - 1));
      this.#spreadUntil = now + Math.min(resetMs, MOST_WINDOW_MS);
    }
  }

  #waitForSpread(now: number): number {
    if (now >= this.#spreadUntil) return 0;
    return Math.max(0, Math.min(this.#lastStart + this.#spreadMs, this.#spreadUntil) - now);
  }

  #longestWindow(): number {
    return Math.max(this.#rules.rate?.perMs ?? 0, this.#learned?.perMs ?? 0);
  }

  #waitForWindow(window: Window | undefined, now: number): number {
    if (window === undefined) return 0;
    const list = this.#counted;
    const oldest = now - this.#longestWindow();
    while (this.#first < list.length && list[this.#first]!.latestAt <= oldest) this.#first++;
    if (this.#first > 1024 && this.#first * 2 > list.length) {
      list.splice(0, this.#first);
      this.#first = 0;
    }
    if (list.length - this.#first < window.requests) return 0;
    return Math.max(0, list[list.length - window.requests]!.latestAt + window.perMs - now);
  }

  #waitForBurst(now: number): number {
    const { rate } = this.#rules;
    if (rate === undefined || rate.burst >= rate.requests) return 0;
    const intervalMs = rate.perMs / rate.requests;
    return Math.max(0, this.#fullAt + intervalMs - rate.burst * intervalMs - now);
  }
}
