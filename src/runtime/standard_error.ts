/**
 * Writes to standard error, if the program has one.
 *
 * @module
 */

import { builtinModule } from "./builtin_modules.ts";

interface Process {
  readonly stderr: {
    readonly isTTY?: boolean;
    readonly columns?: number;
    readonly rows?: number;
    write(text: string): unknown;
  };
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The output for messages to the user. */
export interface ErrorOutput {
  /** Whether it is a terminal. */
  readonly isTerminal: boolean;
  /** Its size, which may change. */
  size(): { readonly columns: number; readonly rows: number };
  /** Whether to use colours. */
  readonly isColoured: boolean;
  write(text: string): void;
}

/** Whether the environment disables colours. Deno reports it without permission to read the environment. */
export function wantsNoColor(env: Process["env"]): boolean {
  const { Deno } = globalThis as { readonly Deno?: { readonly noColor?: boolean } };
  return Deno === undefined ? (env.NO_COLOR ?? "") !== "" : Deno.noColor === true;
}

/** Returns standard error, or the console in browsers and on edge runtimes. */
export function standardError(): ErrorOutput {
  const process = builtinModule<Process>("node:process");
  if (process === undefined) {
    return {
      ...{ isTerminal: false, isColoured: false },
      size: () => SIZE,
      // deno-lint-ignore no-console -- there is no other output
      write: (text) => console.error(text.trimEnd()),
    };
  }
  const { stderr } = process;
  const isTerminal = stderr.isTTY === true;
  return {
    isTerminal,
    isColoured: isTerminal && !wantsNoColor(process.env),
    size: () => ({ columns: stderr.columns || SIZE.columns, rows: stderr.rows || SIZE.rows }),
    write: (text) => void stderr.write(text),
  };
}

const SIZE = { columns: 80, rows: 24 };
