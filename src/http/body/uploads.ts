/**
 * Opens bodies that are streams or forms, or that a function returns. The first such body loads this
 * module.
 *
 * @module
 */

import { bodyAdvice } from "./body_advice.ts";
import type { OpenedBody, SizedStream } from "./body_types.ts";
import { describe, newBoundary } from "./form_fields.ts";
import { encodeMultipart } from "./multipart.ts";
import { isJSONLike, isPlainObject, openedAs, openJSON, openPlain } from "./plain_bodies.ts";
import { SENDS_LENGTH, Upload } from "./upload_stream.ts";

export { encodeMultipart };
export { counted } from "./upload_progress.ts";

const RAW_KINDS =
  "a string, URLSearchParams, FormData, Blob, ArrayBuffer, typed array, ReadableStream or " +
  "{ stream, size }";

/**
 * Opens a body that is neither plain nor JSON.
 *
 * @throws {TypeError | RangeError} If it cannot be sent.
 */
export function openOther(data: unknown): OpenedBody | Promise<OpenedBody> {
  if (typeof data === "function") return openMade(data as () => unknown);
  const opened = openRaw(data) ?? (isJSONLike(data) ? openJSON(data, "data") : undefined);
  if (opened !== undefined) return opened;
  throw new TypeError(
    `Cannot send data that is ${
      describe(data)
    }: it must be ${RAW_KINDS}, a plain object, an array, ` +
      "a number or a boolean (those four as JSON), or a function that returns a body" +
      bodyAdvice(data),
  );
}

async function openMade(make: () => unknown): Promise<OpenedBody> {
  const made = await make();
  const opened = openRaw(made);
  if (opened !== undefined) return opened;
  const found = `it is ${describe(made)}, and must be ${RAW_KINDS}${bodyAdvice(made)}`;
  throw new TypeError(`Cannot send the result of the body function: ${found}`);
}

function openRaw(data: unknown): OpenedBody | Promise<OpenedBody> | undefined {
  if (data instanceof ReadableStream) return openedAs(unread(data));
  if (data instanceof FormData) {
    const { open, contentType } = encodeMultipart(data, newBoundary()); // it holds no streams
    return openedAs(open(), contentType);
  }
  return isSizedStream(data) ? openSized(data) : openPlain(data);
}

/** Whether the value has only these two members; an object with more is sent as JSON. */
function isSizedStream(value: unknown): value is SizedStream {
  if (!isPlainObject(value) || Object.keys(value).length !== 2) return false;
  return Object.hasOwn(value, "size") && Object.hasOwn(value, "stream") &&
    (value as SizedStream).stream instanceof ReadableStream;
}

function openSized({ stream, size }: SizedStream): OpenedBody | Promise<OpenedBody> {
  if (!Number.isSafeInteger(size) || size < 0) {
    const shown = typeof size === "number" ? size : describe(size);
    const ErrorType = typeof size === "number" ? RangeError : TypeError;
    throw new ErrorType(
      `Cannot send the stream: its size is ${shown}, and must be a whole number, zero or more`,
    );
  }
  if (!SENDS_LENGTH) {
    throw new TypeError(
      "Cannot send a stream with a size: this runtime sends no Content-Length with a stream; " +
        "pass only the stream, or a Blob (openAsBlob() of node:fs opens a file as one)",
    );
  }
  const fresh = unread(stream);
  return size === 0 ? openEmpty(fresh) : openedAs(fresh, undefined, size);
}

/** Sends a stream of size zero as an empty body, after it has ended without bytes. */
async function openEmpty(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<OpenedBody> {
  await new Upload(stream, 0).body.getReader().read();
  return openedAs(new Uint8Array(0));
}

/**
 * Returns the stream if it was never read. Only the Response constructor detects that; it does not read the
 * stream.
 */
function unread(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const fresh = stream as ReadableStream<Uint8Array<ArrayBuffer>>;
  try {
    new globalThis.Response(fresh);
    return fresh;
  } catch (cause) {
    throw new TypeError(
      `Cannot send the stream: it ${
        stream.locked ? "is locked to another reader" : "was read from already"
      }; pass a fresh stream, or a function that returns one`,
      { cause },
    );
  }
}
