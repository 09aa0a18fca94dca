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
   * How long calls in flight may continue: seconds, or an object with units. No new call may begin in the
   * meantime; unfinished calls are then aborted. If omitted, calls are aborted immediately.
   */
  readonly drain?: Duration;
}

const TABLE = { drain: /* @__PURE__ */ duration("drain") } satisfies OptionTable<DrainOptions>;

/** Returns the `drain` of `close()` in milliseconds; undefined if omitted. */
export function readDrain(options: DrainOptions | undefined): number | undefined {
  return readOptions("close", options, TABLE).drain;
}
