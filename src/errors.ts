/**
 * The error tree of every protocol; `error_codes.ts` explains each code. `./reliable`, `./rpc` and
 * `./webhooks` add one class each.
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
 * Three failures are not in the tree, on purpose. The caller's own abort throws `signal.reason`. Errors of
 * the caller's code (hooks, middleware, body factories) pass through unchanged. Wrong options throw
 * `TypeError` or `RangeError` before anything is sent.
 *
 * @module
 */

import type { NetworkingErrorCode, RetrySkipped } from "./error_codes.ts";
import { define, redactURL } from "./redact.ts";

export type { NetworkingErrorCode, RetrySkipped };

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
  /** How long the client waited before this attempt, in milliseconds; 0 for the first. */
  readonly waitedMs: number;
  /** Why it waited: its own backoff, or the longer wait that the server asked for. */
  readonly waitReason?: "backoff" | "retry_after";
  /** How long it waited in the queue of a limiter, in milliseconds; left out if it did not. */
  readonly queuedMs?: number;
}

/** What every {@linkcode NetworkingError} accepts. */
export interface NetworkingErrorOptions {
  /** The error that caused this one. */
  readonly cause?: unknown;
  /** The request method. */
  readonly method?: string;
  /** The request URL; stored redacted. */
  readonly url?: string;
  /** The identifier that the server assigned to the request. */
  readonly requestId?: string;
  /** The attempts made, the failed one included. */
  readonly attempts?: readonly Attempt[];
  /** The wait that the server asked for, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Why there was no further attempt. */
  readonly retrySkipped?: RetrySkipped;
}

const BRAND_PREFIX = "@codomyrmex/networking/";

/**
 * Names an error class and marks its prototype. `instanceof` then also recognises errors from another copy
 * of this package.
 */
export function brand({ prototype }: { readonly prototype: object }, name: string): void {
  define(prototype, Symbol.for(BRAND_PREFIX + name), true);
  define(prototype, "name", name);
}

/**
 * The base class of all errors that this library throws for a failed operation. Distinguish failures by
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
  /** The request method, if there was a request. */
  declare readonly method?: string;
  /** The request URL without userinfo and with the values of its query hidden. */
  declare readonly url?: string;
  /** The identifier that the server assigned to the request, if a response had one. */
  declare readonly requestId?: string;
  /** Every attempt of the call, in order. Empty when nothing was sent. */
  declare readonly attempts: readonly Attempt[];
  /** The wait that the server asked for (Retry-After and its relatives), in milliseconds. */
  declare readonly retryAfterMs?: number;
  /** Why the failure was not retried, if a retry was possible. */
  declare readonly retrySkipped?: RetrySkipped;

  /**
   * Makes the error.
   * @param code What went wrong.
   * @param message The failed action, then the actual and the required value, then what to do.
   * @param options The cause and the facts of the request.
   */
  constructor(code: NetworkingErrorCode, message: string, options: NetworkingErrorOptions = {}) {
    const { cause, url, ...facts } = options;
    super(message, "cause" in options ? { cause } : undefined);
    this.code = code;
    this.attempts = [];
    // The facts include the fields that a subclass declares.
    for (const [name, fact] of Object.entries(facts)) {
      if (fact !== undefined) Object.assign(this, { [name]: fact });
    }
    if (url !== undefined) this.url = redactURL(url);
  }

  /** Whether `value` is an error of this class, even from another copy of the package. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    const mark = Symbol.for(BRAND_PREFIX + this.prototype.name);
    return Object.hasOwn(this.prototype, mark)
      ? typeof value === "object" && value !== null && mark in value
      : Function.prototype[Symbol.hasInstance].call(this, value); // a caller's own subclass
  }

  /** Returns the error as plain data, without stack and cause. It contains no secrets. */
  toJSON(): Record<string, unknown> {
    const facts: Record<string, unknown> = { name: this.name, message: this.message };
    return Object.assign(facts, this);
  }
}

/** Adds the facts that are known only at the end of an attempt or of the call, and returns the error. */
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

/** What a {@linkcode TimeoutError} accepts besides the common facts. */
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
