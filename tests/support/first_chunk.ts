/**
 * What a program loads before it runs, for what it imports of the npm package: esbuild bundles it with
 * splitting, as the bundlers of web pages do, and what `import()` loads later does not count.
 *
 * @module
 */

import { installed } from "../runtimes/runtimes.ts";
import { runCommand, runDeno } from "./gate.ts";

/** The bundler. */
export const ESBUILD = "npm:esbuild@0.28.2";
const FLAGS = [
  ...["--bundle", "--minify", "--splitting", "--format=esm", "--platform=browser"],
  ...["--external:node:*", "--target=es2024", "--log-level=error"],
];

/** What is read of esbuild's account of a build. */
export interface Metafile {
  /** The files that it wrote, by their paths. */
  readonly outputs: Readonly<
    Record<string, {
      readonly entryPoint?: string;
      readonly imports: readonly { readonly path: string; readonly kind: string }[];
    }>
  >;
}

/** The file of the entry point, and those that it imports by statements, directly or not. */
export function staticFiles({ outputs }: Metafile, entry: string): string[] {
  const first = Object.keys(outputs).find((path) => outputs[path]!.entryPoint === entry);
  if (first === undefined) throw new Error(`esbuild wrote nothing for ${entry}`);
  const found = new Set([first]);
  for (const path of found) {
    for (const { path: next, kind } of outputs[path]!.imports) {
      if (kind === "import-statement" && next in outputs) found.add(next);
    }
  }
  return [...found];
}

/** Prints the bytes of files with gzip. Of Node: its zlib is what servers have, Deno's packs looser. */
const GZIP = `
const { readFileSync } = require("node:fs");
const { gzipSync } = require("node:zlib");
const sizes = process.argv.slice(1).map((file) => gzipSync(readFileSync(file), { level: 9 }).length);
console.log(sizes.reduce((sum, size) => sum + size));
`;

/**
 * The bytes with gzip that a program loads before it runs whose one line is `program`. Bundles in
 * `folder`, which must be empty.
 */
export async function firstChunkBytes(program: string, folder: string): Promise<number> {
  await Deno.writeTextFile(`${folder}/program.js`, program);
  const args = ["program.js", ...FLAGS, "--outdir=bundle", "--metafile=metafile.json"];
  const { success, output } = await runDeno(
    ["run", "--quiet", "--allow-all", "--no-config", ESBUILD, ...args],
    { cwd: folder },
  );
  if (!success) throw new Error(output);
  const metafile: Metafile = JSON.parse(await Deno.readTextFile(`${folder}/metafile.json`));
  const files = staticFiles(metafile, "program.js").map((file) => `${folder}/${file}`);
  const packed = await runCommand(await installed("Node 22"), ["-e", GZIP, ...files]);
  if (!packed.success) throw new Error(packed.output);
  return Number(packed.output);
}
