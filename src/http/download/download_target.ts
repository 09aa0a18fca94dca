/**
 * Where a download goes: a path, a stream, or whatever has `write`.
 *
 * @module
 */

import type { ResumeKey } from "./resume_key.ts";
import type { Sink } from "./sink.ts";

/** What takes chunks; a `Deno.FsFile`, which says how many bytes it took, is one. It is not closed. */
export interface ChunkWriter {
  /** Takes a chunk, or the number of its bytes that the result says. */
  write(chunk: Uint8Array<ArrayBuffer>): unknown;
}

/**
 * Where a download goes. A path or `file:` URL needs a runtime with files: Deno, Node, Bun. A regular
 * file is replaced when the content is whole, a link leads to the file that is replaced, and a FIFO or a
 * device is written into.
 */
export type DownloadTarget = string | URL | WritableStream<Uint8Array<ArrayBuffer>> | ChunkWriter;

/**
 * Opens a target.
 *
 * @param key What the download is of, if it is to be resumed.
 * @param signal Ends waits for the target.
 * @throws {TypeError} If nothing can be downloaded to it.
 */
export async function openTarget(
  target: DownloadTarget,
  key: ResumeKey | undefined,
  signal: AbortSignal,
): Promise<Sink> {
  if (typeof target === "string" || target instanceof URL) {
    const { fileSink } = await import("./file_sink.ts"); // for those who download to files
    return await fileSink(target, key, signal);
  }
  if (key !== undefined) {
    throw new TypeError("Cannot download with resume: true: the target must be a path for that");
  }
  if (target instanceof WritableStream) return streamSink(target);
  if (typeof target?.write !== "function") {
    throw new TypeError(
      "Cannot download: the target must be a path, a file: URL, a WritableStream or have write()",
    );
  }
  return {
    async write(chunk) {
      for (let rest = chunk; rest.length > 0;) {
        const taken = await target.write(rest);
        if (typeof taken !== "number") return;
        if (!(taken > 0)) {
          throw new Error(`Cannot download: write() took ${taken} bytes of a chunk`);
        }
        rest = rest.subarray(taken);
      }
    },
    finish: () => Promise.resolve(),
    abandon: () => Promise.resolve(),
  };
}

function streamSink(stream: WritableStream<Uint8Array<ArrayBuffer>>): Sink {
  if (stream.locked) throw new TypeError("Cannot download: the stream is locked to another writer");
  const writer = stream.getWriter();
  writer.closed.catch(() => {}); // each write tells of it as well
  return {
    write: (chunk) => writer.write(chunk),
    finish: () => writer.close(),
    abandon: (error) => writer.abort(error),
  };
}
