/**
 * The version of this package.
 *
 * @module
 */

/** That of `deno.json`, which a test compares: not every build can import it. */
export const VERSION = "0.2.0";
