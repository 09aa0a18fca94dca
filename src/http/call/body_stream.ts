/**
 * A response body as a stream under the client's rules. `idleTimeout` counts while the reader waits for the
 * next chunk, the size limit counts decoded bytes, and failures are errors of this library. The resources
 * of the body are freed when it ends, fails or is cancelled.
 *
 * @module
 */

import { NetworkingError, TimeoutError } from "../../errors.ts";
import { describeURL } from "../../redact.ts";
import { lazyStream } from "../../runtime/byte_streams.ts";
import { CLOSED, closedError, TIMED_OUT } from "./clocks.ts";
import { noteFetched } from "../response/content_coding.ts";
import type { Answer, AnswerBody, AnswerRead } from "../../runtime/answer.ts";
import { classifyFetchFailure } from "../transport/fetch_failure.ts";
import { plainLength } from "../response/content_length.ts";
import { byteReader, readChunks, readGrowing, tooLarge } from "../response/read_body.ts";

/** The clock that a body takes over from its attempt. */
export interface BodyClock {
  /** Ends the transmission. */
  readonly signal: AbortSignal;
  /** Returns the outcome of a read, or rejects when the signal aborts. */
  race<T>(work: Promise<T>): Promise<T>;
  /** Restarts the count; `Infinity` stops it. */
  restart(limitMs: number): void;
  /** Stops counting and frees the resources of the attempt. */
  end(): void;
}

/** The rules of a body stream. */
export interface BodyRules {
  readonly clock: BodyClock;
  readonly idleMs: number;
  /** The maximum size, in bytes after content decoding. */
  readonly limit: number;
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers?: Readonly<Record<string, string>>;
  };
}

/** A body, with operations that its stream does not have. */
export interface BodyStream {
  readonly body: ReadableStream<Bytes>;
  /** Reads the rest into one buffer; an unread body is read without intermediate chunks. */
  readAll(): Promise<Bytes>;
  /** Ends the body immediately, even if it is locked; a pending read fails. */
  stop(): Promise<void>;
}

/** Returns the body of `response` under `rules`. */
export function streamBody(response: Answer, rules: BodyRules): BodyStream {
  const { clock, idleMs, limit, request } = rules;
  noteFetched(response, request);
  // Responses to HEAD and with 204 have no body. The reader keeps the Response: in Deno 2.9 a signal no
  // longer aborts a body whose Response was collected.
  const source = { ...bodyReader(response.body ?? new Blob([]).stream()), response };
  let size = 0;
  let started = false;
  let over = false;
  let givenUp = false;
  function finish(): void {
    if (!over) clock.end();
    over = true;
  }
  async function stop(reason?: unknown): Promise<void> {
    givenUp ||= !over;
    finish();
    // A body that failed has reported that to its reader, and holds no resources.
    await source.cancel(reason).catch(() => {});
  }
  function received<Result>(result: Result): Result {
    clock.restart(Infinity); // a slow reader is not an idle server
    return result;
  }
  /** @throws {NetworkingError} If the body was cancelled before its end. */
  function checkEnd(): void {
    if (!givenUp) return;
    const { method, url } = request;
    const why = "the rest of the body was cancelled; read it before cancel()";
    throw new NetworkingError("closed", `Cannot ${method} ${describeURL(url)}: ${why}`, {
      method,
      url,
    });
  }
  const body = lazyStream({
    async pull(controller) {
      started = true;
      try {
        clock.restart(idleMs);
        const { done, value } = received(await clock.race(source.read()));
        if (done) {
          checkEnd();
          finish();
          controller.close();
          return;
        }
        size += value.byteLength;
        if (size <= limit) return controller.enqueue(value);
      } catch (thrown) {
        finish();
        throw await toError(thrown, rules);
      }
      await stop();
      throw tooLarge(limit, request);
    },
    cancel: stop,
  });
  async function readAll(): Promise<Bytes> {
    const reader = body.getReader();
    const { readInto } = source;
    // An earlier read may have left chunks in the queue of `body`.
    if (started || readInto === undefined) {
      const bytes = await readChunks(reader);
      checkEnd();
      return bytes;
    }
    try {
      const read = (view: Bytes) => {
        clock.restart(idleMs);
        return clock.race(readInto(view)).then(received);
      };
      const bytes = await readGrowing(
        { read, cancel: stop },
        limit,
        request,
        plainLength(response.headers),
      );
      checkEnd();
      return bytes;
    } catch (thrown) {
      throw await toError(thrown, rules);
    } finally {
      finish();
    }
  }
  return { body, readAll, stop };
}

/** Reads the next chunk of a body, or fills the caller's buffer if the body supports that. */
interface BodyReader {
  read(): Promise<AnswerRead>;
  readonly readInto?: (view: Bytes) => Promise<ReadableStreamReadResult<Bytes>>;
  cancel(reason?: unknown): Promise<void>;
}

/**
 * Reads chunks into buffers of their own size. With a default reader, each chunk keeps a buffer of 64 KiB
 * on Deno, so a large body in small chunks takes sixteen times its size.
 */
function bodyReader(stream: AnswerBody): BodyReader {
  const bytes = byteReader(stream);
  if (bytes === undefined) {
    const reader = stream.getReader();
    return { read: () => reader.read(), cancel: (reason) => reader.cancel(reason) };
  }
  let buffer = new ArrayBuffer(65_536);
  return {
    async read() {
      const { done, value } = await bytes.read(new Uint8Array(buffer));
      if (done || value === undefined) return { done: true, value: undefined };
      buffer = value.buffer;
      return { done, value: value.slice() };
    },
    readInto: (view) => bytes.read(view),
    cancel: (reason) => bytes.cancel(reason),
  };
}

type Bytes = Uint8Array<ArrayBuffer>;

async function toError(
  thrown: unknown,
  { clock, idleMs, request }: BodyRules,
): Promise<unknown> {
  const { method, url } = request;
  const reason = clock.signal.aborted ? clock.signal.reason : thrown;
  if (reason === CLOSED) return closedError(method, url);
  if (reason === TIMED_OUT) {
    return new TimeoutError(
      `Cannot ${method} ${describeURL(url)}: no byte of the body arrived for ${idleMs / 1000} s, ` +
        "which is idleTimeout; raise it if the server is that slow",
      { method, url, clock: "idle", limitMs: idleMs, elapsedMs: idleMs },
    );
  }
  if (clock.signal.aborted || thrown instanceof NetworkingError) return reason;
  return await classifyFetchFailure(thrown, request, "body");
}
