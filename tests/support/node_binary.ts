/**
 * Finds the Node that the smoke test runs on: the oldest line that this library supports.
 *
 * @module
 */
import { runCommand } from "./gate.ts";
import { installNpmPackage } from "./npm_package.ts";

/** The oldest supported line of Node, and its release on npm that is used where there is none. */
const OLDEST = 22;
const RELEASE = "22.23.3";

/** The major version of the `node` on the PATH, or undefined where there is none. */
async function localMajor(): Promise<number | undefined> {
  const { success, output } = await runCommand("node", ["--version"]);
  const major = /^v(\d+)\./.exec(output)?.[1];
  return success && major !== undefined ? Number(major) : undefined;
}

/**
 * A Node of the oldest supported line: the local one if it is of that line, else one from npm, put
 * below `folder`, else a newer local one. Throws where none of them is to be had.
 */
export async function nodeBinary(folder: string): Promise<string> {
  const major = await localMajor();
  if (major === OLDEST) return "node";
  const system = Deno.build.os === "windows" ? "win" : Deno.build.os;
  const name = `node-${system}-${Deno.build.arch === "aarch64" ? "arm64" : "x64"}`;
  try {
    const installed = await installNpmPackage({ name, version: RELEASE }, folder);
    return `${installed}/bin/node${Deno.build.os === "windows" ? ".exe" : ""}`;
  } catch (error) {
    if (major !== undefined && major > OLDEST) return "node";
    throw error;
  }
}
