/**
 * The clocks of a call: `totalTimeout` for the whole call, `timeout` for each attempt, and `idleTimeout`
 * while a stream is sent. They all end with the call.
 *
 * @module
 */

import type { TimeoutErrorOptions } from "../../errors.ts";
import { deadline } from "@std/async/deadline";
import type { Settings } from "../settings/settings.ts";
import { type Clock, type Clocks, CLOSED, OwnClock, TIMED_OUT } from "./clocks.ts";

/** The clocks of one call. Lazily loaded parts use the members that are not private. */
export class CallClocks {
  readonly settings: Settings;
  readonly startedAt: number = performance.now();
  /** The clock of the attempt; undefined between attempts. */
  attemptClock: Clock | undefined;
  /** The clock of the call, if it was needed. */
  callClock: OwnClock | undefined;
  /** Which limit the attempt's clock counts, its length, and its start. */
  counting: TimeoutErrorOptions["clock"] = "total";
  limitMs: number = Infinity;
  countsFrom = 0;
  /** The start of the current upload, and the time of earlier ones; `totalTimeout` does not count them. */
  uploadingSince: number | undefined;
  uploadedMs = 0;
  /** The limit of the pending read of a streamed body, in milliseconds; `Infinity` without one. */
  bodyWaitMs: number = Infinity;
  /** The clocks of the client. */
  readonly clocks: Clocks;
  /** Makes the code that waits for the attempt's clock wait for another clock. */
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

  /** The rest of `totalTimeout`, in milliseconds; `Infinity` if it is off. */
  get remainingMs(): number {
    return this.settings.totalTimeoutMs - this.totalMs();
  }

  /** Milliseconds that `totalTimeout` has counted. */
  totalMs(): number {
    const end = this.uploadingSince ?? performance.now();
    return end - this.startedAt - this.uploadedMs;
  }

  /** Ends waits between and around attempts: on abort, on close, and at `totalTimeout`. */
  get callSignal(): AbortSignal {
    // A transport that fails late must not start a clock that is never stopped.
    if (this.#isOver) {
      return this.settings.signals.find(({ aborted }) => aborted) ?? AbortSignal.abort(CLOSED);
    }
    return this.ownCallClock().signal;
  }

  /**
   * Returns the clock of the call. It is not shared: its limit would replace the shared slot of attempts.
   */
  ownCallClock(): OwnClock {
    return this.callClock ??= this.clocks.startOwn(this.callRestMs(), this.settings.signals);
  }

  callRestMs(): number {
    return this.uploadingSince === undefined ? Math.max(0, this.remainingMs) : Infinity;
  }

  /** Ends the work of an attempt, or between attempts: on abort, on close, and at the limit. */
  get signal(): AbortSignal {
    return this.attemptClock?.signal ?? this.callSignal;
  }

  /** Starts the clock of an attempt with `timeout`, or with the rest of `totalTimeout` if that is less. */
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

  /** Counts `timeout` from `now`, or the rest of `totalTimeout` if that is less; returns the limit. */
  count(now: number, remainingMs: number): number {
    const { timeoutMs } = this.settings;
    this.countsFrom = now;
    this.counting = remainingMs < timeoutMs ? "total" : "attempt";
    return this.limitMs = Math.min(timeoutMs, remainingMs);
  }

  /** Returns the attempt's clock, which is not shared from now on. */
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
   * Waits for code of the caller, which no signal can stop, until a clock runs out.
   *
   * @throws What the code throws, {@linkcode TIMED_OUT}, or the reason of an abort.
   */
  async withinClocks<T>(promise: Promise<T>): Promise<T> {
    const inAttempt = this.attemptClock !== undefined;
    const attemptMs = this.counting === "idle"
      ? Infinity // every chunk restarts the upload's clock, which aborts the signal
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

  /** Waits for work of the attempt until its signal aborts. */
  reading<T>(promise: Promise<T>): Promise<T> {
    return this.attemptClock!.race(promise);
  }

  /** Which clock ran out, its limit and the time it counted. */
  protected get spent(): Pick<TimeoutErrorOptions, "clock" | "limitMs" | "elapsedMs"> {
    const clock = this.attemptClock === undefined ? "total" : this.counting;
    return clock === "total"
      ? { clock, limitMs: this.settings.totalTimeoutMs, elapsedMs: this.totalMs() }
      : { clock, limitMs: this.limitMs, elapsedMs: performance.now() - this.countsFrom };
  }
}
