/**
 * Entries whose exports are bindings of their own. Bundlers that make one file (esbuild, `deno bundle`, Bun,
 * and what stands on esbuild, such as wrangler and tsup) wrap the modules that `import()` reaches, and run such
 * a module where it is first imported. They forget that for a name that comes through an `export … from` of a
 * module without side effects: a program's `new HTTPClient()` then is not a constructor. So each module that an
 * entry exports from has a module next to it whose exports are variables. It imports like any other, and nobody
 * loads it for names that a program does not use.
 *
 * @module
 */

import { builtPath, type DenoConfig } from "./package_json.ts";

const STAR = /^export \* from "(\.[^"]+)";[^\n]*\n/gm;
const NAMED = /^export \{([^}]*)\} from "(\.[^"]+)";[^\n]*\n/gm;

/** Reads a built module by its path. */
export type Read = (path: string) => Promise<string>;

/** Where exports are made: the module, the name there, and the name that the entry has for it. */
interface Origin {
  readonly path: string;
  readonly from: string;
  readonly to: string;
}

function resolve(specifier: string, path: string): string {
  return new URL(specifier, `file:///${path}`).pathname.slice(1);
}

function pairs(list: string): [from: string, to: string][] {
  const items = list.split(",").map((item) => item.trim()).filter((item) => item !== "");
  return items.map((item) => item.split(" as ")).map(([from, to = from]) => [from!, to!]);
}

/** The names that a module makes itself. */
function ownNames(text: string): string[] {
  const declared = text.matchAll(/^export (?:async )?(?:const|let|class|function\*?) ([\w$]+)/gm);
  const listed = text.matchAll(/^export \{([^}]*)\};/gm);
  return [
    ...Array.from(declared, ([, name]) => name!),
    ...Array.from(listed, ([, list]) => pairs(list!).map(([, to]) => to)).flat(),
  ];
}

/** What a module exports, with where each is made. */
async function originsOf(path: string, read: Read): Promise<Origin[]> {
  const text = await read(path);
  const found = ownNames(text).map((name): Origin => ({ path, from: name, to: name }));
  return [...found, ...await reExports(path, text, read)];
}

/** What a module exports of others. */
async function reExports(path: string, text: string, read: Read): Promise<Origin[]> {
  const found: Origin[] = [];
  for (const [, specifier] of text.matchAll(STAR)) {
    found.push(...await originsOf(resolve(specifier!, path), read));
  }
  for (const [, list, specifier] of text.matchAll(NAMED)) {
    const all = await originsOf(resolve(specifier!, path), read);
    for (const [from, to] of pairs(list!)) {
      const origin = all.find((one) => one.to === from);
      if (origin === undefined) throw new Error(`${path} exports ${from}, which nobody makes`);
      found.push({ ...origin, to });
    }
  }
  return found;
}

/**
 * The modules that an entry comes to: itself, and one next to each that it exports from.
 *
 * @param path Where the entry is.
 * @param suffix Part of the names of the modules: entries may export different names of one module.
 */
export async function ownBindings(
  path: string,
  suffix: string,
  read: Read,
): Promise<Map<string, string>> {
  const text = await read(path);
  const written = new Map<string, string>();
  const byModule = Map.groupBy(await reExports(path, text, read), (origin) => origin.path);
  const up = "../".repeat(path.split("/").length - 1) || "./";
  let entry = text.replaceAll(STAR, "").replaceAll(NAMED, "").trimEnd();
  for (const [module, origins] of byModule) {
    const own = module.replace(/\.js$/, `.${suffix}.js`);
    const base = module.slice(module.lastIndexOf("/") + 1);
    const imported = origins.map(({ from, to }) => `${from} as from_${to}`).join(", ");
    const exported = origins.map(({ to }) => `own_${to} as ${to}`).join(", ");
    written.set(
      own,
      [
        `import { ${imported} } from "./${base}";`,
        ...origins.map(({ to }) => `const own_${to} = from_${to};`),
        `export { ${exported} };`,
        "",
      ].join("\n"),
    );
    entry += `\nexport * from "${up}${own}";`;
  }
  if (written.size > 0) written.set(path, `${entry}\n`);
  return written;
}

/** Rewrites every entry of the package, whose modules are in `folder`. */
export async function rewriteEntries({ exports }: DenoConfig, folder: string): Promise<void> {
  const read = (path: string) => Deno.readTextFile(`${folder}/${path}`);
  const sources = Object.values(exports);
  const paths = sources.map((source) => builtPath(source, ".js").slice("./esm/".length));
  const written = await Promise.all(paths.map((path, id) => ownBindings(path, `own${id}`, read)));
  for (const files of written) {
    for (const [path, text] of files) await Deno.writeTextFile(`${folder}/${path}`, text);
  }
}
