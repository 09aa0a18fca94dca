/**
 * The command line:
 *
 * ```sh
 * deno run --allow-read --allow-write jsr:@codomyrmex/networking/cli generate openapi.yaml -o api.ts
 * ```
 *
 * @module
 */

import { GENERATE_USAGE, runGenerate, UsageError } from "./generate.ts";
import { DescriptionError } from "../generate/mod.ts";
import { programArguments, setExitCode, systemTerminal } from "./terminal.ts";

/**
 * Runs a command line.
 *
 * @param args The arguments, the command first.
 * @returns The exit code: 0 when all is well, 1 when something failed, 2 for a wrong use.
 */
export async function runCommand(args: readonly string[]): Promise<number> {
  const terminal = systemTerminal();
  const [command, ...rest] = args;
  if (command === "generate" && !rest.includes("--help") && !rest.includes("-h")) {
    try {
      return await runGenerate(rest, terminal);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      terminal.tell(error.message);
      const isUsage = error instanceof UsageError || "code" in error &&
          String(error.code).startsWith("ERR_PARSE_ARGS");
      // What is not ours to explain is shown whole.
      if (!isUsage && !(error instanceof DescriptionError || error instanceof TypeError)) {
        throw error;
      }
      return isUsage ? 2 : 1;
    }
  }
  const isHelp = command === undefined || rest.length > 0 ||
    ["help", "--help", "-h"].includes(command);
  terminal.tell(
    isHelp ? GENERATE_USAGE : `There is no command ${command}; the only one is generate`,
  );
  return isHelp && command !== undefined ? 0 : 2;
}

if (import.meta.main) setExitCode(await runCommand(programArguments()));
