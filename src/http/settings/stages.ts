/**
 * What stands between the attempts of a call and the wire: contracts of the values that callers give as
 * `limit` and `breaker`. `./limits` has both.
 *
 * @module
 */

/** A request that asks to be let through. */
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

/** A place on the wire. */
export interface Place {
  /** How long the request waited for it, in milliseconds. */
  readonly queuedMs: number;
  /** Tells the limiter what the server answered. */
  answered(status: number, headers: FieldReader): void;
  /**
   * Asks for the next request of the same attempt, a redirect or an answer to a challenge. A request with
   * the same key keeps the place and waits for the rate alone; one with another key frees the place first.
   */
  next(request: StageRequest, signal: AbortSignal): Promise<Place>;
  /**
   * Whether a request has the key of this place. A side request with the same key, such as one for a token,
   * goes in the place of the call that waits for it. Left out: every request has it.
   */
  covers?(request: StageRequest): boolean;
  /** Frees the place. Call it when the body has ended; a second call does nothing. */
  leave(): void;
}

/** What gives each request on the wire a place: a `Limiter` of `./limits`, or an object of your own. */
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

/** An attempt that a breaker let through. */
export interface Trial {
  /** Tells the breaker how it ended; only the first call counts. */
  end(outcome: AttemptOutcome): void;
}

/** What refuses calls to a server that fails: a `Breaker` of `./limits`, or an object of your own. */
export interface CircuitBreaker {
  /**
   * Asks whether a request may be sent now, without counting it.
   *
   * @param idempotent Whether it may be the probe of an open breaker.
   * @throws {ConnectionError} With code `circuit_open`, if it may not.
   */
  check(request: StageRequest, idempotent: boolean): void;
  /**
   * Lets an attempt through.
   *
   * @throws {ConnectionError} With code `circuit_open`, if it may not.
   */
  enter(request: StageRequest, idempotent: boolean): Trial;
}
