/**
 * A project that uses the package for npm.
 *
 * @module
 */

import { copy } from "../support/files.ts";
import { runDeno } from "../support/gate.ts";
import { type DenoConfig, dependencies } from "./package_json.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** Installs the built package and what it depends on in `folder`; gives the package's folder there. */
export async function installBuilt(built: string, folder: string): Promise<string> {
  const config: DenoConfig = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  await Deno.mkdir(folder, { recursive: true });
  const manifest = { type: "module", dependencies: dependencies(config) };
  await Deno.writeTextFile(`${folder}/package.json`, JSON.stringify(manifest));
  // A configuration of its own, for a folder inside of the project.
  await Deno.writeTextFile(`${folder}/deno.json`, '{ "minimumDependencyAge": 0 }');
  const install = ["install", "--quiet", "--node-modules-dir=auto"];
  const { success, output } = await runDeno(install, { cwd: folder });
  if (!success) throw new Error(`Cannot install the dependencies:\n${output}`);
  const own = `${folder}/node_modules/${config.name}`;
  await Deno.mkdir(own.slice(0, own.lastIndexOf("/")), { recursive: true });
  await Deno.remove(own, { recursive: true }).catch(() => {});
  await copy(built, own);
  return own;
}
