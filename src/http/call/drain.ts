/**
 * Drains an HTTPClient for `close({ drain })`, whose first call loads this module. Calls on the wire,
 * streams that are read, uploads and side requests continue; calls that have sent nothing end immediately.
 *
 * @module
 */

import { drained } from "../../options/drained.ts";
import { type DrainOptions, readDrain } from "../../options/drain_options.ts";
import type { Clocks } from "./clocks.ts";

/**
 * Waits until no call is in flight and no stream is open, within the limit of the options.
 *
 * @throws {TypeError | RangeError} If the options cannot be used; the client stays open.
 */
export async function drain(clocks: Clocks, options: DrainOptions): Promise<void> {
  let ms: number | undefined;
  try {
    ms = readDrain(options);
  } catch (error) {
    clocks.isDraining = false;
    throw error;
  }
  if (ms === undefined) return;
  for (const end of [...clocks.spare]) end();
  const idle = new Promise<void>((resolve) => {
    const { ended } = clocks;
    clocks.ended = () => {
      ended?.();
      if (clocks.calls + clocks.running.size === 0) resolve();
    };
    clocks.ended();
  });
  await drained(idle, ms);
}
