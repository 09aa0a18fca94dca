/**
 * Reads a response body into memory, never beyond the size limit.
 *
 * @module
 */

import { ResponseTooLargeError } from "../errors.ts";
import { describeURL } from "../redact.ts";

/**
 * The whole body, decoded.
 *
 * @throws {ResponseTooLargeError} If it is larger than `limit` bytes after content decoding. The
 * rest is cancelled.
 */
export function readBody(
  response: globalThis.Response,
  limit: number,
  request: { readonly method: string; readonly url: string },
): Promise<Uint8Array<ArrayBuffer>> {
  const { headers } = response;
  const length = plainLength(headers);
  if (length !== undefined && length <= limit) {
    // The length bounds the body only when nothing else frames it or unpacks it: with chunked
    // coding beside it, any amount would get through.
    return "bytes" in response ? response.bytes() : readAll(response);
  }
  if (length !== undefined && response.body !== null) {
    discard(response); // it will be too large: no need to wait for that
    return Promise.reject(tooLarge(limit, request));
  }
  return response.body === null
    ? Promise.resolve(new Uint8Array(0))
    : readChunks(response.body.getReader(), limit, request);
}

/** The error for a body beyond the limit. */
export function tooLarge(
  limitBytes: number,
  { method, url }: { readonly method: string; readonly url: string },
): ResponseTooLargeError {
  return new ResponseTooLargeError(
    `Cannot ${method} ${describeURL(url)}: the body is larger than maxResponseSize, ` +
      `${limitBytes} bytes after decoding; raise the limit if that much is expected`,
    { method, url, limitBytes },
  );
}

/** The Content-Length, where it is the number of bytes that will come. */
function plainLength(headers: Headers): number | undefined {
  const length = headers.get("content-length");
  if (length === null || !/^\d{1,15}$/.test(length)) return undefined;
  return headers.has("content-encoding") || headers.has("transfer-encoding")
    ? undefined
    : Number(length);
}

async function readAll(response: globalThis.Response): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await response.arrayBuffer());
}

/** Ends a body that nobody will read, at once: draining it could take for ever. */
export function discard(response: globalThis.Response): void {
  // A body that is locked or broken cannot be cancelled, and holds nothing any more.
  response.body?.cancel().catch(() => {});
}

/** What a reader still has, up to `limit` bytes. */
export async function readChunks(
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  limit: number = Infinity,
  request: { readonly method: string; readonly url: string } = { method: "GET", url: "" },
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  while (true) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > limit) {
      reader.cancel().catch(() => {}); // the error that matters is the one below
      throw tooLarge(limit, request);
    }
    chunks.push(value);
  }
  if (chunks.length === 1) return chunks[0]!;
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}
