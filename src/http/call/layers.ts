/**
 * The layers around the attempts of a call and around each request on the wire: middleware, `dedupe` and
 * the cache. The first call with one of them loads this module.
 *
 * @module
 */

import { completeError, type NetworkingErrorCode } from "../../errors.ts";
import type { Answer } from "../../runtime/answer.ts";
import { lazy } from "../../runtime/lazy.ts";
import { toRequestValue } from "../request/checked_request.ts";
import type { HTTPRequest } from "../request/http_request.ts";
import type { RequestValue } from "../request/request_value.ts";
import { discard } from "../response/read_body.ts";
import type { AnyResponse, CallLender } from "../settings/call_cache.ts";
import { compose, type Innermost, type MiddlewareLists } from "../settings/middleware.ts";
import type { Dedupe } from "../sharing/dedupe.ts";
import type { Call } from "./call_state.ts";
import type { Clock } from "./clocks.ts";

/** Requests that several calls share. */
const DEDUPE = /* @__PURE__ */ lazy(() => import("../sharing/dedupe.ts"));

/** The layers of one client. */
export class Layers {
  readonly #lender: CallLender;
  readonly #operation: Innermost<Call, AnyResponse> | undefined;
  readonly #exchange: Innermost<Call, globalThis.Response>;
  #dedupe: Dedupe | undefined;

  /** @param transmit Puts a request on the wire; with exchange middleware it must return a `Response`. */
  constructor(
    { operation = [], exchange = [] }: MiddlewareLists,
    lender: CallLender,
    transmit: Innermost<Call, Answer>,
  ) {
    this.#lender = lender;
    if (operation.length > 0) {
      this.#operation = compose(operation, (request, call) => this.#runInner(request, call));
    }
    this.#exchange = compose(exchange, transmit as Innermost<Call, globalThis.Response>);
  }

  /** Runs a call; operation middleware does not see one that is `inner`. */
  async run(request: HTTPRequest, call: Call, isInner: boolean): Promise<AnyResponse> {
    const operation = this.#operation;
    if (operation === undefined || isInner) return await this.#shared(request, call);
    try {
      return await untilAborted(call, () => operation(request, call));
    } catch (thrown) {
      const error = call.translate(thrown);
      // The attempt that a clock of the call ended has not been recorded yet.
      if (error === call.ownError) noteUnderWay(call, call.ownError!.code);
      throw error;
    }
  }

  /** Sends one request through the exchange middleware, which a clock can end too. */
  async send(request: RequestValue, call: Call): Promise<Answer> {
    const exchanged = this.#exchange(asNextExchange(request, call), call);
    try {
      return await untilAborted(call, () => exchanged);
    } catch (thrown) {
      exchanged.then(discard, () => {}); // a response that arrives too late is discarded
      throw thrown;
    }
  }

  /**
   * Runs the inner part of a call for operation middleware, which receives the same errors as the caller.
   */
  async #runInner(request: HTTPRequest, call: Call): Promise<AnyResponse> {
    try {
      return await this.#shared(request, call);
    } catch (thrown) {
      const error = call.translate(thrown);
      if (error !== call.ownError) throw error;
      throw completeError(call.ownError!, { attempts: [...call.attempts] });
    }
  }

  /** Gets a response from an identical call in flight, else from the cache, else from attempts. */
  async #shared(given: HTTPRequest, call: Call): Promise<AnyResponse> {
    const { cache, dedupe, sensitiveHeaders } = call.settings;
    const request = toRequestValue(given, sensitiveHeaders);
    if (dedupe) {
      const { Dedupe } = DEDUPE.now ?? await call.load(DEDUPE);
      const response = await (this.#dedupe ??= new Dedupe(this.#lender)).run(request, call);
      if (response !== undefined) return response;
    }
    return await (cache?.answer(request, call, this.#lender) ??
      this.#lender.attempts(request, call));
  }
}

/**
 * Runs middleware until the signal of the present clock aborts, without a timer of its own.
 *
 * @throws The error of the middleware, {@linkcode TIMED_OUT}, or the reason of an abort.
 */
function untilAborted<T>(call: Call, run: () => Promise<T>): Promise<T> {
  let clock: Clock = call.attemptClock ?? call.ownCallClock();
  return new Promise((resolve, reject) => {
    // Within an attempt there is one wait at a time; around attempts the call's clock counts.
    const move = clock === call.callClock ? undefined : (to: Clock) => {
      clock.forget(reject);
      clock = to;
      clock.wait(reject);
    };
    if (move !== undefined) call.moveWait = move;
    clock.wait(reject);
    const done = () => {
      clock.forget(reject);
      if (move !== undefined) call.moveWait = undefined;
    };
    run().finally(done).then(resolve, reject);
  });
}

/** Records the current attempt, or the wait for it. */
function noteUnderWay(call: Call, code: NetworkingErrorCode): void {
  if (call.attemptClock !== undefined) call.noteAttempt(undefined, code);
  else call.noteQueued?.(code);
}

/**
 * Returns the request for exchange middleware, with the number of earlier requests and the reason for this
 * one.
 */
function asNextExchange(request: RequestValue, call: Call): RequestValue {
  const { lastSent: last } = call;
  call.lastSent = request;
  if (last === undefined) return request;
  const resentFor = request.attempt > last.attempt
    ? "retry"
    : request.hop > last.hop
    ? "redirect"
    : "auth";
  return request.copy({ resends: ++call.resends, resentFor });
}
