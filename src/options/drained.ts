/**
 * What `close({ drain })` waits for. Loaded when that is called.
 *
 * @module
 */

import { Alarm } from "./alarm.ts";

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
