/**
 * What the clocks of a call count: `totalTimeout` around it, `timeout` for each attempt, and `idleTimeout`
 * while a stream is sent. Everything here ends with the call.
 *
 * @module
 */

import type { TimeoutErrorOptions } from "../../errors.ts";
import { deadline } from "@std/async/deadline";
import type { Settings } from "../settings/settings.ts";
import { type Clock, type Clocks, CLOSED, OwnClock, TIMED_OUT } from "./clocks.ts";

/** The clocks of one call. What is not private is for the parts that are loaded later. */
export class CallClocks {
  readonly settings: Settings;
  readonly startedAt: number = performance.now();
  /** The clock of the attempt; undefined between attempts. */
  attemptClock: Clock | undefined;
  /** The clock of the call, where it was needed. */
  callClock: OwnClock | undefined;
  /** What the attempt's clock counts, how long, and since when. */
  counting: TimeoutErrorOptions["clock"] = "total";
  limitMs: number = Infinity;
  countsFrom = 0;
  /** Since when a stream is sent, and how long others were: `totalTimeout` does not count that. */
  uploadingSince: number | undefined;
  uploadedMs = 0;
  /** How long the reader of a streamed body waits for its next bytes. */
  bodyWaitMs: number = Infinity;
  /** Those of the client. */
  readonly clocks: Clocks;
  /** Has what waits for the attempt's clock wait for another. */
  moveWait: ((to: Clock) => void) | undefined;
  #isOver = false;

  constructor(settings: Settings, clocks: Clocks) {
    this.settings = settings;
    this.clocks = clocks;
  }

  /** Milliseconds since the call began. */
  get elapsedMs(): number {
    return performance.now() - this.startedAt;
  }

  /** What is left of `totalTimeout`; `Infinity` when it is off. */
  get remainingMs(): number {
    return this.settings.totalTimeoutMs - this.totalMs();
  }

  /** What `totalTimeout` has counted. */
  totalMs(): number {
    const end = this.uploadingSince ?? performance.now();
    return end - this.startedAt - this.uploadedMs;
  }

  /** Ends waits between attempts and around them: on abort, on close, when the total time is over. */
  get callSignal(): AbortSignal {
    // A transport that gives up late must not begin a clock that nobody ends.
    if (this.#isOver) {
      return this.settings.signals.find(({ aborted }) => aborted) ?? AbortSignal.abort(CLOSED);
    }
    return this.ownCallClock().signal;
  }

  /** The clock of the call. Not shared: its limit would push that of attempts out of their slot. */
  ownCallClock(): OwnClock {
    return this.callClock ??= this.clocks.startOwn(this.callRestMs(), this.settings.signals);
  }

  callRestMs(): number {
    return this.uploadingSince === undefined ? Math.max(0, this.remainingMs) : Infinity;
  }

  /** Ends what an attempt does, or what is done between attempts: on abort, on close, in time. */
  get signal(): AbortSignal {
    return this.attemptClock?.signal ?? this.callSignal;
  }

  /** Starts the clock of an attempt: `timeout`, or what is left of `totalTimeout` if that is less. */
  protected startAttempt(now: number, streams: boolean): void {
    // Rounded up, so that calls that start together have the same limit and can share a clock.
    const remainingMs = Math.max(
      0,
      Math.ceil(this.startedAt + this.uploadedMs + this.settings.totalTimeoutMs - now),
    );
    const limitMs = this.count(now, remainingMs);
    const { signals } = this.settings;
    this.attemptClock = streams
      ? this.clocks.startOwn(limitMs, signals)
      : this.clocks.start(limitMs, signals, now);
  }

  /** Counts `timeout` from now on, or what is left of `totalTimeout` if that is less. */
  count(now: number, remainingMs: number): number {
    const { timeoutMs } = this.settings;
    this.countsFrom = now;
    this.counting = remainingMs < timeoutMs ? "total" : "attempt";
    return this.limitMs = Math.min(timeoutMs, remainingMs);
  }

  /** The attempt's clock, which it shares with no other call from now on. */
  ownAttemptClock(): OwnClock {
    let clock = this.attemptClock;
    if (!(clock instanceof OwnClock)) {
      clock?.end();
      clock = this.attemptClock = this.clocks.startOwn(this.limitMs, this.settings.signals);
      this.moveWait?.(clock);
    }
    return clock as OwnClock;
  }

  /** Stops the clock of the call. */
  end(): void {
    this.#isOver = true;
    this.callClock?.end();
  }

  /**
   * Waits for code of the caller, which no signal can stop, as long as the clocks allow.
   *
   * @throws What the code throws, {@linkcode TIMED_OUT}, or the reason of an abort.
   */
  async withinClocks<T>(promise: Promise<T>): Promise<T> {
    const inAttempt = this.attemptClock !== undefined;
    const attemptMs = this.counting === "idle"
      ? Infinity // the upload's clock is restarted with every chunk, and aborts the signal
      : this.countsFrom + this.limitMs - performance.now();
    const ms = Math.max(0, Math.ceil(inAttempt ? attemptMs : this.callRestMs()));
    const { signal } = this;
    let settled = false;
    const watched = promise.finally(() => settled = true);
    try {
      return await deadline(watched, ms, { signal });
    } catch (error) {
      throw settled || signal.aborted ? error : TIMED_OUT;
    }
  }

  /** Waits for something of the attempt, and no longer than until the attempt's signal aborts. */
  reading<T>(promise: Promise<T>): Promise<T> {
    return this.attemptClock!.race(promise);
  }

  /** Which clock ran out, its limit and what it counted. */
  protected get spent(): Pick<TimeoutErrorOptions, "clock" | "limitMs" | "elapsedMs"> {
    const clock = this.attemptClock === undefined ? "total" : this.counting;
    return clock === "total"
      ? { clock, limitMs: this.settings.totalTimeoutMs, elapsedMs: this.totalMs() }
      : { clock, limitMs: this.limitMs, elapsedMs: performance.now() - this.countsFrom };
  }
}
