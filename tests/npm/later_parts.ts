/**
 * Parts that are loaded when they are first used, for bundlers that split by who reaches what (esbuild,
 * Bun, `deno bundle`). They make a file of each set of modules that the same parts reach: with ten parts
 * the program's first file falls into twenty, which is 6 KB more and twenty requests. So each part gets a
 * door that reaches every module of the entry: whatever of them a program uses is one file then. They are
 * loaded by that time, so that who runs the package as it is loads nothing more.
 *
 * @module
 */

/** The modules that a text imports when it is loaded, and those that it loads later. */
function importsOf(text: string, path: string): { now: string[]; later: string[] } {
  const at = (specifier: string) => new URL(specifier, `file:///${path}`).pathname.slice(1);
  const all = (pattern: RegExp) => Array.from(text.matchAll(pattern), ([, name]) => at(name!));
  return {
    now: all(/^(?:import|export)\b(?:[^"';]*\bfrom)?\s*["'](\.[^"']+)["']/gm),
    later: all(/\bimport\(["'](\.[^"']+)["']\)/g),
  };
}

/** Everything that is reached from `from` by imports of a kind. */
function reached(from: Iterable<string>, next: (path: string) => readonly string[]): Set<string> {
  const found = new Set(from);
  for (const path of found) for (const one of next(path)) found.add(one);
  return found;
}

/** The path from one module of the package to another. */
function relative(from: string, to: string): string {
  const up = "../".repeat(from.split("/").length - 1);
  return (up || "./") + to;
}

/**
 * Gives the parts that the entry `main` loads later their doors.
 *
 * @param folder Where the built modules are.
 */
export async function addDoors(folder: string, main = "mod.js"): Promise<void> {
  const texts = new Map<string, string>();
  const read = async (path: string): Promise<void> => {
    if (texts.has(path)) return;
    const text = await Deno.readTextFile(`${folder}/${path}`);
    texts.set(path, text);
    const { now, later } = importsOf(text, path);
    for (const next of [...now, ...later]) await read(next);
  };
  await read(main);
  const now = (path: string) => importsOf(texts.get(path)!, path).now;
  const later = (path: string) => importsOf(texts.get(path)!, path).later;
  const parts = [...reached([main], (path) => [...now(path), ...later(path)])].flatMap(later);
  const first = reached([main], now);
  const shared = [...first].filter((path) => path !== main).sort();
  for (const part of new Set(parts)) {
    const imports = shared.map((path) => `import "${relative(part, path)}";\n`).join("");
    const name = part.slice(part.lastIndexOf("/") + 1);
    const why =
      "// So that bundlers make one file of what the parts share with the entry, and not one for each set.\n";
    await Deno.writeTextFile(
      `${folder}/${doorOf(part)}`,
      `${why}${imports}export * from "./${name}";\n`,
    );
  }
  for (const [path, text] of texts) {
    if (later(path).length === 0) continue;
    const led = text.replaceAll(
      /\bimport\((["'])(\.[^"']+)["']\)/g,
      (_, quote, specifier) => `import(${quote}${doorOf(specifier)}${quote})`,
    );
    await Deno.writeTextFile(`${folder}/${path}`, led);
  }
}

function doorOf(path: string): string {
  return path.replace(/\.js$/, ".door.js");
}
