/**
 * Bodies as Deno has to get them.
 *
 * @module
 */

import { bare } from "../../runtime/bare.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * A Blob as Deno sends it: it takes the stream and the size. Deno sends Content-Length with nothing
 * else that is a stream.
 */
export class SentBlob extends Blob {
  readonly #stream: ReadableStream<Bytes> | undefined;
  readonly #size: number | undefined;

  /** @param content What a Blob is made of, or a stream of `size` bytes. */
  constructor(content: ReadableStream<Bytes> | BlobPart, size?: number) {
    const isStream = content instanceof ReadableStream;
    super(isStream ? [] : [content]);
    if (!isStream) return;
    this.#stream = content;
    this.#size = size;
  }

  override get size(): number {
    return this.#size ?? super.size;
  }

  override stream(): ReadableStream<Bytes> {
    return withoutBody(this.#stream ?? super.stream());
  }

  // A transport of the caller's may read it in another way than fetch does.
  override arrayBuffer(): Promise<ArrayBuffer> {
    return new globalThis.Response(this.stream()).arrayBuffer();
  }

  override async bytes(): Promise<Bytes> {
    return new Uint8Array(await this.arrayBuffer());
  }

  override async text(): Promise<string> {
    return new TextDecoder().decode(await this.arrayBuffer());
  }
}

/** Deno looks at `body` of a stream that it sends, and would send what is inherited there. */
export function withoutBody(stream: ReadableStream<Bytes>): ReadableStream<Bytes> {
  return Object.defineProperty(stream, "body", NOTHING);
}

const NOTHING: PropertyDescriptor = bare({ value: undefined });
