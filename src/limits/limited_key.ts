/**
 * How many requests with one key may be on the wire, and when the next may go: a machine without timers,
 * with clock and random passed in. It has the caller's bounds, and what it learns from the server:
 *
 * - A key begins with few requests on the wire and one more for each success, so that a burst to an
 *   unknown service is not refused as a whole. Without a sign of a limit this soon bounds nothing.
 * - A refusal (429, or 503 with Retry-After) closes the gate until the time that the server named, and a
 *   little longer. Then one request goes, and one more for each success.
 * - What succeeded before a refusal is what the server takes until the named time: from then on no more
 *   is sent in any time of that length, but for a few more after some such times without a refusal.
 * - RateLimit fields close the gate when nothing is left, and spread the rest when little is left.
 *
 * @module
 */

import type { Quota } from "./rate_fields.ts";

/** The bounds of a key. Times are milliseconds on a clock that never goes back. */
export interface KeyRules {
  /** The most requests on the wire. */
  readonly concurrency: number;
  /** The most requests that start within `perMs`; undefined for no such bound. */
  readonly rate:
    | { readonly requests: number; readonly perMs: number; readonly burst: number }
    | undefined;
  /** Whether the server's answers count. */
  readonly learn: boolean;
}

/** What a server answered, as far as it matters here. */
export interface Answer {
  /** Whether it refused the request because there were too many. */
  readonly isRefusal: boolean;
  /** The wait that it named, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** What is left of the strictest quota. */
  readonly quota: Quota | undefined;
}

/** A request that the rate counts: the latest moment at which the server may have got it. */
interface Counted {
  latestAt: number;
}

/** A request on the wire. */
export interface Started {
  readonly epoch: number;
  readonly counted: Counted;
}

/** Requests that were sent apart arrive closer together, by up to this share of the rate's time. */
const LATE_SHARE = 0.05;
/** Requests on the wire for a key with no answer yet. */
const FIRST_ON_WIRE = 8;
/** A gate that nobody named a time for, and the longest such. */
const UNNAMED_GATE_MS = 1_000;
/** A longer named time closes no gate: it could lock a client out. The refused call ends by itself. */
const LONGEST_GATE_MS = 60_000;
/** No window of a server that is worth keeping is longer. */
const MOST_WINDOW_MS = 3_600_000;
const LONGEST_JITTER_MS = 5_000;
/** What is less than this share of a quota is spread. */
const SPREAD_BELOW = 0.2;
/** Windows without a refusal after which a few more are tried. */
const CLEAN_WINDOWS = 5;
/** What was learned is forgotten when nothing was sent for so long, and for ten windows. */
const FORGET_MS = 60_000;

/** At most so many requests within any time of that length. */
interface Window {
  readonly requests: number;
  readonly perMs: number;
}

/** The state of one key. */
export class LimitedKey {
  readonly #rules: KeyRules;
  readonly #random: () => number;
  #onWire = 0;
  /** The most requests on the wire that the answers so far speak for. */
  #ramp: number;
  #gateUntil = -Infinity;
  /** How often the gate was closed: the refusal of a request from before says nothing new. */
  #epoch = 0;
  #refusalsInARow = 0;
  /** The first request, and the successes, since the gate was closed. */
  #firstAt: number | undefined;
  #successes = 0;
  /** What the server takes; undefined without a refusal. */
  #learned: Window | undefined;
  /** Since when it has not been refused, and whether it was the bound since then. */
  #cleanSince = 0;
  #wasBound = false;
  /** Requests within the longest window, oldest first, from `#first` on. */
  #counted: Counted[] = [];
  #first = 0;
  /** The bucket of the burst: when it is full again. */
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

  /** Until when the gate is closed; in the past if it is open. */
  get gateUntil(): number {
    return this.#gateUntil;
  }

  /** Whether it knows nothing that a new key would not know. */
  isIdle(now: number): boolean {
    return this.#onWire === 0 && this.#learned === undefined && this.waitMs(now) === 0;
  }

  /**
   * How long the next request has to wait, in milliseconds: 0 if it may go, `Infinity` until one leaves.
   *
   * @param holdsPlace Whether it follows a request that is on the wire, in the same place.
   */
  waitMs(now: number, holdsPlace = false): number {
    if (now < this.#gateUntil) return this.#gateUntil - now;
    // A follow-up of what is on the wire may not wait for itself.
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

  /** Notes that a request goes on the wire; answer() takes what it returns. */
  start(now: number, cost = 1, holdsPlace = false): Started {
    if (!holdsPlace) this.#onWire++;
    const { rate, learn } = this.#rules;
    if (learn) this.#grow(now);
    this.#lastStart = now;
    this.#firstAt ??= now;
    const counted: Counted = { latestAt: now };
    const longest = this.#longestWindow();
    if (longest > 0) {
      // It arrives later than it was sent, and until it is answered nobody knows how much later.
      counted.latestAt += longest * LATE_SHARE;
      for (let count = 0; count < cost; count++) this.#counted.push(counted);
    }
    if (rate !== undefined) {
      this.#fullAt = Math.max(this.#fullAt, now) + rate.perMs / rate.requests * cost;
    }
    return { epoch: this.#epoch, counted };
  }

  /** Whether answers count. */
  get learns(): boolean {
    return this.#rules.learn;
  }

  /** A request has left the wire. */
  leave(): void {
    this.#onWire--;
  }

  /** The server answered a request. */
  answer({ isRefusal, retryAfterMs, quota }: Answer, started: Started, now: number): void {
    const { epoch, counted } = started;
    counted.latestAt = Math.min(counted.latestAt, now);
    if (!this.#rules.learn) return;
    if (isRefusal) this.#refused(retryAfterMs ?? quota?.resetMs, epoch === this.#epoch, now);
    else {
      this.#refusalsInARow = 0;
      this.#ramp++;
      if (epoch === this.#epoch) this.#successes++;
      // One that was on the wire when another was refused: the server took it, too.
      else if (
        epoch === this.#epoch - 1 && this.#learned !== undefined && this.#firstAt === undefined
      ) {
        this.#learned = { ...this.#learned, requests: this.#learned.requests + 1 };
      }
    }
    if (quota !== undefined) this.#apply(quota, now);
  }

  /** Closes the gate, and keeps what the server took since it was opened. */
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

  /** Jitter is added: a request before the named time would be refused again. */
  #closeGate(waitMs: number, now: number): void {
    const jitterMs = Math.min(waitMs * 0.1 * this.#random(), LONGEST_JITTER_MS);
    this.#gateUntil = Math.max(this.#gateUntil, now + waitMs + jitterMs);
  }

  /** What went well since the gate was opened is what the server takes until `until`. */
  #learn(until: number): void {
    const [count, start, learned] = [this.#successes, this.#firstAt, this.#learned];
    if (start === undefined || until - start > MOST_WINDOW_MS) return;
    const perMs = Math.max(until - start, 1);
    if (learned === undefined) {
      if (count > 0) this.#learned = { requests: count, perMs };
    } else if (count > learned.requests * 1.1) {
      // It went well for several windows: a little less, then.
      const requests = Math.max(1, Math.floor(learned.requests * 0.9));
      this.#learned = { ...learned, requests };
    } else {
      this.#learned = { requests: Math.max(count, Math.ceil(learned.requests / 2)), perMs };
    }
  }

  /** Tries a few more after some windows in which the learned bound was used and not refused. */
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
      // The requests on the wire draw from what is left.
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
