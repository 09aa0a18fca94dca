/**
 * The buffered response: everything about it can be read at any time, any number of times, without
 * waiting.
 *
 * @module
 */

import { STATUS_TEXT } from "@std/http/status";
import {
  type Attempt,
  DecodeError,
  type NetworkingErrorOptions,
  type RetrySkipped,
} from "../errors.ts";
import { describeURL, redactHeaders, redactURL, showOnly } from "../redact.ts";
import { decodeText, isJSON, parseContentType } from "./content_type.ts";
import { type HeadersOption, responseHeaders } from "./headers.ts";
import { HTTPError } from "./http_error.ts";
import { findJSONError } from "./json_position.ts";
import { type Link, parseLinks } from "./links.ts";
import { type StandardSchema, validate } from "./schema.ts";

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

/** What a {@linkcode Response} is made of. Only the status code is required. */
export interface ResponseInit {
  /** The status code, 100 to 999. */
  readonly statusCode: number;
  /** The header fields. */
  readonly headers?: HeadersOption;
  /** The body after content decoding; a string is encoded as UTF-8. */
  readonly content?: Uint8Array<ArrayBuffer> | string;
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
  /** How long the call took, in milliseconds. */
  readonly elapsedMs?: number;
  /** The attempts of the call. */
  readonly attempts?: readonly Attempt[];
  /** The wait that the server asked for, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Why the call gave up on this status. */
  readonly retrySkipped?: RetrySkipped;
}

/** RFC 9110 15.3.5, 15.3.6, 15.4.5: these never have a body. */
const NULL_BODY_STATUSES: ReadonlySet<number> = new Set([204, 205, 304]);

/** Content codings that runtimes take off by themselves. */
const DECODED_CODINGS: ReadonlySet<string> = new Set(["gzip", "x-gzip", "deflate", "br", "zstd"]);

const NO_CONTENT = new Uint8Array(0);
const ENCODER = new TextEncoder();
const SNIPPET_LENGTH = 200;

/**
 * This library's buffered response, not the global `Response` whose name it shadows in files that
 * import it (there, `HTTPResponse` is the same class under another name). Any status is a response;
 * {@linkcode Response.raiseForStatus} makes an error of one other than 2xx.
 *
 * @example
 * ```ts
 * import { Response } from "@codomyrmex/networking";
 *
 * const response = new Response({
 *   statusCode: 200,
 *   headers: { "content-type": "application/json" },
 *   content: '{"name":"Ada"}',
 * });
 * console.log(response.ok, response.json<{ name: string }>().name); // true Ada
 * ```
 */
export class Response {
  static {
    showOnly(this, "Response", (response) => ({
      statusCode: response.statusCode,
      reason: response.reason,
      method: response.method,
      url: redactURL(response.url),
      headers: redactHeaders(response.headers),
      contentLength: response.content.byteLength,
      elapsedMs: response.elapsedMs,
      attempts: response.attempts,
    }));
  }

  /** The status code. */
  readonly statusCode: number;
  /** The header fields. */
  readonly headers: Headers;
  /** The body after content decoding; empty when there was none. */
  readonly content: Uint8Array<ArrayBuffer>;
  /** The URL that answered, after redirects, without userinfo. Empty when not known. */
  readonly url: string;
  /** The method of the request that was answered. */
  readonly method: string;
  /** The reason phrase, such as `Not Found`. */
  readonly reason: string;
  /** The redirects that were followed, in order. */
  readonly history: readonly RedirectHop[];
  /** How long the call took, waits and body included, in milliseconds. */
  readonly elapsedMs: number;
  /** Every attempt of the call, in order. */
  readonly attempts: readonly Attempt[];
  /** The wait that the server asked for with a status that is worth a retry, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** Why the call gave up on a status that is worth a retry. */
  readonly retrySkipped: RetrySkipped | undefined;
  #text: string | undefined;
  #jsonData: { readonly value: unknown } | undefined;

  /**
   * Makes a response from its parts.
   *
   * @param init The parts.
   * @throws {RangeError} If the status code is not a whole number from 100 to 999.
   */
  constructor(init: ResponseInit) {
    const { statusCode, headers, content } = init;
    if (!Number.isInteger(statusCode) || statusCode < 100 || statusCode > 999) {
      throw new RangeError(
        `Cannot make a Response with statusCode ${statusCode}: it must be a whole number from 100 to 999`,
      );
    }
    this.statusCode = statusCode;
    this.headers = headers instanceof Headers ? headers : responseHeaders(headers ?? {});
    this.content = typeof content === "string" ? ENCODER.encode(content) : content ?? NO_CONTENT;
    this.url = init.url ?? "";
    this.method = init.method ?? "GET";
    this.reason = init.reason ?? STATUS_TEXT[statusCode as keyof typeof STATUS_TEXT] ?? "";
    this.history = init.history ?? [];
    this.elapsedMs = init.elapsedMs ?? 0;
    this.attempts = init.attempts ?? [];
    this.retryAfterMs = init.retryAfterMs;
    this.retrySkipped = init.retrySkipped;
  }

  /** Whether the status is 2xx. */
  get ok(): boolean {
    return this.statusCode >= 200 && this.statusCode <= 299;
  }

  /**
   * The body as text, by byte order mark, else by the charset of the Content-Type, else UTF-8.
   * Without byte order mark. Decoded once, when first asked for.
   */
  get text(): string {
    return this.#text ??= decodeText(this.content, this.#contentType);
  }

  /**
   * The body as JSON when the Content-Type says that it is JSON; `undefined` when it says otherwise
   * or the body is not well-formed. Parsed once, when first asked for.
   */
  get jsonData(): unknown {
    if (this.#jsonData === undefined) {
      let value: unknown;
      if (isJSON(this.#contentType)) {
        try {
          value = JSON.parse(this.text);
        } catch {
          value = undefined; // what the doc comment promises; json() is the one that throws
        }
      }
      this.#jsonData = { value };
    }
    return this.#jsonData.value;
  }

  /** The Link header fields (RFC 8288), targets absolute. */
  get links(): Link[] {
    return parseLinks(this.headers.get("link"), this.url === "" ? "http://localhost" : this.url);
  }

  /**
   * The body as JSON, whatever the Content-Type; `undefined` for 204, 205, 304 and the answer to
   * HEAD, which have none. Parsed anew at each call, so that nobody shares a mutable result.
   *
   * @throws {DecodeError} If the body is not well-formed JSON.
   */
  json(): unknown;
  /**
   * The same, for a caller who says what the body is.
   *
   * @typeParam T What the caller believes the body to be; nothing checks it.
   * @throws {DecodeError} If the body is not well-formed JSON.
   */
  json<T>(): T;
  /**
   * The body as JSON, checked by a schema.
   *
   * @param schema A synchronous schema of any library that implements Standard Schema.
   * @returns What the schema makes of the value.
   * @throws {DecodeError} If the body is not well-formed JSON.
   * @throws {SchemaError} If the schema does not accept it.
   */
  json<Output>(schema: StandardSchema<unknown, Output>): Output;
  json(schema?: StandardSchema): unknown {
    const value = this.#hasNoBody() ? undefined : this.#parse();
    if (schema === undefined) return value;
    return validate(schema, value, `the body of ${this.#name()}`, this.#facts());
  }

  /**
   * The response itself when its status is 2xx.
   *
   * @throws {HTTPError} For any other status.
   */
  raiseForStatus(): this {
    if (!this.ok) throw new HTTPError(this);
    return this;
  }

  /**
   * The platform's `Response` with the same status, headers and body. Content-Encoding and
   * Content-Length are left out where the body was decoded, since they speak of the encoded one.
   *
   * @throws {RangeError} If the status is outside 200 to 599, which the platform's cannot hold.
   */
  toWeb(): globalThis.Response {
    const headers = new Headers(this.headers);
    if (this.#wasDecoded()) {
      headers.delete("content-encoding");
      headers.delete("content-length");
    }
    const body = this.#hasNoBody() ? null : this.content;
    return new globalThis.Response(body, {
      status: this.statusCode,
      statusText: this.reason,
      headers,
    });
  }

  /**
   * Buffers a platform `Response`. There are no limits and no clocks here; those are the client's.
   *
   * @param response The response; its body must not have been read.
   */
  static async from(response: globalThis.Response): Promise<Response> {
    return new Response({
      statusCode: response.status,
      headers: response.headers,
      content: new Uint8Array(await response.arrayBuffer()),
      url: response.url,
      ...(response.statusText !== "" && { reason: response.statusText }),
    });
  }

  get #contentType() {
    return parseContentType(this.headers.get("content-type"));
  }

  #hasNoBody(): boolean {
    return this.method === "HEAD" || NULL_BODY_STATUSES.has(this.statusCode);
  }

  #wasDecoded(): boolean {
    const coding = this.headers.get("content-encoding")?.trim().toLowerCase();
    // A list of codings, or one that the runtime does not know, is handed over as it came; so is a
    // body that is as long as the header says the encoded one is.
    return coding !== undefined && DECODED_CODINGS.has(coding) && !this.#hasNoBody() &&
      this.headers.get("content-length") !== String(this.content.byteLength);
  }

  #parse(): unknown {
    try {
      return JSON.parse(this.text);
    } catch (cause) {
      const { text } = this;
      const type = this.headers.get("content-type");
      const reason = text.trim() === ""
        ? "the body is empty"
        : `it is not well-formed JSON at position ${findJSONError(text)} of ${text.length}` +
          (text.trimStart().startsWith("<") ? " (it looks like HTML or XML)" : "");
      throw new DecodeError(
        `Cannot decode the body of ${this.#name()} as JSON: ${reason}; status ${this.statusCode}, ` +
          `content-type ${type === null ? "missing" : JSON.stringify(type.slice(0, 100))}`,
        {
          ...this.#facts(),
          cause,
          snippet: text.slice(0, SNIPPET_LENGTH),
          position: findJSONError(text),
        },
      );
    }
  }

  #name(): string {
    return this.url === "" ? "the response" : `${this.method} ${describeURL(this.url)}`;
  }

  #facts(): NetworkingErrorOptions {
    return { method: this.method, url: this.url, attempts: this.attempts };
  }
}
