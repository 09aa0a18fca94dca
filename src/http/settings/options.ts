/**
 * The options of the client and of a call, as the caller writes them.
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

/** What `shouldRetry` gets about the failed attempt. */
export interface RetryQuestion {
  /** The attempt that failed, from 1. */
  readonly attempt: number;
  /** The request method. */
  readonly method: string;
  /** The absolute URL. */
  readonly url: string;
  /** The status that came back, if one did. */
  readonly statusCode?: number;
  /** The header fields that came with it. */
  readonly headers?: Headers;
  /** The code of the failure, if there was no status. */
  readonly errorCode?: NetworkingErrorCode;
}

/** What is tried again. */
export interface RetryOptions {
  /**
   * Methods that may be sent again. Naming POST or PATCH here says that sending them twice is safe.
   *
   * @default {["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "QUERY"]}
   */
  readonly methods?: readonly string[];
  /**
   * Status codes that are worth another attempt, besides 413 with Retry-After, and 409
   * of a request with an Idempotency-Key.
   *
   * @default {[408, 425, 429, 500, 502, 503, 504]}
   */
  readonly statuses?: readonly number[];
  /**
   * Asked only when the rules would try again; `false` stops. It cannot widen the rules: that is
   * what `methods` and `statuses` are for.
   */
  readonly shouldRetry?: (question: RetryQuestion) => boolean | Promise<boolean>;
}

/** Options of a client that a call may override. */
export interface CommonOptions {
  /**
   * Longest time of one attempt, its redirect hops included, to the last byte of the body: seconds,
   * or an object with units; `false` switches it off. A bare number above 300 is refused. It does not
   * count while a stream is sent as the body, and begins with the end of it.
   *
   * @default {30}
   */
  readonly timeout?: Duration | false;
  /**
   * Longest time of the whole call, waits included: seconds, or an object with units; `false`
   * switches it off. A bare number above 900 is refused. It does not count while a stream is sent as
   * the body.
   *
   * @default {120}
   */
  readonly totalTimeout?: Duration | false;
  /**
   * Longest wait for the next bytes of a stream: seconds, or an object with units; `false` switches
   * it off. A bare number above 300 is refused. On streams only: on those that are read, where
   * `timeout` counts to the head and `totalTimeout` does not count, and on those that are sent. When
   * left out, a response of type text/event-stream has 90 for GET, and no limit for other methods.
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
   * Longest wait before the first retry; doubles with each, and the real wait is drawn at random
   * between zero and it: seconds, or an object with units. A bare number above 60 is refused.
   *
   * @default {1.0}
   */
  readonly retryBackoff?: Duration;
  /**
   * What the backoff grows to at most: seconds, or an object with units. A bare number above 60 is
   * refused.
   *
   * @default {60}
   */
  readonly maxRetryBackoff?: Duration;
  /**
   * Longest wait that a server may ask for: seconds, or an object with units. A bare number above
   * 3,600 is refused. When the server asks for more, the call ends at once, with `retryAfterMs`.
   *
   * @default {60}
   */
  readonly maxRetryAfter?: Duration;
  /** What is tried again. */
  readonly retry?: RetryOptions;
  /**
   * Header fields. The call's replace the client's of the same name; `undefined` or `null` removes
   * one.
   */
  readonly headers?: HeadersOption;
  /**
   * Query parameters. The call's replace those of the same name in the URL, the client's yield to
   * them; `undefined` or `null` removes one.
   */
  readonly params?: ParamsOption;
  /** Aborts the call, with the signal's own reason. The client's and the call's both count. */
  readonly signal?: AbortSignal;
  /** Anything that middleware and hooks are to know; the call's is merged over the client's. */
  readonly context?: Readonly<Record<string, unknown>>;
  /** The path as a template of low cardinality, such as `/users/{id}`, for telemetry and hooks. */
  readonly urlTemplate?: string;
  /** Functions that are called on each event; the client's are called before the call's. */
  readonly hooks?: Hooks;
  /**
   * Whether a response other than 2xx is thrown as an `HTTPError`.
   *
   * @default {false}
   */
  readonly throwOnError?: boolean;
  /**
   * Largest body, in bytes after content decoding; `false` for no limit. The default does not apply to
   * downloads, which hold nothing in memory.
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
  /** Names of headers that are dropped, like Authorization, when a redirect leaves the origin. */
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
   * Whether a URL may lead out of `baseUrl`. The client's credentials stay behind all the same.
   *
   * @default {false}
   */
  readonly allowAnyOrigin?: boolean;
  /**
   * Proves who is calling: `basicAuth()`, `bearerAuth()`, `apiKeyAuth()` and others. It goes to the
   * origin of `baseUrl`, or of the call that it is given to, or to the scheme's own origins, and
   * nowhere else. `false` switches it off for a call.
   */
  readonly auth?: AuthScheme | false;
  /**
   * Bounds how many requests are on the wire and how fast they go: a `Limiter` of `./limits`, which
   * several clients can share. `false` switches it off for a call.
   */
  readonly limit?: RequestLimiter | false;
  /**
   * Refuses calls to a server that fails: a `Breaker` of `./limits`, which several clients can share.
   * `false` switches it off for a call.
   */
  readonly breaker?: CircuitBreaker | false;
  /**
   * Keeps responses and answers from them: `httpCache()` of `./cache`, which several clients can share.
   * `false` switches it off for a call. Downloads do without it.
   */
  readonly cache?: CallCache | false;
  /**
   * Whether a buffered GET, HEAD or QUERY shares the request of an identical one that is on its way, if
   * credentials, headers and limits are the same.
   *
   * @default {false}
   */
  readonly dedupe?: boolean;
}

/** Options of one call. */
export interface RequestOptions extends CommonOptions, BodyOptions {
  /**
   * Told how much of the body the runtime has taken to send. The body is sent as a stream for that,
   * which means chunked transfer coding and no Content-Length. A retry begins at zero again.
   */
  readonly onProgress?: ProgressListener;
  /**
   * The Idempotency-Key, which makes any method repeatable: the value of the header, or `true` for
   * a random UUID. All attempts of the call carry the same one.
   */
  readonly idempotencyKey?: string | true;
}

/** Options of a client. */
export interface HTTPClientOptions extends CommonOptions {
  /**
   * What relative URLs are relative to, as a directory: `users` and `/users` are both below it.
   * URLs on another origin, and `..` out of its path, are refused. It is absolute; a page may write
   * `/api`, as for fetch.
   */
  readonly baseUrl?: string | URL;
  /** Middleware around calls and around requests on the wire. */
  readonly use?: MiddlewareLists;
  /**
   * What retries draw from, so that they do not multiply the load of a server that is down; `false`
   * for no such bound.
   *
   * @default {new RetryBudget()}
   */
  readonly retryBudget?: RetryAccount | false;
  /** What puts requests on the wire; native `fetch` when left out. */
  readonly transport?: Transport;
  /**
   * What may be reached, as `addressPolicy()` of `./address-policy` says it; off when left out. For
   * URLs that come from others.
   */
  readonly addressPolicy?: AddressPolicy;
  /**
   * What keeps cookies, such as a `CookieJar`; off when left out, and `false` switches it off in a
   * client that is extended.
   */
  readonly cookies?: CookieStore | false;
}
