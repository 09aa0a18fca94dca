/**
 * Builds the package for npm with dnt, for publication: `deno run -A tests/npm/build_dnt.ts`. dnt is on
 * JSR only; where that does not answer, `deno task npm` builds the same package without it.
 * `deno run -A tests/npm/check.ts npm` proves what it built.
 *
 * @module
 */
// deno-lint-ignore-file no-console

import { addDoors } from "./later_parts.ts";
import { rewriteEntries } from "./own_bindings.ts";
import { type DenoConfig, dntOptions, DOCUMENTS, INNER_PACKAGE_JSON } from "./package_json.ts";

const ROOT = new URL("../../", import.meta.url);
const SPECIFIER = "jsr:@deno/dnt@^0.43.2"; // not a literal import: it is in nobody's module graph

/** As much of dnt as is used. */
export interface DNT {
  build(options: unknown): Promise<void>;
  emptyDir(folder: string): Promise<void>;
}

/** Builds the package with dnt in the folder `npm` of the project, which is the current folder for dnt. */
export async function buildWithDNT(dnt: DNT, config: DenoConfig, project = "."): Promise<void> {
  await dnt.emptyDir("./npm");
  await dnt.build(dntOptions(config));
  const out = `${project}/npm`;
  for (const name of DOCUMENTS) await Deno.copyFile(`${project}/${name}`, `${out}/${name}`);
  await addDoors(`${out}/esm`);
  await rewriteEntries(config, `${out}/esm`);
  await Deno.writeTextFile(`${out}/esm/package.json`, INNER_PACKAGE_JSON);
}

if (import.meta.main) {
  let dnt: DNT;
  try {
    dnt = await import(SPECIFIER);
  } catch (error) {
    console.error(`Cannot load ${SPECIFIER}; run deno task npm instead`, error);
    Deno.exit(1);
  }
  Deno.chdir(ROOT);
  await buildWithDNT(dnt, JSON.parse(await Deno.readTextFile("deno.json")));
}
