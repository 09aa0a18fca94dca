/**
 * The state of one call while it runs: its clocks, its attempts, and which errors are the library's
 * own. Everything here ends with the call.
 *
 * @module
 */

import type {
  Attempt,
  NetworkingError,
  NetworkingErrorCode,
  TimeoutError,
  TimeoutErrorOptions,
} from "../../errors.ts";
import type { Passage } from "./stages.ts";
import { timeoutError } from "./timeout_error.ts";
import type { FailureEvent, Hook, HookEvent } from "../../hooks.ts";
import { isNotLoaded, type Lazy } from "../../runtime/lazy.ts";
import type { BodyClock } from "./body_stream.ts";
import { type Clock, type Clocks, CLOSED, closedError, OwnClock, TIMED_OUT } from "./clocks.ts";
import { classifyFetchFailure } from "../transport/fetch_failure.ts";
import { EventValue } from "../request/hook_values.ts";
import { discard } from "../response/read_body.ts";
import type { RequestValue } from "../request/request_value.ts";
import type { HTTPRequest } from "../request/http_request.ts";
import type { RedirectHop } from "../response/response_head.ts";
import type { Settings } from "../settings/settings.ts";
import type { Upload } from "../body/upload_stream.ts";
import { UPLOADS } from "../body/parts.ts";
import { deadline } from "@std/async/deadline";
import { isPromiseLike } from "../../runtime/promise_like.ts";

/** What an attempt waited for before it started. */
export interface Wait {
  readonly ms: number;
  readonly reason?: "backoff" | "retry_after";
}

const NO_WAIT: Wait = { ms: 0 };
const NO_HISTORY: readonly RedirectHop[] = [];

/** 300 and 304 are answers, not redirects. */
const REDIRECT_STATUSES: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Whether a response of this status leads elsewhere, if it has a Location. */
export function isRedirect(statusCode: number): boolean {
  return REDIRECT_STATUSES.has(statusCode);
}

/** Whether a response is to be followed by a request elsewhere. Without a Location it is an answer. */
export function leadsElsewhere(web: globalThis.Response, { maxRedirects }: Settings): boolean {
  return isRedirect(web.status) && maxRedirects > 0 && web.headers.has("location");
}

/** One call. */
export class Call {
  /** The request as the caller made it. */
  readonly request: RequestValue;
  readonly settings: Settings;
  /** Whether the body is handed to the caller as a stream. */
  readonly streams: boolean;
  readonly attempts: Attempt[] = [];
  /** The redirects that the current attempt followed. */
  history: readonly RedirectHop[] = NO_HISTORY;
  /** What the current attempt waited for. */
  wait: Wait = NO_WAIT;
  /** The last response that came, whose body is discarded if the attempt ends in an error. */
  received: globalThis.Response | undefined;
  /** How long the current attempt waited in the queue of a limiter. */
  queuedMs = 0;
  /** The breaker and the limiter that the current attempt passed. */
  passage: Passage | undefined;
  /** What the last retry drew from the budget. */
  retryCost: number | undefined;
  /** The last error that the library made. Any other that comes through is the caller's. */
  ownError: NetworkingError | undefined;
  readonly #clocks: Clocks;
  readonly #startedAt: number;
  #attemptStartedAt = 0;
  /** What the attempt's clock counts, how long, and since when. */
  #counting: TimeoutErrorOptions["clock"] = "total";
  #limitMs = Infinity;
  #countsFrom = 0;
  #attemptClock: Clock | undefined;
  /** Has what waits for the attempt's clock wait for another. */
  #moveWait: ((to: Clock) => void) | undefined;
  #callClock: OwnClock | undefined;
  /** The stream that the attempt sends, or sent last. */
  #upload: Upload | undefined;
  #uploadStartedAt: number | undefined;
  /** How long streams were sent, which `totalTimeout` does not count. */
  #uploadedMs = 0;
  #resends = 0;
  #lastSent: RequestValue | undefined;
  #cleanups: (() => void)[] | undefined;
  /** How long whoever reads the body of a stream waits for its next bytes. */
  #bodyWaitMs = Infinity;
  #isOver = false;

  constructor(request: RequestValue, settings: Settings, clocks: Clocks, streams: boolean) {
    this.request = request;
    this.settings = settings;
    this.streams = streams;
    this.#clocks = clocks;
    this.#startedAt = performance.now();
  }

  /** Milliseconds since the call began. */
  get elapsedMs(): number {
    return performance.now() - this.#startedAt;
  }

  /** What is left of `totalTimeout`; `Infinity` when it is off. */
  get remainingMs(): number {
    return this.settings.totalTimeoutMs - this.#totalMs();
  }

  /** What `totalTimeout` has counted. */
  #totalMs(): number {
    const end = this.#uploadStartedAt ?? performance.now();
    return end - this.#startedAt - this.#uploadedMs;
  }

  /** The attempt that runs, or the one that comes next. */
  get attemptNumber(): number {
    return this.attempts.length + 1;
  }

  /** Ends waits between attempts and around them: on abort, on close, when the total time is over. */
  get callSignal(): AbortSignal {
    // A transport that gives up late must not begin a clock that nobody ends.
    if (this.#isOver) {
      return this.settings.signals.find(({ aborted }) => aborted) ?? AbortSignal.abort(CLOSED);
    }
    return this.#ownClock().signal;
  }

  /** The clock of the call. Not shared: its limit would push that of attempts out of their slot. */
  #ownClock(): OwnClock {
    return this.#callClock ??= this.#clocks.startOwn(this.#callRestMs(), this.settings.signals);
  }

  #callRestMs(): number {
    return this.#uploadStartedAt === undefined ? Math.max(0, this.remainingMs) : Infinity;
  }

  /** Ends what an attempt does, or what is done between attempts: on abort, on close, in time. */
  get signal(): AbortSignal {
    return this.#attemptClock?.signal ?? this.callSignal;
  }

  /** Begins an attempt: `timeout`, or what is left of `totalTimeout` if that is less. */
  beginAttempt(): void {
    // The first attempt begins with the call; asking for the time is not free.
    const isFirst = this.attempts.length === 0 && this.passage === undefined;
    const now = isFirst ? this.#startedAt : performance.now();
    // Rounded up, so that calls that start together have the same limit and can share a clock.
    const remainingMs = Math.max(
      0,
      Math.ceil(this.#startedAt + this.#uploadedMs + this.settings.totalTimeoutMs - now),
    );
    this.#attemptStartedAt = now;
    const limitMs = this.#count(now, remainingMs);
    this.#attemptClock = this.streams
      ? this.#clocks.startOwn(limitMs, this.settings.signals)
      : this.#clocks.start(limitMs, this.settings.signals, now);
    this.#upload = undefined;
    this.history = NO_HISTORY;
    this.received = undefined;
  }

  /** Counts `timeout` from now on, or what is left of `totalTimeout` if that is less. */
  #count(now: number, remainingMs: number): number {
    const { timeoutMs } = this.settings;
    this.#countsFrom = now;
    this.#counting = remainingMs < timeoutMs ? "total" : "attempt";
    return this.#limitMs = Math.min(timeoutMs, remainingMs);
  }

  /**
   * Takes over a stream that is sent, until the attempt is over. While it is sent `idleTimeout` counts
   * instead of the other clocks, and `timeout` begins with its end.
   */
  upload(
    source: ReadableStream<Uint8Array<ArrayBuffer>>,
    size: number | undefined,
  ): ReadableStream<Uint8Array<ArrayBuffer>> {
    const clock = this.#ownAttemptClock();
    const { idleTimeoutMs } = this.settings;
    const start = () => {
      this.#counting = "idle";
      this.#limitMs = idleTimeoutMs;
      this.#countsFrom = performance.now();
      clock.restart(idleTimeoutMs);
    };
    const upload = new UPLOADS.now!.Upload(source, size, {
      taken: () => {
        if (this.#attemptClock === clock) start();
        // Bytes in one direction show the other that the connection lives.
        else if (this.#bodyWaitMs !== Infinity) clock.restart(this.#bodyWaitMs);
      },
      ended: (failure) => {
        this.#uploadedMs += performance.now() - this.#uploadStartedAt!;
        this.#uploadStartedAt = undefined;
        this.#callClock?.restart(this.#callRestMs());
        if (failure !== undefined) clock.abort(failure.error);
        else if (this.#attemptClock === clock && !clock.signal.aborted) {
          clock.restart(this.#count(performance.now(), this.#callRestMs()));
        }
      },
    });
    this.#uploadStartedAt = performance.now();
    this.#callClock?.restart(Infinity);
    start();
    this.#upload = upload;
    this.atAttemptEnd(() => upload.end());
    return upload.body;
  }

  /** The attempt's clock, which it shares with no other call from now on. */
  #ownAttemptClock(): OwnClock {
    let clock = this.#attemptClock;
    if (!(clock instanceof OwnClock)) {
      clock?.end();
      clock = this.#attemptClock = this.#clocks.startOwn(this.#limitMs, this.settings.signals);
      this.#moveWait?.(clock);
    }
    return clock as OwnClock;
  }

  /** Gives up a response for the next request of the attempt, and what is still sent for it. */
  discard(response: globalThis.Response): void {
    discard(response);
    this.#upload?.end();
  }

  /** Notes what came of the attempt; gives the time since the call began. */
  noteAttempt(statusCode: number | undefined, errorCode?: NetworkingErrorCode): number {
    const now = performance.now();
    const attempt: { -readonly [Name in keyof Attempt]: Attempt[Name] } = {
      number: this.attemptNumber,
      elapsedMs: now - this.#attemptStartedAt,
      waitedMs: this.wait.ms,
    };
    if (statusCode !== undefined) attempt.statusCode = statusCode;
    if (errorCode !== undefined) attempt.errorCode = errorCode;
    if (this.wait.reason !== undefined) attempt.waitReason = this.wait.reason;
    if (this.queuedMs > 0) attempt.queuedMs = this.queuedMs;
    this.attempts.push(attempt);
    return now - this.#startedAt;
  }

  /** Notes an attempt that was refused before anything was sent. */
  noteRefused(errorCode: NetworkingErrorCode, queuedMs: number): void {
    this.#attemptStartedAt = performance.now();
    this.queuedMs = queuedMs;
    this.noteAttempt(undefined, errorCode);
  }

  /** Waits for something that the attempt's clock does not count, as long as the call's clock allows. */
  async outsideAttempt<T>(wait: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const clock = this.#ownAttemptClock();
    const spentMs = performance.now() - this.#countsFrom;
    clock.restart(Infinity);
    try {
      return await wait(this.callSignal);
    } finally {
      this.#countsFrom = performance.now() - spentMs;
      clock.restart(Math.min(this.#limitMs - spentMs, this.#callRestMs()));
    }
  }

  /** Frees something when the attempt is over, after its body was read. */
  atAttemptEnd(cleanup: () => void): void {
    (this.#cleanups ??= []).push(cleanup);
  }

  /**
   * Hands the attempt's clock, and what the attempt held, to a body that outlives it. The clock counts
   * only while somebody reads; an abort frees everything though nobody does.
   */
  takeBodyClock(): BodyClock {
    const clock = this.#attemptClock as OwnClock; // what beginAttempt() starts for a stream
    const cleanups = this.#cleanups ?? [];
    this.#attemptClock = this.#cleanups = undefined;
    const end = () => {
      clock.end();
      for (const cleanup of cleanups.splice(0)) cleanup();
    };
    clock.restart(Infinity);
    clock.signal.addEventListener("abort", end, { once: true });
    return {
      signal: clock.signal,
      race: (work) => clock.race(work),
      restart: (limitMs) => clock.restart(this.#bodyWaitMs = limitMs),
      end,
    };
  }

  /** Stops the attempt's clock and frees what it held. */
  endAttempt(): void {
    this.#attemptClock?.end();
    this.#attemptClock = undefined;
    if (this.#cleanups === undefined) return;
    for (const cleanup of this.#cleanups) cleanup();
    this.#cleanups = undefined;
  }

  /** Stops the clock of the call. */
  end(): void {
    this.#isOver = true;
    this.#callClock?.end();
  }

  /** The request as exchange middleware sees it: with how many there were before, and why one more. */
  asNextExchange(request: RequestValue): RequestValue {
    const last = this.#lastSent;
    this.#lastSent = request;
    if (last === undefined) return request;
    const resentFor = request.attempt > last.attempt
      ? "retry"
      : request.hop > last.hop
      ? "redirect"
      : "auth";
    return request.copy({ resends: ++this.#resends, resentFor });
  }

  /** Marks an error as the library's own. */
  claimError<E extends NetworkingError>(error: E): E {
    this.ownError = error;
    return error;
  }

  /** The error for what a transport or a body threw. */
  async transportFailure(
    thrown: unknown,
    request: HTTPRequest,
    reading: "head" | "body",
  ): Promise<unknown> {
    if (this.signal.aborted) return this.signal.reason;
    try {
      return this.claimError(await this.reading(classifyFetchFailure(thrown, request, reading)));
    } catch (reason) {
      return reason; // of an abort meanwhile
    }
  }

  /** What was thrown; the marks of clocks become errors, and the errors of the library its own. */
  translate(thrown: unknown): unknown {
    if (thrown === CLOSED) {
      return this.claimError(closedError(this.request.method, this.request.url));
    }
    if (thrown === TIMED_OUT) return this.claimError(this.#timeoutError());
    if (isNotLoaded(thrown)) this.claimError(thrown);
    return thrown;
  }

  /**
   * Waits for code of the caller, which no signal can stop, as long as the clocks allow.
   *
   * @throws What the code throws, {@linkcode TIMED_OUT}, or the reason of an abort.
   */
  async withinClocks<T>(promise: Promise<T>): Promise<T> {
    const inAttempt = this.#attemptClock !== undefined;
    const attemptMs = this.#counting === "idle"
      ? Infinity // the upload's clock is restarted with every chunk, and aborts the signal
      : this.#countsFrom + this.#limitMs - performance.now();
    const ms = Math.max(0, Math.ceil(inAttempt ? attemptMs : this.#callRestMs()));
    const { signal } = this;
    let settled = false;
    const watched = promise.finally(() => settled = true);
    try {
      return await deadline(watched, ms, { signal });
    } catch (error) {
      throw settled || signal.aborted ? error : TIMED_OUT;
    }
  }

  /** Loads a part of the library, as long as the clocks allow. */
  load<Part>(part: Lazy<Part>): Promise<Part> {
    return this.withinClocks(part.load());
  }

  /** Waits for something of the attempt, and no longer than until the attempt's signal aborts. */
  reading<T>(promise: Promise<T>): Promise<T> {
    return this.#attemptClock!.race(promise);
  }

  /**
   * Waits for middleware until the clock's signal aborts, without a timer of its own.
   *
   * @throws What was waited for throws, {@linkcode TIMED_OUT}, or the reason of an abort.
   */
  untilAborted<T>(promise: Promise<T>): Promise<T> {
    let clock = this.#attemptClock ?? this.#ownClock();
    return new Promise((resolve, reject) => {
      // Within an attempt one thing is waited for at a time; around it the call's clock counts.
      const move = clock === this.#callClock ? undefined : (to: Clock) => {
        clock.forget(reject);
        clock = to;
        clock.wait(reject);
      };
      if (move !== undefined) this.#moveWait = move;
      clock.wait(reject);
      const done = () => {
        clock.forget(reject);
        if (move !== undefined) this.#moveWait = undefined;
      };
      promise.finally(done).then(resolve, reject);
    });
  }

  /** Tells hooks of an event, one after the other. */
  async tell<Event>(hooks: readonly Hook<Event>[], event: Event): Promise<void> {
    for (const hook of hooks) {
      const result = hook(event);
      if (isPromiseLike(result)) await this.withinClocks(Promise.resolve(result));
    }
  }

  /** An event: what every one says, and what only this one does. */
  event<Own extends object>(request: HTTPRequest, own: Own): HookEvent & Own {
    const event = new EventValue({
      request,
      attempt: this.attemptNumber,
      hop: request.hop,
      elapsedMs: this.elapsedMs,
      remainingMs: Math.max(0, this.remainingMs),
    });
    return Object.assign(event, own);
  }

  /** The event of the failure that ends the call: it is that of the last attempt. */
  failureEvent(error: NetworkingError): FailureEvent {
    const attempt = this.attempts.length || 1;
    return Object.assign(this.event(this.request, { error }), { attempt });
  }

  #timeoutError(): TimeoutError {
    const { method, url } = this.request;
    const clock = this.#attemptClock === undefined ? "total" : this.#counting;
    const limitMs = clock === "total" ? this.settings.totalTimeoutMs : this.#limitMs;
    const elapsedMs = clock === "total" ? this.#totalMs() : performance.now() - this.#countsFrom;
    const facts = { method, url, clock, limitMs, elapsedMs };
    return timeoutError(facts, this.attemptNumber, this.#upload);
  }
}
