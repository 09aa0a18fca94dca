/**
 * The response whose body is not buffered: read once, as bytes, lines, JSON values or events.
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

/** What `ReadableStream.pipeTo` takes, under a name that no library of types has to have. */
export interface PipeOptions {
  /** The source ends, and the target is not closed. */
  readonly preventClose?: boolean;
  /** The source fails, and the target is not aborted. */
  readonly preventAbort?: boolean;
  /** The target fails, and the source is not cancelled. */
  readonly preventCancel?: boolean;
  /** Ends the piping. */
  readonly signal?: AbortSignal;
}

/** What a {@linkcode StreamingResponse} is made of. */
export interface StreamingResponseInit extends Omit<HTTPResponseInit, "content"> {
  /** The body after content decoding. */
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Reads the rest of the body, which nobody has locked; reads `body` when left out. */
  readonly readAll?: () => Promise<Uint8Array<ArrayBuffer>>;
  /** Ends the body at once, also when it is locked; cancels it when left out. */
  readonly stop?: () => Promise<void>;
  /** How long an error may wait for the body, in milliseconds; 30 s when left out. */
  readonly errorTimeoutMs?: number;
}

/**
 * A response whose head is here and whose body is still to come. The body is read once, by one of
 * the methods; `await using` frees the connection however the block is left, and so does leaving a
 * loop over `lines()`, `ndjson()` or `events()`.
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
   * The response with as much of its body as an error message needs: what comes within `timeout`, at
   * most 64 KiB. The rest of the body is given up.
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
   * The same, for a caller who says what the body is.
   *
   * @typeParam T What the caller believes the body to be; nothing checks it.
   */
  json<T>(): Promise<T>;
  /**
   * Reads the rest of the body as JSON, checked by a schema.
   *
   * @param schema A synchronous schema of any library that implements Standard Schema.
   */
  json<Output>(schema: StandardSchema<unknown, Output>): Promise<Output>;
  async json(schema?: StandardSchema): Promise<unknown> {
    const response = await this.buffer();
    return schema === undefined ? response.json() : response.json(schema);
  }

  /** The body line by line, without the LF or CR LF that ends each. */
  lines(): AsyncGenerator<string, void, undefined> {
    return this.#read(({ linesOf }) => linesOf(this));
  }

  /**
   * The body as JSON values, one a line; empty lines are passed over.
   *
   * @throws {DecodeError} If a line is not well-formed JSON.
   */
  ndjson(): AsyncGenerator<unknown, void, undefined>;
  /**
   * The same, for a caller who says what a line is.
   *
   * @typeParam T What the caller believes a line to be; nothing checks it.
   */
  ndjson<T>(): AsyncGenerator<T, void, undefined>;
  /**
   * The same, each value checked by a schema.
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
   * The body as server-sent events. An event that the end of a GET stream leaves incomplete is dropped,
   * as the HTML Standard says; any other stream that ends in the middle of an event is `body_truncated`.
   *
   * @throws {DecodeError} If the Content-Type is not `text/event-stream`; `snippet` has the beginning
   * of the body.
   * @throws {ConnectionError} `body_truncated` after the last complete event.
   * @throws {ResponseTooLargeError} If an event is longer than 16 Mi characters.
   */
  events(): AsyncGenerator<ServerSentEvent, void, undefined> {
    return this.#read(({ allEventsOf }) => allEventsOf(this));
  }

  /** The values that a reader gives, which is loaded when it is first needed. */
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
   * @param target Where it goes.
   * @param options As for `ReadableStream.pipeTo`.
   */
  pipeTo(
    target: WritableStream<Uint8Array<ArrayBuffer>>,
    options?: PipeOptions,
  ): Promise<void> {
    return this.body.pipeTo(target, options);
  }

  /**
   * The platform's `Response` with this status, these header fields and the rest of the body, which is
   * then nobody else's. Content-Encoding is there exactly if the bytes are still in that coding. Waits
   * for the first bytes where they have to tell that.
   *
   * @throws {RangeError} If the status is outside 200 to 599, which the platform's cannot hold.
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
   * The response itself when its status is 2xx; otherwise the error has what
   * {@linkcode StreamingResponse.bufferError} reads of the body.
   *
   * @throws {HTTPError} For any other status.
   */
  async raiseForStatus(): Promise<this> {
    if (!this.ok) throw new HTTPError(await this.bufferError());
    return this;
  }

  /** Gives up on the rest of the body, and frees the connection. */
  async cancel(): Promise<void> {
    if (this.#init.stop !== undefined) return await this.#init.stop();
    if (!this.body.locked) await this.body.cancel();
  }

  /** The same as {@linkcode StreamingResponse.cancel}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.cancel();
  }
}
