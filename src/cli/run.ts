/**
 * The table of commands, their help, and the exit code of each outcome.
 *
 * @module
 */

import { NetworkingError, type NetworkingErrorCode } from "../errors.ts";
import { nearest } from "../options/option_names.ts";
import { VERSION } from "../runtime/version.ts";
import { Interrupted, type Terminal } from "./terminal/terminal.ts";
import { UsageError } from "./terminal/usage_error.ts";

/** The module of a command. */
interface CommandModule {
  /** The text of --help. */
  readonly usage: string;
  /** Runs the command, and returns the exit code. */
  run(args: readonly string[], terminal: Terminal, command: string): Promise<number>;
}

interface Command {
  readonly names: readonly string[];
  readonly summary: string;
  /** Loads the code of the command. */
  load(): Promise<CommandModule>;
}

const REQUEST: Command = {
  names: ["get", "post", "put", "patch", "delete", "head", "options"],
  summary: "send a request and print the response",
  load: () => import("./commands/http.ts"),
};

const COMMANDS: readonly Command[] = [
  REQUEST,
  {
    names: ["ws"],
    summary: "send and print WebSocket messages",
    load: () => import("./commands/socket.ts"),
  },
  {
    names: ["events"],
    summary: "print the events of a stream",
    load: () => import("./commands/events.ts"),
  },
  {
    names: ["generate"],
    summary: "make a client from an OpenAPI description",
    load: () => import("./commands/generate.ts"),
  },
  {
    names: ["mcp"],
    summary: "serve network tools to agents (Model Context Protocol)",
    load: () => import("./commands/mcp.ts"),
  },
  {
    names: ["demo"],
    summary: "show the clients against a faulty server",
    load: () => import("./commands/demo.ts"),
  },
];

const LIST = COMMANDS.map(({ names, summary }) => {
  const name = names.length > 1 ? `${names.slice(0, 3).join(" ")} …` : names[0]!;
  return `  ${name.padEnd(15)} ${summary}\n`;
}).join("");

const USAGE = `Usage: <command> [argument…], or <command> --help

${LIST}
Examples:
  get https://api.example/users page==2 Accept:application/json
  post :8080/users name=Ada age:=36 --auth @credentials -v
  get https://api.example/archive.zip --download --resume
  echo hello | ws wss://echo.example
  events https://api.example/news --count 10 | jq .data

A URL without a command is a get, or a post if there are fields. METHOD URL
sends any method, in upper case. --version prints the version.
Exit codes: 0 success, 1 failure, 2 wrong usage, 130 Ctrl+C;
  3, 4, 5 for a status of 3xx, 4xx, 5xx.
Permissions on Deno: -N, and -R and -W for files.
`;

/** Runs a command line, and returns the exit code. */
export async function runWith(args: readonly string[], terminal: Terminal): Promise<number> {
  let code = await codeOf(() => dispatch(args, terminal), terminal);
  for (const last of terminal.lasting) {
    const failed = await codeOf(async () => (await last(), 0), terminal);
    code ||= failed;
  }
  return code;
}

async function codeOf(work: () => Promise<number>, terminal: Terminal): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Interrupted) return 130;
    if (!(error instanceof Error && isOurs(error))) throw error; // a defect: shown with its stack
    terminal.report(await messageOf(error));
    return exitCode(error);
  }
}

async function dispatch(args: readonly string[], terminal: Terminal): Promise<number> {
  const [first, ...others] = args;
  const isHelp = ["help", "--help", "-h"].includes(first ?? "");
  const [name, ...rest] = isHelp ? [...others, "--help"] : args;
  if (name === undefined || name === "--help") {
    if (isHelp) await terminal.output.write(USAGE);
    else terminal.report(USAGE.trimEnd());
    return isHelp ? 0 : 2;
  }
  if (name === "--version") {
    await terminal.output.write(`${VERSION}\n`);
    return 0;
  }
  const found = COMMANDS.find(({ names }) => names.includes(name));
  const isURL = found === undefined && looksLikeURL(name);
  const isMethod = /^(?=.*[A-Z])[A-Z\d!#$%&'*+^_`|~-]+$/.test(name) && rest.some(looksLikeURL);
  const command = isURL || isMethod ? REQUEST : found;
  if (command === undefined) {
    const near = nearest(name, new Set(COMMANDS.flatMap(({ names }) => names)));
    const advice = near === undefined ? "--help lists all" : `did you mean ${near}?`;
    throw new UsageError(`There is no command ${name}; ${advice}`);
  }
  const { usage, run } = await command.load();
  // For requests -h is --headers, as it is for HTTPie.
  if (rest.includes("--help") || (command !== REQUEST && rest.includes("-h"))) {
    await terminal.output.write(`${usage}\n`);
    return 0;
  }
  return await run(isURL ? args : rest, terminal, isURL ? "" : name);
}

function looksLikeURL(text: string): boolean {
  return /^localhost$|^(?!-).*[:./]/i.test(text);
}

/** Whether the message is for the user: an error of the library, of the arguments, or of a file. */
function isOurs(error: Error): boolean {
  return error instanceof NetworkingError || error instanceof UsageError ||
    error.name === "DescriptionError" || isOfFile(error);
}

/** Whether the error is the runtime's own; Deno's message ends with the flag to add. */
function isOfFile(error: Error): boolean {
  return error.name === "NotCapable" || "syscall" in error;
}

/** Advice for the command line: messages of the library end with advice for programs. */
const ADVICE: Readonly<Partial<Record<NetworkingErrorCode, string>>> = {
  "attempt_timeout": "raise --timeout if the server is slow",
  "idle_timeout": "raise --timeout if the server is slow",
  "total_timeout": "raise --total-timeout",
  "too_many_redirects": "raise --max-redirects if you expect more",
  "redirect_refused": "use the other URL itself if you trust it",
  "invalid_url": "use a full URL, such as https://host/path",
  "response_too_large": "save it with -o FILE",
  "connection_closed": "",
};

async function messageOf(error: Error): Promise<string> {
  if (isOfFile(error)) return `Cannot use a file: ${error.message}`;
  if (!(error instanceof NetworkingError)) return error.message;
  const advice = error.code === "tls_failed" && /certificate/i.test(error.message)
    ? (await import("./line/connection.ts")).trustAdvice()
    : ADVICE[error.code];
  if (advice === undefined) return error.message;
  const [what] = error.message.split("; ", 1);
  return advice === "" ? what! : `${what}; ${advice}`;
}

function exitCode(error: Error): number {
  if (error instanceof UsageError) return 2;
  const { statusCode } = error as { readonly statusCode?: unknown };
  return typeof statusCode === "number" && statusCode >= 300
    ? Math.min(Math.trunc(statusCode / 100), 5)
    : 1;
}
