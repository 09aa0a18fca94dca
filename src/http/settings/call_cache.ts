/**
 * The interface of the `cache` option, and of what a call provides to it. `./cache` implements it.
 *
 * @module
 */

import type { Attempt, NetworkingError } from "../../errors.ts";
import type { HookLists } from "../../hooks.ts";
import type { RetryPolicy } from "../../retry/retry_policy.ts";
import type { HTTPRequest } from "../request/http_request.ts";
import type { Response } from "../response/response.ts";
import type { StreamingResponse } from "../response/streaming_response.ts";
import type { BoundAuth } from "./bound_auth.ts";
import type { CircuitBreaker, RequestLimiter } from "./stages.ts";
import type { CookieStore } from "./cookie_store.ts";

/** A response of either kind. */
export type AnyResponse = Response | StreamingResponse;

/** The settings of a call that a cache reads. */
export interface SharedCallSettings {
  /** The scheme, and where its credentials may go. */
  readonly auth: BoundAuth | undefined;
  /** The value of `maxRedirects`. */
  readonly maxRedirects: number;
  /** The value of `timeout`, in milliseconds. */
  readonly timeoutMs: number;
  /** The rules for retries. */
  readonly policy: RetryPolicy;
  /** The hooks of the client and the call. */
  readonly hooks: HookLists;
  /** The value of `maxResponseSize`, in bytes. */
  readonly maxResponseSize: number;
  /** The value of `allowCrossOriginBody`. */
  readonly allowCrossOriginBody: boolean;
  /** The value of `allowDowngrade`. */
  readonly allowDowngrade: boolean;
  /** The value of `cache`. */
  readonly cache: CallCache | undefined;
  /** The value of `cookies`. */
  readonly cookies: CookieStore | undefined;
  /** The value of `limit`. */
  readonly limit: RequestLimiter | undefined;
  /** The value of `breaker`. */
  readonly breaker: CircuitBreaker | undefined;
}

/** A call whose response others may share. */
export interface SharedCall {
  /** Its settings, for the library only. */
  readonly settings: object;
  /** Whether its caller receives the body as a stream. */
  readonly streams: boolean;
  /** Aborts when no caller waits for the call any more. */
  readonly signal: AbortSignal;
  /** Its attempts so far. */
  readonly attempts: Attempt[];
  /** Marks an error as the library's own. */
  claimError<E extends NetworkingError>(error: E): E;
}

/** A shared call with typed settings, for the library's own code. */
export interface KnownCall extends SharedCall {
  readonly settings: SharedCallSettings;
}

/**
 * What the pipeline of a client provides to the cache and to `dedupe`, which run before the attempts of a
 * call.
 */
export interface CallLender {
  /** The calls in flight. */
  readonly clocks: {
    /** Whether the client is draining, so that no new call may begin. */
    readonly isDraining: boolean;
    /** Functions that end work without a waiting caller, called when a drain begins. */
    readonly spare: Set<() => void>;
  };
  /** Makes the attempts of the call. */
  attempts(request: HTTPRequest, call: SharedCall): Promise<AnyResponse>;
  /** Makes a separate call, which `close()` of the client ends. Operation middleware does not see it. */
  start(
    request: HTTPRequest,
    settings: object,
    streams: boolean,
  ): Promise<AnyResponse>;
}

/** What the `cache` option accepts; `httpCache()` of `./cache` returns one. */
export interface CallCache {
  /** Returns the response to a request, from the store or from attempts. */
  answer(request: HTTPRequest, call: SharedCall, lender: CallLender): Promise<AnyResponse>;
}
