/**
 * Parts of the library that are loaded when they are first used: a program that never needs one does
 * not pay for it.
 *
 * @module
 */

import { ConnectionError } from "../errors.ts";
import { describeURL } from "../redact.ts";

/** The request that a part is for. */
type About = { readonly method: string; readonly url: string };

/** A part, and what loads it. */
export interface Lazy<Part> {
  /** The part, once it is loaded. */
  now: Part | undefined;
  /**
   * Loads the part for a request. A failure is not remembered: the next request tries again.
   *
   * @throws {ConnectionError} If its file cannot be loaded.
   */
  load(request: About): Promise<Part>;
}

/**
 * A part that `load` loads.
 *
 * @param load A literal `import()`, so that bundlers and Deno find the file.
 */
export function lazy<Part>(load: (request: About) => Promise<Part>): Lazy<Part> {
  const part: Lazy<Part> = {
    now: undefined,
    async load(request) {
      try {
        return part.now ??= await load(request);
      } catch (cause) {
        const { method, url } = request;
        throw new ConnectionError(
          "connection_failed",
          `Cannot ${method} ${describeURL(url)}: a file of this library could not be loaded; ` +
            "check the connection, and that every file of the bundle is served",
          { cause, method, url },
        );
      }
    },
  };
  return part;
}
