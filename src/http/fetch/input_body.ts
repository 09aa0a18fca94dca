/**
 * Converts a body of fetch to a value for `data`. Streams and the body of a `Request` are sent only once;
 * all other bodies can be sent again (Fetch Standard, "body source").
 *
 * @module
 */

import { lazyStream } from "../../runtime/byte_streams.ts";
import type { RawBody } from "../body/body_types.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A body to send. */
export interface FetchBody {
  readonly data: RawBody;
  readonly isSentOnce: boolean;
}

/**
 * Returns the body for `init.body`.
 *
 * @param isHalfDuplex Whether the caller has set `duplex: "half"`, which streams need.
 * @throws {TypeError} If it is a stream without `duplex: "half"`, or was read from.
 */
export function toData(body: unknown, isHalfDuplex: boolean): FetchBody {
  // fetch copies the bytes when it is called.
  if (body instanceof ArrayBuffer) return { data: body.slice(0), isSentOnce: false };
  if (ArrayBuffer.isView(body)) {
    const bytes = new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
    return { data: new Uint8Array(bytes), isSentOnce: false };
  }
  if (body instanceof Blob || body instanceof FormData || body instanceof URLSearchParams) {
    return { data: body, isSentOnce: false };
  }
  const stream = streamOf(body);
  if (stream === undefined) return { data: String(body), isSentOnce: false };
  if (!isHalfDuplex) {
    throw new TypeError('Cannot fetch: the body is a stream; add duplex: "half" to init');
  }
  return { data: unread(stream), isSentOnce: true };
}

/**
 * Returns the body of a `Request`, whose source is unknown. A body that is available immediately is sent
 * with its length, which some servers require; any other body is sent as a stream.
 *
 * @throws {TypeError} If the body was read from.
 */
export async function bodyOfRequest(request: Request): Promise<FetchBody | undefined> {
  const { body } = request;
  if (body === null && !request.bodyUsed) return undefined;
  // Firefox does not have the stream.
  if (body === undefined) {
    const blob = await request.blob();
    return blob.size === 0 ? undefined : { data: blob.slice(), isSentOnce: true };
  }
  if (request.bodyUsed) throw unusable();
  return { data: await readAhead(unread(streamOf(body)!)), isSentOnce: true };
}

/** Returns a stream for a stream or an async iterable of Node; undefined for other values. */
function streamOf(body: unknown): ReadableStream<Bytes> | undefined {
  if (body instanceof ReadableStream) return body;
  const iterable = Object(body) as Partial<AsyncIterable<string | Bytes>>;
  const iterator = typeof body === "object" ? iterable[Symbol.asyncIterator]?.() : undefined;
  if (iterator === undefined) return undefined;
  const encoder = new TextEncoder();
  return lazyStream({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(typeof value === "string" ? encoder.encode(value) : value);
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}

function unread(stream: ReadableStream<Bytes>): ReadableStream<Bytes> {
  if (stream.locked) throw unusable();
  return stream;
}

function unusable(): TypeError {
  return new TypeError("Cannot fetch: the body was read from already, or is locked to a reader");
}

/** A larger body is sent as a stream, in bytes. */
const LARGEST_AHEAD = 2 ** 20;

/**
 * Returns the bytes of a stream if they are all available immediately; otherwise a stream of the same
 * bytes.
 */
async function readAhead(stream: ReadableStream<Bytes>): Promise<Bytes | ReadableStream<Bytes>> {
  const reader = stream.getReader();
  const chunks: Bytes[] = [];
  let size = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = new Promise<void>((resolve) => timer = setTimeout(resolve, 0));
  let next = reader.read();
  // Its error is thrown by the read below.
  const settled = () => Promise.race([next.then(() => true, () => true), soon]);
  while (size <= LARGEST_AHEAD && await settled()) {
    const { done, value } = await next;
    if (done) {
      clearTimeout(timer);
      return new Uint8Array(await new Blob(chunks).arrayBuffer());
    }
    chunks.push(value);
    size += value.byteLength;
    next = reader.read();
  }
  clearTimeout(timer);
  return lazyStream({
    async pull(controller) {
      const chunk = chunks.shift();
      if (chunk !== undefined) return controller.enqueue(chunk);
      const { done, value } = await next;
      if (done) return controller.close();
      controller.enqueue(value);
      next = reader.read();
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
