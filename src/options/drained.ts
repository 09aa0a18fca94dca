/**
 * Waits for `close({ drain })`, whose first call loads this module.
 *
 * @module
 */

import { Alarm } from "./alarm.ts";

/** Resolves when the work has ended, with success or failure, or after `ms` at the latest. */
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
