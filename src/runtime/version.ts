/**
 * The version of this package.
 *
 * @module
 */

/** The version in `deno.json`; a test compares both, since not every build can import that file. */
export const VERSION = "0.2.0";
