/**
 * Reads the vector data of `tests/vectors/`, whose origin and licences are in its `ORIGINS.md`.
 *
 * @module
 */

/** The JSON file at `path` below `tests/vectors/`; the caller says what is in it. */
export async function readVectors<T>(path: string): Promise<T> {
  return JSON.parse(await Deno.readTextFile(new URL(`../vectors/${path}`, import.meta.url)));
}
