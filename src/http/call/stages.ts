/**
 * The stages of an attempt before the wire: the breaker, then the queue of the limiter, which the attempt's
 * clock does not count. Each request of the attempt takes a place, also after a redirect or a challenge.
 *
 * @module
 */

import type { CallClocks } from "./call_clocks.ts";
import { type Clocks, CLOSED } from "./clocks.ts";
import { NetworkingError, type NetworkingErrorCode } from "../../errors.ts";
import type { RequestValue } from "../request/request_value.ts";
import type { Place, RequestLimiter, StageRequest, Trial } from "../settings/stages.ts";
import type { Settings } from "../settings/settings.ts";
import type { Answer } from "../../runtime/answer.ts";

/** The codes of a failing server; the others come from rules of the client or the program. */
const FAILURES: ReadonlySet<NetworkingErrorCode> = new Set<NetworkingErrorCode>([
  "dns_failed",
  "connection_refused",
  "connection_reset",
  "connection_failed",
  "tls_failed",
  "protocol_error",
  "body_truncated",
  "proxy_refused",
  "attempt_timeout",
  "idle_timeout",
]);

/** The part of a call that the stages need. */
interface StagedCall extends Omit<CallClocks, "settings" | "clocks"> {
  readonly settings: Pick<Settings, "limit" | "breaker" | "policy">;
  readonly clocks: Pick<Clocks, "isDraining" | "spare">;
  readonly attempts: readonly unknown[];
  queuedMs: number;
  attemptStartedAt: number;
  noteQueued: ((code: NetworkingErrorCode) => void) | undefined;
  noteAttempt(statusCode: undefined, code: NetworkingErrorCode): void;
  translate(thrown: unknown): unknown;
  claimError<E extends NetworkingError>(error: E): E;
}

/** An attempt that passed the stages. */
export class Passage {
  readonly #trial: Trial | undefined;
  #place: Place | undefined;
  #isFirst = true;
  #isOver = false;

  constructor(place: Place | undefined, trial: Trial | undefined) {
    this.#place = place;
    this.#trial = trial;
  }

  /** Takes a place for a request that is about to be sent. The attempt's clock pauses during the wait. */
  async beforeSending(request: StageRequest, call: StagedCall): Promise<void> {
    const place = this.#place;
    if (place === undefined || this.#isFirst) {
      this.#isFirst = false;
      return;
    }
    const next = await outsideAttempt(call, (signal) => place.next(request, signal));
    call.queuedMs += next.queuedMs;
    this.#place = next;
  }

  /**
   * Takes a place for a side request, such as one for a token. With the same key it shares the place of the
   * attempt, so that no call waits for its own place, and returns `undefined`; otherwise it returns a place
   * of its own to free.
   */
  async aside(
    request: StageRequest,
    call: StagedCall,
    own: AbortSignal | undefined,
    lasting: AbortSignal,
  ): Promise<Place | undefined> {
    const { limit } = call.settings;
    if (limit === undefined) return undefined;
    if (!this.#isOver && (this.#place?.covers?.(request) ?? true)) {
      await this.beforeSending(request, call);
      return undefined;
    }
    const enter = (signal: AbortSignal) => limit.enter(request, own ?? signal);
    return limit.tryEnter(request) ??
      await (this.#isOver ? enter(lasting) : outsideAttempt(call, enter)); // a shared request outlives its calls
  }

  /** Reports the response of the server to the limiter. */
  answered({ status, headers }: Pick<Answer, "status" | "headers">): void {
    this.#isFirst = false;
    this.#place?.answered(status, headers);
  }

  /** Reports a response to the breaker: 5xx is a failure, 429 is ignored. */
  ended(status: number): void {
    this.#trial?.end(status === 429 ? "ignored" : status >= 500 ? "failure" : "success");
  }

  /** Reports an error to the breaker. */
  failed(code: NetworkingErrorCode | undefined): void {
    this.#trial?.end(code !== undefined && FAILURES.has(code) ? "failure" : "ignored");
  }

  /** Frees the place. */
  leave(): void {
    this.#isOver = true;
    this.#place?.leave();
    this.#trial?.end("ignored"); // the outcome is unknown
  }
}

/**
 * Passes the attempt through the stages, waiting if necessary.
 *
 * @throws {NetworkingError} With code `circuit_open`, `queue_full` or `total_timeout`; nothing was sent.
 */
export function pass(request: RequestValue, call: StagedCall): Passage | Promise<Passage> {
  const { limit, breaker, policy } = call.settings;
  const isSafe = policy.methods.has(request.method) || "idempotency-key" in request.headers;
  const enteredAt = performance.now();
  let place: Place | undefined;
  const enter = (): Passage => {
    call.queuedMs = place?.queuedMs ?? 0;
    return new Passage(place, breaker?.enter(request, isSafe));
  };
  const note = (code: NetworkingErrorCode) => {
    call.attemptStartedAt = performance.now();
    call.queuedMs = call.attemptStartedAt - enteredAt;
    call.noteAttempt(undefined, code);
  };
  const refuse = (thrown: unknown): never => {
    place?.leave();
    const error = call.translate(thrown);
    if (!(error instanceof NetworkingError)) throw error;
    note(error.code);
    throw call.claimError(error);
  };
  try {
    breaker?.check(request, isSafe);
    place = limit?.tryEnter(request);
    if (limit === undefined || place !== undefined) return enter();
  } catch (thrown) {
    return refuse(thrown);
  }
  call.noteQueued = note;
  return queue(limit, request, call).finally(() => call.noteQueued = undefined).then((entered) => {
    place = entered;
    return enter(); // the breaker may have opened in the meantime
  }).catch(refuse);
}

/** Waits outside the attempt's clock, until the call's clock runs out. */
async function outsideAttempt<T>(
  call: StagedCall,
  wait: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const clock = call.ownAttemptClock();
  const spentMs = performance.now() - call.countsFrom;
  clock.restart(Infinity);
  try {
    return await wait(call.callSignal);
  } finally {
    call.countsFrom = performance.now() - spentMs;
    clock.restart(Math.min(call.limitMs - spentMs, call.callRestMs()));
  }
}

/** Waits in the queue. A call that has sent nothing leaves it when the client is closed. */
async function queue(
  limit: RequestLimiter,
  request: RequestValue,
  call: StagedCall,
): Promise<Place> {
  const { isDraining, spare } = call.clocks;
  const leave = () => call.callClock?.abort(CLOSED);
  if (call.attempts.length === 0) {
    if (isDraining) throw CLOSED;
    spare.add(leave);
  }
  try {
    return await limit.enter(request, call.callSignal);
  } finally {
    spare.delete(leave);
  }
}
