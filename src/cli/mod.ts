/**
 * The command line: requests, WebSockets and event streams by hand, clients generated from
 * descriptions, and tools for agents.
 *
 * ```sh
 * deno run -N jsr:@codomyrmex/networking/cli get https://api.example/users page==2
 * deno run -N jsr:@codomyrmex/networking/cli ws wss://echo.example
 * deno run -N jsr:@codomyrmex/networking/cli events https://api.example/news --count 10
 * deno run -R -W jsr:@codomyrmex/networking/cli generate openapi.yaml -o api.ts
 * deno run -N jsr:@codomyrmex/networking/cli mcp
 * ```
 *
 * @module
 */

import { runWith } from "./run.ts";
import { exitProgram, programArguments, systemTerminal } from "./terminal/terminal.ts";

/**
 * Runs a command line.
 *
 * @param args The arguments, the command first.
 * @returns The exit code: 0 when all is well, 1 when something failed, 2 for a wrong use, 3 to 5 for
 * a status of 3xx to 5xx, 130 when it was ended with Ctrl+C.
 */
export async function runCommand(args: readonly string[]): Promise<number> {
  return await runWith(args, systemTerminal());
}

if (import.meta.main) exitProgram(await runCommand(programArguments()));
