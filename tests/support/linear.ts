/**
 * Whether a function takes linear time, or keeps to a limit, on a machine of any speed that may be busy.
 * What is compared takes as long and runs in turns, so that whatever else runs slows both down;
 * the least of several runs counts.
 *
 * @module
 */

import { assert } from "@std/assert";

/** What a run must take to be more than noise. */
const MEASURABLE_MS = 1;
/** A size at which a quadratic function takes seconds. */
const LARGEST = 100_000;
/** How much more input the second size is. Quadratic time is 16 times that of as many small runs. */
const FACTOR = 16;
/** Linear time is up to 4 times that of 16 small runs where memory is what takes it. */
const LIMIT = 6;
/** Rounds that always run, and rounds at most while the verdict is not clear. */
const [LEAST_ROUNDS, MOST_ROUNDS] = [2, 20];
/** From here on more rounds change nothing. */
const HOPELESS = 2 * LIMIT;

async function timeMs<T>(run: (input: T) => unknown, input: T, times: number): Promise<number> {
  const startedAt = performance.now();
  for (let count = 0; count < times; count++) await run(input);
  return performance.now() - startedAt;
}

async function leastMs<T>(run: (input: T) => unknown, input: T): Promise<number> {
  let least = Infinity;
  for (let count = 0; count < 3; count++) least = Math.min(least, await timeMs(run, input, 1));
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
  while (await leastMs(run, small) < MEASURABLE_MS) {
    if (size >= LARGEST) return; // so many steps cannot be quadratic
    size *= 2;
    small = input(size);
  }
  const large = input(size * FACTOR);
  let [smallMs, largeMs] = [Infinity, Infinity];
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    smallMs = Math.min(smallMs, await timeMs(run, small, FACTOR));
    largeMs = Math.min(largeMs, await timeMs(run, large, 1));
    if (round >= LEAST_ROUNDS && largeMs < smallMs * LIMIT / 2) break;
    if (round >= 2 * LEAST_ROUNDS && largeMs > smallMs * HOPELESS) break;
  }
  assert(
    largeMs < smallMs * LIMIT,
    `${what}: ${smallMs} ms for ${FACTOR} runs at ${size}, and ${largeMs} ms at ${FACTOR} times as much`,
  );
}

/** What {@linkcode walk} takes at rest on a machine of middling speed. */
const WALK_MS = 5;
const WALKED = "x".repeat(5_000_000);

/** Work whose time tells how fast this machine is now. */
function walk(): number {
  let sum = 0;
  for (let at = 0; at < WALKED.length; at++) sum += WALKED.charCodeAt(at);
  return sum;
}

/** Fails unless `run` takes at most `limitMs`, counted by how fast this machine is now. */
export async function assertWithin(
  what: string,
  limitMs: number,
  run: () => unknown,
): Promise<void> {
  let [walkMs, leastMs] = [Infinity, Infinity];
  const allowedMs = () => limitMs * Math.max(1, walkMs / WALK_MS);
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    walkMs = Math.min(walkMs, await timeMs(walk, undefined, 1));
    leastMs = Math.min(leastMs, await timeMs(run, undefined, 1));
    if (leastMs < allowedMs() || round >= LEAST_ROUNDS && leastMs > 4 * allowedMs()) break;
  }
  assert(leastMs < allowedMs(), `${what}: ${leastMs} ms; ${allowedMs()} ms are allowed`);
}
