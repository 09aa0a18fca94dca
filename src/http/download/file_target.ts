/**
 * What is at a path, and so how a download writes it: a regular file is replaced when the new one is
 * whole, anything else is opened and written into.
 *
 * @module
 */

import { codeOf, type Files, type FileStatus, unlessMissing } from "./file_system.ts";

/** How a path is written. */
export type FileTarget =
  /** `path` is the end of all links; `mode` are the permissions of the file that is there. */
  | { readonly kind: "regular"; readonly path: string; readonly mode: number | undefined }
  /** A FIFO or a device. */
  | { readonly kind: "special"; readonly path: string; readonly isFIFO: boolean };

/** As many links as Linux follows in one path. */
const MOST_LINKS = 40;

/**
 * Looks at a path, and follows the links there.
 *
 * @throws {TypeError} If nothing can be downloaded to it: a folder, a socket, links without end.
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
      throw codeOf(error) === "ELOOP" ? refuse("its links go in a circle") : error;
    });
    if (status !== undefined) return await judge(files, current, status, refuse);
    const entry = await unlessMissing(fs.lstat(current));
    if (entry === undefined) return { kind: "regular", path: current, mode: undefined };
    // A link to a name that is free. Its folder may be reached by links, so that ".." counts from
    // where they lead.
    const folder = await fs.realpath(dirname(current));
    current = resolve(folder, await fs.readlink(current));
  }
  throw refuse("it is a link that leads through too many others");
}

async function judge(
  { fs, platform }: Files,
  path: string,
  status: FileStatus,
  refuse: (why: string) => TypeError,
): Promise<FileTarget> {
  if (status.isDirectory()) throw refuse("it is a folder; give the path of a file");
  if (status.isSocket()) throw refuse("it is a socket, which cannot be opened as a file");
  if (!status.isFile()) return { kind: "special", path, isFIFO: status.isFIFO() };
  // Windows has no such permissions.
  const mode = platform === "win32" ? undefined : status.mode & 0o777;
  if (!(await fs.lstat(path)).isSymbolicLink()) return { kind: "regular", path, mode };
  const end = await fs.realpath(path);
  const found = await unlessMissing(fs.lstat(end));
  if (found === undefined || found.dev !== status.dev || found.ino !== status.ino) {
    throw refuse("it is a link to a file that has no name any more");
  }
  return { kind: "regular", path: end, mode };
}
