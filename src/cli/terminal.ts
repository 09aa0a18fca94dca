/**
 * What a command needs of the runtime: Deno, Node and Bun have it under the same names.
 *
 * @module
 */

import { builtinModule } from "../http/builtin.ts";

interface FileSystem {
  readFile(path: string, encoding: "utf8"): Promise<string>;
  writeFile(path: string, content: string): Promise<void>;
  mkdir(path: string, options: { readonly recursive: true }): Promise<unknown>;
}

interface FlagKind {
  readonly type: "string" | "boolean";
  readonly short?: string;
  readonly multiple?: boolean;
}

type FlagValue<Kind extends FlagKind> = Kind["type"] extends "boolean" ? boolean
  : Kind extends { readonly multiple: true } ? string[]
  : string;

/** As much of `parseArgs` of node:util as is used. */
export interface ParseArgs {
  <Flags extends Readonly<Record<string, FlagKind>>>(
    config: { readonly args: string[]; readonly options: Flags; readonly allowPositionals: true },
  ): {
    readonly values: { readonly [Name in keyof Flags]?: FlagValue<Flags[Name]> };
    readonly positionals: string[];
  };
}

interface Process {
  readonly argv: readonly string[];
  readonly stdin: AsyncIterable<Uint8Array<ArrayBuffer>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  exitCode?: number;
}

/** Files, streams and arguments. */
export interface Terminal {
  /** `parseArgs` of node:util. */
  readonly parseArgs: ParseArgs;
  /** All of standard input. */
  readInput(): Promise<string>;
  /** The content of a file; `undefined` when there is none. */
  readFile(path: string): Promise<string | undefined>;
  /** Writes a file, and makes its folder. */
  writeFile(path: string, content: string): Promise<void>;
  /** A variable of the environment. */
  environment(name: string): string | undefined;
  /** Writes to standard output. */
  write(text: string): void;
  /** Writes a line to standard error. */
  tell(line: string): void;
}

/** The arguments of the program. */
export function programArguments(): readonly string[] {
  return builtinModule<Process>("node:process")!.argv.slice(2);
}

/** Sets the code that the program ends with. */
export function setExitCode(code: number): void {
  builtinModule<Process>("node:process")!.exitCode = code;
}

/** The terminal that the program runs in. */
export function systemTerminal(): Terminal {
  const { stdin, stdout, stderr, env } = builtinModule<Process>("node:process")!;
  const { readFile, writeFile, mkdir } = builtinModule<FileSystem>("node:fs/promises")!;
  const { parseArgs } = builtinModule<{ parseArgs: ParseArgs }>("node:util")!;
  return {
    parseArgs,
    async readInput() {
      const pieces: Uint8Array<ArrayBuffer>[] = [];
      for await (const piece of stdin) pieces.push(piece);
      return await new Blob(pieces).text();
    },
    async readFile(path) {
      try {
        return await readFile(path, "utf8");
      } catch (error) {
        if ((error as { readonly code?: unknown }).code === "ENOENT") return undefined;
        throw error;
      }
    },
    async writeFile(path, content) {
      const folder = path.slice(0, Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")));
      if (folder !== "") await mkdir(folder, { recursive: true });
      await writeFile(path, content);
    },
    environment: (name) => env[name],
    write: (text) => void stdout.write(text),
    tell: (line) => void stderr.write(`${line}\n`),
  };
}
