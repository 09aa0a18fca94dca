/**
 * Measures contenders side by side. A machine is never quiet, so an absolute figure means little:
 * every round runs each contender once, in an order drawn anew, and what counts is the ratio of two
 * contenders within a round, of which the median over all rounds is taken.
 *
 * @module
 */

/** One way to do what a case measures. */
export interface Contender {
  readonly name: string;
  readonly call: () => Promise<unknown>;
}

/** What is measured. */
export interface Case {
  /** For the command line and JSON output. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** How many calls run at the same time. */
  readonly inFlight: number;
  /** The contenders; the first two are what the others are compared with. */
  readonly contenders: readonly Contender[];
  /** Whether a call gave what it should. */
  readonly accepts: (result: unknown) => boolean;
}

/** How long to measure. */
export interface Effort {
  readonly rounds: number;
  /** How long each contender runs in each round, in milliseconds. */
  readonly sliceMs: number;
  /** How long each contender runs before the first round, in milliseconds. */
  readonly warmUpMs: number;
}

/** The middle and the ends of what the rounds gave. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** What a contender came to. */
export interface Result {
  readonly name: string;
  /** Its calls per second, round by round. */
  readonly perSecond: readonly number[];
}

/** Measures a case. */
export async function measure(
  { contenders, inFlight, accepts }: Case,
  { rounds, sliceMs, warmUpMs }: Effort,
): Promise<Result[]> {
  const runs = [];
  for (const { name, call } of contenders) {
    if (!accepts(await call())) throw new Error(`${name} did not give the body that was sent`);
    const rate = await warmUp(call, inFlight, warmUpMs);
    const calls = Math.max(inFlight, Math.round(rate * sliceMs));
    runs.push({ name, call, calls, perSecond: [] as number[] });
  }
  for (let round = 0; round < rounds; round++) {
    // In a fixed order, the same one would always pay for its neighbour's garbage.
    for (const { call, calls, perSecond } of shuffled(runs)) {
      perSecond.push(calls / await time(call, calls, inFlight) * 1000);
    }
  }
  return runs.map(({ name, perSecond }) => ({ name, perSecond }));
}

/** Runs a contender for a while; gives its calls per millisecond at the end of it. */
async function warmUp(call: Contender["call"], inFlight: number, ms: number): Promise<number> {
  const end = performance.now() + ms;
  for (let calls = inFlight;; calls *= 2) {
    const tookMs = await time(call, calls, inFlight);
    if (performance.now() >= end) return calls / tookMs;
  }
}

/** Makes `calls` calls; gives the time they take, in milliseconds. */
export async function time(
  call: Contender["call"],
  calls: number,
  inFlight: number,
): Promise<number> {
  let started = 0;
  async function callAgain(): Promise<void> {
    while (started++ < calls) await call();
  }
  const start = performance.now();
  await Promise.all(Array.from({ length: inFlight }, callAgain));
  return performance.now() - start;
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

/** How many calls `result` made for each of `base`, round by round. */
export function ratio(result: Result, base: Result): Spread {
  return spread(result.perSecond.map((perSecond, round) => perSecond / base.perSecond[round]!));
}

/** Median and ends of some numbers. */
export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return {
    median: (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle) - 1]!) / 2,
    min: sorted[0]!,
    max: sorted.at(-1)!,
  };
}
