/**
 * Asks whether an attempt that failed is followed by another: the policy, then the caller, then the
 * budget, since asking that one spends.
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

/** A name of the fields that say when a limit ends. */
const RATE_LIMIT = /rate-?limit/;

/** An attempt that failed and is to be followed by another. */
export class AttemptFailure {
  readonly failure: Failure;
  /** Not before this, in `performance.now()` time. */
  readonly notBefore: number;
  readonly failedAt: number = performance.now();

  constructor(failure: Failure, delayMs: number) {
    this.failure = failure;
    this.notBefore = this.failedAt + delayMs;
  }
}

/** What a response says about a retry that did not happen. */
export interface GivenUp {
  readonly retryAfterMs?: number;
  readonly retrySkipped?: RetrySkipped;
}

/** The answer of the server counts more than a hint in it that cannot be read. */
export function unlessNotLoaded(thrown: unknown): void {
  if (!isNotLoaded(thrown)) throw thrown;
}

/** Judges the attempts of one client. */
export class RetryJudge {
  readonly #budget: RetryAccount | undefined;

  /** @param budget What retries draw from, if there is such a bound. */
  constructor(budget: RetryAccount | undefined) {
    this.#budget = budget;
  }

  /** What becomes of an attempt that ended with a status that may be worth another. */
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

  /** What becomes of an attempt that ended in an error of the library. */
  async ofError(
    error: NetworkingError,
    request: RequestValue,
    call: Call,
  ): Promise<AttemptFailure> {
    const failure = { errorCode: error.code };
    const decision = await this.#decide(failure, request, call);
    call.noteAttempt(undefined, error.code);
    if (decision.retry) return new AttemptFailure(failure, decision.delayMs);
    completeError(error, { attempts: [...call.attempts] }); // operation middleware sees it, too
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
    // The server may say no; that it says yes makes no write safe.
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

  /** Asks the budget last, since asking spends. */
  #draw(
    decision: RetryDecision,
    failure: Failure,
    request: RequestValue,
    call: Call,
  ): RetryDecision {
    // A server that names the time asks for the retry.
    if (this.#budget === undefined || "retryAfterMs" in failure) return decision;
    const throttled = "statusCode" in failure && failure.statusCode === 429;
    call.retryCost = this.#budget.withdraw(new URL(request.url).origin, throttled);
    return call.retryCost === undefined ? { retry: false, skipped: "retry_budget" } : decision;
  }
}
