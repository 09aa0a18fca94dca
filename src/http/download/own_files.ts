/**
 * Opens the files that a download writes next to its target, those that an earlier one left among
 * them: never through a link, and never one that another user owns or that has a second name.
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

/** What a download writes until it is whole. */
export interface OwnFiles {
  readonly path: string;
  readonly file: FileHandle;
  /** Whether the file was there before. */
  readonly isLeft?: boolean;
  /** What an earlier download noted, open, if it noted anything. */
  readonly note?: FileHandle | undefined;
  /** Where to note what is needed to resume; left out if the next run would not find the file. */
  readonly notePath?: string;
}

/** Makes a file; fails if there is anything of that name, even a link that leads nowhere. */
export async function createFile(files: Files, path: string, mode: number): Promise<FileHandle> {
  return await files.fs.open(path, files.flags("O_RDWR", "O_CREAT", "O_EXCL"), mode);
}

/**
 * Opens the file that is renamed to `target` when it is whole. Where it can be resumed it is
 * `TARGET.part`, unless that or its note is there and not ours alone: then, and without `resumes`, it
 * has a name that nobody knows before.
 *
 * @param mode The permissions of the file that is replaced, if there is one.
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
      // A file just made tells who we are; Deno wants a permission for asking.
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

/** Gives a file the permissions of the one it replaces; its owner can always write it until then. */
async function restrict(file: FileHandle, mode: number | undefined): Promise<void> {
  if (mode === undefined) return;
  const wanted = mode | 0o600;
  if (((await file.stat()).mode & 0o777) !== wanted) await file.chmod(wanted);
}

/** The files whose names the next run knows; undefined if one of them is there and not ours alone. */
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
    if (codeOf(error) === "EEXIST") return undefined; // made since we looked
    throw error;
  }
  await note.file?.close();
  return undefined;
}

/** What opening a file says that is not for us: a link, a FIFO, no permission, gone since we looked. */
const NOT_OURS: ReadonlySet<unknown> = new Set(["ELOOP", "ENXIO", "EACCES", "ENOENT"]);

/** Opens what may be left of a name: nothing, or a file of ours; undefined if it is anything else. */
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
  // It is what was looked at, and has not been exchanged in between.
  const status = await file.stat();
  if (isOurs(status, uid) && status.dev === entry.dev && status.ino === entry.ino) return { file };
  await file.close();
  return undefined;
}

/** Whether it is a regular file of this user, by this name alone. A link is no regular file. */
function isOurs(status: FileStatus, uid: number): boolean {
  return status.isFile() && status.nlink <= 1 && status.uid === uid;
}
