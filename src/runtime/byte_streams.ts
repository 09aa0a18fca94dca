/**
 * Converts byte streams to async generators, and back.
 *
 * @module
 */

import { bare } from "./bare.ts";

/**
 * Yields the chunks of a body; leaving the loop cancels it. Streams are not iterable in all browsers yet.
 */
export async function* chunksOf(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const reader = body.getReader();
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
    reader.releaseLock();
  }
}

/** Streams that a generator reads one after the other. */
export class Sources {
  /** The streams that were not read yet. */
  readonly #given: Set<ReadableStream<Uint8Array<ArrayBuffer>>>;
  #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined;
  #isOver = false;

  /** @param given Streams that are cancelled if they are not read before the end. */
  constructor(given: readonly ReadableStream<Uint8Array<ArrayBuffer>>[]) {
    this.#given = new Set(given);
  }

  /** Whether the streams were cancelled; the generator then ends. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Yields the chunks of one stream. */
  async *read(
    stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  ): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
    this.#given.delete(stream);
    const reader = this.#reader = stream.getReader();
    while (true) {
      const { done, value } = await reader.read();
      if (done || this.#isOver) break;
      yield value;
    }
    this.#reader = undefined;
  }

  /** Cancels every stream immediately, also during a pending read. */
  async cancel(reason: unknown): Promise<void> {
    this.#isOver = true;
    const open = [this.#reader, ...this.#given];
    this.#reader = undefined;
    this.#given.clear();
    await Promise.all(open.map((one) => one?.cancel(reason)));
  }
}

/**
 * Returns a stream of the chunks that a generator makes from `sources`. The sources are cancelled when the
 * stream is cancelled or the generator fails.
 */
export function streamOf(
  sources: Sources,
  chunks: AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return lazyStream({
    async pull(controller) {
      try {
        const { done, value } = await chunks.next();
        if (sources.isOver) return; // it was cancelled in the meantime
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        // A source may have failed already; the first error counts.
        await sources.cancel(error).catch(() => {});
        throw error;
      }
    },
    cancel: (reason) => sources.cancel(reason),
  });
}

/** Returns a stream that pulls from its source only during a read. It inherits no options of a source. */
export function lazyStream(
  source: UnderlyingDefaultSource<Uint8Array<ArrayBuffer>>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream(bare(source), bare({ highWaterMark: 0 }));
}
