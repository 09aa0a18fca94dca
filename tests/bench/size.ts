/**
 * What it costs to have the library: the size of `mod.ts` bundled and minified for a browser, its
 * number of modules, and how long importing it takes.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- printing is what it is for

import { spread } from "./measure.ts";
import { decimal, table, whole } from "./print.ts";

const ROOT = await Deno.realPath(`${import.meta.dirname}/../..`);
const SIZE_LIMIT = 60_000;
const IMPORT_LIMIT_MS = 10;
/** Processes that are started for each of the import times. */
const STARTS = 11;

/** What was found. */
interface Sizes {
  readonly bundledBytes: number;
  readonly gzippedBytes: number;
  readonly modules: number;
  readonly bundledImportMs: number;
  readonly plainImportMs: number;
}

async function runDeno(...args: string[]): Promise<string> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`deno ${args[0]} failed`);
  return new TextDecoder().decode(stdout);
}

/** The length of the file, compressed as servers do. */
async function gzippedSize(file: string): Promise<number> {
  const compressed = (await Deno.open(file)).readable.pipeThrough(new CompressionStream("gzip"));
  return (await new Response(compressed).bytes()).length;
}

/** How many modules `mod.ts` loads, those of `@std` included. */
async function countModules(): Promise<number> {
  const graph: { readonly modules: readonly unknown[] } = JSON.parse(
    await runDeno("info", "--json", "mod.ts"),
  );
  return graph.modules.length;
}

/**
 * The time that a process needs to load each of `files`, less that of a process that loads nothing.
 * They take turns, so that whatever else the machine does hits all alike.
 */
async function importTimes(folder: string, files: readonly string[]): Promise<number[]> {
  const empty = `${folder}/empty.ts`;
  await Deno.writeTextFile(empty, "export {};\n");
  const all = [empty, ...files];
  const tookMs = new Map(all.map((file) => [file, [] as number[]]));
  for (let start = -1; start < STARTS; start++) {
    for (const file of all) {
      const before = performance.now();
      await runDeno("run", "--no-check", "--quiet", `--config=${ROOT}/deno.json`, file);
      // The first start fills Deno's cache of transpiled modules, and counts for nothing.
      if (start >= 0) tookMs.get(file)!.push(performance.now() - before);
    }
  }
  const [base = 0, ...medians] = all.map((file) => spread(tookMs.get(file)!).median);
  return medians.map((median) => median - base);
}

async function findSizes(): Promise<Sizes> {
  const folder = await Deno.makeTempDir({ prefix: "networking-size-" });
  try {
    const bundle = `${folder}/mod.min.js`;
    const form = ["--quiet", "--minify", "--platform=browser"];
    await runDeno("bundle", ...form, `--output=${bundle}`, "mod.ts");
    const [bundledImportMs = 0, plainImportMs = 0] = await importTimes(folder, [
      bundle,
      `${ROOT}/mod.ts`,
    ]);
    return {
      bundledBytes: (await Deno.stat(bundle)).size,
      gzippedBytes: await gzippedSize(bundle),
      modules: await countModules(),
      bundledImportMs,
      plainImportMs,
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const sizes = await findSizes();
if (Deno.args.includes("--json")) {
  console.log(JSON.stringify(sizes));
} else {
  console.log(
    "Size and import time of mod.ts (imports: median of " +
      `${STARTS} processes, less that of an empty one)\n` +
      table(["", "found", "limit"], [
        ["bundled and minified", `${whole(sizes.bundledBytes)} bytes`, whole(SIZE_LIMIT)],
        ["the same with gzip", `${whole(sizes.gzippedBytes)} bytes`, ""],
        ["modules in the graph", whole(sizes.modules), ""],
        ["import of the bundle", `${decimal(sizes.bundledImportMs)} ms`, `${IMPORT_LIMIT_MS}`],
        ["import of mod.ts", `${decimal(sizes.plainImportMs)} ms`, `${IMPORT_LIMIT_MS}`],
      ]) + "\n",
  );
}
