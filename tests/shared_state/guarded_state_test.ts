/** The deadline of a shared state. */

import { StateGuard } from "../../src/shared_state/guarded_state.ts";
import { FakeClock } from "../../src/testing/mod.ts";
import { assertEquals } from "@std/assert";

/** A guard, and what it reported. */
function guarded(): { guard: StateGuard; reports: string[] } {
  const reports: string[] = [];
  return { guard: new StateGuard((line) => reports.push(line)), reports };
}

Deno.test("a store that answers after 249 ms is used, and one that does not within 250 ms has failed", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const { guard, reports } = guarded();
  const wait = (ms: number) => new Promise((done) => setTimeout(() => done("answer"), ms));
  const found = guard.run(() => wait(249));
  await clock.advance(0.3);
  assertEquals([await found, reports], ["answer", []]);
  const late = guard.run(() => wait(251));
  await clock.advance(0.3);
  assertEquals(await late, undefined);
  assertEquals(reports, [
    "The shared state failed, so this process continues without it: no response within 250 ms",
  ]);
});

Deno.test("a stall of this process is not a failure of the store", async () => {
  const { guard, reports } = guarded();
  const { promise, resolve } = Promise.withResolvers<string>();
  const original = globalThis.setTimeout;
  const due: (() => void)[] = [];
  globalThis.setTimeout = ((run: () => void) => due.push(run)) as unknown as typeof setTimeout;
  try {
    const found = guard.run(() => promise);
    // The process stalled: the timers that were set before are due first, then the response comes in.
    for (const run of due.splice(0)) run();
    resolve("answer");
    assertEquals([await found, reports], ["answer", []]);
  } finally {
    globalThis.setTimeout = original;
  }
});
