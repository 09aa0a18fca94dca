/**
 * The state of one call while it runs: its attempts, its clocks, and the errors that the library made.
 *
 * @module
 */

import type { Attempt, NetworkingError, NetworkingErrorCode } from "../../errors.ts";
import type { Passage } from "./stages.ts";
import { timeoutError } from "./timeout_error.ts";
import type { FailureEvent, Hook, HookEvent } from "../../hooks.ts";
import { isNotLoaded, type Lazy } from "../../runtime/lazy.ts";
import { CallClocks } from "./call_clocks.ts";
import { type Clocks, CLOSED, closedError, TIMED_OUT } from "./clocks.ts";
import { UPLOADING } from "./upload_part.ts";
import { classifyFetchFailure } from "../transport/fetch_failure.ts";
import { EventValue } from "../request/hook_values.ts";
import { discard } from "../response/read_body.ts";
import type { RequestValue } from "../request/request_value.ts";
import type { HTTPRequest } from "../request/http_request.ts";
import type { RedirectHop } from "../response/response_head.ts";
import type { Settings } from "../settings/settings.ts";
import type { Answer } from "../../runtime/answer.ts";
import type { Upload } from "../body/upload_stream.ts";
import { isPromiseLike } from "../../runtime/promise_like.ts";

/** The wait before an attempt. */
export interface Wait {
  readonly ms: number;
  readonly reason?: "backoff" | "retry_after";
}

const NO_WAIT: Wait = { ms: 0 };
const NO_HISTORY: readonly RedirectHop[] = [];

/** 300 and 304 are final responses, not redirects. */
const REDIRECT_STATUSES: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Whether a status is a redirect, if the response has a Location. */
export function isRedirect(statusCode: number): boolean {
  return REDIRECT_STATUSES.has(statusCode);
}

/** Whether the client follows a response to another URL. Without a Location the response is final. */
export function leadsElsewhere(web: Answer, { maxRedirects }: Settings): boolean {
  return isRedirect(web.status) && maxRedirects > 0 && web.headers.has("location");
}

/** One call. */
export class Call extends CallClocks {
  /** The original request. */
  readonly request: RequestValue;
  /** Whether the caller receives the body as a stream. */
  readonly streams: boolean;
  readonly attempts: Attempt[] = [];
  /** The redirects that the current attempt followed. */
  history: readonly RedirectHop[] = NO_HISTORY;
  /** The wait before the current attempt. */
  wait: Wait = NO_WAIT;
  /** The last response that arrived; its body is discarded if the attempt fails. */
  received: Answer | undefined;
  /** How long the current attempt waited in the queue of a limiter. */
  queuedMs = 0;
  /** The breaker and the limiter that the current attempt passed. */
  passage: Passage | undefined;
  /** The tokens that the last retry withdrew from the budget. */
  retryCost: number | undefined;
  /** The last error that the library made; any other error comes from the caller's code. */
  ownError: NetworkingError | undefined;
  /** The stream that the attempt sends, or sent last. */
  sent: Upload | undefined;
  /** Functions that run at the end of the attempt. */
  cleanups: (() => void)[] | undefined;
  /** When the attempt began. */
  attemptStartedAt = 0;
  /** Records that the wait in a limiter's queue was ended, while the call waits there. */
  noteQueued: ((errorCode: NetworkingErrorCode) => void) | undefined;
  /** The last request that exchange middleware saw, and the number of earlier ones. */
  lastSent: RequestValue | undefined;
  resends = 0;

  constructor(request: RequestValue, settings: Settings, clocks: Clocks, streams: boolean) {
    super(settings, clocks);
    this.request = request;
    this.streams = streams;
  }

  /** The number of the current or the next attempt. */
  get attemptNumber(): number {
    return this.attempts.length + 1;
  }

  /** Begins an attempt. */
  beginAttempt(): void {
    // The first attempt begins with the call; reading the clock costs time.
    const isFirst = this.attempts.length === 0 && this.passage === undefined;
    const now = isFirst ? this.startedAt : performance.now();
    this.attemptStartedAt = now;
    this.startAttempt(now, this.streams);
    this.sent = undefined;
    this.history = NO_HISTORY;
    this.received = undefined;
  }

  /** Takes over a stream that is sent, until the attempt is over. */
  upload(
    source: ReadableStream<Uint8Array<ArrayBuffer>>,
    size: number | undefined,
  ): ReadableStream<Uint8Array<ArrayBuffer>> {
    return UPLOADING.now!.startUpload(this, source, size);
  }

  /** Cancels a response, and an unfinished upload, before the next request of the attempt. */
  discard(response: Answer): void {
    discard(response);
    this.sent?.end();
  }

  /** Records the outcome of the attempt; returns the milliseconds since the call began. */
  noteAttempt(statusCode: number | undefined, errorCode?: NetworkingErrorCode): number {
    const now = performance.now();
    const attempt: { -readonly [Name in keyof Attempt]: Attempt[Name] } = {
      number: this.attemptNumber,
      elapsedMs: now - this.attemptStartedAt,
      waitedMs: this.wait.ms,
    };
    if (statusCode !== undefined) attempt.statusCode = statusCode;
    if (errorCode !== undefined) attempt.errorCode = errorCode;
    if (this.wait.reason !== undefined) attempt.waitReason = this.wait.reason;
    if (this.queuedMs > 0) attempt.queuedMs = this.queuedMs;
    this.attempts.push(attempt);
    return now - this.startedAt;
  }

  /** Registers a function that runs at the end of the attempt, after its body was read. */
  atAttemptEnd(cleanup: () => void): void {
    (this.cleanups ??= []).push(cleanup);
  }

  /** Stops the attempt's clock and runs its cleanups. */
  endAttempt(): void {
    this.attemptClock?.end();
    this.attemptClock = undefined;
    if (this.cleanups === undefined) return;
    for (const cleanup of this.cleanups) cleanup();
    this.cleanups = undefined;
  }

  /** Marks an error as the library's own. */
  claimError<E extends NetworkingError>(error: E): E {
    this.ownError = error;
    return error;
  }

  /** Returns the error for an exception of a transport or a body. */
  async transportFailure(
    thrown: unknown,
    request: HTTPRequest,
    reading: "head" | "body",
  ): Promise<unknown> {
    if (this.signal.aborted) return this.signal.reason;
    try {
      return this.claimError(await this.reading(classifyFetchFailure(thrown, request, reading)));
    } catch (reason) {
      return reason; // of an abort in the meantime
    }
  }

  /** Converts the marks of clocks to errors and claims errors of the library; returns others unchanged. */
  translate(thrown: unknown): unknown {
    if (thrown === CLOSED) {
      return this.claimError(closedError(this.request.method, this.request.url));
    }
    if (thrown === TIMED_OUT) {
      const { method, url } = this.request;
      const facts = { method, url, ...this.spent };
      return this.claimError(timeoutError(facts, this.attemptNumber, this.sent));
    }
    if (isNotLoaded(thrown)) this.claimError(thrown);
    return thrown;
  }

  /** Loads a lazy part within the clocks. */
  load<Part>(part: Lazy<Part>): Promise<Part> {
    return this.withinClocks(part.load());
  }

  /** Calls hooks with an event, one after the other. */
  async emit<Event>(hooks: readonly Hook<Event>[], event: Event): Promise<void> {
    for (const hook of hooks) {
      const result = hook(event);
      if (isPromiseLike(result)) await this.withinClocks(Promise.resolve(result));
    }
  }

  /** Returns an event with the common facts and its own. */
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

  /** Returns the event of the failure that ends the call, with the number of the last attempt. */
  failureEvent(error: NetworkingError): FailureEvent {
    const attempt = this.attempts.length || 1;
    return Object.assign(this.event(this.request, { error }), { attempt });
  }
}
