/**
 * Contract of the value that callers give as `cache`: what it is asked, and what a call lends to it.
 * `./cache` has one.
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

/** What is asked of the options of such a call. */
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

/** A call that others may share the response of. */
export interface SharedCall {
  /** What its options come to, for the library alone. */
  readonly settings: object;
  /** Whether its caller gets the body as a stream. */
  readonly streams: boolean;
  /** Aborts when nobody waits for the call any more. */
  readonly signal: AbortSignal;
  /** What it has tried. */
  readonly attempts: Attempt[];
  /** Marks an error as the library's own. */
  claimError<E extends NetworkingError>(error: E): E;
}

/** The same, as the library's own code knows it. */
export interface KnownCall extends SharedCall {
  readonly settings: SharedCallSettings;
}

/** What the pipeline of a client lends to those who stand before the attempts of its calls. */
export interface CallLender {
  /** What is under way. */
  readonly clocks: {
    /** Whether nothing new may begin. */
    readonly isDraining: boolean;
    /** Ends what nobody waits for, when a drain begins. */
    readonly spare: Set<() => void>;
  };
  /** Makes the attempts of the call. */
  attempts(request: HTTPRequest, call: SharedCall): Promise<AnyResponse>;
  /** Makes a call of its own, which `close()` of the client ends. Operation middleware does not see it. */
  start(
    request: HTTPRequest,
    settings: object,
    streams: boolean,
  ): Promise<AnyResponse>;
}

/** What the `cache` option takes; `httpCache()` of `./cache` makes one. */
export interface CallCache {
  /** Gives the response to a request: a stored one, or that of attempts. */
  answer(request: HTTPRequest, call: SharedCall, lender: CallLender): Promise<AnyResponse>;
}
