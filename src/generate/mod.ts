/**
 * From an OpenAPI description (2.0, 3.0, 3.1, 3.2) to a TypeScript client that runs on this library: a
 * documented function for each operation, types for everything, and nothing else.
 *
 * Needs `--allow-read` for files and `--allow-net` for URLs, nothing for text that is at hand.
 *
 * As a command: `deno run -R -W jsr:@codomyrmex/networking/cli generate openapi.yaml -o api.ts`; with
 * `--check` it fails when the file is not what the description gives today. The client is used so:
 *
 * ```ts ignore
 * import { createAPI, getPetById } from "./api.ts";
 *
 * const api = createAPI({ auth: { token: "t0ken" } }); // the options of an HTTPClient as well
 * const pet = await getPetById(api, { petId: 7 }); // its data, or an APIError
 * const { status, body } = await getPetById(api, { petId: 8 }).result(); // `status` narrows `body`
 * ```
 *
 * Everything that a description has and the client cannot do is in `warnings`, with file, line and JSON
 * Pointer; `strict` makes a warning an error. What else a client can have:
 *
 * | option | what it does |
 * | --- | --- |
 * | `overlays` | corrects the description first (OpenAPI Overlay 1.1) |
 * | `only`, `split` | takes some operations; writes a file for each tag |
 * | `schemas` | adds Standard Schemas; `createAPI({ validate: true })` checks requests and answers by them |
 * | `int64: "bigint"` | keeps the digits of integers beyond 2^53 |
 * | `openEnums` | lets enums of strings take other strings, as servers add some |
 * | `pagination` | says how pages follow each other: `{ listPets: { items: "/data", next: { by: "link" } } }` |
 *
 * A client also has `operations["/pets/{petId}"].get`, the same functions by path and method, and
 * `operationsByTag.pets.getPet`, by its first tag; the values of each named enum (`ColorValues`); and the
 * described header fields of answers (`.result()` gives `headers`).
 *
 * @module
 */

import { bare } from "../runtime/bare.ts";
import { flag, list, type OptionTable, record, text, that } from "../options/checks.ts";
import { readOptions } from "../options/read_options.ts";
import { emit } from "./emit/code.ts";
import { checkPageRule } from "./model/pages.ts";
import { buildModel, type ModelOptions } from "./model/build.ts";
import { DescriptionError, Problems, type Warning } from "./read/problems.ts";
import { READ_CHECKS, readDescription, type ReadOptions, type Source } from "./read/source.ts";

export type { ModelOptions } from "./model/build.ts";
export type { Pagination } from "./model/context.ts";
export { DescriptionError, type Warning } from "./read/problems.ts";
export type { DescriptionText, ReadOptions, Source } from "./read/source.ts";
export type { PageRule } from "./runtime/operation.ts";

/** Options of {@linkcode generate}. */
export interface GenerateOptions extends ReadOptions, ModelOptions {
  /**
   * Whether there is a file for each tag, and a `mod.ts` that exports all; otherwise one `api.ts`.
   *
   * @default {false}
   */
  readonly split?: boolean;
  /**
   * Whether only types are generated.
   *
   * @default {false}
   */
  readonly typesOnly?: boolean;
  /**
   * Whether a warning is an error.
   *
   * @default {false}
   */
  readonly strict?: boolean;
  /**
   * What the generated code imports; schemas are imported from `…/schemas` of the same base.
   *
   * @default {"@codomyrmex/networking/generate/runtime"}
   */
  readonly runtime?: string;
}

/** What was generated. */
export interface Generated {
  /** The content of each file by its name, the same for the same description. */
  readonly files: ReadonlyMap<string, string>;
  /** What the description gets wrong, and what was done instead. */
  readonly warnings: readonly Warning[];
  /** The URLs of the documents that were read, the description first. */
  readonly sources: readonly string[];
  /** How many operations there are. */
  readonly operations: number;
  /** How many types with a name there are. */
  readonly types: number;
}

const TABLE = {
  ...READ_CHECKS,
  only: list(text, 'an array such as ["tag:x", "operation:y"]'),
  openEnums: flag,
  int64: that(
    (value) => ["number", "bigint", "string"].includes(String(value)),
    '"number", "bigint" or "string"',
  ),
  pagination: (name: string, value: unknown): Readonly<Record<string, unknown>> => {
    for (const [key, rule] of Object.entries(record(name, value))) {
      checkPageRule(`${name}.${key}`, rule);
    }
    return value as Record<string, unknown>;
  },
  streamEnd: text,
  schemas: flag,
  split: flag,
  typesOnly: flag,
  strict: flag,
  runtime: text,
} satisfies OptionTable<GenerateOptions>;

/**
 * Generates a client from a description. Nothing is written.
 *
 * @example
 * ```ts
 * import { generate } from "@codomyrmex/networking/generate";
 *
 * const { files, operations } = await generate({
 *   openapi: "3.1.0",
 *   info: { title: "Pets", version: "1" },
 *   paths: { "/pets": { get: { operationId: "listPets", responses: { 204: { description: "none" } } } } },
 * });
 * console.log(operations, files.get("api.ts")?.includes("export function listPets("));
 * ```
 *
 * @param source A path, a URL, `{ text, base }`, or what the text says.
 * @param options The options.
 * @throws {DescriptionError} If the description cannot be read, or, with `strict`, has something wrong.
 * @throws {TypeError} If an option cannot be used; the message names it.
 */
export async function generate(source: Source, options?: GenerateOptions): Promise<Generated> {
  readOptions("generate", options, TABLE);
  const own: GenerateOptions = bare({ ...options });
  const { split = false, typesOnly = false, strict = false } = own;
  const { runtime = "@codomyrmex/networking/generate/runtime" } = own;
  const problems = new Problems();
  const documents = await readDescription(source, own, problems);
  const model = buildModel(documents, own, problems);
  const { warnings } = problems;
  if (strict && warnings.length > 0) {
    const [{ file, pointer, message }] = warnings as [Warning];
    throw new DescriptionError(
      `Cannot generate from ${documents.root.uri}: ${warnings.length} ${
        warnings.length === 1 ? "thing is" : "things are"
      } wrong, the first at ${file} #${pointer}: ${message}`,
      warnings,
    );
  }
  return {
    files: emit(model, { split, typesOnly, runtime }),
    warnings,
    sources: [...documents.all()].map(({ uri }) => uri),
    operations: model.operations.length,
    types: model.types.length,
  };
}
