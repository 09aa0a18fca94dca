/**
 * A path as the target of a download: a regular file, which is replaced when the content is complete, or a
 * special file that is written directly, such as a FIFO.
 *
 * @module
 */

import { codeOf, type FileHandle, type Files, runtimeFiles, unlessMissing } from "./file_system.ts";
import { lookAt } from "./file_target.ts";
import { createFile, openOwnFiles } from "./own_files.ts";
import type { TransferState } from "./partial_content.ts";
import type { ResumeKey } from "./resume_key.ts";
import type { Sink } from "./sink.ts";
import { delay } from "@std/async/delay";

/**
 * Opens a path.
 *
 * @param key Identifies the download, if it may be resumed.
 * @param signal Ends the wait for a reader of a FIFO.
 * @throws {TypeError} If a download cannot be written to it, or this runtime has no files.
 */
export async function fileSink(
  target: string | URL,
  key: ResumeKey | undefined,
  signal: AbortSignal,
): Promise<Sink> {
  const files = runtimeFiles();
  if (files === undefined) {
    throw new TypeError(
      "Cannot download to a path: this runtime has no files; pass a WritableStream, or an object with write()",
    );
  }
  const path = typeof target === "string" ? target : files.pathOf(target);
  const found = await lookAt(files, path);
  if (found.kind === "regular") return await regularSink(files, found.path, found.mode, key);
  if (key !== undefined) {
    throw new TypeError(
      `Cannot download to ${path} with resume: true: it is not a regular file; leave resume out`,
    );
  }
  return await specialSink(files, found.path, found.isFIFO, signal);
}

async function regularSink(
  files: Files,
  target: string,
  mode: number | undefined,
  key: ResumeKey | undefined,
): Promise<Sink> {
  const { fs } = files;
  const own = await openOwnFiles(files, target, key !== undefined, mode);
  const { path, file, notePath } = own;
  let { note } = own;
  let isOpen = true;
  let position = 0;
  let earlier: Omit<TransferState, "written"> | undefined;
  const close = async () => {
    if (isOpen) await Promise.all([file.close(), note?.close()]);
    isOpen = false;
  };
  const remove = async () => {
    await fs.rm(path, { force: true });
    if (note !== undefined) await fs.rm(notePath!, { force: true });
  };
  /** Empties the note first, so that it never describes the bytes of another content. */
  const discard = async () => {
    await note?.truncate(0);
    await file.truncate(position = 0);
  };
  try {
    if (own.isLeft && note !== undefined) earlier = readNote(await readText(note), key!);
    if (earlier === undefined) await discard();
  } catch (error) {
    await close();
    throw error;
  }
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
    async note({ validator, total }) {
      if (notePath === undefined) return;
      note ??= await createFile(files, notePath, 0o600);
      await note.truncate(0);
      const text = JSON.stringify({ ...key, validator, total });
      await writeAll(note, new TextEncoder().encode(text), 0);
    },
    async write(chunk) {
      await writeAll(file, chunk, position);
      position += chunk.length;
    },
    restart: discard,
    async finish() {
      if (mode !== undefined && (mode | 0o600) !== mode) await file.chmod(mode);
      await close();
      if ((await unlessMissing(fs.lstat(target)))?.isFile() === false) {
        const why = "it is not a regular file any more";
        throw Object.assign(new Error(`Cannot download to ${target}: ${why}`), {
          code: "EEXIST",
          syscall: "rename",
        });
      }
      await fs.rename(path, target);
      if (note !== undefined) await fs.rm(notePath!, { force: true });
    },
    async abandon(_error, keep) {
      await close();
      if (!keep || notePath === undefined) await remove();
    },
  };
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let offset = 0; offset < bytes.length;) {
    const length = bytes.length - offset;
    const { bytesWritten } = await file.write(bytes, offset, length, position + offset);
    offset += bytesWritten;
  }
}

/** A size that no note reaches, in bytes. */
const NOTE_LIMIT = 65_536;

async function readText(file: FileHandle): Promise<string> {
  const bytes = new Uint8Array(NOTE_LIMIT);
  let size = 0;
  for (;;) {
    const { bytesRead } = await file.read(bytes, size, bytes.length - size, size);
    size += bytesRead;
    if (bytesRead === 0 || size === bytes.length) break;
  }
  return new TextDecoder().decode(bytes.subarray(0, size));
}

/** Returns the state in the note of an earlier run; undefined for another content or an invalid note. */
function readNote(text: string, key: ResumeKey): Omit<TransferState, "written"> | undefined {
  let note: { url?: unknown; content?: unknown; validator?: unknown; total?: unknown } | null;
  try {
    note = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (typeof note !== "object" || note === null || note.content !== key.content) return undefined;
  const { validator, total } = note;
  if (typeof validator !== "string" || !/^[\x20-\x7e\x80-\xff]+$/.test(validator)) return undefined;
  const known = Number.isSafeInteger(total) && (total as number) >= 0;
  if (note.url === key.url) return { validator, ...known && { total: total as number } };
  // The link has another signature: the response must prove that its content is the same.
  return known ? { validator, total: total as number, mustProve: true } : undefined;
}

/**
 * POSIX writes up to this many bytes to a pipe atomically: 512 everywhere, 4,096 on Linux. Deno does not
 * report how much of a larger chunk a full pipe took.
 */
const WHOLE_BYTES = { linux: 4096, other: 512 };
const LONGEST_PAUSE_MS = 50;

/**
 * Writes to a FIFO or a device. It never blocks in the system until there is a reader or free space, where
 * no signal can end the wait.
 */
async function specialSink(
  { fs, flags, platform }: Files,
  path: string,
  isFIFO: boolean,
  signal: AbortSignal,
): Promise<Sink> {
  const most = platform === "linux" ? WHOLE_BYTES.linux : WHOLE_BYTES.other;
  /** Tries until the system is ready. */
  async function whenReady<T>(code: string, work: () => Promise<T>): Promise<T> {
    for (let pauseMs = 1;; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        return await work();
      } catch (error) {
        if (codeOf(error) !== code) throw error;
      }
      await delay(pauseMs, { signal });
    }
  }
  async function open(): Promise<FileHandle> {
    const file = await fs.open(path, flags("O_WRONLY", "O_NONBLOCK", "O_NOCTTY"));
    if (!(await file.stat()).isFile()) return file;
    await file.close();
    const why = "a regular file has replaced it";
    throw Object.assign(new Error(`Cannot download to ${path}: ${why}`), {
      code: "EEXIST",
      syscall: "open",
    });
  }
  let file: FileHandle | undefined;
  let isOver = false;
  try {
    file = await open();
  } catch (error) {
    if (!isFIFO || codeOf(error) !== "ENXIO") throw error; // it has no reader yet
  }
  async function opened(): Promise<FileHandle> {
    file ??= await whenReady("ENXIO", open);
    if (isOver) await file.close(); // abandoned while it was opened
    return file;
  }
  return {
    async write(chunk) {
      const file = await opened();
      for (let offset = 0; offset < chunk.length;) {
        const length = Math.min(most, chunk.length - offset);
        const { bytesWritten } = await whenReady("EAGAIN", () => file.write(chunk, offset, length));
        offset += bytesWritten;
      }
    },
    async finish() {
      await (await opened()).close();
      file = undefined;
    },
    async abandon() {
      isOver = true;
      await file?.close();
    },
  };
}
