/**
 * The interfaces of the options `limit` and `breaker`, which control the requests of a call. `./limits`
 * implements both.
 *
 * @module
 */

/** A request that a limiter or breaker checks. */
export interface StageRequest {
  /** The method, in upper case. */
  readonly method: string;
  /** The absolute URL. */
  readonly url: string;
}

/** Returns field values by name, like `Headers`. */
export interface FieldReader {
  /** Returns the value of a field, or `null`. */
  get(name: string): string | null;
}

/** A place on the wire, as a limiter assigns it. */
export interface Place {
  /** How long the request waited for it, in milliseconds. */
  readonly queuedMs: number;
  /** Reports the response of the server to the limiter. */
  answered(status: number, headers: FieldReader): void;
  /**
   * Waits for the place of the next request of the same attempt, after a redirect or a challenge. A request
   * with the same key keeps the place and waits only for the rate; one with another key frees the place
   * first.
   */
  next(request: StageRequest, signal: AbortSignal): Promise<Place>;
  /**
   * Whether a request has the key of this place. A side request with the same key, such as one for a token,
   * uses the place of the call that waits for it. If omitted, every request has the key.
   */
  covers?(request: StageRequest): boolean;
  /** Frees the place, when the body has ended; a second call does nothing. */
  leave(): void;
}

/** Assigns a place to each request on the wire: a `Limiter` of `./limits`, or a custom object. */
export interface RequestLimiter {
  /** Returns a place if one is free, and `undefined` if the request has to wait for it. */
  tryEnter(request: StageRequest): Place | undefined;
  /**
   * Waits for a place.
   *
   * @param request The request that waits.
   * @param signal Ends the wait; it rejects with the signal's reason.
   * @throws {NetworkingError} With code `queue_full`, if too many wait.
   */
  enter(request: StageRequest, signal: AbortSignal): Promise<Place>;
}

/** How an attempt ended, for a breaker. */
export type AttemptOutcome = "success" | "failure" | "ignored";

/** An attempt that a breaker allowed. */
export interface Trial {
  /** Reports to the breaker how the attempt ended; only the first call counts. */
  end(outcome: AttemptOutcome): void;
}

/** Refuses calls to a failing server: a `Breaker` of `./limits`, or a custom object. */
export interface CircuitBreaker {
  /**
   * Checks whether a request may be sent now, without counting it.
   *
   * @param idempotent Whether it may be the probe of an open breaker.
   * @throws {ConnectionError} With code `circuit_open`, if it may not.
   */
  check(request: StageRequest, idempotent: boolean): void;
  /**
   * Begins an attempt.
   *
   * @throws {ConnectionError} With code `circuit_open`, if it may not.
   */
  enter(request: StageRequest, idempotent: boolean): Trial;
}
