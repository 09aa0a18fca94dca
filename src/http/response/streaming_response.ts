/**
 * The response with a streamed body, which is read once, as bytes, lines, JSON values or events.
 *
 * @module
 */

import type { ServerSentEvent } from "../../formats/event_stream_parser.ts";
import type { StandardSchema } from "../../formats/standard_schema.ts";
import { redactURL, showOnly } from "../../redact.ts";
import { redactHeaders } from "../../redact_headers.ts";
import { STREAM_READERS, type StreamReaders } from "./lazy_readers.ts";
import { readChunks } from "./read_body.ts";
import { HTTPResponseHead } from "./response_head.ts";
import { HTTPError, type HTTPResponseInit, Response } from "./response.ts";

/** The options of `ReadableStream.pipeTo`, declared here since not every type library has them. */
export interface PipeOptions {
  /** Does not close the target when the source ends. */
  readonly preventClose?: boolean;
  /** Does not abort the target when the source fails. */
  readonly preventAbort?: boolean;
  /** Does not cancel the source when the target fails. */
  readonly preventCancel?: boolean;
  /** Aborts the piping. */
  readonly signal?: AbortSignal;
}

/** The parts of a {@linkcode StreamingResponse}. */
export interface StreamingResponseInit extends Omit<HTTPResponseInit, "content"> {
  /** The body after content decoding. */
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Reads the rest of the body, which is not locked; if omitted, `body` is read. */
  readonly readAll?: () => Promise<Uint8Array<ArrayBuffer>>;
  /** Ends the body immediately, even if it is locked; if omitted, `body` is cancelled. */
  readonly stop?: () => Promise<void>;
  /** How long an error may wait for the body, in milliseconds; 30 s if omitted. */
  readonly errorTimeoutMs?: number;
}

/**
 * A response whose head has arrived and whose body is streamed. The body is read once, by one of the
 * methods. `await using` frees the connection at the end of the block, and leaving a loop over `lines()`,
 * `ndjson()` or `events()` frees it too.
 *
 * @example
 * ```ts
 * import { HTTPClient } from "@codomyrmex/networking";
 *
 * const handler = () => new Response('{"n":1}\n{"n":2}\n');
 * await using server = Deno.serve({ hostname: "localhost", port: 0, onListen() {} }, handler);
 * await using client = new HTTPClient({ baseUrl: `http://localhost:${server.addr.port}` });
 *
 * await using response = await client.stream("GET", "/rows");
 * for await (const row of response.ndjson<{ n: number }>()) console.log(row.n);
 * ```
 */
export class StreamingResponse extends HTTPResponseHead implements AsyncDisposable {
  static {
    showOnly(this, "StreamingResponse", (response) => ({
      statusCode: response.statusCode,
      reason: response.reason,
      method: response.method,
      url: redactURL(response.url),
      headers: redactHeaders(response.headers),
      attempts: response.attempts,
    }));
  }

  /** The body, under `idleTimeout` and `maxResponseSize`. */
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly #init: StreamingResponseInit;

  /**
   * Makes a response from its parts.
   *
   * @param init The parts.
   * @throws {RangeError} If the status code is not a whole number from 100 to 999.
   */
  constructor(init: StreamingResponseInit) {
    super(init);
    this.body = init.body;
    this.#init = init;
  }

  /** Reads the rest of the body into a buffered response. */
  async buffer(): Promise<Response> {
    const content = await (this.#init.readAll?.() ?? readChunks(this.body.getReader()));
    return new Response({ ...this.#init, headers: this.headers, content });
  }

  /**
   * Returns the response with the part of its body that arrives within `timeout`, at most 64 KiB, for error
   * messages. The rest of the body is cancelled.
   */
  async bufferError(): Promise<Response> {
    const { errorTimeoutMs = 30_000 } = this.#init;
    const { readErrorBody } = await STREAM_READERS.load();
    const content = await readErrorBody(this.body, errorTimeoutMs, () => this.cancel());
    return new Response({ ...this.#init, headers: this.headers, content });
  }

  /** Reads the rest of the body. */
  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return (await this.buffer()).content;
  }

  /** Reads the rest of the body as text; see {@linkcode Response.text}. */
  async text(): Promise<string> {
    return (await this.buffer()).text;
  }

  /** Reads the rest of the body as JSON; see {@linkcode Response.json}. */
  json(): Promise<unknown>;
  /**
   * Reads the rest of the body as JSON of a type that the caller names.
   *
   * @typeParam T The expected type of the body; it is not checked.
   */
  json<T>(): Promise<T>;
  /**
   * Reads the rest of the body as JSON, validated by a schema.
   *
   * @param schema A synchronous schema of any library that implements Standard Schema.
   */
  json<Output>(schema: StandardSchema<unknown, Output>): Promise<Output>;
  async json(schema?: StandardSchema): Promise<unknown> {
    const response = await this.buffer();
    return schema === undefined ? response.json() : response.json(schema);
  }

  /** Yields the body line by line, without the LF or CR LF at the end. */
  lines(): AsyncGenerator<string, void, undefined> {
    return this.#read(({ linesOf }) => linesOf(this));
  }

  /**
   * Yields the body as JSON values, one per line; empty lines are skipped.
   *
   * @throws {DecodeError} If a line is not well-formed JSON.
   */
  ndjson(): AsyncGenerator<unknown, void, undefined>;
  /**
   * Yields JSON values of a type that the caller names.
   *
   * @typeParam T The expected type of a line; it is not checked.
   */
  ndjson<T>(): AsyncGenerator<T, void, undefined>;
  /**
   * Yields JSON values, each validated by a schema.
   *
   * @param schema A synchronous schema of any library that implements Standard Schema.
   * @throws {SchemaError} If the schema does not accept a value.
   */
  ndjson<Output>(schema: StandardSchema<unknown, Output>): AsyncGenerator<Output, void, undefined>;
  ndjson(schema?: StandardSchema): AsyncGenerator<unknown, void, undefined> {
    const { name, facts } = this;
    return this.#read(({ rowsOf }) => rowsOf(this, schema, name, facts));
  }

  /**
   * Yields the body as server-sent events. An incomplete event at the end of a GET stream is dropped, as
   * the HTML Standard requires; with any other method it is `body_truncated`.
   *
   * @throws {DecodeError} If the Content-Type is not `text/event-stream`; `snippet` has the beginning
   * of the body.
   * @throws {ConnectionError} `body_truncated` after the last complete event.
   * @throws {ResponseTooLargeError} If an event is longer than 16 Mi characters.
   */
  events(): AsyncGenerator<ServerSentEvent, void, undefined> {
    return this.#read(({ allEventsOf }) => allEventsOf(this));
  }

  /** Yields the values of a reader, which is loaded on first use. */
  #read<T>(
    read: (readers: StreamReaders) => AsyncGenerator<T, void, undefined>,
  ): AsyncGenerator<T, void, undefined> {
    if (STREAM_READERS.now !== undefined) return read(STREAM_READERS.now);
    return (async function* () {
      yield* read(await STREAM_READERS.load());
    })();
  }

  /**
   * Pipes the body into a writable stream.
   *
   * @param target The target of the body.
   * @param options As for `ReadableStream.pipeTo`.
   */
  pipeTo(
    target: WritableStream<Uint8Array<ArrayBuffer>>,
    options?: PipeOptions,
  ): Promise<void> {
    return this.body.pipeTo(target, options);
  }

  /**
   * Returns a platform `Response` with this status, these header fields and the rest of the body, which
   * only it may then read. Content-Encoding is kept only if the bytes are still encoded. It waits for the
   * first bytes if it needs them to decide that.
   *
   * @throws {RangeError} If the status is outside 200 to 599; the platform's `Response` cannot have it.
   */
  async toWeb(): Promise<globalThis.Response> {
    if (this.hasNoBody) {
      await this.cancel();
      return this.webResponse(null, false);
    }
    const { body, isDecoded } = await (await STREAM_READERS.load()).knownBody(this);
    return this.webResponse(body, isDecoded);
  }

  /**
   * Returns the response itself if its status is 2xx. Otherwise it throws an error with the body from
   * {@linkcode StreamingResponse.bufferError}.
   *
   * @throws {HTTPError} For any other status.
   */
  async raiseForStatus(): Promise<this> {
    if (!this.ok) throw new HTTPError(await this.bufferError());
    return this;
  }

  /** Cancels the rest of the body and frees the connection. */
  async cancel(): Promise<void> {
    if (this.#init.stop !== undefined) return await this.#init.stop();
    if (!this.body.locked) await this.body.cancel();
  }

  /** The same as {@linkcode StreamingResponse.cancel}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.cancel();
  }
}
