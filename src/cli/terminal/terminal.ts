/**
 * The files, streams and arguments of the process. Deno, Node and Bun have the same modules for them.
 *
 * @module
 */

import { builtinModule } from "../../runtime/builtin_modules.ts";
import { wantsNoColor } from "../../runtime/standard_error.ts";
import { UsageError } from "./usage_error.ts";
import { visible } from "./visible.ts";

interface FileSystem {
  readFile(path: string): Promise<Uint8Array<ArrayBuffer>>;
  readFile(path: string, encoding: "utf8"): Promise<string>;
  writeFile(path: string, content: string, options?: { readonly mode: number }): Promise<void>;
  mkdir(
    path: string,
    options: { readonly recursive: true; readonly mode?: number },
  ): Promise<unknown>;
  lstat(path: string): Promise<unknown>;
  stat(path: string | URL): Promise<{ readonly mtimeMs: number }>;
  rename(from: string, to: string): Promise<void>;
  readdir(path: string): Promise<string[]>;
  unlink(path: string): Promise<void>;
}

interface FileFacts {
  isFile(): boolean;
  isFIFO(): boolean;
  isSocket(): boolean;
}

/** The kind of an option. */
export interface FlagKind {
  /** Whether it takes a value. */
  readonly type: "string" | "boolean";
  /** The name of its value in the help. */
  readonly value?: string;
  /** Its letter. */
  readonly short?: string;
  /** Whether it can be repeated. */
  readonly multiple?: boolean;
}

type FlagValue<Kind extends FlagKind> = Kind["type"] extends "boolean" ? boolean
  : Kind extends { readonly multiple: true } ? string[]
  : string;

/** The values of the options. */
export type FlagValues<Flags extends Readonly<Record<string, FlagKind>>> = {
  readonly [Name in keyof Flags]?: FlagValue<Flags[Name]>;
};

/** The part of `parseArgs` of node:util that is used. */
export interface ParseArgs {
  <Flags extends Readonly<Record<string, FlagKind>>>(
    config: { readonly args: string[]; readonly options: Flags; readonly allowPositionals: true },
  ): { readonly values: FlagValues<Flags>; readonly positionals: string[] };
}

interface OutputStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(data: string | Uint8Array, done?: (error?: Error | null) => void): unknown;
  on(event: "error", listener: (error: { readonly code?: unknown }) => void): unknown;
}

interface Process {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: AsyncIterable<Uint8Array<ArrayBuffer>> & {
    readonly isTTY?: boolean;
    destroy(): void;
  };
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  exit(code: number): never;
  once(event: "SIGINT", listener: () => void): unknown;
}

/** The abort reason after Ctrl+C. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** Files, streams and arguments. */
export interface Terminal {
  /** `parseArgs` of node:util. */
  readonly parseArgs: ParseArgs;
  /** Whether the environment turns colors off. */
  readonly noColor: boolean;
  /** Standard input. */
  readonly input: {
    readonly isTerminal: boolean;
    /** Whether it is an unread pipe or file; a terminal and /dev/null are neither. */
    readonly isGiven: boolean;
    /** Its lines, as they come. */
    lines(): AsyncIterable<string>;
    /** Stops reading. */
    close(): void;
  };
  /** Standard output. */
  readonly output: {
    readonly isTerminal: boolean;
    /** Resolves when the data was accepted. */
    write(data: string | Uint8Array): Promise<void>;
  };
  /** Standard error. */
  readonly errors: {
    readonly isTerminal: boolean;
    readonly columns: number;
    write(text: string): void;
  };
  /** Returns a signal that Ctrl+C aborts after the first call; a second Ctrl+C ends the program. */
  interruption(): AbortSignal;
  /** Returns the content of a file; `-` is standard input. */
  readBytes(path: string): Promise<Uint8Array<ArrayBuffer>>;
  /** Returns the content of a file, or `undefined` if it does not exist. */
  readFile(path: string): Promise<string | undefined>;
  /** Whether a file exists. */
  exists(path: string): Promise<boolean>;
  /** Returns the time of the last write to a file, in milliseconds, or `undefined` if it does not exist. */
  writtenAt(path: string | URL): Promise<number | undefined>;
  /** Writes a file, and makes its folder. */
  writeFile(path: string, content: string): Promise<void>;
  /** Returns the names in a folder; empty if the folder does not exist. */
  readFolder(path: string): Promise<string[]>;
  /** Removes a file. */
  removeFile(path: string): Promise<void>;
  /** Writes a file atomically, readable by its owner only, and makes its folder. */
  writePrivate(path: string, content: string): Promise<void>;
  /** Returns an environment variable. */
  environment(name: string): string | undefined;
  /** Writes a line to standard error, escaped. */
  report(line: string): void;
  /** Called after the command, before the program ends. */
  readonly lasting: (() => Promise<void>)[];
}

function nodeProcess(): Process {
  return builtinModule<Process>("node:process")!;
}

/** Returns the arguments of the program. */
export function programArguments(): readonly string[] {
  return nodeProcess().argv.slice(2);
}

/** Ends the program when all output is written; on Deno an open read of standard input would keep it alive. */
export function exitProgram(code: number): void {
  const { stderr, exit } = nodeProcess();
  stderr.write("", () => exit(code));
}

/** Returns the value, or `undefined` if the file does not exist. */
async function unlessMissing<T>(value: Promise<T>): Promise<T | undefined> {
  try {
    return await value;
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Returns the terminal of the process. */
export function systemTerminal(): Terminal {
  const process = nodeProcess();
  const { stdin, stdout, stderr } = process;
  const files = builtinModule<FileSystem>("node:fs/promises")!;
  const { readFile, writeFile, mkdir, lstat } = files;
  const { fstatSync } = builtinModule<{ fstatSync(fd: number): FileFacts }>("node:fs")!;
  const { parseArgs } = builtinModule<{ parseArgs: ParseArgs }>("node:util")!;
  let interruption: AbortController | undefined;
  let isRead = false;
  // EPIPE: the reader, such as head, has stopped. The writer reports any other failure.
  stdout.on("error", ({ code }) => code === "EPIPE" && process.exit(0));
  async function write(data: string | Uint8Array): Promise<void> {
    try {
      await new Promise<void>((resolve, reject) => {
        stdout.write(data, (error) => error ? reject(error) : resolve());
      });
    } catch (error) {
      throw Object.assign(error as Error, { syscall: "write" }); // Deno leaves it out
    }
  }
  return {
    parseArgs,
    noColor: wantsNoColor(process.env),
    input: {
      isTerminal: stdin.isTTY === true,
      get isGiven() {
        if (isRead) return false;
        const facts = fstatSync(0);
        return facts.isFile() || facts.isFIFO() || facts.isSocket();
      },
      lines: () => linesOf(stdin),
      close: () => stdin.destroy(),
    },
    output: { isTerminal: stdout.isTTY === true, write },
    errors: {
      isTerminal: stderr.isTTY === true,
      columns: stderr.columns || 80,
      write: (text) => void stderr.write(text),
    },
    interruption() {
      if (interruption === undefined) {
        const controller = interruption = new AbortController();
        process.once("SIGINT", () => controller.abort(new Interrupted("Ctrl+C")));
      }
      return interruption.signal;
    },
    async readBytes(path) {
      if (path === "-") {
        isRead = true;
        return await readAll(stdin);
      }
      const bytes = await unlessMissing(readFile(path));
      if (bytes !== undefined) return bytes;
      throw new UsageError(`Cannot read the file ${path}: it does not exist`);
    },
    readFile: (path) => unlessMissing(readFile(path, "utf8")),
    // A link counts, also one without a target.
    exists: async (path) => await unlessMissing(lstat(path)) !== undefined,
    writtenAt: async (path) => (await unlessMissing(files.stat(path)))?.mtimeMs,
    async writeFile(path, content) {
      const folder = folderOf(path);
      if (folder !== "") await mkdir(folder, { recursive: true });
      await writeFile(path, content);
    },
    readFolder: async (path) => await unlessMissing(files.readdir(path)) ?? [],
    removeFile: (path) => files.unlink(path),
    async writePrivate(path, content) {
      await mkdir(folderOf(path), { recursive: true, mode: 0o700 });
      const temporary = `${path}.${crypto.randomUUID()}`;
      await writeFile(temporary, content, { mode: 0o600 });
      await files.rename(temporary, path);
    },
    environment: (name) => process.env[name],
    report: (line) => void stderr.write(`${visible(line)}\n`),
    lasting: [],
  };
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")));
}

async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of bytes) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    for (const line of lines) yield line.replace(/\r$/, "");
  }
  rest += decoder.decode();
  if (rest !== "") yield rest;
}

async function readAll(
  bytes: AsyncIterable<Uint8Array<ArrayBuffer>>,
): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Blob(await Array.fromAsync(bytes)).arrayBuffer());
}
