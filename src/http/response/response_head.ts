/**
 * The common base of both kinds of response: everything except the body.
 *
 * @module
 */

import type { Attempt, NetworkingErrorOptions, RetrySkipped } from "../../errors.ts";
import { describeURL } from "../../redact.ts";
import { reasonPhrase } from "../../formats/reason_phrases.ts";
import { namedWait } from "../../retry/retry_after.ts";
import { responseHeaders } from "../request/header_forms.ts";
import type { HeadersOption } from "../request/headers.ts";

/** A redirect that was followed before the response. */
export interface RedirectHop {
  /** The status code of the redirect. */
  readonly statusCode: number;
  /** The method that was redirected. */
  readonly method: string;
  /** The URL that redirected. */
  readonly url: string;
  /** Its target, absolute. */
  readonly location: string;
}

/** How the cache of a client handled a response. */
export interface CacheOutcome {
  /**
   * `hit` and `stale` came from the store, `revalidated` after the server confirmed it; `miss` and
   * `bypass` came from the server.
   */
  readonly status: "hit" | "stale" | "revalidated" | "miss" | "bypass";
  /** How old a stored response is, in milliseconds. */
  readonly ageMs?: number;
}

/** The parts of a response without its body. Only the status code is required. */
export interface ResponseHeadInit {
  /** The status code, 100 to 999. */
  readonly statusCode: number;
  /** The header fields. */
  readonly headers?: HeadersOption;
  /** The URL that answered. */
  readonly url?: string;
  /**
   * The method of the request.
   *
   * @default {"GET"}
   */
  readonly method?: string;
  /** The reason phrase; the registered one for the status if omitted. */
  readonly reason?: string;
  /** The redirects that were followed. */
  readonly history?: readonly RedirectHop[];
  /** The attempts of the call. */
  readonly attempts?: readonly Attempt[];
  /** The wait that the server asked for, in milliseconds; that of Retry-After if omitted. */
  readonly retryAfterMs?: number;
  /** Why the call was not retried after this status. */
  readonly retrySkipped?: RetrySkipped;
  /** How the cache handled the call. */
  readonly cache?: CacheOutcome | undefined;
  /** Whether several calls shared the request. */
  readonly deduplicated?: boolean;
}

/** The header fields that identify a request, those of the service before those of its proxies. */
const REQUEST_IDS =
  "x-request-id request-id x-correlation-id x-amzn-requestid x-amz-request-id x-ms-request-id apim-request-id x-github-request-id cf-ray";

/** RFC 9110 15.3.5, 15.3.6, 15.4.5: these never have a body. */
const NULL_BODY_STATUSES: ReadonlySet<number> = new Set([204, 205, 304]);

/** The head of a response; {@linkcode Response} and {@linkcode StreamingResponse} add the body. */
export abstract class HTTPResponseHead {
  /** The status code. */
  declare readonly statusCode: number;
  /** The header fields. */
  declare readonly headers: Headers;
  /** The URL that sent the response, after redirects, without userinfo. Empty if not known. */
  declare readonly url: string;
  /** The method of the last request. */
  declare readonly method: string;
  /** The reason phrase, such as `Not Found`. */
  declare readonly reason: string;
  /** The redirects that were followed, in order. */
  declare readonly history: readonly RedirectHop[];
  /** Every attempt of the call, in order. */
  declare readonly attempts: readonly Attempt[];
  /** Why the call was not retried after a status that can be retried. */
  declare readonly retrySkipped: RetrySkipped | undefined;
  /** How the cache of the client handled the call; undefined without a cache. */
  declare readonly cache: CacheOutcome | undefined;
  /** Whether the call shared the request of another call, with `dedupe`. */
  declare readonly deduplicated: boolean;
  readonly #retryAfterMs: number | undefined;
  readonly #receivedAt = Date.now();

  /**
   * Takes the parts.
   *
   * @param init The parts.
   * @throws {TypeError} If there is no status code.
   * @throws {RangeError} If the status code is not a whole number from 100 to 999.
   */
  constructor(init: ResponseHeadInit) {
    const { statusCode, headers } = Object(init) as ResponseHeadInit;
    if (statusCode === undefined) {
      throw new TypeError(
        "Cannot make a Response without statusCode: pass { statusCode, headers, content }, or use " +
          "new globalThis.Response() of the platform",
      );
    }
    if (!Number.isInteger(statusCode) || statusCode < 100 || statusCode > 999) {
      throw new RangeError(
        `Cannot make a Response with statusCode ${statusCode}: it must be a whole number from 100 to 999`,
      );
    }
    this.statusCode = statusCode;
    this.headers = headers instanceof Headers ? headers : responseHeaders(headers ?? {});
    this.url = init.url ?? "";
    this.method = init.method ?? "GET";
    this.reason = init.reason ?? reasonPhrase(statusCode);
    this.history = init.history ?? [];
    this.attempts = init.attempts ?? [];
    this.#retryAfterMs = init.retryAfterMs;
    this.retrySkipped = init.retrySkipped;
    this.cache = init.cache;
    this.deduplicated = init.deduplicated ?? false;
  }

  /** The same as {@linkcode statusCode}, by its name in `fetch`. */
  get status(): number {
    return this.statusCode;
  }

  /** The same as {@linkcode reason}, by its name in `fetch`. */
  get statusText(): string {
    return this.reason;
  }

  /** Whether the status is 2xx. */
  get ok(): boolean {
    return this.statusCode >= 200 && this.statusCode <= 299;
  }

  /**
   * The wait that the server asks for, in milliseconds from the arrival of the response: Retry-After (RFC
   * 9110 10.2.3) with any status, or RateLimit fields with 429 and 503. Undefined if the fields are missing
   * or malformed.
   */
  get retryAfterMs(): number | undefined {
    return this.#retryAfterMs ?? namedWait(this.headers, this.#receivedAt);
  }

  /**
   * The identifier that the server assigned to the request, for its support and its logs: the first of
   * `x-request-id`, `request-id`, `x-correlation-id`, `x-amzn-requestid`, `x-amz-request-id`,
   * `x-ms-request-id`, `apim-request-id`, `x-github-request-id` and `cf-ray` that the response has.
   */
  get requestId(): string | undefined {
    return REQUEST_IDS.split(" ").map((name) => this.headers.get(name)).find(Boolean) ?? undefined;
  }

  /** Whether the method or status excludes a body, regardless of the header fields (RFC 9110 6.4.1). */
  protected get hasNoBody(): boolean {
    return this.method === "HEAD" || NULL_BODY_STATUSES.has(this.statusCode);
  }

  /** The name of the response in messages. */
  protected get name(): string {
    return this.url === "" ? "the response" : `${this.method} ${describeURL(this.url)}`;
  }

  /** The facts about the response in errors. */
  protected get facts(): NetworkingErrorOptions {
    const { method, url, attempts, requestId } = this;
    return { method, url, attempts, requestId };
  }

  /**
   * Returns a platform `Response` with this status and these header fields.
   *
   * @param isDecoded Whether Content-Encoding and Content-Length no longer describe the body.
   */
  protected webResponse(
    body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array<ArrayBuffer>> | null,
    isDecoded: boolean,
  ): globalThis.Response {
    const headers = new Headers(this.headers);
    if (isDecoded) {
      headers.delete("content-encoding");
      headers.delete("content-length");
    }
    return new globalThis.Response(this.hasNoBody ? null : body, {
      status: this.statusCode,
      statusText: this.reason,
      headers,
    });
  }
}
