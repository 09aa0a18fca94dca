/**
 * Runs calls: operation middleware, attempts (from the second on with the retry helper of `@std/async`),
 * redirects, exchange middleware, transport. Pure modules decide the policy; this module executes it. It is
 * built once per client.
 *
 * @module
 */

import type { AddressGuard } from "../transport/transport.ts";
import { completeError, type NetworkingError } from "../../errors.ts";
import type { DrainOptions } from "../../options/drain_options.ts";
import { attempts } from "../../retry/attempts.ts";
import type { RetryAccount } from "../../retry/retry_budget.ts";
import { openAtHand } from "../body/body_source.ts";
import type { OpenedBody } from "../body/body_types.ts";
import { headerPairs } from "../request/header_forms.ts";
import { checkHost } from "../request/headers.ts";
import type { HTTPRequest } from "../request/http_request.ts";
import { toRequestValue } from "../request/checked_request.ts";
import type { RequestValue } from "../request/request_value.ts";
import { discard, readBody } from "../response/read_body.ts";
import { HTTPError, type HTTPResponseInit, Response } from "../response/response.ts";
import type { BoundAuth } from "../settings/bound_auth.ts";
import type { AnyResponse } from "../settings/call_cache.ts";
import type { MiddlewareLists } from "../settings/middleware.ts";
import type { Settings } from "../settings/settings.ts";
import { DENO_INIT, fetchInit, lacksDenoInit } from "../transport/fetch_transport.ts";
import type { Answer } from "../../runtime/answer.ts";
import type { Transport } from "../transport/transport.ts";
import type { AuthDriver } from "./authenticate.ts";
import type { Layers } from "./layers.ts";
import { Call, leadsElsewhere } from "./call_state.ts";
import { type Clock, Clocks, CLOSED, closedError, TIMED_OUT } from "./clocks.ts";
import { AttemptFailure, type GivenUp, RetryJudge, unlessNotLoaded } from "./retry_judge.ts";
import { timeoutError } from "./timeout_error.ts";
import { AUTHENTICATION, COOKIES, DRAIN, LAYERS, REDIRECTS, STAGES, STREAMS } from "./parts.ts";
import { UPLOADING } from "./upload_part.ts";
import { ResponseHeadValue } from "../request/hook_values.ts";
import { delay } from "@std/async/delay";
import { isPromiseLike } from "../../runtime/promise_like.ts";

const KEPT: GivenUp = {};

/** Runs the calls of one client. */
export class Pipeline {
  readonly #transport: Transport;
  /** The transport for code that needs no `Response`. */
  readonly #answer: NonNullable<Transport["send"]>;
  readonly #clocks: Clocks;
  readonly #budget: RetryAccount | undefined;
  readonly #use: MiddlewareLists;
  readonly #hasOperationLayers: boolean;
  readonly #hasExchangeLayers: boolean;
  readonly #guard: AddressGuard | undefined;
  #driver: AuthDriver | undefined;
  readonly #judge: RetryJudge;
  #layers: Layers | undefined;
  #closed = false;

  constructor(
    use: MiddlewareLists,
    transport: Transport,
    budget: RetryAccount | undefined,
    guard: AddressGuard | undefined,
  ) {
    this.#guard = guard;
    this.#transport = transport;
    this.#answer = transport.send ?? transport;
    this.#clocks = new Clocks(undefined, transport.send && true);
    this.#budget = budget;
    this.#judge = new RetryJudge(budget);
    this.#use = use;
    this.#hasOperationLayers = Boolean(use.operation?.length);
    this.#hasExchangeLayers = Boolean(use.exchange?.length);
  }

  /**
   * Aborts calls in flight; later calls fail with code `closed`. Waits for token refreshes that were sent,
   * and for calls in flight at most `drain`.
   */
  async close(options?: DrainOptions): Promise<void> {
    if (options !== undefined && !this.#closed) {
      this.#clocks.isDraining = true; // from this turn on
      await DRAIN.load().then(({ drain }) => drain(this.#clocks, options), unlessNotLoaded);
    }
    this.#closed = true;
    this.#clocks.close();
    await this.#driver?.close();
    await this.#guard?.close();
  }

  /** Runs one call; returns a {@linkcode StreamingResponse} if it `streams`. */
  async run(
    request: RequestValue,
    settings: Settings,
    streams: boolean,
    isInner = false,
  ): Promise<AnyResponse> {
    // An inner call belongs to a call that is in flight.
    if (this.#closed || (this.#clocks.isDraining && !isInner)) {
      throw closedError(request.method, request.url);
    }
    checkHost(request.headers, this.#transport);
    for (const signal of settings.signals) signal.throwIfAborted();
    const call = new Call(request, settings, this.#clocks, streams);
    this.#clocks.calls++;
    try {
      const isLayered = settings.cache !== undefined || settings.dedupe ||
        (this.#hasOperationLayers && !isInner);
      const outcome = isLayered
        ? await this.#layersOf(LAYERS.now ?? await call.load(LAYERS)).run(request, call, isInner)
        : await this.#attempt(request, call);
      const response = outcome instanceof AttemptFailure
        ? await this.#retry(request, call, outcome)
        : outcome;
      if (settings.throwOnError && !response.ok) {
        const whole = response instanceof Response ? response : await response.bufferError();
        throw call.claimError(new HTTPError(whole));
      }
      if (response instanceof Response !== streams) return response;
      return await (await call.load(STREAMS)).convertResponse(response);
    } catch (thrown) {
      const error = call.translate(thrown);
      if (error === call.ownError) await this.#reportError(call, call.ownError!);
      throw error;
    } finally {
      call.end();
      this.#clocks.calls--;
      this.#clocks.ended?.();
    }
  }

  /** Runs work that is no call, within the limit; an abort and `close()` end it. */
  async span<T>(
    { method, url }: Pick<HTTPRequest, "method" | "url">,
    { signals }: Pick<Settings, "signals">,
    work: (clock: Clock) => Promise<T>,
    limitMs: number = Infinity,
  ): Promise<T> {
    const clock = this.#clocks.startOwn(limitMs, signals);
    try {
      return await work(clock);
    } catch (thrown) {
      if (thrown === CLOSED) throw closedError(method, url);
      if (thrown !== TIMED_OUT) throw thrown;
      throw timeoutError(
        { method, url, clock: "attempt", limitMs, elapsedMs: limitMs },
        1,
        undefined,
      );
    } finally {
      clock.end();
    }
  }

  async #reportError(call: Call, error: NetworkingError): Promise<void> {
    completeError(error, { attempts: [...call.attempts] });
    const { onError } = call.settings.hooks;
    if (onError !== undefined) await call.emit(onError, call.failureEvent(error));
  }

  /** Returns the layers around attempts and requests. */
  #layersOf({ Layers }: typeof import("./layers.ts")): Layers {
    return this.#layers ??= new Layers(this.#use, {
      clocks: this.#clocks,
      attempts: async (given, same) => {
        const call = same as Call;
        const request = toRequestValue(given, call.settings.sensitiveHeaders);
        const outcome = await this.#attempt(request, call);
        return outcome instanceof AttemptFailure ? this.#retry(request, call, outcome) : outcome;
      },
      start: (request, settings, streams) =>
        this.run(request as RequestValue, settings as Settings, streams, true),
    }, (request, call) => this.#transmit(request, call));
  }

  /** Makes all attempts after the first. */
  #retry(request: RequestValue, call: Call, first: AttemptFailure): Promise<AnyResponse> {
    let last = first;
    const attempt = async () => {
      const next = request.copy({ attempt: call.attemptNumber });
      await this.#beforeRetry(next, call, last);
      const outcome = await this.#attempt(next, call);
      if (!(outcome instanceof AttemptFailure)) return outcome;
      throw last = outcome;
    };
    // The retry was decided at the end of the attempt, before its body was read.
    const isRetriable = (thrown: unknown) => thrown instanceof AttemptFailure;
    return attempts(attempt, call.settings.policy, isRetriable, call.callSignal, first);
  }

  /** Waits the rest of the time that the server asked for; `retry()` has already waited the backoff. */
  async #beforeRetry(request: RequestValue, call: Call, last: AttemptFailure): Promise<void> {
    const restMs = last.notBefore - performance.now();
    if (restMs > 0) await delay(Math.ceil(restMs), { signal: call.callSignal });
    const waitReason = restMs > 0 ? "retry_after" : "backoff";
    const waitedMs = performance.now() - last.failedAt;
    call.wait = { ms: waitedMs, reason: waitReason };
    const { onRetry } = call.settings.hooks;
    if (onRetry !== undefined) {
      await call.emit(onRetry, call.event(request, { ...last.failure, waitedMs, waitReason }));
    }
  }

  /** Makes one attempt; returns a response to keep, or a failure that another attempt follows. */
  async #attempt(request: RequestValue, call: Call): Promise<AnyResponse | AttemptFailure> {
    const { settings } = call;
    let current = request;
    // The part of the response that is read from the network; undefined while the caller's code runs.
    let reading: "head" | "body" | undefined;
    if (settings.limit !== undefined || settings.breaker !== undefined) {
      const { pass } = STAGES.now ?? await call.load(STAGES);
      const passing = pass(request, call);
      const passage = call.passage = isPromiseLike(passing) ? await passing : passing;
      call.atAttemptEnd(() => passage.leave());
    }
    call.beginAttempt();
    try {
      if (call.streams && STREAMS.now === undefined) await call.load(STREAMS);
      let web: Answer;
      if (this.#isPlain(request, settings)) { // saves a promise
        const pairs = headerPairs(request.headers, this.#transport);
        const init = fetchInit(request.method, pairs, undefined, call);
        reading = "head";
        web = call.received = await this.#answer(request.url, init);
        reading = undefined;
        call.passage?.answered(web);
      } else {
        web = await this.#step(request, call, settings.auth);
      }
      if (leadsElsewhere(web, settings)) {
        const { follow } = REDIRECTS.now ?? await call.load(REDIRECTS);
        [web, current] = await follow(request, web, call, this.#step);
      }
      const { status } = web;
      let givenUp = KEPT;
      if (status === 409 || status === 413 || settings.policy.statuses.has(status)) {
        const verdict = await this.#judge.ofStatus(web, current, call);
        if (verdict instanceof AttemptFailure) {
          call.passage?.ended(status);
          discard(web);
          call.noteAttempt(status);
          return verdict;
        }
        givenUp = verdict;
      }
      if (this.#budget?.isFull === false && givenUp.retrySkipped === undefined) {
        this.#budget.deposit(new URL(request.url).origin, call.retryCost);
      }
      if (call.streams) {
        call.passage?.ended(status);
        call.noteAttempt(status);
        return STREAMS.now!.toStream(web, current, responseInit(web, current, givenUp, call), call);
      }
      reading = "body";
      const content = await call.reading(readBody(web, settings.maxResponseSize, current));
      reading = undefined;
      call.passage?.ended(status);
      const elapsedMs = call.noteAttempt(status);
      return new Response(responseInit(web, current, givenUp, call, content, elapsedMs));
    } catch (thrown) {
      const error = call.translate(
        reading === undefined ? thrown : await call.transportFailure(thrown, current, reading),
      );
      call.passage?.failed(error === call.ownError ? call.ownError?.code : undefined);
      call.endAttempt();
      if (call.received !== undefined) discard(call.received);
      // The caller's abort, and errors of the caller's code, end the call unchanged.
      if (error !== call.ownError) throw error;
      return await this.#judge.ofError(call.ownError!, request, call);
    } finally {
      call.endAttempt();
    }
  }

  /** Whether only the transport handles the request. */
  #isPlain(request: RequestValue, { hooks, auth, cookies }: Settings): boolean {
    return !this.#hasExchangeLayers && this.#guard === undefined &&
      cookies === undefined && auth === undefined && request.body === undefined &&
      hooks.onRequest === undefined && hooks.onResponse === undefined && !lacksDenoInit(request);
  }

  /** Sends one request, or several to authenticate it. */
  readonly #step = (
    request: RequestValue,
    call: Call,
    auth: BoundAuth | undefined,
  ): Promise<Answer> =>
    auth === undefined ? this.#send(request, call) : this.#authenticate(request, auth, call);

  async #authenticate(
    request: RequestValue,
    auth: BoundAuth,
    call: Call,
  ): Promise<Answer> {
    const { AuthDriver } = AUTHENTICATION.now ?? await call.load(AUTHENTICATION);
    this.#driver ??= new AuthDriver({
      transport: this.#transport,
      guard: this.#guard,
      send: (request, call) => this.#send(request, call),
      isClosed: () => this.#closed,
    });
    return await this.#driver.authenticate(request, auth, call);
  }

  /** Sends one request through the exchange middleware. */
  async #send(request: RequestValue, call: Call): Promise<Answer> {
    if (!this.#hasExchangeLayers) return await this.#transmit(request, call);
    return await this.#layersOf(LAYERS.now ?? await call.load(LAYERS)).send(request, call);
  }

  /** Puts one request on the wire. */
  async #transmit(given: HTTPRequest, call: Call): Promise<Answer> {
    let request = toRequestValue(given, call.settings.sensitiveHeaders);
    await call.passage?.beforeSending(request, call);
    const transport = this.#guard === undefined
      ? this.#transport
      : await this.#guard.transportFor(request, call);
    // Cookies do not reach the next hop, which starts from the request without them.
    const { cookies: jar, hooks } = call.settings;
    const cookies = jar && (COOKIES.now ?? await call.load(COOKIES));
    if (cookies !== undefined) request = cookies.withCookies(request, jar!);
    const { onRequest, onResponse } = hooks;
    if (onRequest !== undefined) await call.emit(onRequest, call.event(request, {}));
    if (lacksDenoInit(request)) await call.load(DENO_INIT);
    let opened: OpenedBody | undefined;
    const headers = headerPairs(request.headers, this.#transport);
    if (request.body !== undefined) {
      opened = openAtHand(request.body) ??
        await (UPLOADING.now ?? await call.load(UPLOADING)).openWithin(request.body, call);
      if (opened.contentType !== undefined && !("content-type" in request.headers)) {
        headers.push(["content-type", opened.contentType]);
      }
    }
    const init = fetchInit(request.method, headers, opened, call);
    const send = this.#hasExchangeLayers ? transport : transport.send ?? transport;
    let web: Answer;
    try {
      web = call.received = await send(request.url, init);
    } catch (thrown) {
      // The attempt may be over; middleware still needs the reason.
      const { signal } = init;
      if (signal?.aborted) throw signal.reason;
      throw await call.transportFailure(thrown, request, "head");
    }
    call.passage?.answered(web);
    cookies?.keepCookies(web, request.url, jar!);
    if (onResponse !== undefined) {
      const response = new ResponseHeadValue(web, request);
      await call.emit(onResponse, call.event(request, { response }));
    }
    return web;
  }
}

/** Returns the parts that both kinds of response share. */
function responseInit(
  web: Answer,
  { method, url }: RequestValue,
  { retryAfterMs, retrySkipped }: GivenUp,
  call: Call,
  content?: Uint8Array,
  elapsedMs?: number,
): HTTPResponseInit {
  return {
    statusCode: web.status,
    headers: web.headers,
    content,
    url: web.redirected ? web.url : url,
    method,
    reason: web.statusText || undefined,
    history: call.history,
    elapsedMs,
    attempts: call.attempts.slice(),
    retryAfterMs,
    retrySkipped,
  };
}
