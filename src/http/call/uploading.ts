/**
 * How a body is opened that is not at hand, and what a stream that is sent does to the clocks of its call.
 * Loaded when a call first sends such a body.
 *
 * @module
 */

import { Upload } from "../body/upload_stream.ts";
import type { BodySource, OpenedBody } from "../body/body_types.ts";
import type { CallClocks } from "./call_clocks.ts";

/** As much of a call as an upload needs. */
interface UploadingCall extends CallClocks {
  sent: Upload | undefined;
  atAttemptEnd(cleanup: () => void): void;
}

/**
 * Takes over a stream that is sent, until the attempt is over. While it is sent `idleTimeout` counts
 * instead of the other clocks, and `timeout` begins with its end.
 */
export function startUpload(
  call: UploadingCall,
  source: ReadableStream<Uint8Array<ArrayBuffer>>,
  size: number | undefined,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const clock = call.ownAttemptClock();
  const { idleTimeoutMs } = call.settings;
  const start = () => {
    call.counting = "idle";
    call.limitMs = idleTimeoutMs;
    call.countsFrom = performance.now();
    clock.restart(idleTimeoutMs);
  };
  const upload = new Upload(source, size, {
    taken: () => {
      if (call.attemptClock === clock) start();
      // Bytes in one direction show the other that the connection lives.
      else if (call.bodyWaitMs !== Infinity) clock.restart(call.bodyWaitMs);
    },
    ended: (failure) => {
      call.uploadedMs += performance.now() - call.uploadingSince!;
      call.uploadingSince = undefined;
      call.callClock?.restart(call.callRestMs());
      if (failure !== undefined) clock.abort(failure.error);
      else if (call.attemptClock === clock && !clock.signal.aborted) {
        clock.restart(call.count(performance.now(), call.callRestMs()));
      }
    },
  });
  call.uploadingSince = performance.now();
  call.callClock?.restart(Infinity);
  start();
  call.sent = upload;
  call.atAttemptEnd(() => upload.end());
  return upload.body;
}

/** Opens a body within the clocks. A stream that comes too late is cancelled. */
export async function openWithin(body: BodySource, call: CallClocks): Promise<OpenedBody> {
  const opened = Promise.resolve(body.open());
  try {
    return await call.withinClocks(opened);
  } catch (thrown) {
    // Nobody waits for what the source says of it.
    opened.then(async ({ body }) => {
      if (body instanceof ReadableStream) await body.cancel(thrown);
    }).catch(() => {});
    throw thrown;
  }
}
