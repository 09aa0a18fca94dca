/**
 * Whether memory stays flat over many calls, also with one long-lived signal in all of them. Runs
 * itself again with the garbage collector exposed.
 *
 * @module
 */
// deno-lint-ignore-file no-console

import { HTTPClient, type RequestOptions } from "../../mod.ts";
import { decimal, whole } from "./print.ts";
import { startServer } from "./server_process.ts";

const IN_FLIGHT = 16;
const collect = (globalThis as { readonly gc?: () => void }).gc;

/** Makes `count` calls; gives the heap in bytes at each of `marks`. */
async function heapAt(
  marks: readonly number[],
  url: string,
  options?: RequestOptions,
): Promise<number[]> {
  const client = new HTTPClient();
  const heaps: number[] = [];
  let made = 0;
  for (const mark of marks) {
    await Promise.all(Array.from({ length: IN_FLIGHT }, async () => {
      while (made++ < mark) (await client.get(url, options)).json();
    }));
    made = mark;
    collect?.();
    heaps.push(Deno.memoryUsage().heapUsed);
  }
  await client.close();
  return heaps;
}

async function main(): Promise<void> {
  await using server = await startServer();
  const marks = Deno.args.includes("--quick") ? [2000, 6000, 10_000] : [10_000, 50_000, 100_000];
  const url = server.fixed("/json");
  const { signal } = new AbortController();
  const results = {
    plain: await heapAt(marks, url),
    withSignal: await heapAt(marks, url, { signal }),
  };
  if (Deno.args.includes("--json")) return console.log(JSON.stringify({ marks, ...results }));
  for (const [name, heaps] of Object.entries(results)) {
    const growth = (heaps.at(-1)! - heaps[0]!) / (marks.at(-1)! - marks[0]!);
    const shown = heaps.map((heap, index) =>
      `${whole(heap / 1024)} KiB after ${whole(marks[index]!)}`
    );
    console.log(
      `Heap, ${name === "plain" ? "default calls" : "one signal in every call"}: ${
        shown.join(", ")
      }; ${decimal(growth)} bytes a call`,
    );
  }
}

if (collect === undefined) {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-all",
      "--no-check",
      "--quiet",
      "--v8-flags=--expose-gc",
      import.meta.filename!,
      ...Deno.args,
    ],
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  Deno.exit(code);
}
await main();
