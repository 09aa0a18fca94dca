/**
 * What importing the library costs: bytes of `mod.ts` bundled and minified, and the time that a fresh
 * process needs for it, beside one that imports nothing. Prints figures and limits; fails for none.
 *
 * @module
 */
// deno-lint-ignore-file no-console

import { decimal, whole } from "./print.ts";

/** In bytes, minified. */
const SIZE_LIMIT = 60_000;
/** In milliseconds, above a process that imports nothing. */
const IMPORT_LIMIT = 10;
const ROOT = new URL("../../", import.meta.url);

/** Runs this Deno in the project; gives how long it took and what it printed. */
async function deno(...args: string[]): Promise<{ ms: number; output: string }> {
  const startedAt = performance.now();
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`deno ${args[0]} failed`);
  return { ms: performance.now() - startedAt, output: new TextDecoder().decode(stdout) };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** How much longer a process takes that imports `file` than one that imports nothing: medians. */
async function importMs(folder: string, file: string, runs: number): Promise<number> {
  const empty = `${folder}/empty.mjs`;
  const importing = `${folder}/importing.ts`;
  await Deno.writeTextFile(empty, "");
  await Deno.writeTextFile(importing, `import ${JSON.stringify(file)};`);
  const run = (script: string) =>
    deno("run", "--quiet", "--no-check", `--config=${new URL("deno.json", ROOT).pathname}`, script);
  const differences: number[] = [];
  for (let index = -1; index < runs; index++) {
    const difference = (await run(importing)).ms - (await run(empty)).ms;
    if (index >= 0) differences.push(difference); // the first fills the cache
  }
  return median(differences);
}

async function gzipped(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(stream).arrayBuffer()).byteLength;
}

const quick = Deno.args.includes("--quick");
const folder = await Deno.makeTempDir();
try {
  const bundle = `${folder}/bundle.mjs`;
  await deno("bundle", "--quiet", "--minify", "--platform=browser", `--output=${bundle}`, "mod.ts");
  const bytes = await Deno.readFile(bundle);
  const { modules } = JSON.parse((await deno("info", "--json", "mod.ts")).output);
  const mod = new URL("mod.ts", ROOT).href;
  const runs = quick ? 3 : 11;
  const figures = {
    minifiedBytes: bytes.byteLength,
    gzippedBytes: await gzipped(bytes),
    modules: modules.length,
    importMs: await importMs(folder, mod, runs),
    bundledImportMs: await importMs(folder, bundle, runs),
  };
  if (Deno.args.includes("--json")) {
    console.log(JSON.stringify(figures));
  } else {
    console.log(
      `Size of mod.ts, bundled and minified: ${whole(figures.minifiedBytes)} bytes (limit ${
        whole(SIZE_LIMIT)
      }), ${whole(figures.gzippedBytes)} gzipped, from ${figures.modules} modules\n` +
        `Import above an empty process: ${decimal(figures.importMs)} ms as modules, ${
          decimal(figures.bundledImportMs)
        } ms bundled (limit ${IMPORT_LIMIT}), medians of ${runs}\n`,
    );
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
