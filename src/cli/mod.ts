/**
 * The command line: requests, WebSockets and event streams by hand, clients generated from
 * descriptions, and tools for agents.
 *
 * ```sh
 * deno run -N jsr:@codomyrmex/networking/cli get https://api.example/users page==2 Accept:application/json
 * npx -p @codomyrmex/networking codomyrmex-networking post :8080/users name=Ada age:=36 -v
 * ```
 *
 * The same client, with its retries, clocks and redirect rules, for the shell; below `cli` stands for either
 * of the two. What comes behind the URL is written as for HTTPie and xh: `Header:value`, `name==parameter`,
 * `name=text`, `name:=json`, `name@file` in a `--multipart` form, `@file` or standard input as the whole body. In a terminal the
 * answer is laid out, coloured, and without the control characters that a server may have put into it; in a
 * pipe it is the body alone, byte for byte as it arrives.
 *
 * ```sh
 * cli :8080/health                                         # http://localhost:8080/health
 * cli get https://api.example/users --auth @credentials    # user:password in a file, not in ps
 * cli put https://api.example/photo photo@cat.png --multipart
 * cli get https://api.example/archive.zip --download --resume
 * cli get https://api.example/users --paginate | jq .name  # the items of all pages, one a line
 * cli post https://api.example/users name=Ada --curl       # the command for curl instead
 * cli get https://api.example/users -v                     # requests, redirects, waits, attempts
 * echo hello | cli ws wss://echo.example --wait 2          # lines are messages; talks in a terminal
 * cli events https://api.example/news --count 10 | jq .data
 * cli get https://api.example/users --inspect              # why it waits, on a page until Ctrl+C
 * cli demo                                                 # what `deno task demo` shows
 * ```
 *
 * `-N` is all that it needs on Deno but for files (`-R`, `-W`). The exit code is 3, 4 or 5 for a status of
 * 3xx, 4xx or 5xx, 1 for any other failure, 2 for a wrong use; SPEC.md, section 22, and `--help` have the rest.
 *
 * Clients from descriptions are `generate` (see `./generate`), tools for agents `mcp` (see `./mcp`).
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
