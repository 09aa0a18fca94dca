/**
 * A response body as a stream that keeps our promises: `idleTimeout` counts while somebody waits for
 * the next chunk, the size limit counts decoded bytes, failures are errors of ours, and whatever the
 * body holds is freed when it ends, fails or is cancelled.
 *
 * @module
 */

import { NetworkingError, TimeoutError } from "../errors.ts";
import { describeURL } from "../redact.ts";
import { closedError } from "./call.ts";
import { CLOSED, TIMED_OUT } from "./clocks.ts";
import { classifyFetchFailure } from "./fetch_failure.ts";
import { byteReader, tooLarge } from "./read_body.ts";

/** What the attempt hands over to a body that outlives it. */
export interface BodyClock {
  /** Ends the transmission. */
  readonly signal: AbortSignal;
  /** Counts anew from now on; `Infinity` for not at all. */
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
  readonly request: { readonly method: string; readonly url: string };
}

/** A body, and what ends it at once, also when it is locked to a reader. */
export interface BodyStream {
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  stop(): Promise<void>;
}

/** The body of `response` under `rules`. */
export function streamBody(response: globalThis.Response, rules: BodyRules): BodyStream {
  const { clock, idleMs, limit, request } = rules;
  // HEAD, 204 and the like have none.
  const reader = chunkReader(response.body ?? new Blob([]).stream());
  // Deno 2.9 no longer aborts a body whose Response was collected: it is kept for as long as the body.
  const source = { reader, response };
  let size = 0;
  let over = false;
  function finish(): void {
    if (!over) clock.end();
    over = true;
  }
  async function stop(reason?: unknown): Promise<void> {
    finish();
    // A body that failed has told its reader so, and holds nothing any more.
    await reader.cancel(reason).catch(() => {});
  }
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      try {
        clock.restart(idleMs);
        const { done, value } = await source.reader.read();
        clock.restart(Infinity); // a slow reader of ours is not an idle server
        if (done) {
          finish();
          controller.close();
          return;
        }
        size += value.byteLength;
        if (size <= limit) return controller.enqueue(value);
      } catch (thrown) {
        finish();
        throw toError(thrown, rules);
      }
      await stop();
      throw tooLarge(limit, request);
    },
    cancel: stop,
  }, { highWaterMark: 0 });
  return { body, stop };
}

/**
 * Reads chunks into buffers of their own size: read the usual way, each brings one of 64 KiB along on
 * Deno however few its bytes, and a large body in small chunks takes sixteen times its size.
 */
function chunkReader(
  stream: ReadableStream<Bytes>,
): Pick<ReadableStreamDefaultReader<Bytes>, "read" | "cancel"> {
  const reader = byteReader(stream);
  if (reader === undefined) return stream.getReader();
  let buffer = new ArrayBuffer(65_536);
  return {
    cancel: (reason) => reader.cancel(reason),
    async read() {
      const { done, value } = await reader.read(new Uint8Array(buffer));
      if (done || value === undefined) return { done: true, value: undefined };
      buffer = value.buffer;
      return { done, value: value.slice() };
    },
  };
}

type Bytes = Uint8Array<ArrayBuffer>;

function toError(thrown: unknown, { clock, idleMs, request }: BodyRules): unknown {
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
  return classifyFetchFailure(thrown, request, "body");
}
