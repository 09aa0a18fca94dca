/**
 * Builds the package for npm with dnt, for publication: `deno run -A tests/npm/build_dnt.ts`. dnt is on
 * JSR only; where that does not answer, `deno task npm` builds the same package without it.
 *
 * @module
 */
// deno-lint-ignore-file no-console

import { addDoors } from "./later_parts.ts";
import { type DenoConfig, dntOptions, DOCUMENTS } from "./package_json.ts";

const ROOT = new URL("../../", import.meta.url);
const config: DenoConfig = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
const DNT = "jsr:@deno/dnt@^0.43.2"; // not a literal import: it is in nobody's module graph

let dnt: { build(options: unknown): Promise<void>; emptyDir(folder: string): Promise<void> };
try {
  dnt = await import(DNT);
} catch (error) {
  console.error(`Cannot build with dnt: ${DNT} cannot be loaded; run deno task npm instead`, error);
  Deno.exit(1);
}
Deno.chdir(ROOT);
const options = dntOptions(config);
await dnt.emptyDir("./npm");
await dnt.build({
  ...options,
  async postBuild() {
    for (const name of DOCUMENTS) Deno.copyFileSync(name, `npm/${name}`);
    await addDoors("npm/esm");
  },
});
