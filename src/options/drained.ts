/**
 * What `close({ drain })` of every client waits for.
 *
 * @module
 */

import { Alarm } from "./alarm.ts";
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

/** Resolves when what is under way has ended, however it ends, and after `ms` at the latest. */
export function drained(underWay: Promise<unknown>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      alarm.at = Infinity;
      resolve();
    };
    const alarm = new Alarm(end);
    alarm.at = performance.now() + ms;
    underWay.then(end, end);
  });
}
