/**
 * Reads a response body into memory, up to the size limit.
 *
 * @module
 */

import { ResponseTooLargeError } from "../../http_errors.ts";
import { describeURL } from "../../redact.ts";
import { noteFetched } from "./content_coding.ts";
import { plainLength } from "./content_length.ts";
import { ON_DENO } from "../../runtime/deno.ts";
import type { Answer, AnswerBody, AnswerReader } from "../../runtime/answer.ts";

/**
 * Reads the whole body, decoded.
 *
 * @throws {ResponseTooLargeError} If it is larger than `limit` bytes after content decoding. The
 * rest is cancelled.
 */
export function readBody(
  response: Answer,
  limit: number,
  request: {
    readonly method: string;
    readonly url: string;
    readonly headers?: Readonly<Record<string, string>>;
  },
): Promise<Uint8Array<ArrayBuffer>> {
  const { headers } = response;
  const length = plainLength(headers);
  if (length !== undefined && length <= limit && !(isLarge(length) && isNative(response))) {
    // The length bounds the body only without transfer and content codings; with them any amount may
    // follow.
    return response.bytes?.() ?? readAll(response);
  }
  if (length !== undefined && length > limit && response.body !== null) {
    discard(response); // it will be too large, so do not read it
    return Promise.reject(tooLarge(limit, request));
  }
  if (response.body === null) return Promise.resolve(new Uint8Array(0));
  noteFetched(response, request);
  const reader = byteReader(response.body);
  if (reader === undefined) return readChunks(response.body.getReader(), limit, request);
  if (!isNative(response)) return readGrowing(reader, limit, request);
  // This needs fewer promises. Other streams may close before they are read to the end; a read with a
  // larger `min` then fails. On Deno the last read closes a stream of fetch.
  const read = (view: Uint8Array<ArrayBuffer>) =>
    reader.read(...[view, { min: view.byteLength }] as unknown as [typeof view]);
  return readGrowing({ read, cancel: () => reader.cancel() }, limit, request, length);
}

/**
 * Whether the response is of Deno's own fetch. Each access to `url` takes Deno 2 µs, since it parses the
 * URL.
 */
function isNative({ url }: Answer): boolean {
  return ON_DENO && url !== "";
}

/** Creates the error for a body above the limit. */
export function tooLarge(
  limitBytes: number,
  { method, url }: { readonly method: string; readonly url: string },
): ResponseTooLargeError {
  return new ResponseTooLargeError(
    `Cannot ${method} ${
      describeURL(url)
    }: the body is larger than maxResponseSize, ${limitBytes} bytes; raise it`,
    { method, url, limitBytes },
  );
}

async function readAll(response: Answer): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await response.arrayBuffer!());
}

/** Cancels a body that is not read; draining it could take forever. */
export function discard(response: Answer): void {
  // A locked or broken body cannot be cancelled, and holds no resources.
  response.body?.cancel().catch(() => {});
}

/** First size of the buffer for a body of unknown length, in bytes; most bodies are smaller. */
const FIRST_SIZE = 4096;

/** From this size on, in bytes, Deno reads faster into one buffer of ours than with `bytes()`. */
const LARGE_SIZE = 65_536;

/** The largest buffer that is allocated from an announced length, in bytes. */
const LARGEST_BUFFER = 2 ** 26;

/** Whether a body of this length is read into one buffer of its size. */
function isLarge(length: number): boolean {
  return length >= LARGE_SIZE && length <= LARGEST_BUFFER;
}

/** Fills a buffer that is passed to it and returns it, full or with the available bytes. */
interface BufferFiller {
  read(
    view: Uint8Array<ArrayBuffer>,
  ): Promise<ReadableStreamReadResult<Uint8Array<ArrayBuffer>>>;
  cancel(): Promise<void>;
}

/**
 * Reads a body into one buffer, which grows unless the announced length is right. With a default reader,
 * every chunk costs Deno a buffer of 64 KiB and a promise.
 *
 * @param length The announced length, if there is one.
 */
export async function readGrowing(
  source: BufferFiller,
  limit: number,
  request: { readonly method: string; readonly url: string },
  length: number = Infinity,
): Promise<Uint8Array<ArrayBuffer>> {
  const most = limit + 1; // one byte above the limit proves that the body is too large
  const known = length <= limit && isLarge(length) ? length : undefined;
  let buffer = new ArrayBuffer(known ?? Math.min(FIRST_SIZE, most));
  let size = 0;
  while (true) {
    // A buffer of the announced length is not copied for the read that finds the end.
    const isFull = size === known;
    const { done, value } = await source.read(
      isFull ? new Uint8Array(1) : new Uint8Array(buffer, size),
    );
    if (value === undefined) return new Uint8Array(0); // cancelled
    if (!isFull) buffer = value.buffer;
    size += value.byteLength;
    if (size > limit) {
      source.cancel().catch(() => {}); // the error that matters is the one below
      throw tooLarge(limit, request);
    }
    if (done) return new Uint8Array(buffer.transfer(size));
    // Growing copies the bytes: few large steps copy little, and unwritten memory costs nothing.
    if (isFull || (size === buffer.byteLength && size !== known)) {
      buffer = buffer.transfer(Math.min(size * 8, most));
    }
    if (isFull) new Uint8Array(buffer).set(value, size - 1);
  }
}

/** Cloudflare's settings of a worker. */
interface Settings {
  readonly Cloudflare?: { readonly compatibilityFlags?: Readonly<Record<string, boolean>> };
}

/** Before the compatibility date 2024-05-13 the read that finds the end does not return the buffer. */
const LOSES_BUFFERS =
  (globalThis as Settings).Cloudflare?.compatibilityFlags?.internal_stream_byob_return_view ===
    false;

/** Returns a BYOB reader if the body is a byte stream, as with fetch. */
export function byteReader(body: AnswerBody): ReadableStreamBYOBReader | undefined {
  if (LOSES_BUFFERS) return undefined;
  try {
    return body.getReader({ mode: "byob" });
  } catch {
    return undefined;
  }
}

/** Reads the rest of a reader, up to `limit` bytes. */
export async function readChunks(
  reader: AnswerReader,
  limit: number = Infinity,
  request: { readonly method: string; readonly url: string } = { method: "GET", url: "" },
): Promise<Uint8Array<ArrayBuffer>> {
  // Chunks are copied, not collected: a chunk may be a few bytes of a buffer of 64 KiB.
  let buffer = new ArrayBuffer(FIRST_SIZE);
  let size = 0;
  while (true) {
    const { done, value } = await reader.read();
    if (done) return new Uint8Array(buffer.transfer(size));
    const needed = size + value.byteLength;
    if (needed > limit) {
      reader.cancel().catch(() => {}); // the error that matters is the one below
      throw tooLarge(limit, request);
    }
    if (needed > buffer.byteLength) buffer = buffer.transfer(Math.max(needed, size * 2));
    new Uint8Array(buffer, size).set(value);
    size = needed;
  }
}
