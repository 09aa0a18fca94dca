/**
 * Whether memory stays flat: what the process holds, after a forced collection, while one client
 * makes very many calls, once as they come and once with the same long-lived signal in each.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- printing is what it is for

import { HTTPClient, type RequestOptions } from "../../mod.ts";
import { time } from "./measure.ts";
import { table, whole } from "./print.ts";
import { startServer } from "./server_process.ts";

const IN_FLIGHT = 16;

/** What the process holds after so many calls, in bytes. */
interface Sample {
  readonly calls: number;
  readonly heapUsed: number;
  readonly rss: number;
}

/** How memory went over one run. */
interface Course {
  readonly samples: readonly Sample[];
  /** From the second sample to the last: before, caches and pools fill up. */
  readonly heapGrowthPerCall: number;
  readonly rssGrowthPerCall: number;
  /** Listeners that the calls left on the signal, if they had one. */
  readonly listenersLeft?: number;
}

/** Makes calls until each of `marks` is reached, and looks at the memory there. */
async function follow(
  url: string,
  marks: readonly number[],
  options?: RequestOptions,
): Promise<Course> {
  await using client = new HTTPClient();
  const samples: Sample[] = [];
  let made = 0;
  for (const mark of marks) {
    await time(async () => (await client.get(url, options)).json(), mark - made, IN_FLIGHT);
    made = mark;
    samples.push({ calls: mark, ...await settledMemory() });
  }
  const [from, to] = [samples[1]!, samples.at(-1)!];
  const calls = to.calls - from.calls;
  return {
    samples,
    heapGrowthPerCall: (to.heapUsed - from.heapUsed) / calls,
    rssGrowthPerCall: (to.rss - from.rss) / calls,
  };
}

/** Memory when everything that can go has gone: finalizers run between two collections. */
async function settledMemory(): Promise<Pick<Sample, "heapUsed" | "rss">> {
  for (let pass = 0; pass < 3; pass++) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, rss } = Deno.memoryUsage();
  return { heapUsed, rss };
}

function collectGarbage(): void {
  (globalThis as unknown as { gc(): void }).gc();
}

/** Counts the listeners that are on a signal, from now on. */
function countListeners(signal: AbortSignal): () => number {
  const present = new Set<unknown>();
  const { addEventListener, removeEventListener } = signal;
  Object.assign(signal, {
    addEventListener(...given: Parameters<AbortSignal["addEventListener"]>) {
      present.add(given[1]);
      addEventListener.apply(signal, given);
    },
    removeEventListener(...given: Parameters<AbortSignal["removeEventListener"]>) {
      present.delete(given[1]);
      removeEventListener.apply(signal, given);
    },
  });
  return () => present.size;
}

function report(title: string, course: Course): string {
  const rows = course.samples.map(({ calls, heapUsed, rss }) => [
    `after ${whole(calls)} calls`,
    `${whole(heapUsed / 1024)} KiB`,
    `${whole(rss / 1024)} KiB`,
  ]);
  const [, from] = course.samples;
  const growth = [
    `growth for each call after ${whole(from!.calls)}`,
    `${course.heapGrowthPerCall.toFixed(1)} bytes`,
    `${course.rssGrowthPerCall.toFixed(1)} bytes`,
  ];
  const { listenersLeft } = course;
  return `${title}\n${table(["", "heap in use", "resident"], [...rows, growth])}\n` +
    (listenersLeft === undefined ? "" : `  listeners left on the signal: ${listenersLeft}\n`);
}

async function main(args: readonly string[]): Promise<void> {
  const marks = args.includes("--quick") ? [1_000, 3_000, 6_000] : [10_000, 50_000, 100_000];
  await using server = await startServer();
  const url = server.fixed("/json");
  const { signal } = new AbortController();
  const listeners = countListeners(signal);
  const plain = await follow(url, marks);
  const withSignal = { ...await follow(url, marks, { signal }), listenersLeft: listeners() };
  if (args.includes("--json")) return console.log(JSON.stringify({ plain, withSignal }));
  console.log(
    report(`Memory, GET of 731 bytes of JSON, ${IN_FLIGHT} in flight (goal: flat)`, plain),
  );
  console.log(report("The same, one long-lived signal in every call", withSignal));
}

if ("gc" in globalThis) await main(Deno.args);
else {
  // Only a flag makes collections possible, and whoever runs this file need not know it.
  const flags = ["run", "--allow-all", "--no-check", "--quiet", "--v8-flags=--expose-gc"];
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: [...flags, import.meta.filename!, ...Deno.args],
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  Deno.exitCode = code;
}
