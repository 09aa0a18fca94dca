/**
 * Where a download goes: a path, a stream, or whatever has `write`. A file appears under its name when
 * it is whole; until then it has another.
 *
 * @module
 */

import { builtinModule } from "./builtin.ts";
import type { TransferState } from "./partial_content.ts";

/** What takes chunks; a `Deno.FsFile`, which says how many bytes it took, is one. It is not closed. */
export interface ChunkWriter {
  /** Takes a chunk, or the number of its bytes that the result says. */
  write(chunk: Uint8Array<ArrayBuffer>): unknown;
}

/** Where a download goes. A path or `file:` URL needs a runtime with files: Deno, Node, Bun. */
export type DownloadTarget = string | URL | WritableStream<Uint8Array<ArrayBuffer>> | ChunkWriter;

/** A target while it is written. */
export interface Sink {
  /** What an earlier run left, its bytes given to `read` one chunk after the other. */
  resume?(read: (chunk: Uint8Array<ArrayBuffer>) => void): Promise<TransferState | undefined>;
  /** Notes what is needed to go on in another run. */
  note?(state: TransferState): Promise<void>;
  write(chunk: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Forgets what was written; left out where it cannot be undone. */
  restart?(): Promise<void>;
  finish(): Promise<void>;
  /** After a failure; `keep` says that another run can go on from there. */
  abandon(error: unknown, keep: boolean): Promise<void>;
}

/**
 * Opens a target.
 *
 * @param key What the download is of, to tell it from others that left a file of the name.
 * @throws {TypeError} If it is none, or a path where there are no files.
 */
export async function openTarget(
  target: DownloadTarget,
  resume: boolean,
  key: string,
): Promise<Sink> {
  if (typeof target === "string" || target instanceof URL) {
    return await fileSink(target, resume, key);
  }
  if (resume) {
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

/** As much of node:fs/promises as is used. */
interface FileSystem {
  open(path: string, flags: string): Promise<FileHandle>;
  readFile(path: string, encoding: "utf8"): Promise<string>;
  writeFile(path: string, text: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  rm(path: string, options: { force: true }): Promise<void>;
}

interface FileHandle {
  read(
    into: Uint8Array,
    offset: number,
    length: number,
    at: number,
  ): Promise<{ bytesRead: number }>;
  write(chunk: Uint8Array, offset: number): Promise<{ bytesWritten: number }>;
  write(chunk: Uint8Array, offset: number, length: number, at: number): Promise<{
    bytesWritten: number;
  }>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

async function fileSink(target: string | URL, resume: boolean, key: string): Promise<Sink> {
  const fs = builtinModule<FileSystem>("node:fs/promises");
  const url = builtinModule<{ fileURLToPath(url: URL): string }>("node:url");
  if (fs === undefined || url === undefined) {
    throw new TypeError(
      "Cannot download to a path: this runtime has no files; give a WritableStream, or an object with write()",
    );
  }
  const path = typeof target === "string" ? target : url.fileURLToPath(target);
  if (path === "" || /[/\\]$/.test(path)) {
    throw new TypeError("Cannot download: the target must be the path of a file, not of a folder");
  }
  // Beside the file, so that it can be renamed; of a name that others cannot know, or one to find again.
  const part = resume ? `${path}.part` : `${path}.${crypto.randomUUID().slice(0, 8)}.part`;
  const noted = `${part}.json`;
  const earlier = resume ? await readNote(fs, noted, key) : undefined;
  const file = await fs.open(part, earlier === undefined ? resume ? "w" : "wx" : "r+");
  let position = 0;
  return {
    async resume(read) {
      if (earlier === undefined) return undefined;
      const chunk = new Uint8Array(65_536);
      for (;;) {
        const { bytesRead } = await file.read(chunk, 0, chunk.length, position);
        if (bytesRead === 0) break;
        read(chunk.subarray(0, bytesRead));
        position += bytesRead;
      }
      return { ...earlier, written: position };
    },
    async note(state) {
      const { validator, total } = state;
      if (resume) await fs.writeFile(noted, JSON.stringify({ key, validator, total }));
    },
    async write(chunk) {
      for (let offset = 0; offset < chunk.length;) {
        const length = chunk.length - offset;
        const { bytesWritten } = await file.write(chunk, offset, length, position);
        offset += bytesWritten;
        position += bytesWritten;
      }
    },
    async restart() {
      await file.truncate(position = 0);
    },
    async finish() {
      await file.close();
      await fs.rename(part, path);
      if (resume) await fs.rm(noted, { force: true });
    },
    async abandon(_error, keep) {
      await file.close();
      if (keep && resume) return;
      for (const name of resume ? [part, noted] : [part]) await fs.rm(name, { force: true });
    },
  };
}

/** What an earlier run noted; undefined if it was of something else, or nothing that we wrote. */
async function readNote(
  fs: FileSystem,
  path: string,
  key: string,
): Promise<Omit<TransferState, "written"> | undefined> {
  let note: { key?: unknown; validator?: unknown; total?: unknown };
  try {
    note = JSON.parse(await fs.readFile(path, "utf8"));
  } catch (error) {
    if (error instanceof SyntaxError || (error as { code?: unknown }).code === "ENOENT") return;
    throw error;
  }
  if (note?.key !== key || typeof note.validator !== "string") return undefined;
  return { validator: note.validator, ...typeof note.total === "number" && { total: note.total } };
}
