/**
 * The target of a download: a path, a stream, or an object with `write`.
 *
 * @module
 */

import { lazy } from "../../runtime/lazy.ts";
import type { ResumeKey } from "./resume_key.ts";
import type { Sink } from "./sink.ts";

/** An object that writes chunks, such as a `Deno.FsFile`. It is not closed. */
export interface ChunkWriter {
  /** Writes a chunk; a number as the result is the number of bytes that were written. */
  write(chunk: Uint8Array<ArrayBuffer>): unknown;
}

/**
 * The target of a download. A path or `file:` URL needs a runtime with files: Deno, Node, Bun. A regular
 * file is replaced when the content is complete. A link is followed to the file. A FIFO or a device is
 * written directly.
 */
export type DownloadTarget = string | URL | WritableStream<Uint8Array<ArrayBuffer>> | ChunkWriter;

/** The part for downloads to files. */
const FILES = lazy(() => import("./file_sink.ts"));

/**
 * Opens a target.
 *
 * @param key Identifies the download, if it may be resumed.
 * @param signal Ends waits for the target.
 * @throws {TypeError} If a download cannot be written to it.
 */
export async function openTarget(
  target: DownloadTarget,
  key: ResumeKey | undefined,
  signal: AbortSignal,
): Promise<Sink> {
  if (typeof target === "string" || target instanceof URL) {
    const { fileSink } = FILES.now ?? await FILES.load();
    return await fileSink(target, key, signal);
  }
  if (key !== undefined) {
    throw new TypeError("Cannot download with resume: true: the target must be a path");
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
          throw new Error(
            `Cannot download: write() returned ${taken}; it must write bytes, or throw`,
          );
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
  writer.closed.catch(() => {}); // each write reports it too
  return {
    write: (chunk) => writer.write(chunk),
    finish: () => writer.close(),
    abandon: (error) => writer.abort(error),
  };
}
