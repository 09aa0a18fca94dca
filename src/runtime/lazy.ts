/**
 * Parts of the library that are loaded when they are first used: a program that never needs one does
 * not pay for it.
 *
 * @module
 */

import { ConnectionError } from "../errors.ts";

/** A part, and what loads it. */
export interface Lazy<Part> {
  /** The part, once it is loaded. */
  now: Part | undefined;
  /**
   * Loads the part. A failure is not remembered: the next call tries again.
   *
   * @throws {ConnectionError} If its file cannot be loaded.
   */
  load(): Promise<Part>;
}

/**
 * A part that `load` loads.
 *
 * @param load A literal `import()`, so that bundlers and Deno find the file.
 */
export function lazy<Part>(load: () => Promise<Part>): Lazy<Part> {
  const part: Lazy<Part> = {
    now: undefined,
    async load() {
      try {
        return part.now ??= await load();
      } catch (cause) {
        throw new ConnectionError(
          "connection_failed",
          "Cannot load a file of @codomyrmex/networking: check the connection, and that every file of " +
            "the bundle is served",
          { cause },
        );
      }
    },
  };
  return part;
}
