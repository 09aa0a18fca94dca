/**
 * `generate`: writes a client from a description, or checks that the files are up to date.
 *
 * @module
 */

import {
  DescriptionError,
  generate,
  type GenerateOptions,
  type Warning,
} from "../../generate/mod.ts";
import { delay } from "@std/async/delay";
import { Screen } from "../terminal/screen.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { asTyped, UsageError } from "../terminal/usage_error.ts";
import { readFlags } from "../terminal/flags.ts";

/** The help of the command. */
export const usage: string = `Usage: generate <description> [options]

The description is a file, a URL or - for standard input: OpenAPI 2.0 to 3.2.

  -o, --output <file>   the file to write; a folder with --split
  --stdout              print the code instead
  --check               write nothing; exit with 1 if the files would change
  --only <rule>         only tag:x, operation:y, path:/z*; can be repeated
  --split               write a file for each tag, and a mod.ts
  --types-only          write types without functions
  --schemas             write Standard Schemas, for validate: true
  --open-enums          let string enums accept other strings too
  --int64 <type>        type of int64 integers: number, bigint or string
  --overlay <file>      apply an OpenAPI Overlay 1.1; can be repeated
  --watch               generate again whenever a file changes, until Ctrl+C
  --strict              treat warnings as errors
  --allow <url>         allow references to this URL; can be repeated
  --runtime <name>      the module that the client imports, instead of
                        @codomyrmex/networking/generate/runtime
  --config <file>       JSON with options of generate(), such as pagination

Permissions on Deno: --allow-read; --allow-write for --output, --allow-net for
URLs.`;

const FLAGS = {
  output: { type: "string", short: "o" },
  stdout: { type: "boolean" },
  check: { type: "boolean" },
  only: { type: "string", multiple: true },
  split: { type: "boolean" },
  "types-only": { type: "boolean" },
  schemas: { type: "boolean" },
  "open-enums": { type: "boolean" },
  int64: { type: "string" },
  overlay: { type: "string", multiple: true },
  watch: { type: "boolean" },
  strict: { type: "boolean" },
  allow: { type: "string", multiple: true },
  runtime: { type: "string" },
  config: { type: "string" },
} as const;

type Flags = ReturnType<typeof readFlags<typeof FLAGS>>["values"];

/** Runs the command, and returns the exit code. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readFlags("generate", args, FLAGS, terminal);
  const [source, ...rest] = positionals;
  if (source === undefined || rest.length > 0) {
    throw new UsageError(`Cannot generate: name one description\n\n${usage}`);
  }
  const { output, stdout = false, check = false, watch = false } = values;
  if ((output === undefined) !== stdout || stdout && (check || values.split)) {
    throw new UsageError("Cannot generate: use --output, or --stdout without --check and --split");
  }
  if (!watch) return (await once(source, values, terminal)).code;
  if (stdout || check || source === "-" || /^https?:/i.test(source)) {
    throw new UsageError(
      "Cannot watch: use a file as the description, and --output without --check",
    );
  }
  return await keepWatching(source, values, terminal);
}

/** The exit code of a run, and the files that the description was read from. */
interface Outcome {
  readonly code: number;
  readonly sources: readonly (string | URL)[];
}

/** The interval of checks for changed files. */
const POLL_MS = 300;
/** The most that the clock of a file system is behind. */
const CLOCK_MS = 50;

async function keepWatching(source: string, values: Flags, terminal: Terminal): Promise<number> {
  const signal = terminal.interruption();
  const { config, overlay = [] } = values;
  const given = [source, ...overlay, ...(config === undefined ? [] : [config])];
  let sources: readonly (string | URL)[] = given;
  const seen = new Map<string, number | undefined>();
  let readAt = 0;
  while (!signal.aborted) {
    let isChanged = false;
    for (const path of sources) {
      const time = await terminal.writtenAt(path);
      const before = seen.has(`${path}`) ? seen.get(`${path}`) : readAt - CLOCK_MS;
      // A file that is new in the list may have been written since it was read.
      isChanged ||= seen.has(`${path}`) ? time !== before : (time ?? 0) >= before!;
      seen.set(`${path}`, time);
    }
    if (isChanged) {
      readAt = Date.now();
      try {
        const outcome = await once(source, values, terminal);
        sources = [...given, ...outcome.sources];
      } catch (error) {
        terminal.report(error instanceof Error ? error.message : String(error));
      }
    }
    await delay(POLL_MS, { signal }).catch(() => {}); // Ctrl+C ends it
  }
  return 0;
}

async function once(source: string, values: Flags, terminal: Terminal): Promise<Outcome> {
  const { output, stdout = false, check = false } = values;
  const startedAt = performance.now();
  const options: GenerateOptions = {
    ...(values.config !== undefined && await readConfig(values.config, terminal)),
    ...(values.only !== undefined && { only: values.only }),
    ...(values.split !== undefined && { split: values.split }),
    ...(values.schemas !== undefined && { schemas: values.schemas }),
    ...(values["types-only"] !== undefined && { typesOnly: values["types-only"] }),
    ...(values["open-enums"] !== undefined && { openEnums: values["open-enums"] }),
    ...(values.int64 !== undefined && { int64: values.int64 as "number" }),
    ...(values.overlay !== undefined && { overlays: values.overlay }),
    ...(values.strict !== undefined && { strict: values.strict }),
    ...(values.allow !== undefined && { allow: values.allow }),
    ...(values.runtime !== undefined && { runtime: values.runtime }),
  };
  const text = source === "-"
    ? { text: new TextDecoder().decode(await terminal.readBytes("-")) }
    : source;
  const made = await asTyped(() => generate(text, options)).catch((error) => {
    if (error instanceof DescriptionError) report(error.warnings, terminal);
    throw error;
  });
  const { files, warnings, operations, types } = made;
  const sources = made.sources.filter((uri) => uri.startsWith("file:")).map((uri) => new URL(uri));
  report(warnings, terminal);
  if (stdout) {
    await new Screen(terminal).print(files.get("api.ts")!);
    return { code: 0, sources };
  }
  const targets = [...files].map(([name, content]) =>
    [options.split ? `${output!.replace(/\/$/, "")}/${name}` : output!, content] as const
  );
  const stale: string[] = [];
  for (const [path, content] of targets) {
    if (await terminal.readFile(path) !== content) stale.push(path);
  }
  const gone = options.split ? await goneFiles(output!, files, terminal) : [];
  if (check) {
    for (const path of stale) {
      terminal.report(`${path} is out of date; generate it again`);
    }
    for (const path of gone) {
      terminal.report(`${path} is no longer in the description; generate again to remove it`);
    }
    return { code: stale.length + gone.length === 0 ? 0 : 1, sources };
  }
  for (const path of gone) {
    await terminal.removeFile(path);
    terminal.report(`Removed ${path}: it is no longer in the description`);
  }
  for (const [path, content] of targets) {
    if (stale.includes(path)) await terminal.writeFile(path, content);
  }
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(2);
  terminal.report(
    `${operations} operations, ${types} types, ${summary(warnings)} in ${seconds} s: ` +
      `${stale.length} of ${targets.length} ${targets.length === 1 ? "file" : "files"} written`,
  );
  return { code: 0, sources };
}

/** Returns generated files of the folder that this description does not make. Other files are never among them. */
async function goneFiles(
  folder: string,
  files: ReadonlyMap<string, string>,
  terminal: Terminal,
): Promise<string[]> {
  const gone: string[] = [];
  for (const name of await terminal.readFolder(folder)) {
    // Some file systems normalize letters with marks.
    if (!name.endsWith(".ts") || files.has(name) || files.has(name.normalize("NFC"))) continue;
    const path = `${folder.replace(/\/$/, "")}/${name}`;
    if (isGenerated(await terminal.readFile(path) ?? "")) gone.push(path);
  }
  return gone;
}

/** Whether `generate()` made a text, from any description. */
function isGenerated(text: string): boolean {
  return /^\/\/ deno-fmt-ignore-file\n\/\/ Generated from .*\. Do not edit: generate it again\.\n/
    .test(text);
}

async function readConfig(path: string, terminal: Terminal): Promise<GenerateOptions> {
  const text = await terminal.readFile(path);
  if (text === undefined) {
    throw new UsageError(`Cannot use --config ${path}: the file does not exist`);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`Cannot use --config ${path}: it must be JSON`, { cause });
  }
}

/** The most warnings shown; more would hide the summary. */
const MOST_SHOWN = 40;

function report(warnings: readonly Warning[], terminal: Terminal): void {
  for (const { kind, file, pointer, message } of warnings.slice(0, MOST_SHOWN)) {
    terminal.report(`${kind}: ${file} #${pointer}: ${message}`);
  }
  if (warnings.length > MOST_SHOWN) terminal.report(`… and ${warnings.length - MOST_SHOWN} more`);
}

function summary(warnings: readonly Warning[]): string {
  if (warnings.length === 0) return "no warnings";
  const kinds = [...Map.groupBy(warnings, ({ kind }) => kind)].map(([kind, own]) =>
    `${own.length} ${kind}`
  );
  return `${warnings.length} warnings (${kinds.join(", ")})`;
}
