/**
 * The body of a plain response: the chunks of a connection, read without a web stream.
 *
 * @module
 */

import type { AnswerBody, AnswerReader } from "../runtime/answer.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** The connection that the body comes from. */
export interface BodySource {
  /** Resumes sending. */
  resume(): void;
  /** Ends the transfer. */
  stop(reason: unknown): void;
}

/** The bytes that may wait for a slow reader before the connection is paused. */
const ENOUGH = 65_536;

/** The largest buffer that is allocated for an announced length. */
const LARGEST_BUFFER = 2 ** 26;

const END: ReadableStreamReadDoneResult<Bytes> = { done: true, value: undefined };

/** A reader that waits for a chunk. */
interface Waiting {
  resolve(result: ReadableStreamReadResult<Bytes>): void;
  reject(error: unknown): void;
}

/** A body that is read as chunks or as a whole. */
export class PlainBody implements AnswerBody, AnswerReader {
  readonly #source: BodySource;
  readonly #length: number;
  #chunks: Bytes[] = [];
  #size = 0;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;
  #waiting: Waiting | undefined;
  /** Called when the body is complete, for `bytes()`. */
  #whole: (() => void) | undefined;
  /** The buffer of `bytes()`, if the length is known. */
  #buffer: Bytes | undefined;

  /**
   * @param source The connection.
   * @param length The announced length, or NaN.
   */
  constructor(source: BodySource, length: number) {
    this.#source = source;
    this.#length = length;
  }

  /** Takes a chunk. Returns false if the connection should pause. */
  push(chunk: Bytes): boolean {
    if (this.#waiting !== undefined) {
      const { resolve } = this.#waiting;
      this.#waiting = undefined;
      resolve({ done: false, value: copyOf(chunk) });
      return true;
    }
    const size = this.#size + chunk.byteLength;
    if (this.#buffer !== undefined && size > this.#buffer.byteLength) {
      this.#chunks.push(this.#buffer.subarray(0, this.#size)); // longer than announced
      this.#buffer = undefined;
    }
    if (this.#buffer === undefined) this.#chunks.push(chunk);
    else this.#buffer.set(chunk, this.#size);
    this.#size = size;
    return this.#whole !== undefined || this.#size < ENOUGH;
  }

  /** Ends the body. */
  end(): void {
    this.#ended = true;
    this.#waiting?.resolve(END);
    this.#waiting = undefined;
    this.#whole?.();
  }

  /** Ends the body with an error. */
  fail(error: unknown): void {
    if (this.#ended || this.#failure !== undefined) return;
    this.#failure = { error };
    this.#waiting?.reject(error);
    this.#waiting = undefined;
    this.#whole?.();
  }

  /** Returns the only reader; there is no "byob" reader. */
  getReader(options: { mode: "byob" }): undefined;
  getReader(): AnswerReader;
  getReader(options?: { mode: "byob" }): AnswerReader | undefined {
    return options === undefined ? this : undefined;
  }

  /** Reads the next chunk. */
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

  /** Reads the whole body. */
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

  /** Returns the whole body without consuming it; undefined if it is larger than `limit` or incomplete. */
  whole(limit: number): Bytes | undefined {
    if (!this.#ended || this.#size > limit) return undefined;
    const all = this.#joined();
    this.#chunks = [all];
    return all;
  }

  /** Cancels the body. */
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

/** Copies bytes to a buffer of their own: chunks of a connection share a larger one. */
function copyOf(chunk: Bytes): Bytes {
  return new Uint8Array(chunk);
}
