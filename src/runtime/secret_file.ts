/**
 * Reads secrets from files that a platform writes and renews.
 *
 * @module
 */

import { builtinModule } from "./builtin_modules.ts";

/** The part of node:fs/promises that this uses. */
interface Files {
  readFile(path: string, options: { encoding: "utf8"; signal: AbortSignal }): Promise<string>;
}

/**
 * Reads a file and returns its text without surrounding white space; nothing is cached.
 *
 * @throws {TypeError} If this runtime has no files.
 */
export async function readSecretFile(path: string, signal: AbortSignal): Promise<string> {
  const files = builtinModule<Files>("node:fs/promises");
  if (files === undefined) {
    throw new TypeError("Cannot read the token file: this runtime has no files; pass a function");
  }
  return (await files.readFile(path, { encoding: "utf8", signal })).trim();
}
