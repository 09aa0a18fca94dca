/** The table of packages in SPEC.md: which there are, and which entries reach each. */

import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);
const read = (path: string) => Deno.readTextFile(new URL(path, ROOT));
const { exports, imports } = JSON.parse(await read("deno.json"));

/** What a file imports as values, by statements and calls; types leave nothing behind. */
function specifiersOf(text: string): string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, "");
  const found = code.matchAll(
    /^(?:import|export)\b(?! type\b)[^;`]*?\bfrom "([^"]+)"|^import "([^"]+)"|\bimport\("([^"]+)"\)/gm,
  );
  return Array.from(found, (match) => (match[1] ?? match[2] ?? match[3])!);
}

/** The packages that an entry reaches. */
async function packagesOf(entry: string): Promise<Set<string>> {
  const packages = new Set<string>();
  const seen = new Set<string>();
  const open = [new URL(exports[entry], ROOT).href];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    for (const specifier of specifiersOf(await Deno.readTextFile(new URL(file)))) {
      if (specifier.startsWith(".")) open.push(new URL(specifier, file).href);
      else if (!specifier.startsWith("node:")) {
        packages.add(/^(?:@[^/]+\/)?[^/]+/.exec(specifier)![0]);
      }
    }
  }
  return packages;
}

/** The entries of each package, as SPEC.md has them. */
const LISTED = new Map(
  Array.from(
    (await read("SPEC.md")).matchAll(/^\| `(?:npm|jsr):([^`]+)` +\|([^|]*)\|/gm),
    ([, name, entries]) => [name!, entries!.match(/\.[\w/-]*/g) ?? []] as const,
  ),
);

// R10.1
Deno.test("the packages of SPEC.md are those of deno.json but for tests, and undici", () => {
  const shipped = Object.keys(imports).filter((name) => name !== "@std/assert");
  assertEquals([...LISTED.keys()].sort(), [...shipped, "undici"].sort());
});

// R10.1
Deno.test("only the entries that SPEC.md names reach a package, and the command line reaches all", async () => {
  const entriesOf = new Map<string, string[]>();
  for (const entry of Object.keys(exports)) {
    for (const name of await packagesOf(entry)) {
      entriesOf.set(name, [...entriesOf.get(name) ?? [], entry]);
    }
  }
  assertEquals(entriesOf.get("@std/assert"), undefined);
  for (const [name, entries] of LISTED) {
    if (name === "undici") continue; // a peer, which is loaded by name
    const found = entriesOf.get(name)!;
    assert(found.includes("./cli"), name);
    if (name === "@std/async") assert(found.includes(".")); // and whatever uses the client
    else assertEquals(found.filter((entry) => entry !== "./cli").sort(), entries, name);
  }
});
