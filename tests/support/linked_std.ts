/**
 * What `.std/` holds where JSR does not answer: the files of an npm build of @std, laid out as the
 * packages that the `links` of deno.json stand for. Pure; setup.ts reads and writes the files.
 *
 * @module
 */

/** The npm package that carries @std as plain JavaScript, pinned to one tarball. */
export const STD_SOURCE = {
  name: "deno-std",
  version: "1.4.0",
  integrity:
    "sha512-7c0Y6tyn0Sx0NKiaAeGtDwrpG+C7VFcOStVcYXPnjAuIEonxzVV+n6s8iuFjg6keqzxo/zrPbR/J9EY9BLNsRA==",
} as const;

/**
 * The @std packages to link, each with the version that the npm build was made of: the three that
 * this project names, and the two that those import.
 */
export const STD_PACKAGES: Readonly<Record<string, string>> = {
  assert: "1.0.19",
  async: "1.5.0",
  "data-structures": "1.1.2",
  http: "1.1.3",
  internal: "1.0.14",
};

/** Modules of no use here that would draw in further packages; `mod.js` must not name them either. */
const LEFT_OUT = ["http/etag.js", "http/file_server.js"];

/** Files by their path, with `/` on every system. */
export type Files = ReadonlyMap<string, string>;

/** The folder of a package inside the npm build. */
export function sourceFolder(packageName: string): string {
  return packageName.replaceAll("-", "_");
}

/** The export that a file of a package stands for, or undefined for a private one. */
export function exportName(file: string): string | undefined {
  if (!file.endsWith(".js") || file.startsWith("_") || file.includes("/")) return undefined;
  if (file === "mod.js") return ".";
  return `./${file.slice(0, -".js".length).replaceAll("_", "-")}`;
}

/** The deno.json of a linked package, from the names of its files. */
export function packageConfig(packageName: string, files: Iterable<string>): string {
  const exports: Record<string, string> = {};
  for (const file of [...files].sort()) {
    const name = exportName(file);
    if (name !== undefined) exports[name] = `./${file}`;
  }
  const config = { name: `@std/${packageName}`, version: STD_PACKAGES[packageName], exports };
  return JSON.stringify(config, null, 2) + "\n";
}

/**
 * All files of `.std/`: the sources, each with the types of our own writing beside it where there
 * are some, and a deno.json for every package.
 */
export function linkedFiles(sources: Files, types: Files): Files {
  const linked = new Map<string, string>();
  const typesLeft = new Set(types.keys());
  for (const packageName of Object.keys(STD_PACKAGES)) {
    const folder = `${sourceFolder(packageName)}/`;
    const files: string[] = [];
    for (const [path, text] of sources) {
      if (!path.startsWith(folder) || LEFT_OUT.includes(path)) continue;
      const file = path.slice(folder.length);
      const typesPath = path.replace(/\.js$/, ".d.ts");
      const typesText = types.get(typesPath);
      files.push(file);
      linked.set(`${packageName}/${file}`, withTypes(file, withoutLeftOut(path, text), typesText));
      if (typesText === undefined) continue;
      typesLeft.delete(typesPath);
      linked.set(`${packageName}/${file.replace(/\.js$/, ".d.ts")}`, typesText);
    }
    if (!files.includes("mod.js")) {
      throw new Error(`Cannot find the sources of @std/${packageName}`);
    }
    linked.set(`${packageName}/deno.json`, packageConfig(packageName, files));
  }
  if (typesLeft.size > 0) throw new Error(`Types without a source: ${[...typesLeft].join(", ")}`);
  return linked;
}

/** The source with a first line that sends the type checker to the types beside it. */
function withTypes(file: string, text: string, types: string | undefined): string {
  if (types === undefined) return text;
  const name = file.slice(file.lastIndexOf("/") + 1).replace(/\.js$/, ".d.ts");
  return `/* @ts-self-types="./${name}" */\n${text}`;
}

/** A `mod.js` without the exports of modules that are left out. */
function withoutLeftOut(path: string, text: string): string {
  let kept = text;
  for (const leftOut of LEFT_OUT) {
    const [folder, file] = leftOut.split("/");
    if (path !== `${folder}/mod.js`) continue;
    const line = `export * from "./${file}";\n`;
    if (!kept.includes(line)) {
      throw new Error(`Cannot leave ${file} out of ${path}: no such export`);
    }
    kept = kept.replace(line, "");
  }
  return kept;
}
