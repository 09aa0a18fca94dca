/**
 * `deno task npm`: builds the package for npm into the git-ignored folder `npm/` with what every machine
 * has: TypeScript of npm emits a module for a module, and the parts of `@std` that are used come along.
 *
 * @module
 */
// deno-lint-ignore-file no-console

import { copy } from "../support/files.ts";
import { addDoors } from "./later_parts.ts";
import { rewriteEntries } from "./own_bindings.ts";
import {
  BIN,
  builtPath,
  type DenoConfig,
  devDependencies,
  DOCUMENTS,
  packageJSON,
  tsConfig,
} from "./package_json.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const TYPESCRIPT = "npm:typescript@5.9.3";

/** Runs Deno in a folder; what it prints is for who calls. */
async function deno(cwd: string, ...args: string[]): Promise<void> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd,
    stdout: "inherit",
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`Cannot build the package: deno ${args.join(" ")} failed`);
}

/** The modules below a folder, as paths from it. */
async function modules(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) {
      found.push(...(await modules(`${folder}/${name}`)).map((at) => `${name}/${at}`));
    } else if (name.endsWith(".ts")) found.push(name);
  }
  return found;
}

/** Where a specifier such as `@std/async/retry` leads, by the package's own exports. */
async function stdModule(specifier: string): Promise<string> {
  const [, name, entry] = /^@std\/([^/]+)(\/.*)?$/.exec(specifier)!;
  const { exports } = JSON.parse(await Deno.readTextFile(`${ROOT}.std/${name}/deno.json`));
  const path: string = typeof exports === "string" ? exports : exports[entry ? `.${entry}` : "."];
  return `std/${name}/${path.replace(/^\.\//, "")}`;
}

/** An import of `@std` in code; examples in comments keep theirs. */
const STD_IMPORT = /^(?!\s*\*).*from "(@std\/[^"]+)"/;

/** The imports of `@std` in a text, each replaced. */
async function replaceImports(
  text: string,
  by: (specifier: string) => Promise<string>,
): Promise<string> {
  const lines = text.split("\n").map(async (line) => {
    const [, specifier] = STD_IMPORT.exec(line) ?? [];
    return specifier ? line.replace(`"${specifier}"`, `"${await by(specifier)}"`) : line;
  });
  return (await Promise.all(lines)).join("\n");
}

/** Copies a module of `@std` with its types and all that it imports. */
async function copyStd(path: string, to: string, done: Set<string>): Promise<void> {
  if (done.has(path)) return;
  done.add(path);
  const folder = path.slice(0, path.lastIndexOf("/"));
  await Deno.mkdir(`${to}/${folder}`, { recursive: true });
  for (const file of [path, path.replace(/\.js$/, ".d.ts")]) {
    const text = await Deno.readTextFile(`${ROOT}.${file}`).catch((error) => {
      if (error instanceof Deno.errors.NotFound && file !== path) return undefined;
      throw error;
    });
    if (text === undefined) continue;
    await Deno.writeTextFile(`${to}/${file}`, text.replace(/^\/\* @ts-self-types.*\n/, ""));
    for (const [, next] of text.matchAll(/^(?:import|export) .*from "(\.[^"]+)"/gm)) {
      const { pathname } = new URL(next!, `file:///${folder}/`);
      await copyStd(pathname.slice(1).replace(/\.d\.ts$/, ".js"), to, done);
    }
  }
}

/** Builds the package; gives its folder. */
export async function buildPackage(out = `${ROOT}npm`): Promise<string> {
  const config: DenoConfig = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  await Deno.remove(out, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  const work = await Deno.makeTempDir();
  try {
    const copied = new Set<string>();
    for (const path of ["mod.ts", ...(await modules(`${ROOT}src`)).map((at) => `src/${at}`)]) {
      const up = "../".repeat(path.split("/").length - 1) || "./";
      const text = await replaceImports(
        await Deno.readTextFile(ROOT + path),
        async (specifier) => {
          const at = await stdModule(specifier);
          await copyStd(at, `${work}/source`, copied);
          return up + at;
        },
      );
      const to = `${work}/source/${path}`;
      await Deno.mkdir(to.slice(0, to.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(to, text);
    }
    const manifest = { ...packageJSON(config), devDependencies: devDependencies(config) };
    await Deno.writeTextFile(`${work}/package.json`, JSON.stringify(manifest));
    await Deno.writeTextFile(`${work}/tsconfig.json`, JSON.stringify(tsConfig(`${out}/esm`)));
    await deno(work, "install", "--quiet", "--node-modules-dir=auto");
    await deno(work, "run", "--allow-all", "--no-config", TYPESCRIPT + "/tsc", "--project", ".");
    await copy(`${work}/source/std`, `${out}/esm/std`);
    await addDoors(`${out}/esm`);
    await rewriteEntries(config, `${out}/esm`);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
  for (const source of Object.values(config.exports)) {
    // AsyncDisposable, for who has not chosen a library of TypeScript's that has it.
    const file = out + builtPath(source, ".d.ts").slice(1);
    const text = await Deno.readTextFile(file);
    await Deno.writeTextFile(file, `/// <reference lib="esnext.disposable" />\n${text}`);
  }
  const program = out + builtPath(BIN, ".js").slice(1);
  await Deno.writeTextFile(program, `#!/usr/bin/env node\n${await Deno.readTextFile(program)}`);
  await Deno.chmod(program, 0o755);
  await Deno.writeTextFile(
    `${out}/package.json`,
    JSON.stringify(packageJSON(config), null, 2) + "\n",
  );
  for (const name of DOCUMENTS) await copy(ROOT + name, `${out}/${name}`);
  return out;
}

if (import.meta.main) console.log(`Built ${(await buildPackage()).slice(ROOT.length)}/`);
