/**
 * Opens the files that a download writes next to its target, including those of an earlier download. It
 * follows no links, and uses no file that another user owns or that has a second name.
 *
 * @module
 */

import {
  codeOf,
  type FileHandle,
  type Files,
  type FileStatus,
  unlessMissing,
} from "./file_system.ts";

/** The files of a download until it is complete. */
export interface OwnFiles {
  readonly path: string;
  readonly file: FileHandle;
  /** Whether the file is from an earlier download. */
  readonly isLeft?: boolean;
  /** The open note of an earlier download, if there is one. */
  readonly note?: FileHandle | undefined;
  /** The path for the note; omitted if the next run would not find the file. */
  readonly notePath?: string;
}

/** Creates a file; fails if the name exists, even as a dead link. */
export async function createFile(files: Files, path: string, mode: number): Promise<FileHandle> {
  return await files.fs.open(path, files.flags("O_RDWR", "O_CREAT", "O_EXCL"), mode);
}

/**
 * Opens the file that is renamed to `target` when it is complete. With `resumes` it is `TARGET.part`,
 * unless that file or its note exists and is not ours alone. Otherwise it has a random name.
 *
 * @param mode The permissions of the file to replace, if it exists.
 */
export async function openOwnFiles(
  files: Files,
  target: string,
  resumes: boolean,
  mode: number | undefined,
): Promise<OwnFiles> {
  const createMode = mode === undefined ? 0o666 : 0o600;
  const path = `${target}.${crypto.randomUUID().slice(0, 8)}.part`;
  const file = await createFile(files, path, createMode);
  let own: OwnFiles = { path, file };
  try {
    if (resumes) {
      // A new file has our user ID; to query it directly, Deno needs a permission.
      const named = await openNamed(files, target, (await file.stat()).uid, createMode);
      if (named !== undefined) {
        own = named;
        await file.close();
        await files.fs.rm(path, { force: true });
      }
    }
    await restrict(own.file, mode);
    return own;
  } catch (error) {
    for (const open of new Set([file, own.file, own.note])) await open?.close();
    await files.fs.rm(path, { force: true });
    throw error;
  }
}

/** Sets the permissions of the file that is replaced; the owner can always write until then. */
async function restrict(file: FileHandle, mode: number | undefined): Promise<void> {
  if (mode === undefined) return;
  const wanted = mode | 0o600;
  if (((await file.stat()).mode & 0o777) !== wanted) await file.chmod(wanted);
}

/**
 * Opens the files whose names the next run knows; returns undefined if one exists and is not ours alone.
 */
async function openNamed(
  files: Files,
  target: string,
  uid: number,
  createMode: number,
): Promise<OwnFiles | undefined> {
  const [path, notePath] = [`${target}.part`, `${target}.part.json`];
  const note = await openLeft(files, notePath, uid);
  if (note === undefined) return undefined;
  try {
    const part = await openLeft(files, path, uid);
    if (part?.file !== undefined) {
      return { path, file: part.file, isLeft: true, note: note.file, notePath };
    }
    if (part !== undefined) {
      const file = await createFile(files, path, createMode);
      return { path, file, note: note.file, notePath };
    }
  } catch (error) {
    await note.file?.close();
    if (codeOf(error) === "EEXIST") return undefined; // created since the check
    throw error;
  }
  await note.file?.close();
  return undefined;
}

/** Errors of opening a file that is not ours: a link, a FIFO, no permission, gone since the check. */
const NOT_OURS: ReadonlySet<unknown> = new Set(["ELOOP", "ENXIO", "EACCES", "ENOENT"]);

/** Opens a file of an earlier run; returns no file if the name is free, undefined if it is not ours. */
async function openLeft(
  { fs, flags }: Files,
  path: string,
  uid: number,
): Promise<{ readonly file?: FileHandle } | undefined> {
  const entry = await unlessMissing(fs.lstat(path));
  if (entry === undefined) return {};
  if (!isOurs(entry, uid)) return undefined;
  let file: FileHandle;
  try {
    file = await fs.open(path, flags("O_RDWR", "O_NOFOLLOW", "O_NONBLOCK"));
  } catch (error) {
    if (NOT_OURS.has(codeOf(error))) return undefined;
    throw error;
  }
  // It must be the file that was checked, not one that has replaced it since.
  const status = await file.stat();
  if (isOurs(status, uid) && status.dev === entry.dev && status.ino === entry.ino) return { file };
  await file.close();
  return undefined;
}

/** Whether it is a regular file (not a link) of this user, with this name only. */
function isOurs(status: FileStatus, uid: number): boolean {
  return status.isFile() && status.nlink <= 1 && status.uid === uid;
}
