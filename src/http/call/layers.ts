/**
 * What stands around the attempts of a call, and around each request put on the wire: middleware, a call
 * for the same that is under way, the cache. Loaded by the first call that has one of them.
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

  /** @param transmit Puts a request on the wire; where there is exchange middleware, for a `Response`. */
  constructor(
    { operation = [], exchange = [] }: MiddlewareLists,
    lender: CallLender,
    transmit: Innermost<Call, Answer>,
  ) {
    this.#lender = lender;
    if (operation.length > 0) {
      this.#operation = compose(operation, (request, call) => this.#told(request, call));
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
      // What the middleware runs has not noted yet that a clock of the call ended it.
      if (error === call.ownError) noteUnderWay(call, call.ownError!.code);
      throw error;
    }
  }

  /** One request through the exchange middleware, which a clock must be able to end as well. */
  async send(request: RequestValue, call: Call): Promise<Answer> {
    const exchanged = this.#exchange(asNextExchange(request, call), call);
    try {
      return await untilAborted(call, () => exchanged);
    } catch (thrown) {
      exchanged.then(discard, () => {}); // a response that comes too late is nobody's
      throw thrown;
    }
  }

  /** The same for operation middleware, which sees errors as the caller does. */
  async #told(request: HTTPRequest, call: Call): Promise<AnyResponse> {
    try {
      return await this.#shared(request, call);
    } catch (thrown) {
      const error = call.translate(thrown);
      if (error !== call.ownError) throw error;
      throw completeError(call.ownError!, { attempts: [...call.attempts] });
    }
  }

  /** A call for the same, then the cache, then the attempts. */
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
 * Runs middleware until the signal of the clock aborts that runs before it, without a timer of its own.
 *
 * @throws What was waited for throws, {@linkcode TIMED_OUT}, or the reason of an abort.
 */
function untilAborted<T>(call: Call, run: () => Promise<T>): Promise<T> {
  let clock: Clock = call.attemptClock ?? call.ownCallClock();
  return new Promise((resolve, reject) => {
    // Within an attempt one thing is waited for at a time; around it the call's clock counts.
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

/** Notes the attempt, or the wait for it, that is under way. */
function noteUnderWay(call: Call, code: NetworkingErrorCode): void {
  if (call.attemptClock !== undefined) call.noteAttempt(undefined, code);
  else call.noteQueued?.(code);
}

/** The request as exchange middleware sees it: with how many there were before, and why one more. */
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
