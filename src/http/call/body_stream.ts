/**
 * A response body as a stream that keeps our promises: `idleTimeout` counts while somebody waits for
 * the next chunk, the size limit counts decoded bytes, failures are errors of ours, and whatever the
 * body holds is freed when it ends, fails or is cancelled.
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

/** What the attempt hands over to a body that outlives it. */
export interface BodyClock {
  /** Ends the transmission. */
  readonly signal: AbortSignal;
  /** The outcome of a read, or a rejection when the signal aborts. */
  race<T>(work: Promise<T>): Promise<T>;
  /** Restarts the count; with `Infinity` it stops. */
  restart(limitMs: number): void;
  /** Stops counting, and frees what the attempt held. */
  end(): void;
}

/** What a body stream has to keep to. */
export interface BodyRules {
  readonly clock: BodyClock;
  readonly idleMs: number;
  /** In bytes after content decoding. */
  readonly limit: number;
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers?: Readonly<Record<string, string>>;
  };
}

/** A body, and what can be done with it that its stream does not offer. */
export interface BodyStream {
  readonly body: ReadableStream<Bytes>;
  /** Reads the rest into one buffer, without chunks in between where nobody has read any. */
  readAll(): Promise<Bytes>;
  /** Ends the body at once, also when it is locked; who still reads it gets an error. */
  stop(): Promise<void>;
}

/** The body of `response` under `rules`. */
export function streamBody(response: Answer, rules: BodyRules): BodyStream {
  const { clock, idleMs, limit, request } = rules;
  noteFetched(response, request);
  // HEAD, 204 and the like have none. Deno 2.9 no longer aborts a body whose Response was collected:
  // it is kept for as long as the body.
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
    // A body that failed has told its reader so, and holds nothing any more.
    await source.cancel(reason).catch(() => {});
  }
  function received<Result>(result: Result): Result {
    clock.restart(Infinity); // a slow reader of ours is not an idle server
    return result;
  }
  /** @throws {NetworkingError} If the end is not that of the body. */
  function checkEnd(): void {
    if (!givenUp) return;
    const { method, url } = request;
    const why = "the rest of the body was given up with cancel(); read it before";
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
    // What `body` was asked for before may lie in its queue.
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

/** What reads a body: the next chunk, or into a buffer of the caller's where the body knows how. */
interface BodyReader {
  read(): Promise<AnswerRead>;
  readonly readInto?: (view: Bytes) => Promise<ReadableStreamReadResult<Bytes>>;
  cancel(reason?: unknown): Promise<void>;
}

/**
 * Reads chunks into buffers of their own size: read the usual way, each brings one of 64 KiB along on
 * Deno however few its bytes, and a large body in small chunks takes sixteen times its size.
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
      `Cannot ${method} ${describeURL(url)}: no byte of the body came for ${idleMs / 1000} s, ` +
        "which is idleTimeout; raise it if the server is that slow",
      { method, url, clock: "idle", limitMs: idleMs, elapsedMs: idleMs },
    );
  }
  if (clock.signal.aborted || thrown instanceof NetworkingError) return reason;
  return await classifyFetchFailure(thrown, request, "body");
}
