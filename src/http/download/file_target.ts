/**
 * Decides how a download writes to a path. A regular file is replaced when the new one is complete; any
 * other file is written directly.
 *
 * @module
 */

import { codeOf, type Files, type FileStatus, unlessMissing } from "./file_system.ts";

/** How to write to a path. */
export type FileTarget =
  /** `path` is the target of all links; `mode` has the permissions of the file, if it exists. */
  | { readonly kind: "regular"; readonly path: string; readonly mode: number | undefined }
  /** A FIFO or a device. */
  | { readonly kind: "special"; readonly path: string; readonly isFIFO: boolean };

/** Linux follows this many links in one path. */
const MOST_LINKS = 40;

/**
 * Reads the status of a path, and follows its links.
 *
 * @throws {TypeError} If a download cannot be written to it: a folder, a socket, a circle of links.
 */
export async function lookAt(files: Files, path: string): Promise<FileTarget> {
  const refuse = (why: string) => new TypeError(`Cannot download to ${path}: ${why}`);
  if (path === "" || /[/\\]$/.test(path)) {
    throw refuse("the target must be the path of a file, not of a folder");
  }
  const { fs, dirname, resolve } = files;
  let current = path;
  for (let links = 0; links < MOST_LINKS; links++) {
    const status = await unlessMissing(fs.stat(current)).catch((error) => {
      throw codeOf(error) === "ELOOP" ? refuse("its symbolic links form a loop") : error;
    });
    if (status !== undefined) return await targetOf(files, current, status, refuse);
    const entry = await unlessMissing(fs.lstat(current));
    if (entry === undefined) return { kind: "regular", path: current, mode: undefined };
    // A link to a missing file. Its folder may be behind links; ".." is relative to their target.
    const folder = await fs.realpath(dirname(current));
    current = resolve(folder, await fs.readlink(current));
  }
  throw refuse("it is a link with too many links behind it");
}

async function targetOf(
  { fs, platform }: Files,
  path: string,
  status: FileStatus,
  refuse: (why: string) => TypeError,
): Promise<FileTarget> {
  if (status.isDirectory()) throw refuse("it is a folder; pass the path of a file");
  if (status.isSocket()) throw refuse("it is a socket, which cannot be opened as a file");
  if (!status.isFile()) return { kind: "special", path, isFIFO: status.isFIFO() };
  // Windows has no such permissions.
  const mode = platform === "win32" ? undefined : status.mode & 0o777;
  if (!(await fs.lstat(path)).isSymbolicLink()) return { kind: "regular", path, mode };
  const end = await fs.realpath(path);
  const found = await unlessMissing(fs.lstat(end));
  if (found === undefined || found.dev !== status.dev || found.ino !== status.ino) {
    throw refuse("it is a link to a file without a name");
  }
  return { kind: "regular", path: end, mode };
}
