/** What a listener is told, by a clock of the test's. */

import { assertAlmostEquals, assertEquals } from "@std/assert";
import { type Progress, ProgressMeter } from "../../../src/http/body/progress_meter.ts";

Deno.test("progress is told every tenth of a second and at the end", () => {
  let now = 0;
  const told: Progress[] = [];
  const meter = new ProgressMeter((progress) => void told.push(progress), () => now);
  meter.total = 1000;
  for (now = 10; now <= 250; now += 10) meter.add(10);
  meter.end();
  assertEquals(told.map(({ transferred }) => transferred), [100, 200, 250]);
  assertEquals(told.map(({ total }) => total), [1000, 1000, 1000]);
  assertAlmostEquals(told[0]!.rate, 1000); // ten bytes every ten milliseconds
});

Deno.test("the rate is of what passed here, and follows a change", () => {
  let now = 0;
  let rate = 0;
  const meter = new ProgressMeter((progress) => void (rate = progress.rate), () => now);
  meter.startAt(1_000_000);
  now = 1000;
  meter.add(500);
  assertAlmostEquals(rate, 500);
  for (let second = 2; second <= 12; second++) {
    now = second * 1000;
    meter.add(2000);
  }
  assertAlmostEquals(rate, 2000, 20);
});

Deno.test("a total that was not known is known at the end", () => {
  let last: Progress | undefined;
  const meter = new ProgressMeter((progress) => void (last = progress), () => 0);
  meter.add(7);
  meter.end();
  assertEquals([last?.transferred, last?.total], [7, 7]);
});

Deno.test("without a listener nothing happens", () => {
  const meter = new ProgressMeter(undefined, () => 1e6);
  assertEquals([meter.add(1), meter.end()], [undefined, undefined]);
});
