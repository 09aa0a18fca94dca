/**
 * The attempt clock: one AbortSignal that ends an attempt when its time is over, when the client is
 * closed, or when the caller aborts. A clock never acts early, and leaves no timer and no listener.
 *
 * Signals are shared between calls that start within the same short slot, because a new
 * AbortController and timer for each call cost a tenth of a small GET. Only where the listener is taken
 * off again: by Deno's fetch, and by transports that have `send`. Node's fetch keeps it until the signal is
 * collected.
 *
 * @module
 */

import { NetworkingError } from "../../errors.ts";
import { describeURL } from "../../redact.ts";
import { ON_DENO } from "../../runtime/deno.ts";
import { Alarm, PLATFORM_TIMERS, type Timers } from "../../options/alarm.ts";

/** Why a clock's signal is aborted, besides the caller's own reasons. */
export const TIMED_OUT: unique symbol = Symbol("attempt timed out");
/** The client was closed. */
export const CLOSED: unique symbol = Symbol("client closed");

/** The error of calls on a closed client. */
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
   * Calls `end` with the reason when the signal aborts, at once if it is aborted. Whoever waits for
   * what the signal ends must not rely on the runtime: Node 22 leaves a read pending for ever where the
   * body is not what its Content-Encoding says.
   */
  wait(end: (reason: unknown) => void): void;
  /** Takes that back. */
  forget(end: (reason: unknown) => void): void;
  /** The outcome of `work`, or a rejection with the reason of the abort, whichever comes first. */
  race<T>(work: Promise<T>): Promise<T>;
  /** Stops the clock for one call. */
  end(): void;
}

/** A shared clock is late by at most this part of its limit, and never by more than 100 ms. */
const SLOT_PART = 1 / 32;
const LONGEST_SLOT_MS = 100;

/** The clocks of one client. */
export class Clocks {
  readonly #timers: Timers;
  readonly #share: boolean;
  readonly running: Set<RunningClock> = new Set();
  /** How many calls are under way. */
  calls = 0;
  /** Whether nothing new may begin, while what is under way may end. */
  isDraining = false;
  /** Ends what has sent nothing, or what nobody waits for: when a drain begins. */
  readonly spare: Set<() => void> = new Set();
  /** Told whenever something has ended, while the client drains. */
  ended: (() => void) | undefined;
  #slot: SharedClock | undefined;

  constructor(timers: Timers = PLATFORM_TIMERS, share: boolean = ON_DENO) {
    this.#timers = timers;
    this.#share = share;
  }

  /**
   * Starts a clock of `limitMs` (`Infinity` for none) that `signals` can end as well.
   *
   * @param nowMs The present, which the caller knows anyway: asking for it costs a tenth of what
   * all of the library may cost a call.
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

  /** Like {@linkcode Clocks.start}, for one call alone. */
  startOwn(limitMs: number, signals: readonly AbortSignal[]): OwnClock {
    return new OwnClock(this.#timers, this, limitMs, signals);
  }

  /** Ends every running clock. */
  close(): void {
    for (const clock of this.running) clock.abort(CLOSED);
  }
}

/** What every clock is: a signal, and who waits for it. */
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

  /** The time is over at this moment from now on; a timer that would fire too early looks again. */
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

  /** Counts from zero again; a timer that would fire too early stays and looks again. */
  restart(limitMs: number): void {
    this.firesAt = this.#now() + limitMs;
  }

  end(): void {
    this.stop();
    for (const signal of this.#signals) signal.removeEventListener("abort", this.#onAbort);
  }

  readonly #onAbort = (event: Event): void => this.abort((event.target as AbortSignal).reason);
}
