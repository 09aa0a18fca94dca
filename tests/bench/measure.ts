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
export interface Figure {
  readonly name: string;
  readonly callsPerSecond: Spread;
  /** Its calls per second in parts of the first contender's. */
  readonly toFirst: Spread;
  /** Its calls per second in parts of the second contender's. */
  readonly toSecond: Spread;
}

/** Measures a case. */
export async function measure(
  { contenders, inFlight, accepts }: Case,
  { rounds, sliceMs, warmUpMs }: Effort,
): Promise<Figure[]> {
  const runs: Run[] = [];
  for (const { name, call } of contenders) {
    if (!accepts(await call())) throw new Error(`${name} did not give the body that was sent`);
    const rate = await warmUp(call, inFlight, warmUpMs);
    const calls = Math.max(inFlight, Math.round(rate * sliceMs));
    runs.push({ name, call, calls, perSecond: [] });
  }
  for (let round = 0; round < rounds; round++) {
    // In a fixed order, the same one would always pay for its neighbour's garbage.
    for (const run of shuffled(runs)) {
      run.perSecond.push(run.calls / await time(run.call, run.calls, inFlight) * 1000);
    }
  }
  const [first, second] = runs as [Run, Run];
  return runs.map((run) => ({
    name: run.name,
    callsPerSecond: spread(run.perSecond),
    toFirst: ratio(run, first),
    toSecond: ratio(run, second),
  }));
}

interface Run extends Contender {
  /** Calls of a round. */
  readonly calls: number;
  /** What each round gave. */
  readonly perSecond: number[];
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

function ratio(run: Run, base: Run): Spread {
  return spread(run.perSecond.map((perSecond, round) => perSecond / base.perSecond[round]!));
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
