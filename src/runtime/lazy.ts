/**
 * Parts of the library that are loaded on first use, so that other programs do not pay for them.
 *
 * @module
 */

import { ConnectionError, type NetworkingError } from "../errors.ts";

/** Errors of parts that could not be loaded. */
const NOT_LOADED = new WeakSet<NetworkingError>();

/** Whether an error means that a part could not be loaded. */
export function isNotLoaded(error: unknown): error is NetworkingError {
  return NOT_LOADED.has(error as NetworkingError);
}

/** A lazy part of the library. */
export interface Lazy<Part> {
  /** The part, once it is loaded. */
  now: Part | undefined;
  /**
   * Loads the part; concurrent calls share one load. After a failure the next call tries again.
   *
   * @throws {ConnectionError} If its file cannot be loaded.
   */
  load(): Promise<Part>;
}

/**
 * Creates a part that `load` loads.
 *
 * @param load A literal `import()`, so that bundlers and Deno find the file.
 */
export function lazy<Part>(load: () => Promise<Part>): Lazy<Part> {
  let loading: Promise<Part> | undefined;
  const part: Lazy<Part> = {
    now: undefined,
    async load() {
      try {
        return part.now ??= await (loading ??= load());
      } catch (cause) {
        loading = undefined;
        const error = new ConnectionError(
          "connection_failed",
          "Cannot load a file of @codomyrmex/networking: check the connection, and that every file of " +
            "the bundle is served",
          { cause },
        );
        NOT_LOADED.add(error);
        throw error;
      }
    },
  };
  return part;
}
