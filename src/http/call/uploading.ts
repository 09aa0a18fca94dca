/**
 * Opens bodies asynchronously, and adjusts the clocks of a call while a stream is sent. The first such body
 * loads this module.
 *
 * @module
 */

import { Upload } from "../body/upload_stream.ts";
import type { BodySource, OpenedBody } from "../body/body_types.ts";
import type { CallClocks } from "./call_clocks.ts";

/** The part of a call that an upload needs. */
interface UploadingCall extends CallClocks {
  sent: Upload | undefined;
  atAttemptEnd(cleanup: () => void): void;
}

/**
 * Sends a stream until the attempt is over. Meanwhile `idleTimeout` counts instead of the other clocks;
 * `timeout` begins at the end of the stream.
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
      // Sent bytes show that the connection is alive, so the wait for received bytes restarts.
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

/** Opens a body within the clocks. A stream that arrives too late is cancelled. */
export async function openWithin(body: BodySource, call: CallClocks): Promise<OpenedBody> {
  const opened = Promise.resolve(body.open());
  try {
    return await call.withinClocks(opened);
  } catch (thrown) {
    // The outcome of the cancellation is not needed.
    opened.then(async ({ body }) => {
      if (body instanceof ReadableStream) await body.cancel(thrown);
    }).catch(() => {});
    throw thrown;
  }
}
