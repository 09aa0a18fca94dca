/**
 * The files of the runtime, by the part of Node's interface that downloads use; Deno, Node and Bun have
 * it.
 *
 * @module
 */

import { builtinModule } from "../../runtime/builtin_modules.ts";

/** The status of a file. */
export interface FileStatus {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
  isSocket(): boolean;
  isFIFO(): boolean;
  readonly mode: number;
  readonly uid: number;
  readonly nlink: number;
  readonly dev: number;
  readonly ino: number;
}

/** An open file. */
export interface FileHandle {
  stat(): Promise<FileStatus>;
  chmod(mode: number): Promise<void>;
  read(
    into: Uint8Array,
    offset: number,
    length: number,
    at: number,
  ): Promise<{ bytesRead: number }>;
  write(chunk: Uint8Array, offset: number, length: number, at?: number): Promise<{
    bytesWritten: number;
  }>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

/** The part of node:fs/promises that is used. */
interface FileSystem {
  readonly constants: Readonly<Record<string, number | undefined>>;
  open(path: string, flags: number, mode?: number): Promise<FileHandle>;
  stat(path: string): Promise<FileStatus>;
  lstat(path: string): Promise<FileStatus>;
  readlink(path: string): Promise<string>;
  realpath(path: string): Promise<string>;
  rename(from: string, to: string): Promise<void>;
  rm(path: string, options: { force: true }): Promise<void>;
}

/** The functions for files and their names. */
export interface Files {
  readonly fs: FileSystem;
  /** Combines these open flags; flags that a system does not have are ignored. */
  flags(...names: string[]): number;
  dirname(path: string): string;
  resolve(...parts: string[]): string;
  pathOf(url: URL): string;
  readonly platform: string;
}

/** Returns the files of this runtime; undefined if it has none. */
export function runtimeFiles(): Files | undefined {
  const fs = builtinModule<FileSystem>("node:fs/promises");
  const url = builtinModule<{ fileURLToPath(url: URL): string }>("node:url");
  const path = builtinModule<Pick<Files, "dirname" | "resolve">>("node:path");
  const process = builtinModule<{ platform: string }>("node:process");
  if (fs === undefined || url === undefined || path === undefined || process === undefined) {
    return undefined;
  }
  return {
    fs,
    flags: (...names) => names.reduce((all, name) => all | (fs.constants[name] ?? 0), 0),
    dirname: path.dirname,
    resolve: path.resolve,
    pathOf: url.fileURLToPath,
    platform: process.platform,
  };
}

/** Returns the result of a file operation, or undefined if the file does not exist. */
export async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Returns the code of an error of the file system, such as `EEXIST`. */
export function codeOf(error: unknown): unknown {
  return (error as { readonly code?: unknown } | undefined)?.code;
}
