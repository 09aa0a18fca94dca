/**
 * Bodies in the form that Deno needs.
 *
 * @module
 */

import { bare } from "../../runtime/bare.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * A Blob with a given stream and size. Deno sends Content-Length for a Blob only, not for a stream.
 */
export class SentBlob extends Blob {
  readonly #stream: ReadableStream<Bytes> | undefined;
  readonly #size: number | undefined;

  /** @param content The content of a Blob, or a stream of `size` bytes. */
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

  // A custom transport may read the Blob by other methods than fetch does.
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

/** Hides an inherited `body` of a stream: Deno would read and send it. */
export function withoutBody(stream: ReadableStream<Bytes>): ReadableStream<Bytes> {
  return Object.defineProperty(stream, "body", NOTHING);
}

const NOTHING: PropertyDescriptor = bare({ value: undefined });
