/**
 * The one table of what a runtime does not let the library do. The run holds the table to the truth:
 * a case that fails and is not here is a failure, and so is one that is here and passes.
 *
 * @module
 */

/** The runtimes, in the order of the matrix. */
export const TITLES = [
  "Deno 2.9",
  "Deno 2.5",
  "Deno edge",
  "Node 22",
  "Node 24",
  "Bun 1",
  "Chromium",
] as const;

/** A runtime. */
export type Title = (typeof TITLES)[number];

/** Cases that cannot pass on some runtimes, and why. */
export interface Limit {
  readonly runtimes: readonly Title[];
  readonly reason: string;
  readonly cases: readonly string[];
}

/** The table. */
export const LIMITS: readonly Limit[] = [];
