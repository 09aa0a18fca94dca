/**
 * The options of a client and of a call, as the caller writes them.
 *
 * @module
 */

import type { CircuitBreaker, RequestLimiter } from "./stages.ts";
import type { AuthScheme } from "./auth_scheme.ts";
import type { Duration } from "../../options/duration.ts";
import type { NetworkingErrorCode } from "../../errors.ts";
import type { ParamsOption } from "../../formats/url_params.ts";
import type { Hooks } from "../../hooks.ts";
import type { RetryAccount } from "../../retry/retry_budget.ts";
import type { BodyOptions } from "../body/body_types.ts";
import type { CallCache } from "./call_cache.ts";
import type { CookieStore } from "./cookie_store.ts";
import type { HeadersOption } from "../request/headers.ts";
import type { MiddlewareLists } from "./middleware.ts";
import type { ProgressListener } from "../body/progress_meter.ts";
import type { AddressPolicy, Transport } from "../transport/transport.ts";

/** The facts about a failed attempt that `shouldRetry` receives. */
export interface RetryQuestion {
  /** The attempt that failed, from 1. */
  readonly attempt: number;
  /** The request method. */
  readonly method: string;
  /** The absolute URL. */
  readonly url: string;
  /** The status of the response, if one arrived. */
  readonly statusCode?: number;
  /** The header fields of the response. */
  readonly headers?: Headers;
  /** The error code, if no response arrived. */
  readonly errorCode?: NetworkingErrorCode;
}

/** What is tried again. */
export interface RetryOptions {
  /**
   * Methods that may be retried. List POST or PATCH only if sending them twice is safe.
   *
   * @default {["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "QUERY"]}
   */
  readonly methods?: readonly string[];
  /**
   * Status codes that are retried, in addition to 413 with Retry-After, and 409 for a request with an
   * Idempotency-Key.
   *
   * @default {[408, 425, 429, 500, 502, 503, 504]}
   */
  readonly statuses?: readonly number[];
  /**
   * Called only if the rules allow a retry; `false` prevents it. It cannot allow more; use `methods` and
   * `statuses` for that.
   */
  readonly shouldRetry?: (question: RetryQuestion) => boolean | Promise<boolean>;
}

/** Options of a client that a call may override. */
export interface CommonOptions {
  /**
   * Longest time of one attempt, all its redirect hops included, to the last byte of the body: seconds, or an
   * object with units; `false` switches it off. A bare number above 300 is refused. If a stream is sent as
   * the body, the time begins when the stream ends.
   *
   * @default {30}
   */
  readonly timeout?: Duration | false;
  /**
   * Longest time of the whole call, waits included: seconds, or an object with units; `false` switches it
   * off. A bare number above 900 is refused. The time pauses while a stream is sent as the body.
   *
   * @default {120}
   */
  readonly totalTimeout?: Duration | false;
  /**
   * Longest wait for the next bytes of a stream: seconds, or an object with units; `false` switches it off.
   * A bare number above 300 is refused. It applies to streams only, received and sent. On received streams
   * `timeout` applies to the head, and `totalTimeout` does not apply. If omitted, a response of type
   * text/event-stream has 90 for GET, and no limit for other methods.
   *
   * @default {30}
   */
  readonly idleTimeout?: Duration | false;
  /**
   * Attempts after the first.
   *
   * @default {3}
   */
  readonly maxRetries?: number;
  /**
   * Longest wait before the first retry: seconds, or an object with units. It doubles with each retry; the
   * actual wait is a random time between zero and it. A bare number above 60 is refused.
   *
   * @default {1.0}
   */
  readonly retryBackoff?: Duration;
  /**
   * Upper limit of the growing backoff: seconds, or an object with units. A bare number above 60 is
   * refused.
   *
   * @default {60}
   */
  readonly maxRetryBackoff?: Duration;
  /**
   * Longest wait that a server may ask for: seconds, or an object with units. A bare number above 3,600 is
   * refused. If the server asks for more, the call ends immediately, with `retryAfterMs`.
   *
   * @default {60}
   */
  readonly maxRetryAfter?: Duration;
  /** What is tried again. */
  readonly retry?: RetryOptions;
  /**
   * Header fields. A call's field replaces the client's field of the same name; `undefined` or `null`
   * removes it.
   */
  readonly headers?: HeadersOption;
  /**
   * Query parameters. A call's parameter replaces one of the same name in the URL, which replaces one of
   * the client; `undefined` or `null` removes it.
   */
  readonly params?: ParamsOption;
  /** Aborts the call with the signal's own reason. Both the client's and the call's signal abort it. */
  readonly signal?: AbortSignal;
  /** Any data for middleware and hooks; the call's entries replace the client's of the same name. */
  readonly context?: Readonly<Record<string, unknown>>;
  /** The path as a template with low cardinality, such as `/users/{id}`, for telemetry and hooks. */
  readonly urlTemplate?: string;
  /** Functions that are called for each event, the client's before the call's. */
  readonly hooks?: Hooks;
  /**
   * Whether a response other than 2xx is thrown as an `HTTPError`.
   *
   * @default {false}
   */
  readonly throwOnError?: boolean;
  /**
   * Largest body, in bytes after content decoding; `false` for no limit. The default does not apply to
   * downloads, which are not kept in memory.
   *
   * @default {104857600}
   */
  readonly maxResponseSize?: number | false;
  /**
   * The maximum number of redirects; 0 returns the 3xx response itself.
   *
   * @default {10}
   */
  readonly maxRedirects?: number;
  /** Names of headers that are removed, like Authorization, when a redirect leaves the origin. */
  readonly sensitiveHeaders?: readonly string[];
  /**
   * Whether a 307 or 308 may carry the body to another origin.
   *
   * @default {false}
   */
  readonly allowCrossOriginBody?: boolean;
  /**
   * Whether a redirect may lead from https to http.
   *
   * @default {false}
   */
  readonly allowDowngrade?: boolean;
  /**
   * Whether a URL may lead outside `baseUrl`. The client's credentials are not sent there.
   *
   * @default {false}
   */
  readonly allowAnyOrigin?: boolean;
  /**
   * Authenticates requests: `basicAuth()`, `bearerAuth()`, `apiKeyAuth()` and others. Credentials go only
   * to the origin of `baseUrl`, to the origin of the call that sets the scheme, or to the scheme's own
   * origins. `false` switches it off for a call.
   */
  readonly auth?: AuthScheme | false;
  /**
   * Limits the number of concurrent requests and their rate: a `Limiter` of `./limits`, which several
   * clients can share. `false` switches it off for a call.
   */
  readonly limit?: RequestLimiter | false;
  /**
   * Refuses calls to a server that fails: a `Breaker` of `./limits`, which several clients can share.
   * `false` switches it off for a call.
   */
  readonly breaker?: CircuitBreaker | false;
  /**
   * Stores responses and reuses them: `httpCache()` of `./cache`, which several clients can share. `false`
   * switches it off for a call. Downloads do not use it.
   */
  readonly cache?: CallCache | false;
  /**
   * Whether a buffered GET, HEAD or QUERY shares the request of an identical call in flight, if
   * credentials, headers and limits are the same.
   *
   * @default {false}
   */
  readonly dedupe?: boolean;
}

/** Options of one call. */
export interface RequestOptions extends CommonOptions, BodyOptions {
  /**
   * Called with the number of body bytes that the runtime has taken to send. The body is then sent as a
   * stream: with chunked transfer coding and without Content-Length. A retry restarts at zero.
   */
  readonly onProgress?: ProgressListener;
  /**
   * The Idempotency-Key, which makes any method repeatable: the value of the header, or `true` for a random
   * UUID. All attempts of the call send the same key.
   */
  readonly idempotencyKey?: string | true;
}

/** Options of a client. */
export interface HTTPClientOptions extends CommonOptions {
  /**
   * The base of relative URLs, as a directory: `users` and `/users` are both below it. URLs on another
   * origin, and `..` out of its path, are refused. It must be absolute; a page in a browser may also use
   * `/api`, as for fetch.
   */
  readonly baseUrl?: string | URL;
  /** Middleware around calls and around requests on the wire. */
  readonly use?: MiddlewareLists;
  /**
   * Bounds the share of retries, so that they do not multiply the load of a failing server; `false` for no
   * bound.
   *
   * @default {new RetryBudget()}
   */
  readonly retryBudget?: RetryAccount | false;
  /** Sends the requests; native `fetch` if omitted. */
  readonly transport?: Transport;
  /**
   * Which addresses may be reached, for untrusted URLs: `addressPolicy()` of `./address-policy`; off if
   * omitted.
   */
  readonly addressPolicy?: AddressPolicy;
  /**
   * Stores cookies, such as a `CookieJar`; off if omitted. `false` switches it off in an extended client.
   */
  readonly cookies?: CookieStore | false;
}
