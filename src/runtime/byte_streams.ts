/**
 * Streams of bytes as loops, and back.
 *
 * @module
 */

import { bare } from "./bare.ts";

/** The chunks of a body; leaving the loop cancels it. Browsers' streams are not iterable yet. */
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

/** Streams that a generator reads one after the other; it holds the one that it reads. */
export class Sources {
  /** The streams that are still to be read. */
  readonly #given: Set<ReadableStream<Uint8Array<ArrayBuffer>>>;
  #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined;
  #isOver = false;

  /** @param given Streams that are to be cancelled, if the end comes before they are read. */
  constructor(given: readonly ReadableStream<Uint8Array<ArrayBuffer>>[]) {
    this.#given = new Set(given);
  }

  /** Whether nobody wants more: then the generator ends. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** The chunks of one stream. */
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

  /** Cancels every stream at once, also one that is being waited for. */
  async cancel(reason: unknown): Promise<void> {
    this.#isOver = true;
    const open = [this.#reader, ...this.#given];
    this.#reader = undefined;
    this.#given.clear();
    await Promise.all(open.map((one) => one?.cancel(reason)));
  }
}

/**
 * A stream of what a generator makes of `sources`. They are cancelled when it is cancelled, and when
 * the generator fails.
 */
export function streamOf(
  sources: Sources,
  chunks: AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return lazyStream({
    async pull(controller) {
      try {
        const { done, value } = await chunks.next();
        if (sources.isOver) return; // it was cancelled meanwhile
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        // One of them may be what failed, and is broken already: the first error counts.
        await sources.cancel(error).catch(() => {});
        throw error;
      }
    },
    cancel: (reason) => sources.cancel(reason),
  });
}

/** A stream that asks its source only when it is read, and is of no kind that was inherited. */
export function lazyStream(
  source: UnderlyingDefaultSource<Uint8Array<ArrayBuffer>>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream(bare(source), bare({ highWaterMark: 0 }));
}
