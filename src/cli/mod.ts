/**
 * The command line:
 *
 * ```sh
 * deno run --allow-read --allow-write jsr:@codomyrmex/networking/cli generate openapi.yaml -o api.ts
 * deno run --allow-net jsr:@codomyrmex/networking/cli mcp
 * ```
 *
 * @module
 */

import { programArguments, setExitCode, systemTerminal, type Terminal } from "./terminal.ts";
import { UsageError } from "./usage_error.ts";

interface Command {
  readonly usage: string;
  readonly run: (args: readonly string[], terminal: Terminal) => Promise<number>;
}

const USAGE = `Usage: <command> [options]

  generate   a TypeScript client from an OpenAPI description
  mcp        the network for agents, by the Model Context Protocol

<command> --help says more.`;

/** Each is loaded when it is used. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  async generate() {
    const { GENERATE_USAGE, runGenerate } = await import("./generate.ts");
    return { usage: GENERATE_USAGE, run: runGenerate };
  },
  async mcp() {
    const { MCP_USAGE, runMcp } = await import("./mcp.ts");
    return { usage: MCP_USAGE, run: runMcp };
  },
};

/**
 * Runs a command line.
 *
 * @param args The arguments, the command first.
 * @returns The exit code: 0 when all is well, 1 when something failed, 2 for a wrong use.
 */
export async function runCommand(args: readonly string[]): Promise<number> {
  const terminal = systemTerminal();
  const [name, ...rest] = args;
  if (name === undefined || !Object.hasOwn(COMMANDS, name)) {
    const isHelp = name === undefined || ["help", "--help", "-h"].includes(name);
    terminal.tell(isHelp ? USAGE : `There is no command ${name}\n\n${USAGE}`);
    return isHelp && name !== undefined ? 0 : 2;
  }
  const { usage, run } = await COMMANDS[name]!();
  if (rest.includes("--help") || rest.includes("-h")) {
    terminal.tell(usage);
    return 0;
  }
  try {
    return await run(rest, terminal);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    terminal.tell(error.message);
    const isUsage = error instanceof UsageError || "code" in error &&
        String(error.code).startsWith("ERR_PARSE_ARGS");
    const isExplained = error.name === "DescriptionError" || error instanceof TypeError ||
      error instanceof RangeError;
    // What is not ours to explain is shown whole.
    if (!isUsage && !isExplained) throw error;
    return isUsage ? 2 : 1;
  }
}

if (import.meta.main) setExitCode(await runCommand(programArguments()));
