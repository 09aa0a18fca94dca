/**
 * What a line of the scoreboard is.
 *
 * @module
 */

/** A measured goal. */
export interface Goal {
  /** Such as `G3`. */
  readonly id: string;
  /** What is measured, in plain words. */
  readonly what: string;
  readonly target: string;
  measure(): Promise<Score>;
}

/** What was measured. */
export interface Score {
  readonly value: string;
  readonly met: boolean;
}

/** Runs `work` for 0 to `count` - 1, so many at a time. */
export async function each(
  count: number,
  inFlight: number,
  work: (index: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  await Promise.all(Array.from({ length: inFlight }, async () => {
    while (next < count) await work(next++);
  }));
}

/** Memory in MB after everything that can go has gone. */
export async function settledMemory(): Promise<{ heap: number; resident: number }> {
  for (let pass = 0; pass < 4; pass++) {
    (globalThis as unknown as { gc(): void }).gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, rss } = Deno.memoryUsage();
  return { heap: heapUsed / 2 ** 20, resident: rss / 2 ** 20 };
}
