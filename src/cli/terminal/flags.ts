/**
 * Reads the options of a command, and makes the errors for wrong ones.
 *
 * @module
 */

import { nearest } from "../../options/option_names.ts";
import type { FlagKind, FlagValues, Terminal } from "./terminal.ts";
import { UsageError } from "./usage_error.ts";

/** Reads the options and the other arguments of a command. */
export function readFlags<Flags extends Readonly<Record<string, FlagKind>>>(
  command: string,
  args: readonly string[],
  options: Flags,
  { parseArgs }: Terminal,
): { readonly values: FlagValues<Flags>; readonly positionals: string[] } {
  try {
    return parseArgs({ args: withValues(args, options), options, allowPositionals: true });
  } catch (cause) {
    const { code, message } = cause as { code?: unknown; message: string };
    if (!String(code).startsWith("ERR_PARSE_ARGS")) throw cause;
    const [first = ""] = message.split(/\.? To specify|\.?\n/, 1); // further lines are about "--"
    const [, unknown] = /^Unknown option '--([^']+)'/.exec(first) ?? [];
    const name = unknown === undefined
      ? undefined
      : nearest(unknown, new Set(Object.keys(options)));
    const help = name === undefined ? `${command} --help lists all` : `did you mean --${name}?`;
    throw new UsageError(
      `Cannot run ${command}: ${first.replaceAll("'", "").replace(/^Unknown/, "unknown")}; ${help}`,
      { cause },
    );
  }
}

/** Joins options with their values, so that a value can start with a minus. */
function withValues(
  args: readonly string[],
  options: Readonly<Record<string, FlagKind>>,
): string[] {
  const takesValue = new Set(
    Object.entries(options).filter(([, { type }]) => type === "string").flatMap(
      ([name, { short }]) => [`--${name}`, `-${short ?? "-"}`],
    ),
  );
  const joined: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const [arg, next] = [args[index]!, args[index + 1]];
    if (arg === "--") return [...joined, ...args.slice(index)];
    if (takesValue.has(arg) && next !== undefined && /^-(?:\d|$)/.test(next)) {
      joined.push(arg.startsWith("--") ? `${arg}=${next}` : arg + next);
      index++;
    } else joined.push(arg);
  }
  return joined;
}

/** A line of the help: some options and their explanation. */
export type HelpRow = readonly [names: readonly string[], help: string];

/** The column of the explanations. */
const COLUMN = 29;

/** Returns the help lines for options. */
export function helpOf(
  flags: Readonly<Record<string, FlagKind>>,
  rows: readonly HelpRow[],
): string {
  return rows.map(([names, help]) => {
    const shown = names.map((name) => {
      const { short, value } = flags[name]!;
      return `${short === undefined ? "" : `-${short}, `}--${name}${value ? ` ${value}` : ""}`;
    }).join(", ");
    const left = `  ${shown.startsWith("--") ? "    " : ""}${shown}`;
    return `${left.padEnd(COLUMN - 2)}  ${help}`;
  }).join("\n");
}

/** Reads the number of an option. */
export function readNumber(flag: string, text: string): number {
  const value = text.trim() === "" ? NaN : Number(text);
  if (value >= 0 && value < Infinity) return value;
  throw new UsageError(`Cannot use ${flag} ${text}: it must be a number, zero or more`);
}

/** Reads the whole number of an option. */
export function readCount(flag: string, text: string): number {
  const value = readNumber(flag, text);
  if (Number.isSafeInteger(value)) return value;
  throw new UsageError(`Cannot use ${flag} ${text}: it must be a whole number`);
}
