/**
 * The option of `close()` of every client.
 *
 * @module
 */

import { duration, type OptionTable } from "./checks.ts";
import type { Duration } from "./duration.ts";
import { readOptions } from "./read_options.ts";

/** How a client is closed. */
export interface DrainOptions {
  /**
   * Seconds that what is under way may take to end. Nothing new begins meanwhile; what is left then is
   * aborted. Left out: it is aborted at once.
   */
  readonly drain?: Duration;
}

const TABLE = { drain: /* @__PURE__ */ duration("drain") } satisfies OptionTable<DrainOptions>;

/** The `drain` of `close()`, in milliseconds; undefined without one. */
export function readDrain(options: DrainOptions | undefined): number | undefined {
  return readOptions("close", options, TABLE).drain;
}
