/**
 * Reads the chunks of a body as text; the body must be decoded.
 *
 * @module
 */

import type { NetworkingErrorOptions } from "../../errors.ts";
import { describeURL } from "../../redact.ts";
import { chunksOf, lazyStream } from "../../runtime/byte_streams.ts";
import { isCompressed, remainingCoding, stillEncoded } from "./content_coding.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** The number of bytes that identify the coding of a body. */
const TELLING_BYTES = 4;

/** The parts of a response that are read here. */
export interface EncodedBody extends Pick<NetworkingErrorOptions, "attempts"> {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: ReadableStream<Bytes>;
}

/**
 * Yields the chunks of the body; leaving the loop cancels it.
 *
 * @param what What is read, for the error.
 * @throws {DecodeError} If the body has a coding that the runtime does not decode.
 */
export async function* decodedChunks(
  { method, url, headers, body, attempts = [] }: EncodedBody,
  what: string,
): AsyncGenerator<Bytes, void, undefined> {
  if (!isCompressed(headers)) return yield* chunksOf(body);
  const check = (first: Bytes) => {
    const coding = remainingCoding(headers, first, false);
    if (coding === undefined) return;
    const facts = { method, url, attempts };
    const name = url === "" ? "the response" : `${method} ${describeURL(url)}`;
    throw stillEncoded(coding, what, name, facts);
  };
  let first: Bytes | undefined = new Uint8Array(0);
  for await (const chunk of chunksOf(body)) {
    if (first === undefined) {
      yield chunk;
      continue;
    }
    first = first.length === 0 ? chunk : joined(first, chunk);
    if (first.length < TELLING_BYTES) continue;
    check(first);
    yield first;
    first = undefined;
  }
  if (first === undefined || first.length === 0) return;
  check(first);
  yield first;
}

/** The beginning of a body. */
export interface Beginning {
  readonly first: Bytes;
  /** Whether the first bytes are known to be the whole body. */
  readonly isWhole: boolean;
  /** The whole body, the first bytes included. */
  readonly rest: ReadableStream<Bytes>;
}

/** Reads the first bytes of a body, and returns the whole body as another stream. */
export async function firstBytes(body: ReadableStream<Bytes>): Promise<Beginning> {
  const reader = body.getReader();
  let first: Bytes = new Uint8Array(0);
  let isWhole = false;
  while (first.length < TELLING_BYTES && !isWhole) {
    const { done, value } = await reader.read();
    if (done) isWhole = true;
    else first = joined(first, value);
  }
  let next: Bytes | undefined = first;
  const rest = lazyStream({
    async pull(controller) {
      if (next !== undefined && next.length > 0) controller.enqueue(next);
      else {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      }
      next = undefined;
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return { first, isWhole, rest };
}

function joined(one: Bytes, other: Bytes): Bytes {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
