/**
 * Progress of an upload: the body is sent as a stream, and what the runtime takes from it is counted.
 *
 * @module
 */

import type { BodySource, OpenedBody } from "./body.ts";
import { chunksOf, streamOf } from "./chunks.ts";
import { type ProgressListener, ProgressMeter } from "./progress.ts";

/** The body, whose transmissions are told of. */
export function withProgress(source: BodySource, listener: ProgressListener): BodySource {
  return {
    ...source,
    open() {
      const opening = source.open();
      return opening instanceof Promise
        ? opening.then((opened) => counted(opened, listener))
        : counted(opening, listener);
    },
  };
}

function counted({ body, contentType }: OpenedBody, listener: ProgressListener): OpenedBody {
  const meter = new ProgressMeter(listener, () => performance.now());
  let stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  if (body instanceof ReadableStream) stream = body;
  else {
    const blob = body instanceof Blob ? body : new Blob([body as BlobPart]);
    meter.total = blob.size;
    stream = blob.stream();
  }
  return { ...contentType !== undefined && { contentType }, body: streamOf(told(stream, meter)) };
}

async function* told(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  meter: ProgressMeter,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  for await (const chunk of chunksOf(stream)) {
    yield chunk;
    await meter.add(chunk.length);
  }
  await meter.end();
}
