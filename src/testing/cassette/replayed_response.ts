/**
 * Makes responses of recordings.
 *
 * @module
 */

import { ConnectionError, type NetworkingErrorCode } from "../../errors.ts";
import { isCompressed, remainingCoding } from "../../http/response/content_coding.ts";
import {
  bytesOf,
  type Exchange,
  type Failure,
  type RecordedResponse,
} from "../../recording/exchange.ts";
import { responseLike } from "../../recording/tapped_body.ts";
import { lazyStream } from "../../runtime/byte_streams.ts";
import { delay } from "@std/async/delay";

type Bytes = Uint8Array<ArrayBuffer>;

/** The error of a recorded failure. */
export function failed({ code, message }: Failure, url: string, method: string): ConnectionError {
  return new ConnectionError(code as NetworkingErrorCode, message, { method, url });
}

/**
 * The response of a recording.
 *
 * @param isTimed Whether it takes its time.
 * @param cutOff Makes the error for what the recording does not have.
 */
export async function replay(
  { request, response, failure, waitMs = 0 }: Exchange,
  isTimed: boolean,
  signal: AbortSignal | null | undefined,
  cutOff: () => Error,
): Promise<globalThis.Response> {
  const left = new AbortController();
  const ends = signal ? AbortSignal.any([signal, left.signal]) : left.signal;
  const wait = async (ms: number) => {
    if (isTimed && ms > 0) await delay(ms, { signal: ends });
  };
  await wait(waitMs);
  if (response === undefined) {
    const unknown = { code: "connection_failed", message: "the recording has no response" };
    throw failed(failure ?? unknown, request.url, request.method);
  }
  if (response.body === undefined && response.size) throw cutOff();
  return responseLike(
    { ...response, headers: headersOf(response, request.method) },
    request.method === "HEAD"
      ? null
      : bodyOf(response, wait, left, (end) =>
        end === "left" ? cutOff() : failed(end, request.url, request.method)),
  );
}

function headersOf({ headers, body, end, size }: RecordedResponse, method: string): Headers {
  const made = new Headers();
  for (const [name, value] of headers) if (!NOT_REPLAYED.test(name)) made.append(name, value);
  if (method === "HEAD") return made;
  const bytes = body === undefined ? new Uint8Array() : bytesOf(body);
  if (isCompressed(made) && remainingCoding(made, bytes, false) === undefined) {
    made.delete("content-encoding");
  }
  if (end !== undefined || size !== undefined) made.delete("content-length");
  // Redaction changes lengths.
  if (made.has("content-length") && body !== undefined) {
    made.set("content-length", String(bytes.length));
  }
  return made;
}

const NOT_REPLAYED = /^(?:transfer-encoding|connection|keep-alive)$/i;

function bodyOf(
  { body, chunks, end, size }: RecordedResponse,
  wait: (ms: number) => Promise<void>,
  left: AbortController,
  errorOf: (end: "left" | Failure) => Error,
): ReadableStream<Bytes> | Bytes | null {
  if (body === undefined) return null;
  const isCut = end ?? (size === undefined ? undefined : "left");
  if (chunks === undefined && isCut === undefined) return bytesOf(body);
  const parts = (chunks ?? [{ ms: 0, text: body }]).values();
  let waitedMs = 0;
  return lazyStream({
    async pull(controller) {
      const { done, value } = parts.next();
      if (!done) {
        await wait(value.ms - waitedMs);
        waitedMs = value.ms;
        if (!left.signal.aborted) controller.enqueue(bytesOf(value.text));
      } else if (isCut === undefined) controller.close();
      // A stream that the reader left was still open: what comes next, nobody knows.
      else if (isCut === "left" && chunks !== undefined) await new Promise(() => {});
      else throw errorOf(isCut);
    },
    cancel() {
      left.abort();
    },
  });
}
