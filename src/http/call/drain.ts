/**
 * What `close({ drain })` of an HTTPClient does, loaded by the first such call: calls on the wire, streams
 * that are read, uploads and side requests run on, and what has sent nothing ends at once.
 *
 * @module
 */

import { drained } from "../../options/drained.ts";
import { type DrainOptions, readDrain } from "../../options/drain_options.ts";
import type { Clocks } from "./clocks.ts";

/**
 * Waits until no call is under way and nobody reads a stream, as long as the options say.
 *
 * @throws {TypeError | RangeError} If they cannot be used; the client stays open.
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
