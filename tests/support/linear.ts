/**
 * Whether a function takes linear time, on a machine of any speed that may be busy: two sizes are compared,
 * the least of several runs counts, and the sizes grow until a run takes long enough to be measured.
 *
 * @module
 */

import { assert } from "@std/assert";

/** What a run must take to be more than noise. */
const MEASURABLE_MS = 1;
/** A size at which a quadratic function takes seconds. */
const LARGEST = 100_000;
/** How much more input the second size is. Quadratic time is 256 times as long. */
const FACTOR = 16;
/** Linear time is up to 60 times as long where memory is what takes it. */
const LIMIT = 100;
const RUNS = 5;

async function leastMs<T>(run: (input: T) => unknown, input: T, runs: number): Promise<number> {
  let least = Infinity;
  for (let count = 0; count < runs; count++) {
    const startedAt = performance.now();
    await run(input);
    least = Math.min(least, performance.now() - startedAt);
  }
  return least;
}

/**
 * Fails unless the time of `run` is linear in `size`.
 *
 * @param what Which input it is, for the message.
 * @param input Makes an input of the size; its time does not count.
 * @param run What is measured.
 */
export async function assertLinear<T>(
  what: string,
  input: (size: number) => T,
  run: (input: T) => unknown,
): Promise<void> {
  let size = 500;
  let small = input(size);
  while (await leastMs(run, small, 2) < MEASURABLE_MS) {
    if (size >= LARGEST) return; // so many steps cannot be quadratic
    size *= 2;
    small = input(size);
  }
  const large = input(size * FACTOR);
  let [smallMs, largeMs] = [Infinity, Infinity];
  for (let round = 0; round < RUNS && largeMs >= smallMs * FACTOR; round++) {
    smallMs = Math.min(smallMs, await leastMs(run, small, 1));
    largeMs = Math.min(largeMs, await leastMs(run, large, 1));
    if (round > 0 && largeMs > 2 * LIMIT * smallMs) break; // nothing saves it
  }
  assert(
    largeMs < smallMs * LIMIT,
    `${what}: ${smallMs} ms at ${size}, and ${largeMs} ms at ${FACTOR} times as much`,
  );
}
