/** One timer for a moment that may move: never early, and late is not dead. */

import { assertEquals } from "@std/assert";
import { Alarm, type Timers } from "../../src/options/alarm.ts";

/** Timers that fire when the test says, however late. */
class Late implements Timers {
  nowMs = 0;
  readonly pending = new Map<number, { readonly action: () => void; readonly atMs: number }>();
  #id = 0;
  now = () => this.nowMs;
  setTimeout = (action: () => void, ms: number): number => {
    this.pending.set(++this.#id, { action, atMs: this.nowMs + ms });
    return this.#id;
  };
  clearTimeout = (timer: unknown): void => void this.pending.delete(timer as number);

  /** Goes to a moment, then fires what is due. */
  at(nowMs: number): void {
    this.nowMs = nowMs;
    for (const [id, { action, atMs }] of [...this.pending]) {
      if (atMs > nowMs || !this.pending.delete(id)) continue;
      action();
    }
  }
}

Deno.test("an alarm fires once, when its moment has come, wherever that was moved to", () => {
  // Moments that are set, and when the alarm must fire.
  const rows: [moves: [atMs: number, moment: number][], fires: number[]][] = [
    [[[0, 50]], [50]],
    [[[0, 50], [40, 90]], [90]],
    [[[0, 50], [10, 20]], [20]],
    [[[0, 50], [10, Infinity]], []],
    [[[0, 50], [10, Infinity], [20, 60]], [60]],
    [[[0, 10], [30, 50]], [10, 50]],
    [[[0, 0]], [10]], // now, but in a turn of its own
  ];
  for (const [moves, fires] of rows) {
    const timers = new Late();
    const fired: number[] = [];
    const alarm = new Alarm(() => fired.push(timers.nowMs), timers);
    for (let now = 0; now <= 100; now += 10) {
      timers.at(now);
      for (const [atMs, moment] of moves) if (atMs === now) alarm.at = moment;
    }
    assertEquals(fired, fires, JSON.stringify(moves));
    assertEquals(timers.pending.size, 0);
  }
});

// R17.15
Deno.test("an alarm that was held up lets what has arrived be looked at, then fires", () => {
  // When the timer fires, what the moment was moved to meanwhile, and when the alarm fires.
  const rows: [lateAt: number, moved: number | undefined, fires: number[]][] = [
    [149, undefined, [149]], // hardly late
    [5000, undefined, [5100]],
    [5000, 6000, [6000]], // something came
    [5000, Infinity, []], // that was it
  ];
  for (const [lateAt, moved, fires] of rows) {
    const timers = new Late();
    const fired: number[] = [];
    const alarm = new Alarm(() => fired.push(timers.nowMs), timers);
    alarm.at = 50;
    timers.at(lateAt);
    if (moved !== undefined) alarm.at = moved;
    for (const now of [5050, 5100, 6000, 7000]) timers.at(Math.max(now, lateAt));
    assertEquals(fired, fires, `${lateAt} ${moved}`);
  }
});
