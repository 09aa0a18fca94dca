/**
 * Options of a command, and what is said when they are wrong.
 *
 * @module
 */

import { nearest } from "../../options/option_names.ts";
import type { FlagKind, FlagValues, Terminal } from "./terminal.ts";
import { UsageError } from "./usage_error.ts";

/** The options and the other arguments of a command. */
export function readFlags<Flags extends Readonly<Record<string, FlagKind>>>(
  command: string,
  args: readonly string[],
  options: Flags,
  { parseArgs }: Terminal,
): { readonly values: FlagValues<Flags>; readonly positionals: string[] } {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (cause) {
    const { code, message } = cause as { code?: unknown; message: string };
    if (!String(code).startsWith("ERR_PARSE_ARGS")) throw cause;
    const [first = ""] = message.split(/\.? To specify|\.?\n/, 1); // further lines are about "--"
    const [, unknown] = /^Unknown option '--([^']+)'/.exec(first) ?? [];
    const name = unknown === undefined
      ? undefined
      : nearest(unknown, new Set(Object.keys(options)));
    const help = name === undefined ? `${command} --help shows all` : `did you mean --${name}?`;
    throw new UsageError(
      `Cannot run ${command}: ${first.replaceAll("'", "").replace(/^Unknown/, "unknown")}; ${help}`,
      { cause },
    );
  }
}

/** A number that was given to an option. */
export function readNumber(flag: string, text: string): number {
  const value = text.trim() === "" ? NaN : Number(text);
  if (value >= 0 && value < Infinity) return value;
  throw new UsageError(`Cannot use ${flag} ${text}: it must be a number, zero or more`);
}

/** A count that was given to an option. */
export function readCount(flag: string, text: string): number {
  const value = readNumber(flag, text);
  if (Number.isSafeInteger(value)) return value;
  throw new UsageError(`Cannot use ${flag} ${text}: it must be a whole number`);
}
