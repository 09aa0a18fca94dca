/**
 * Secrets that a platform puts into a file, and replaces.
 *
 * @module
 */

import { builtinModule } from "./builtin_modules.ts";

/** The part of node:fs/promises that this uses. */
interface Files {
  readFile(path: string, options: { encoding: "utf8"; signal: AbortSignal }): Promise<string>;
}

/**
 * The text of a file without the white space around it; it is read each time.
 *
 * @throws {TypeError} If this runtime has no files.
 */
export async function readSecretFile(path: string, signal: AbortSignal): Promise<string> {
  const files = builtinModule<Files>("node:fs/promises");
  if (files === undefined) {
    throw new TypeError("Cannot read the token file: this runtime has no files; give a function");
  }
  return (await files.readFile(path, { encoding: "utf8", signal })).trim();
}
