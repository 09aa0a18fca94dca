/**
 * The error tree of every protocol, and the one list of codes. `./reliable`, `./rpc` and `./webhooks` add a
 * class each.
 *
 * ```text
 * NetworkingError            invalid_url, closed, pagination_loop, too_many_pages,
 *                            checksum_mismatch, resume_failed, auth_failed, no_recording,
 *                            signature_invalid
 * ├─ ConnectionError         dns_failed, connection_refused, connection_reset, tls_failed,
 * │                          protocol_error, body_truncated, port_blocked, connection_failed,
 * │                          proxy_refused, circuit_open
 * ├─ TimeoutError            attempt_timeout, total_timeout, idle_timeout
 * ├─ HTTPError               http_status
 * ├─ DecodeError             decode_failed
 * ├─ SchemaError             schema_mismatch
 * ├─ RedirectError           redirect_refused
 * │  └─ TooManyRedirectsError  too_many_redirects
 * ├─ ResponseTooLargeError   response_too_large
 * ├─ PermissionError         permission_denied
 * ├─ AddressError            address_refused
 * └─ WebSocketError          not_connected, handshake_rejected, subprotocol_mismatch,
 *                            connection_closed, queue_full, message_too_large
 * ```
 *
 * Three things are not in it, on purpose: the caller's own abort passes as `signal.reason`, errors
 * thrown by the caller's code (hooks, middleware, body factories) pass unchanged, and wrong options
 * are `TypeError` or `RangeError` before anything is sent.
 *
 * @module
 */

import { define, redactURL } from "./redact.ts";

/**
 * Every code that a {@linkcode NetworkingError} can carry. Codes are stable: none is ever renamed or
 * removed, a minor version may add some.
 *
 * | code | meaning |
 * | --- | --- |
 * | `invalid_url` | the URL is malformed, or leads where it may not |
 * | `closed` | the client is closed |
 * | `pagination_loop` | the next page of a list was read already |
 * | `too_many_pages` | a list has more pages than `maxPages` |
 * | `checksum_mismatch` | a download is not what its `checksum` says |
 * | `resume_failed` | a broken download can be neither resumed nor restarted |
 * | `dns_failed` | the host name has no address |
 * | `connection_refused` | nothing listens there |
 * | `connection_reset` | the connection broke |
 * | `tls_failed` | no TLS, or a certificate that is not accepted |
 * | `protocol_error` | what came is not HTTP, or cannot be decoded |
 * | `body_truncated` | the body ended too early, or a stream that is not asked for again ended in an event |
 * | `port_blocked` | fetch does not connect to that port |
 * | `connection_failed` | the runtime does not say why |
 * | `proxy_refused` | the proxy does not connect to the server |
 * | `circuit_open` | the breaker refuses the call; `retryAfterMs` is the time until its next probe |
 * | `attempt_timeout` | `timeout` ran out |
 * | `total_timeout` | `totalTimeout` ran out |
 * | `idle_timeout` | `idleTimeout` ran out |
 * | `http_status` | a status other than 2xx, where an error was asked for |
 * | `decode_failed` | the body is not JSON, or still encoded |
 * | `schema_mismatch` | the schema does not accept the body |
 * | `redirect_refused` | a redirect may not be followed; the message says what allows it |
 * | `too_many_redirects` | more redirects than `maxRedirects` |
 * | `response_too_large` | the body is larger than `maxResponseSize` |
 * | `permission_denied` | Deno's permissions; `flag` is the one to add |
 * | `address_refused` | `addressPolicy` does not allow what the URL leads to |
 * | `auth_failed` | a scheme could not authenticate the request |
 * | `signature_invalid` | `./auth/sign`: no valid signature, or the content has another digest |
 * | `not_connected` | `send()` or `receive()` before `connect()` |
 * | `handshake_rejected` | the server answered with `statusCode`, not 101 |
 * | `subprotocol_mismatch` | the server chose none of `protocols` |
 * | `connection_closed` | the connection ended with `closeCode` |
 * | `queue_full` | the inbox or the outbox is full |
 * | `message_too_large` | a message is larger than `maxMessageSize` |
 * | `session_lost` | `./reliable`: the session was not resumed; `mayHaveArrived` says more |
 * | `rpc_error` | `./rpc`: the peer answered with `rpcCode` and `data` |
 * | `no_recording` | `./testing`: a cassette has no recording of the request |
 * | `webhook_missing` | `./webhooks`: a header is missing, is there twice, or cannot be read |
 * | `webhook_stale` | `./webhooks`: its time is further from now than `tolerance` |
 * | `webhook_signature` | `./webhooks`: no signature fits a secret |
 * | `webhook_replayed` | `./webhooks`: `seen` remembers it |
 * | `webhook_invalid` | `./webhooks`: the body broke off, is not JSON, or does not match the schema |
 * | `webhook_too_large` | `./webhooks`: the body is larger than `maxSize` |
 * | `webhook_timeout` | `./webhooks`: the body took longer than `bodyTimeout` |
 * | `webhook_unchecked` | `./webhooks`: `seen` does not answer, and `requireSeen` is set |
 */
export type NetworkingErrorCode =
  | "invalid_url"
  | "closed"
  | "pagination_loop"
  | "too_many_pages"
  | "checksum_mismatch"
  | "resume_failed"
  | "dns_failed"
  | "connection_refused"
  | "connection_reset"
  | "tls_failed"
  | "protocol_error"
  | "body_truncated"
  | "port_blocked"
  | "connection_failed"
  | "proxy_refused"
  | "circuit_open"
  | "attempt_timeout"
  | "total_timeout"
  | "idle_timeout"
  | "http_status"
  | "decode_failed"
  | "schema_mismatch"
  | "redirect_refused"
  | "too_many_redirects"
  | "response_too_large"
  | "permission_denied"
  | "address_refused"
  | "auth_failed"
  | "signature_invalid"
  | "not_connected"
  | "handshake_rejected"
  | "subprotocol_mismatch"
  | "connection_closed"
  | "queue_full"
  | "message_too_large"
  | "session_lost"
  | "rpc_error"
  | "no_recording"
  | "webhook_missing"
  | "webhook_stale"
  | "webhook_signature"
  | "webhook_replayed"
  | "webhook_invalid"
  | "webhook_too_large"
  | "webhook_timeout"
  | "webhook_unchecked";

/** Why a failure that could be retried was not. */
export type RetrySkipped =
  | "max_retries"
  | "method_not_idempotent"
  | "body_not_replayable"
  | "retry_after_too_long"
  | "total_timeout"
  | "should_retry"
  | "retry_budget"
  | "closed";

/** One attempt of a call: what was tried, how long it took, what came back. */
export interface Attempt {
  /** 1 for the first attempt. */
  readonly number: number;
  /** How long the attempt took, its redirect hops included, in milliseconds. */
  readonly elapsedMs: number;
  /** The status code that came back, if one did. */
  readonly statusCode?: number;
  /** The code of the failure, if the attempt failed without a status. */
  readonly errorCode?: NetworkingErrorCode;
  /** How long the client really waited before this attempt, in milliseconds; 0 for the first. */
  readonly waitedMs: number;
  /** Why it waited: its own backoff, or the longer time that the server asked for. */
  readonly waitReason?: "backoff" | "retry_after";
  /** How long it waited in the queue of a limiter, in milliseconds; left out if it did not. */
  readonly queuedMs?: number;
}

/** What every {@linkcode NetworkingError} can be given. */
export interface NetworkingErrorOptions {
  /** The error that caused this one. */
  readonly cause?: unknown;
  /** The request method. */
  readonly method?: string;
  /** The request URL; stored redacted. */
  readonly url?: string;
  /** The identifier that the server gave the request. */
  readonly requestId?: string;
  /** The attempts made, the failed one included. */
  readonly attempts?: readonly Attempt[];
  /** The wait that the server named, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Why there was no further attempt. */
  readonly retrySkipped?: RetrySkipped;
}

const BRAND_PREFIX = "@codomyrmex/networking/";

/**
 * Names an error class, and marks its prototype so that `instanceof` also recognises errors that
 * another copy of this package made.
 */
export function brand({ prototype }: { readonly prototype: object }, name: string): void {
  define(prototype, Symbol.for(BRAND_PREFIX + name), true);
  define(prototype, "name", name);
}

/**
 * The root of every error that this library raises for a failed operation. Tell failures apart by
 * `code` (or by subclass), never by `message`.
 *
 * @example
 * ```ts
 * import { getHttpClient, NetworkingError } from "@codomyrmex/networking";
 *
 * try {
 *   await getHttpClient().get("nonsense");
 * } catch (error) {
 *   if (!(error instanceof NetworkingError)) throw error;
 *   console.log(error.code); // "invalid_url"
 * }
 * ```
 */
export class NetworkingError extends Error {
  static {
    brand(this, "NetworkingError");
  }

  /** What went wrong, from the closed list {@linkcode NetworkingErrorCode}. */
  declare readonly code: NetworkingErrorCode;
  /** The request method, where there was a request. */
  declare readonly method?: string;
  /** The request URL without userinfo and with the values of its query hidden. */
  declare readonly url?: string;
  /** The identifier that the server gave the request, where a response came that has one. */
  declare readonly requestId?: string;
  /** Every attempt of the call, in order. Empty when nothing was sent. */
  declare readonly attempts: readonly Attempt[];
  /** The wait that the server asked for (Retry-After and its relatives), in milliseconds. */
  declare readonly retryAfterMs?: number;
  /** Why the failure was not retried, where a retry was possible. */
  declare readonly retrySkipped?: RetrySkipped;

  /**
   * Makes the error.
   * @param code What went wrong.
   * @param message The failed action first, then the given and the required value, then what to do.
   * @param options The cause and the facts of the request.
   */
  constructor(code: NetworkingErrorCode, message: string, options: NetworkingErrorOptions = {}) {
    const { cause, url, ...facts } = options;
    super(message, "cause" in options ? { cause } : undefined);
    this.code = code;
    this.attempts = [];
    // What a subclass declares is among the facts as well.
    for (const [name, fact] of Object.entries(facts)) {
      if (fact !== undefined) Object.assign(this, { [name]: fact });
    }
    if (url !== undefined) this.url = redactURL(url);
  }

  /** True for any error of this class, also when another copy of the package made it. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    const mark = Symbol.for(BRAND_PREFIX + this.prototype.name);
    return Object.hasOwn(this.prototype, mark)
      ? typeof value === "object" && value !== null && mark in value
      : Function.prototype[Symbol.hasInstance].call(this, value); // a caller's own subclass
  }

  /** The error as plain data, without stack and cause. Nothing secret is in it. */
  toJSON(): Record<string, unknown> {
    const facts: Record<string, unknown> = { name: this.name, message: this.message };
    return Object.assign(facts, this);
  }
}

/** Adds the facts that are known only at the end of an attempt or of the call. */
export function completeError<E extends NetworkingError>(
  error: E,
  facts: Pick<NetworkingErrorOptions, "attempts" | "retrySkipped" | "retryAfterMs">,
): E {
  return Object.assign(error, facts);
}

/** No connection, or one that broke: DNS, refused, reset, TLS, protocol violation, cut body. */
export class ConnectionError extends NetworkingError {
  static {
    brand(this, "ConnectionError");
  }
}

/** What a {@linkcode TimeoutError} can be given besides the common facts. */
export type TimeoutErrorOptions =
  & NetworkingErrorOptions
  & Pick<TimeoutError, "clock" | "limitMs" | "elapsedMs">;

/**
 * A clock ran out: `timeout` (code `attempt_timeout`), `totalTimeout` (`total_timeout`) or
 * `idleTimeout` (`idle_timeout`).
 */
export class TimeoutError extends NetworkingError {
  static {
    brand(this, "TimeoutError");
  }

  /** Which clock ran out. */
  declare readonly clock: "attempt" | "total" | "idle";
  /** The limit, in milliseconds. */
  declare readonly limitMs: number;
  /** The time spent on that clock, in milliseconds. */
  declare readonly elapsedMs: number;

  /**
   * Makes the error.
   * @param message What did not finish in time.
   * @param options The clock, its limit and the time spent, and the facts of the request.
   */
  constructor(message: string, options: TimeoutErrorOptions) {
    super(`${options.clock}_timeout`, message, options);
  }
}
