/**
 * `deno task setup`: makes @std available where JSR does not answer, by filling `.std/`, which the
 * `links` of deno.json put in the registry's place, from an npm build of the same sources. Where
 * JSR answers, `.std/` stays away. Imports nothing from a registry: it runs before there is one.
 *
 * @module
 */
// deno-lint-ignore-file no-console
import { type Files, linkedFiles, sourceFolder, STD_PACKAGES, STD_SOURCE } from "./linked_std.ts";
import { installNpmPackage } from "./npm_package.ts";

const SUPPORT = import.meta.dirname!;
const ROOT = `${SUPPORT}/../..`;
const TARGET = `${ROOT}/.std`;
const TYPES = `${SUPPORT}/std_types`;
/** Inside `.std/`: which sources and which types it was made of. */
const MARKER = ".made-of";
const SOURCE = `${STD_SOURCE.name}@${STD_SOURCE.version}`;

/** How long JSR may take to answer, in milliseconds. */
const PATIENCE = 2_000;

/** Whether the JSR registry at `base` answers as one, within `patience` milliseconds. */
export async function jsrAnswers(base: string, patience: number = PATIENCE): Promise<boolean> {
  const url = `${base.replace(/\/*$/, "")}/@std/async/meta.json`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(patience) });
    // A proxy that refuses politely answers with a page, so the status alone proves nothing.
    const meta: unknown = await response.json();
    return response.ok && typeof meta === "object" && meta !== null && "versions" in meta;
  } catch {
    return false;
  }
}

/** The files with one of the extensions below `folder`, by their path from there. */
export async function readFiles(folder: string, extension: string): Promise<Files> {
  const files = new Map<string, string>();
  const entries = await Array.fromAsync(Deno.readDir(folder));
  entries.sort((a, b) => a.name < b.name ? -1 : 1);
  for (const { name, isDirectory } of entries) {
    if (isDirectory) {
      const below = await readFiles(`${folder}/${name}`, extension);
      for (const [path, text] of below) files.set(`${name}/${path}`, text);
    } else if (name.endsWith(extension)) {
      files.set(name, await Deno.readTextFile(`${folder}/${name}`));
    }
  }
  return files;
}

/** What the marker says when `.std/` is up to date. */
async function madeOf(types: Files): Promise<string> {
  const layout = await Deno.readTextFile(`${SUPPORT}/linked_std.ts`);
  const text = new TextEncoder().encode(JSON.stringify([layout, ...types]));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  return `${SOURCE} ${digest.toHex()}\n`;
}

/** What the file operation gives, or undefined where there is no such file. */
async function ifThere<T>(operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The marker inside `.std/`, or undefined where there is none. */
function readMarker(): Promise<string | undefined> {
  return ifThere(Deno.readTextFile(`${TARGET}/${MARKER}`));
}

/** Builds `.std/` aside and moves it into place, so that no other process sees half of it. */
async function fill(types: Files, marker: string): Promise<void> {
  // Not in the system's folder for such things: a move must stay on one file system.
  const aside = await Deno.makeTempDir({ dir: ROOT, prefix: ".std-" });
  try {
    await Deno.mkdir(`${aside}/npm`);
    const installed = await installNpmPackage(STD_SOURCE, `${aside}/npm`);
    const sources = new Map<string, string>();
    for (const folder of Object.keys(STD_PACKAGES).map(sourceFolder)) {
      const files = await readFiles(`${installed}/${folder}`, ".js");
      for (const [path, text] of files) sources.set(`${folder}/${path}`, text);
    }
    for (const [path, text] of linkedFiles(sources, types)) {
      const file = `${aside}/std/${path}`;
      await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(file, text);
    }
    await Deno.writeTextFile(`${aside}/std/${MARKER}`, marker);
    await moveIntoPlace(`${aside}/std`, marker);
  } finally {
    await Deno.remove(aside, { recursive: true });
  }
}

/** Puts the built folder in the place of `.std/`, unless another process did so meanwhile. */
async function moveIntoPlace(built: string, marker: string): Promise<void> {
  if (await readMarker() === marker) return;
  await ifThere(Deno.remove(TARGET, { recursive: true }));
  try {
    await Deno.rename(built, TARGET);
  } catch (error) {
    if (await readMarker() !== marker) throw error;
  }
}

/** Whether Deno has what it needs of JSR from earlier, as on a laptop that is offline today. */
async function denoHasCached(): Promise<boolean> {
  const module = `import "@std/assert"; import "@std/async"; import "@std/http";`;
  const command = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--cached-only", module],
    cwd: ROOT,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  });
  return (await command.output()).success;
}

async function setup(again: boolean): Promise<string> {
  const types = await readFiles(TYPES, ".d.ts");
  const marker = await madeOf(types);
  if (!again && await readMarker() === marker) {
    return `@std comes from .std/ (${SOURCE}); "deno task setup --again" asks JSR again`;
  }
  if (await jsrAnswers(Deno.env.get("JSR_URL") ?? "https://jsr.io")) {
    await ifThere(Deno.remove(TARGET, { recursive: true }));
    return "JSR answers: @std comes from there";
  }
  await fill(types, marker);
  return `JSR does not answer: filled .std/ from the npm package ${SOURCE}`;
}

if (import.meta.main) {
  try {
    console.log(`setup: ${await setup(Deno.args.includes("--again"))}`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    const stale = await ifThere(Deno.stat(TARGET)) !== undefined;
    if (stale || !await denoHasCached()) {
      console.error("setup: @std is to be had neither from JSR nor from npm");
      Deno.exit(1);
    }
    console.log("setup: @std comes from what Deno has cached of JSR");
  }
}
