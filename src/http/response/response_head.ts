/**
 * What both kinds of response have: everything but the body.
 *
 * @module
 */

import type { Attempt, NetworkingErrorOptions, RetrySkipped } from "../../errors.ts";
import { describeURL } from "../../redact.ts";
import { reasonPhrase } from "../../formats/reason_phrases.ts";
import { namedWait } from "../../retry/retry_after.ts";
import { responseHeaders } from "../request/header_forms.ts";
import type { HeadersOption } from "../request/headers.ts";

/** A redirect that was followed on the way to a response. */
export interface RedirectHop {
  /** The status code of the redirect. */
  readonly statusCode: number;
  /** The method that was redirected. */
  readonly method: string;
  /** The URL that redirected. */
  readonly url: string;
  /** Where it led, absolute. */
  readonly location: string;
}

/** What the cache of a client did for a response. */
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
  /** The reason phrase; the registered one for the status when left out. */
  readonly reason?: string;
  /** The redirects that were followed. */
  readonly history?: readonly RedirectHop[];
  /** The attempts of the call. */
  readonly attempts?: readonly Attempt[];
  /** The wait that the server asked for, in milliseconds; that of Retry-After when left out. */
  readonly retryAfterMs?: number;
  /** Why the call gave up on this status. */
  readonly retrySkipped?: RetrySkipped;
  /** What the cache did. */
  readonly cache?: CacheOutcome | undefined;
  /** Whether the response is that of a request that several calls shared. */
  readonly deduplicated?: boolean;
}

/** The header fields that identify a request. What the service itself calls so comes before its proxies. */
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
  /** The URL that answered, after redirects, without userinfo. Empty when not known. */
  declare readonly url: string;
  /** The method of the request that was answered. */
  declare readonly method: string;
  /** The reason phrase, such as `Not Found`. */
  declare readonly reason: string;
  /** The redirects that were followed, in order. */
  declare readonly history: readonly RedirectHop[];
  /** Every attempt of the call, in order. */
  declare readonly attempts: readonly Attempt[];
  /** Why the call gave up on a status that is worth a retry. */
  declare readonly retrySkipped: RetrySkipped | undefined;
  /** What the cache of the client did; undefined without one. */
  declare readonly cache: CacheOutcome | undefined;
  /** Whether the call shared the request of another, by `dedupe`. */
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
        "Cannot make a Response without statusCode: give { statusCode, headers, content }, or write new " +
          "globalThis.Response() for that of the platform",
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

  /** The same as {@linkcode statusCode}, by the name that it has in `fetch`. */
  get status(): number {
    return this.statusCode;
  }

  /** The same as {@linkcode reason}, by the name that it has in `fetch`. */
  get statusText(): string {
    return this.reason;
  }

  /** Whether the status is 2xx. */
  get ok(): boolean {
    return this.statusCode >= 200 && this.statusCode <= 299;
  }

  /**
   * How long the server asks to wait, in milliseconds from when the response came: its Retry-After
   * (RFC 9110 10.2.3) with any status, or RateLimit fields with 429 and 503. Undefined where it names
   * none, or one that is malformed.
   */
  get retryAfterMs(): number | undefined {
    return this.#retryAfterMs ?? namedWait(this.headers, this.#receivedAt);
  }

  /**
   * The identifier that the server gave the request, for its support and its logs: the first of
   * `x-request-id`, `request-id`, `x-correlation-id`, `x-amzn-requestid`, `x-amz-request-id`,
   * `x-ms-request-id`, `apim-request-id`, `x-github-request-id` and `cf-ray` that is there.
   */
  get requestId(): string | undefined {
    return REQUEST_IDS.split(" ").map((name) => this.headers.get(name)).find(Boolean) ?? undefined;
  }

  /** Whether such a response has no body, whatever its header fields say (RFC 9110 6.4.1). */
  protected get hasNoBody(): boolean {
    return this.method === "HEAD" || NULL_BODY_STATUSES.has(this.statusCode);
  }

  /** The response in messages. */
  protected get name(): string {
    return this.url === "" ? "the response" : `${this.method} ${describeURL(this.url)}`;
  }

  /** What errors about the response say of it. */
  protected get facts(): NetworkingErrorOptions {
    const { method, url, attempts, requestId } = this;
    return { method, url, attempts, requestId };
  }

  /**
   * The platform's `Response` with this status and these header fields.
   *
   * @param isDecoded Whether the body no longer is what Content-Encoding and Content-Length say.
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
