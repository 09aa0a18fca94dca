/**
 * What the built package has of others, and whether its license file names it.
 *
 * @module
 */

/** Where builds put modules of `@std`: ours, and dnt. */
const STD_FOLDERS = ["std", "deps/jsr.io/@std"];

async function names(folder: string): Promise<string[]> {
  const found: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (isDirectory) found.push(name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found.sort();
}

/** The folders and packages in a built package that are not its own, and that its LICENSE does not name. */
export async function unlicensed(built: string): Promise<string[]> {
  const license = await Deno.readTextFile(`${built}/LICENSE`);
  const known = ["src", ...STD_FOLDERS.map((path) => path.split("/")[0])];
  const strange = (await names(`${built}/esm`)).filter((name) => !known.includes(name));
  const packages = new Set<string>();
  for (const folder of STD_FOLDERS) {
    for (const name of await names(`${built}/esm/${folder}`)) packages.add(`@std/${name}`);
  }
  const unnamed = [...packages].filter((name) => !license.includes(`\`${name}\``));
  return [...strange.map((name) => `esm/${name}`), ...unnamed];
}
