/**
 * Decides whether a failed attempt is retried. The policy decides first, then the caller, then the budget,
 * which a query reduces.
 *
 * @module
 */

import { completeError, type NetworkingError, type RetrySkipped } from "../../errors.ts";
import { namedWait } from "../../retry/retry_after.ts";
import type { RetryAccount } from "../../retry/retry_budget.ts";
import { decideRetry, type RetryDecision } from "../../retry/decide_retry.ts";
import type { Failure } from "../../retry/retry_policy.ts";
import type { RequestValue } from "../request/request_value.ts";
import type { Answer } from "../../runtime/answer.ts";
import type { Call } from "./call_state.ts";
import { RATE_LIMITS } from "./parts.ts";
import { isNotLoaded } from "../../runtime/lazy.ts";
import { isPromiseLike } from "../../runtime/promise_like.ts";

/** Matches the names of rate limit fields. */
const RATE_LIMIT = /rate-?limit/;

/** A failed attempt that is retried. */
export class AttemptFailure {
  readonly failure: Failure;
  /** The earliest time of the next attempt, in `performance.now()` time. */
  readonly notBefore: number;
  readonly failedAt: number = performance.now();

  constructor(failure: Failure, delayMs: number) {
    this.failure = failure;
    this.notBefore = this.failedAt + delayMs;
  }
}

/** The facts in a response about a retry that was not made. */
export interface GivenUp {
  readonly retryAfterMs?: number;
  readonly retrySkipped?: RetrySkipped;
}

/** Ignores a lazy part that could not be loaded: the response matters more than a hint in it. */
export function unlessNotLoaded(thrown: unknown): void {
  if (!isNotLoaded(thrown)) throw thrown;
}

/** Judges the attempts of one client. */
export class RetryJudge {
  readonly #budget: RetryAccount | undefined;

  /** @param budget The budget of retries, if there is one. */
  constructor(budget: RetryAccount | undefined) {
    this.#budget = budget;
  }

  /** Judges an attempt that ended with a status that may be retried. */
  async ofStatus(
    web: Answer,
    request: RequestValue,
    call: Call,
  ): Promise<AttemptFailure | GivenUp> {
    const { status: statusCode, headers } = web;
    const now = Date.now();
    let retryAfterMs = namedWait(headers, now);
    if (retryAfterMs === undefined && RATE_LIMIT.test([...headers.keys()].join())) {
      const part = RATE_LIMITS.now ?? await call.load(RATE_LIMITS).catch(unlessNotLoaded);
      retryAfterMs = part?.readRetryAfter(statusCode, headers, now);
    }
    const failure = retryAfterMs === undefined ? { statusCode } : { statusCode, retryAfterMs };
    const decision = await this.#decide(failure, request, call, headers);
    if (decision.retry) return new AttemptFailure(failure, decision.delayMs);
    return {
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(decision.skipped !== undefined && { retrySkipped: decision.skipped }),
    };
  }

  /** Judges an attempt that ended with an error of the library. */
  async ofError(
    error: NetworkingError,
    request: RequestValue,
    call: Call,
  ): Promise<AttemptFailure> {
    const failure = { errorCode: error.code };
    const decision = await this.#decide(failure, request, call);
    call.noteAttempt(undefined, error.code);
    if (decision.retry) return new AttemptFailure(failure, decision.delayMs);
    completeError(error, { attempts: [...call.attempts] }); // operation middleware sees it too
    if (decision.skipped !== undefined) completeError(error, { retrySkipped: decision.skipped });
    throw error;
  }

  async #decide(
    failure: Failure,
    request: RequestValue,
    call: Call,
    headers?: Headers,
  ): Promise<RetryDecision> {
    const { policy, shouldRetry } = call.settings;
    const { method, url, body } = request;
    const attempt = call.attemptNumber;
    const decision = decideRetry(policy, {
      number: attempt,
      method,
      idempotencyKey: "idempotency-key" in request.headers,
      replayable: body === undefined || body.replayable,
      remainingMs: call.remainingMs,
    }, failure);
    if (!decision.retry) return decision;
    if (call.clocks.isDraining) return { retry: false, skipped: "closed" };
    // The server may forbid a retry; its permission does not make a write safe.
    if (headers?.get("x-should-retry") === "false") {
      return { retry: false, skipped: "should_retry" };
    }
    if (shouldRetry === undefined) return this.#draw(decision, failure, request, call);
    const answer = shouldRetry({ attempt, method, url, ...failure, ...(headers && { headers }) });
    const agreed = isPromiseLike(answer)
      ? await call.withinClocks(Promise.resolve(answer))
      : answer;
    if (!agreed) return { retry: false, skipped: "should_retry" };
    return this.#draw(decision, failure, request, call);
  }

  /** Withdraws from the budget, last of all checks. */
  #draw(
    decision: RetryDecision,
    failure: Failure,
    request: RequestValue,
    call: Call,
  ): RetryDecision {
    // A server that sends a wait allows the retry.
    if (this.#budget === undefined || "retryAfterMs" in failure) return decision;
    const throttled = "statusCode" in failure && failure.statusCode === 429;
    call.retryCost = this.#budget.withdraw(new URL(request.url).origin, throttled);
    return call.retryCost === undefined ? { retry: false, skipped: "retry_budget" } : decision;
  }
}
