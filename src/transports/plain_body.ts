/**
 * The body of a plain answer: the chunks of a connection, read without a web stream.
 *
 * @module
 */

import type { AnswerBody, AnswerReader } from "../runtime/answer.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What the body asks of the connection that it comes from. */
export interface BodySource {
  /** Sends more again. */
  resume(): void;
  /** Ends it. */
  stop(reason: unknown): void;
}

/** As much waits for a reader before the connection is stopped; more is a slow reader's memory. */
const ENOUGH = 65_536;

/** As much memory is asked for because a server announces it. */
const LARGEST_BUFFER = 2 ** 26;

const END: ReadableStreamReadDoneResult<Bytes> = { done: true, value: undefined };

/** Who waits for a chunk. */
interface Waiting {
  resolve(result: ReadableStreamReadResult<Bytes>): void;
  reject(error: unknown): void;
}

/** A body that is read as chunks or at once. */
export class PlainBody implements AnswerBody, AnswerReader {
  readonly #source: BodySource;
  readonly #length: number;
  #chunks: Bytes[] = [];
  #size = 0;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;
  #waiting: Waiting | undefined;
  /** Called when all is there, by who reads all at once. */
  #whole: (() => void) | undefined;
  /** The buffer that this one made for it, where the length is known. */
  #buffer: Bytes | undefined;

  /**
   * @param source Where it comes from.
   * @param length The length that is announced; NaN where there is none.
   */
  constructor(source: BodySource, length: number) {
    this.#source = source;
    this.#length = length;
  }

  /** Takes a chunk; false where more should wait. */
  push(chunk: Bytes): boolean {
    if (this.#waiting !== undefined) {
      const { resolve } = this.#waiting;
      this.#waiting = undefined;
      resolve({ done: false, value: copyOf(chunk) });
      return true;
    }
    const size = this.#size + chunk.byteLength;
    if (this.#buffer !== undefined && size > this.#buffer.byteLength) {
      this.#chunks.push(this.#buffer.subarray(0, this.#size)); // it is longer than it should be
      this.#buffer = undefined;
    }
    if (this.#buffer === undefined) this.#chunks.push(chunk);
    else this.#buffer.set(chunk, this.#size);
    this.#size = size;
    return this.#whole !== undefined || this.#size < ENOUGH;
  }

  /** There is no more. */
  end(): void {
    this.#ended = true;
    this.#waiting?.resolve(END);
    this.#waiting = undefined;
    this.#whole?.();
  }

  /** There is no more because something went wrong. */
  fail(error: unknown): void {
    if (this.#ended || this.#failure !== undefined) return;
    this.#failure = { error };
    this.#waiting?.reject(error);
    this.#waiting = undefined;
    this.#whole?.();
  }

  /** Nobody else reads it. There is none that fills a buffer of the caller's. */
  getReader(options: { mode: "byob" }): undefined;
  getReader(): AnswerReader;
  getReader(options?: { mode: "byob" }): AnswerReader | undefined {
    return options === undefined ? this : undefined;
  }

  /** The next chunk. */
  read(): Promise<ReadableStreamReadResult<Bytes>> {
    const value = this.#chunks.shift();
    if (value !== undefined) {
      this.#size -= value.byteLength;
      if (this.#size < ENOUGH) this.#source.resume();
      return Promise.resolve({ done: false, value: copyOf(value) });
    }
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error);
    if (this.#ended) return Promise.resolve(END);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#source.resume();
    });
  }

  /** All of it. */
  bytes(): Promise<Bytes> {
    if (this.#ended) return Promise.resolve(this.#joined());
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error);
    if (this.#length >= this.#size && this.#length <= LARGEST_BUFFER) {
      const buffer = new Uint8Array(this.#length);
      this.#fill(buffer);
      this.#buffer = buffer;
    }
    return new Promise((resolve, reject) => {
      this.#whole = () => {
        if (this.#failure === undefined) resolve(this.#joined());
        else reject(this.#failure.error);
      };
      this.#source.resume();
    });
  }

  /** All of it, which stays to be read; undefined if it is larger than that, or not here yet. */
  whole(limit: number): Bytes | undefined {
    if (!this.#ended || this.#size > limit) return undefined;
    const all = this.#joined();
    this.#chunks = [all];
    return all;
  }

  /** Gives it up. */
  cancel(reason?: unknown): Promise<void> {
    this.#chunks = [];
    this.#size = 0;
    if (!this.#ended && this.#failure === undefined) {
      this.#ended = true;
      this.#waiting?.resolve(END);
      this.#waiting = undefined;
      this.#source.stop(reason);
    }
    return Promise.resolve();
  }

  #joined(): Bytes {
    if (this.#buffer !== undefined) {
      return this.#size === this.#buffer.byteLength
        ? this.#buffer
        : this.#buffer.slice(0, this.#size);
    }
    if (this.#chunks.length === 1) return copyOf(this.#chunks[0]!);
    const all = new Uint8Array(this.#size);
    this.#fill(all);
    return all;
  }

  /** Moves the chunks into a buffer. */
  #fill(buffer: Bytes): void {
    let size = 0;
    for (const chunk of this.#chunks) {
      buffer.set(chunk, size);
      size += chunk.byteLength;
    }
    this.#chunks = [];
  }
}

/** Bytes with a buffer of their own: those of a connection are parts of a larger one. */
function copyOf(chunk: Bytes): Bytes {
  return new Uint8Array(chunk);
}
