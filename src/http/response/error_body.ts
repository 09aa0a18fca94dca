/**
 * Reads the body of an error response. The status matters more, so the part that arrived is enough of a
 * large, slow or broken body.
 *
 * @module
 */

import { NetworkingError } from "../../errors.ts";
import { timerDelay } from "../../options/duration.ts";
import { chunksOf } from "../../runtime/byte_streams.ts";

/** The largest error body that is kept, in bytes. */
const MOST_BYTES = 64 * 1024;

/**
 * Returns the part of `body` that arrives within `limitMs`, at most 64 KiB.
 *
 * @param stop Ends the body, also while it is read.
 * @throws The reason of the caller's abort, or a NetworkingError with code `closed`.
 */
export async function readErrorBody(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  limitMs: number,
  stop: () => Promise<void>,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let restSize = MOST_BYTES;
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    void stop();
  }, timerDelay(limitMs));
  try {
    for await (const chunk of chunksOf(body)) {
      chunks.push(chunk.subarray(0, restSize));
      restSize -= chunk.byteLength;
      if (restSize <= 0) break;
    }
  } catch (error) {
    const isBroken = error instanceof NetworkingError && error.code !== "closed";
    if (!isLate && !isBroken) throw error; // otherwise the part that arrived is enough
  } finally {
    clearTimeout(timer);
    await stop();
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
