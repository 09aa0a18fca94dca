/**
 * A project that uses the package for npm.
 *
 * @module
 */

import { copy } from "../support/files.ts";
import { runDeno } from "../support/gate.ts";
import { type DenoConfig, npmImports } from "./package_json.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** The SDK of OpenTelemetry, and what instruments fetch on Node. */
export const TELEMETRY_SDK: Readonly<Record<string, string>> = {
  "@opentelemetry/context-async-hooks": "2.12.0",
  "@opentelemetry/core": "2.12.1",
  "@opentelemetry/instrumentation": "0.223.0",
  "@opentelemetry/instrumentation-undici": "0.33.0",
  "@opentelemetry/sdk-metrics": "2.12.1",
  "@opentelemetry/sdk-trace-base": "2.12.1",
};

/**
 * Installs the built package in `folder` with what it depends on, optional peers and `others` included;
 * gives the package's folder there.
 */
export async function installBuilt(
  built: string,
  folder: string,
  others: Readonly<Record<string, string>> = {},
): Promise<string> {
  const config: DenoConfig = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));
  await Deno.mkdir(folder, { recursive: true });
  const manifest = { type: "module", dependencies: { ...npmImports(config), ...others } };
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
