/**
 * Programs of tests that run on Node: bundled with the library, undici next to them.
 *
 * @module
 */

import { installNpmPackage } from "../support/npm_package.ts";

const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

/** Bundles a program into a folder; undici is installed there unless it is to be missing. */
export async function prepareForNode(
  program: string,
  undici: string | undefined,
): Promise<string> {
  const folder = await Deno.makeTempDir();
  if (undici !== undefined) await installNpmPackage({ name: "undici", version: undici }, folder);
  const args = ["bundle", "--quiet", "--platform=browser", `--config=${CONFIG}`];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args, "--external=node:*", `--output=${folder}/program.mjs`, program],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return folder;
}

/** Runs it with an argument, as JSON, and returns the JSON that it prints. */
export async function runOnNode<T>(node: string, folder: string, given: unknown): Promise<T> {
  return await runProgram([node, `${folder}/program.mjs`], given);
}

/** Runs a command with one more argument, as JSON, and returns the JSON that it prints. */
export async function runProgram<T>(command: readonly string[], given: unknown): Promise<T> {
  const [name = "", ...args] = command;
  const { stdout, stderr } = await new Deno.Command(name, {
    args: [...args, JSON.stringify(given)],
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stdout);
  if (text === "") throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(text);
}
