/**
 * The buffered response. Everything in it can be read synchronously and repeatedly.
 *
 * @module
 */

import { brand, NetworkingError } from "../../errors.ts";
import { DecodeError } from "../../http_errors.ts";
import { decodeText, isJSON, parseContentType } from "../../formats/content_type.ts";
import { type Link, parseLinks } from "../../formats/link_header.ts";
import { type StandardSchema, validate } from "../../formats/standard_schema.ts";
import { describeURL, redactURL, showOnly } from "../../redact.ts";
import { redactHeaders } from "../../redact_headers.ts";
import {
  isCompressed,
  isText,
  noteFetched,
  remainingCoding,
  stillEncoded,
} from "./content_coding.ts";
import { type Problem, shownText, toProblem } from "./problem.ts";
import { HTTPResponseHead, type ResponseHeadInit } from "./response_head.ts";

/** The parts of a {@linkcode Response}. Only the status code is required. */
export interface HTTPResponseInit extends ResponseHeadInit {
  /** The body after content decoding; a string is encoded as UTF-8. */
  readonly content?: Uint8Array | string;
  /** How long the call took, in milliseconds. */
  readonly elapsedMs?: number;
}

const NO_CONTENT = new Uint8Array(0);
const ENCODER = new TextEncoder();
const SNIPPET_LENGTH = 200;
/** Problem details in a longer body are ignored, in bytes. */
const LARGEST_PROBLEM = 65_536;

/**
 * This library's buffered response, not the global `Response`. It shadows the global name in files that
 * import it; `HTTPResponse` is the same class under another name. Every status is a response;
 * {@linkcode Response.raiseForStatus} throws for one other than 2xx.
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
export class Response extends HTTPResponseHead {
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

  /** The body after content decoding; empty if there was none. */
  declare readonly content: Uint8Array<ArrayBuffer>;
  /** How long the call took, waits and body included, in milliseconds. */
  declare readonly elapsedMs: number;
  #text: string | undefined;
  #jsonData: { readonly value: unknown } | undefined;

  /**
   * Makes a response from its parts.
   *
   * @param init The parts.
   * @throws {RangeError} If the status code is not a whole number from 100 to 999.
   */
  constructor(init: HTTPResponseInit) {
    super(init);
    const { content } = init;
    this.content = typeof content === "string"
      ? ENCODER.encode(content)
      : content as Uint8Array<ArrayBuffer> | undefined ?? NO_CONTENT;
    this.elapsedMs = init.elapsedMs ?? 0;
  }

  /**
   * The body as text. The byte order mark sets the encoding, otherwise the charset of the Content-Type,
   * otherwise UTF-8. The text does not include the byte order mark. It is decoded once, on first access.
   *
   * @throws {DecodeError} If the bytes have a content coding that the runtime does not decode.
   */
  get text(): string {
    return this.#text ??= this.#decode();
  }

  #decode(): string {
    const coding = this.#remainingCoding();
    if (coding !== undefined && !isText(this.content)) {
      throw stillEncoded(coding, "the text", this.name, this.facts);
    }
    return decodeText(this.content, this.#contentType);
  }

  /**
   * The body as JSON if the Content-Type is JSON; `undefined` for another type or a body that is not
   * well-formed. It is parsed once, on first access.
   */
  get jsonData(): unknown {
    if (this.#jsonData === undefined) {
      let value: unknown;
      if (isJSON(this.#contentType)) {
        try {
          value = JSON.parse(this.text);
        } catch {
          value = undefined; // as documented; json() throws instead
        }
      }
      this.#jsonData = { value };
    }
    return this.#jsonData.value;
  }

  /**
   * The problem details (RFC 9457) in a body of type `application/problem+json` and of at most 64 KiB;
   * `undefined` for every other body, and for a body that is not a JSON object.
   */
  get problem(): Problem | undefined {
    const isProblem = this.#contentType.essence === "application/problem+json" &&
      this.content.byteLength <= LARGEST_PROBLEM;
    return isProblem ? toProblem(this.jsonData, this.statusCode) : undefined;
  }

  /** The Link header fields (RFC 8288), with absolute targets. */
  get links(): Link[] {
    return parseLinks(this.headers.get("link"), this.url === "" ? "http://localhost" : this.url);
  }

  /**
   * Returns the body as JSON, with any Content-Type; `undefined` for 204, 205, 304 and responses to HEAD,
   * which have no body. Each call parses the body again, so that callers do not share a mutable result.
   *
   * @throws {DecodeError} If the body is not well-formed JSON.
   */
  json(): unknown;
  /**
   * Returns the body as JSON of a type that the caller names.
   *
   * @typeParam T The expected type of the body; it is not checked.
   * @throws {DecodeError} If the body is not well-formed JSON.
   */
  json<T>(): T;
  /**
   * Returns the body as JSON, validated by a schema.
   *
   * @param schema A synchronous schema of any library that implements Standard Schema.
   * @returns The output of the schema.
   * @throws {DecodeError} If the body is not well-formed JSON.
   * @throws {SchemaError} If the schema does not accept it.
   */
  json<Output>(schema: StandardSchema<unknown, Output>): Output;
  json(schema?: StandardSchema): unknown {
    const value = this.hasNoBody ? undefined : this.#parse();
    if (schema === undefined) return value;
    return validate(schema, value, `the body of ${this.name}`, this.facts);
  }

  /**
   * Returns the response itself if its status is 2xx.
   *
   * @throws {HTTPError} For any other status.
   */
  raiseForStatus(): this {
    if (!this.ok) throw new HTTPError(this);
    return this;
  }

  /**
   * Returns a platform `Response` with the same status, header fields and body. Content-Encoding is kept
   * only if the bytes are still encoded; Content-Length is left out if they are decoded.
   *
   * @throws {RangeError} If the status is outside 200 to 599; the platform's `Response` cannot have it.
   */
  toWeb(): globalThis.Response {
    return this.webResponse(this.content, this.#wasDecoded());
  }

  /**
   * Buffers a platform `Response`, without limits and timeouts; only a client has those.
   *
   * @param response The response; its body must not have been read.
   */
  static async from(response: globalThis.Response): Promise<Response> {
    noteFetched(response);
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

  #remainingCoding(): string | undefined {
    return remainingCoding(this.headers, this.content, true);
  }

  #wasDecoded(): boolean {
    return !this.hasNoBody && isCompressed(this.headers) && this.#remainingCoding() === undefined;
  }

  #parse(): unknown {
    const { text } = this;
    try {
      return JSON.parse(text);
    } catch (cause) {
      const type = this.headers.get("content-type");
      const reason = text.trim() === "" ? "the body is empty" : "it is not well-formed JSON" +
        (text.trimStart().startsWith("<") ? " (it looks like HTML or XML)" : "");
      throw new DecodeError(
        `Cannot decode the body of ${this.name} as JSON: ${reason}; status ${this.statusCode}, ` +
          `content-type ${type === null ? "missing" : JSON.stringify(type.slice(0, 100))}`,
        { ...this.facts, cause, snippet: text.slice(0, SNIPPET_LENGTH) },
      );
    }
  }
}

/**
 * The error of a response other than 2xx, thrown with `throwOnError: true` or by `raiseForStatus()`. It
 * contains the whole, readable response. The message contains the request's identifier and the title of the
 * problem details, if the server sent them.
 */
export class HTTPError extends NetworkingError {
  static {
    brand(this, "HTTPError");
  }

  /** The response; its body is buffered and can be read any number of times. */
  declare readonly response: Response;
  /** The status code of the response. */
  declare readonly statusCode: number;

  /**
   * Makes the error.
   *
   * @param response The response that caused the error.
   */
  constructor(response: Response) {
    const { method, url, attempts, requestId, statusCode, reason, retryAfterMs, retrySkipped } =
      response;
    const { length } = attempts;
    const title = shownText(response.problem?.title);
    const notes = [
      length > 1 && `after ${length} attempts`,
      requestId && `request ${shownText(requestId)}`,
    ].filter(Boolean).join(", ");
    super(
      "http_status",
      `Cannot ${method} ${describeURL(url)}: the server answered ${statusCode}` +
        (reason && ` ${reason}`) + (notes && ` (${notes})`) + (title && `: ${title}`),
      { method, url, attempts, requestId, retryAfterMs, retrySkipped },
    );
    this.response = response;
    this.statusCode = statusCode;
  }

  /** The problem details of the response; see {@linkcode Response.problem}. */
  get problem(): Problem | undefined {
    return this.response.problem;
  }
}

export { Response as HTTPResponse };
