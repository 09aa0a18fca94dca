/**
 * The attempt clock: one AbortSignal that ends an attempt when its time is over, when the client is
 * closed, or when the caller aborts. A clock never acts early, and leaves no timer and no listener.
 *
 * Calls that start within the same short slot share a signal, because an AbortController and a timer per
 * call cost a tenth of a small GET. They share it only if the listener is removed again: by Deno's fetch,
 * and by transports that have `send`. Node's fetch keeps its listener until the signal is collected.
 *
 * @module
 */

import { NetworkingError } from "../../errors.ts";
import { describeURL } from "../../redact.ts";
import { ON_DENO } from "../../runtime/deno.ts";
import { Alarm, PLATFORM_TIMERS, type Timers } from "../../options/alarm.ts";

/** The abort reason of a clock that ran out. */
export const TIMED_OUT: unique symbol = Symbol("attempt timed out");
/** The abort reason of a closed client. */
export const CLOSED: unique symbol = Symbol("client closed");

/** Returns the error of calls on a closed client. */
export function closedError(method: string, url: string): NetworkingError {
  return new NetworkingError(
    "closed",
    `Cannot ${method} ${describeURL(url)}: the client is closed; make a new one`,
    { method, url },
  );
}

/** A running clock. */
export interface Clock {
  /** Aborted with {@linkcode TIMED_OUT}, {@linkcode CLOSED} or the reason of the caller's signal. */
  readonly signal: AbortSignal;
  /**
   * Calls `end` with the reason when the signal aborts, immediately if it is aborted. The runtime's own
   * abort is not reliable: Node 22 leaves a read pending forever if the body does not match its
   * Content-Encoding.
   */
  wait(end: (reason: unknown) => void): void;
  /** Undoes {@linkcode Clock.wait}. */
  forget(end: (reason: unknown) => void): void;
  /** Returns the outcome of `work`, or rejects with the reason of an abort, whichever comes first. */
  race<T>(work: Promise<T>): Promise<T>;
  /** Stops the clock for one call. */
  end(): void;
}

/** A shared clock is late by at most this part of its limit, and by at most 100 ms. */
const SLOT_PART = 1 / 32;
const LONGEST_SLOT_MS = 100;

/** The clocks of one client. */
export class Clocks {
  readonly #timers: Timers;
  readonly #share: boolean;
  readonly running: Set<RunningClock> = new Set();
  /** The number of calls in flight. */
  calls = 0;
  /** Whether the client is draining: no new call may begin, calls in flight may finish. */
  isDraining = false;
  /**
   * Functions that end calls without a sent request and work without a waiting caller, when a drain begins.
   */
  readonly spare: Set<() => void> = new Set();
  /** Called whenever a call or a clock has ended, while the client drains. */
  ended: (() => void) | undefined;
  #slot: SharedClock | undefined;

  constructor(timers: Timers = PLATFORM_TIMERS, share: boolean = ON_DENO) {
    this.#timers = timers;
    this.#share = share;
  }

  /**
   * Starts a clock of `limitMs` (`Infinity` for none), which `signals` can abort too.
   *
   * @param nowMs The current time. The caller has it already; reading it again takes a tenth of the
   * library's time per call.
   */
  start(limitMs: number, signals: readonly AbortSignal[], nowMs: number): Clock {
    if (signals.length > 0 || !this.#share) return this.startOwn(limitMs, signals);
    let slot = this.#slot;
    if (slot === undefined || !slot.accepts(limitMs, nowMs)) {
      slot = this.#slot = new SharedClock(this.#timers, this, limitMs);
    }
    slot.join();
    return slot;
  }

  /** Like {@linkcode Clocks.start}, for one call only. */
  startOwn(limitMs: number, signals: readonly AbortSignal[]): OwnClock {
    return new OwnClock(this.#timers, this, limitMs, signals);
  }

  /** Ends every running clock. */
  close(): void {
    for (const clock of this.running) clock.abort(CLOSED);
  }
}

/** The base of every clock: a signal, and the waits that it ends. */
class RunningClock {
  readonly #owner: Clocks;
  readonly #controller = new AbortController();
  readonly #waiting = new Set<(reason: unknown) => void>();
  readonly signal: AbortSignal = this.#controller.signal;
  readonly #alarm: Alarm;
  #firesAt: number;

  constructor(timers: Timers, owner: Clocks, firesAt: number) {
    this.#alarm = new Alarm(() => this.abort(TIMED_OUT), timers);
    this.#owner = owner;
    this.#firesAt = firesAt;
  }

  protected begin(): void {
    this.#owner.running.add(this);
    this.#alarm.at = this.#firesAt;
  }

  /** Moves the end of the clock; a timer that fires too early is set again. */
  protected set firesAt(moment: number) {
    this.#alarm.at = this.#firesAt = moment;
  }

  wait(end: (reason: unknown) => void): void {
    if (this.signal.aborted) end(this.signal.reason);
    else this.#waiting.add(end);
  }

  forget(end: (reason: unknown) => void): void {
    this.#waiting.delete(end);
  }

  race<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.wait(reject);
      work.then((value) => {
        this.#waiting.delete(reject);
        resolve(value);
      }, (error) => {
        this.#waiting.delete(reject);
        reject(error);
      });
    });
  }

  abort(reason: unknown): void {
    this.#controller.abort(reason);
    for (const end of this.#waiting) end(this.signal.reason);
    this.#waiting.clear();
  }

  protected stop(): void {
    this.#owner.running.delete(this);
    this.#alarm.at = Infinity;
    this.#owner.ended?.();
  }
}

/** A clock for every call of one slot. */
class SharedClock extends RunningClock implements Clock {
  readonly #limitMs: number;
  readonly #closesAt: number;
  #calls = 0;

  constructor(timers: Timers, owner: Clocks, limitMs: number) {
    const closesAt = timers.now() + Math.min(limitMs * SLOT_PART, LONGEST_SLOT_MS);
    super(timers, owner, closesAt + limitMs); // not early for the last call that joins
    this.#limitMs = limitMs;
    this.#closesAt = closesAt;
  }

  accepts(limitMs: number, nowMs: number): boolean {
    return limitMs === this.#limitMs && nowMs < this.#closesAt && !this.signal.aborted;
  }

  join(): void {
    if (this.#calls++ === 0) this.begin();
  }

  end(): void {
    if (--this.#calls === 0) this.stop();
  }
}

/** A clock for one call. */
export class OwnClock extends RunningClock implements Clock {
  readonly #now: () => number;
  readonly #signals: readonly AbortSignal[];

  constructor(
    timers: Timers,
    owner: Clocks,
    limitMs: number,
    signals: readonly AbortSignal[],
  ) {
    super(timers, owner, timers.now() + limitMs);
    this.#now = () => timers.now();
    this.#signals = signals;
    for (const signal of signals) {
      if (signal.aborted) this.abort(signal.reason);
      else signal.addEventListener("abort", this.#onAbort);
    }
    this.begin();
  }

  /** Restarts the count; a timer that fires too early is set again. */
  restart(limitMs: number): void {
    this.firesAt = this.#now() + limitMs;
  }

  end(): void {
    this.stop();
    for (const signal of this.#signals) signal.removeEventListener("abort", this.#onAbort);
  }

  readonly #onAbort = (event: Event): void => this.abort((event.target as AbortSignal).reason);
}
