/**
 * Writes files of recordings completely or not at all, readable only by their owner.
 *
 * @module
 */

import { type Files, runtimeFiles, unlessMissing } from "../http/download/file_system.ts";
import { joined } from "./read_all.ts";

/**
 * Writes a file at a path of the caller.
 *
 * @throws {TypeError} If this runtime has no files.
 */
export async function writeOwn(path: string, content: string, action: string): Promise<void> {
  const files = runtimeFiles();
  if (files === undefined) throw new TypeError(`Cannot ${action}: this runtime has no files`);
  await writeWhole(files, path, content);
}

/** Returns the content of a file; `undefined` if it does not exist. */
export async function readWhole(
  { fs, flags }: Files,
  path: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const file = await unlessMissing(fs.open(path, flags("O_RDONLY")));
  if (file === undefined) return undefined;
  try {
    const chunks: Uint8Array[] = [];
    for (let at = 0;;) {
      const chunk = new Uint8Array(65_536);
      const { bytesRead } = await file.read(chunk, 0, chunk.length, at);
      if (bytesRead === 0) break;
      chunks.push(chunk.subarray(0, bytesRead));
      at += bytesRead;
    }
    return joined(chunks);
  } finally {
    await file.close();
  }
}

/** Writes a file under a temporary name and renames it; an existing file keeps its permissions. */
export async function writeWhole(
  files: Files,
  path: string,
  content: string | Uint8Array<ArrayBuffer>,
): Promise<void> {
  const { fs, flags } = files;
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const target = await unlessMissing(fs.realpath(path)) ?? path;
  const mode = (await unlessMissing(fs.stat(target)))?.mode;
  const temporary = `${target}.${crypto.randomUUID().slice(0, 8)}.part`;
  const file = await fs.open(temporary, flags("O_WRONLY", "O_CREAT", "O_EXCL"), 0o600);
  try {
    try {
      for (let at = 0; at < bytes.length;) {
        at += (await file.write(bytes, at, bytes.length - at, at)).bytesWritten;
      }
      if (mode !== undefined && (mode & 0o777) !== 0o600) await file.chmod(mode & 0o777);
    } finally {
      await file.close();
    }
    await fs.rename(temporary, target);
  } catch (error) {
    await fs.rm(temporary, { force: true });
    throw error;
  }
}
