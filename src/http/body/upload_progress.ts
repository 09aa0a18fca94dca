/**
 * Reports the progress of an upload. The body is sent as a stream, and the bytes that the runtime takes are
 * counted.
 *
 * @module
 */

import { bare } from "../../runtime/bare.ts";
import type { OpenedBody } from "./body_types.ts";
import { Sources, streamOf } from "../../runtime/byte_streams.ts";
import { type ProgressListener, ProgressMeter } from "./progress_meter.ts";
import { SENDS_LENGTH } from "./upload_stream.ts";

/** Returns a body that reports its sent bytes to a listener. */
export function counted(
  { body, size, ...rest }: OpenedBody,
  listener: ProgressListener,
): OpenedBody {
  const meter = new ProgressMeter(listener, () => performance.now());
  let stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  if (body instanceof ReadableStream) {
    stream = body;
    meter.total = size;
  } else {
    const blob = body instanceof Blob ? body : new Blob([body as BlobPart]);
    meter.total = blob.size;
    stream = blob.stream();
  }
  const sources = new Sources([stream]);
  const sendable = SENDS_LENGTH ? meter.total : undefined;
  return bare({
    ...rest,
    body: streamOf(sources, reported(sources, stream, meter)),
    ...(sendable !== undefined && { size: sendable }),
  });
}

async function* reported(
  sources: Sources,
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  meter: ProgressMeter,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  for await (const chunk of sources.read(stream)) {
    yield chunk;
    await meter.add(chunk.length);
  }
  if (!sources.isOver) await meter.end();
}
