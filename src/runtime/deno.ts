/**
 * Whether the program runs on Deno.
 *
 * @module
 */

/** Whether this is Deno. */
export const ON_DENO: boolean = "Deno" in globalThis;
