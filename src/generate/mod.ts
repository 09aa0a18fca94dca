/**
 * From an OpenAPI description (2.0, 3.0, 3.1, 3.2) to a TypeScript client that runs on this library: a
 * documented function for each operation, types for everything, and nothing else.
 *
 * A client for any OpenAPI description (2.0, 3.0, 3.1 or 3.2, JSON or YAML, a file or a URL), in two
 * commands. Take `pets.yaml`:
 *
 * ```yaml
 * openapi: 3.1.0
 * info: { title: Pets, version: "1" }
 * servers: [{ url: https://pets.example/v1 }]
 * security: [{ token: [] }]
 * paths:
 *   /pets/{petId}:
 *     get:
 *       operationId: getPet
 *       parameters:
 *         - { name: petId, in: path, required: true, schema: { type: integer } }
 *       responses:
 *         200:
 *           description: It.
 *           content:
 *             application/json: { schema: { $ref: "#/components/schemas/Pet" } }
 *         404:
 *           description: There is none.
 *           content:
 *             application/problem+json: { schema: { $ref: "#/components/schemas/Problem" } }
 * components:
 *   securitySchemes:
 *     token: { type: http, scheme: bearer }
 *   schemas:
 *     Pet:
 *       required: [name]
 *       properties:
 *         name: { type: string, examples: [Rex] }
 *     Problem:
 *       required: [title]
 *       properties:
 *         title: { type: string, examples: [No such pet] }
 * ```
 *
 * ```sh
 * deno run --allow-read --allow-write jsr:@codomyrmex/networking/cli generate pets.yaml -o pets.ts
 * deno run --allow-read --allow-net main.ts
 * ```
 *
 * where `main.ts` is as follows, and `deno add jsr:@codomyrmex/networking` has told Deno (or
 * `npx jsr add` Node) where the library is:
 *
 * ```ts ignore
 * import { isAPIError } from "@codomyrmex/networking/generate/runtime";
 * import { mock } from "@codomyrmex/networking/generate/mock";
 * import { createAPI, getPet, getPetOperation } from "./pets.ts";
 *
 * const { transport } = await mock("pets.yaml"); // answers from the description; leave it out for the API itself
 * await using api = createAPI({ auth: { token: "s3cret" }, timeout: 10, transport });
 *
 * const pet = await getPet(api, { petId: 1 }); // typed, retried, timed out, authenticated
 * console.log(pet.name); // Rex
 *
 * const headers = { prefer: "code=404" }; // what the mock is asked for
 * try {
 *   await getPet(api, { petId: 2 }, { headers });
 * } catch (error) {
 *   if (!isAPIError(error, getPetOperation)) throw error;
 *   if (error.status === 404) console.log(error.body.title); // No such pet
 * }
 * const result = await getPet(api, { petId: 2 }, { headers }).result(); // a union by status, nothing thrown
 * console.log(result.status === 200 ? result.body.name : result.body.title);
 * ```
 *
 * - Each operation is a function of its own with a small constant, so bundlers keep what you call. `await`
 *   gives the data or rejects with an `APIError`; `.result()` gives every outcome the description has,
 *   `.response()` the response.
 * - All options of an HTTPClient are options of `createAPI()` and, but for bodies and `params`, of each call;
 *   `schema` checks the data with any Standard Schema, `validate` with those of the description (`generate
 *   --schemas`). `auth` takes credentials by the names of the
 *   description's security schemes: a token or key, a function that gives one, `{ username, password }` or
 *   any scheme of this library; each call sends the first alternative that they satisfy, and no more.
 * - Parameters go out in every style of the specification. An operation whose answer is an event stream,
 *   JSON lines or a JSON sequence is an async iterable of typed items (beside a whole answer it is
 *   `…Stream()`). Lists get `…Items()`, which reads all pages, where the answer has a `Link` field, or
 *   `x-speakeasy-pagination`, `x-fern-pagination` or the option `pagination` say how.
 * - `generate --help` shows the flags: `--check` for CI, `--watch`, `--only tag:pets`, `--split` for a file a
 *   tag, `--overlay` for corrections, `--strict`, `--config` for a JSON file with options of `generate()` of
 *   `@codomyrmex/networking/generate`. What a client cannot do is warned of. A description is data: its text cannot become code, and
 *   its references lead nowhere but into its own folder or to where `--allow` says.
 * - `mock()` serves a description: `Deno.serve((await mock("pets.yaml")).fetch)`. It checks each request
 *   (`400`, `401`, `404`, `405`, `415` with a list of what is wrong) and answers from examples or schemas;
 *   `mswHandlers()` makes handlers of MSW of it.
 *
 * ## Options of `generate()`
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
 * Needs `--allow-read` for files and `--allow-net` for URLs, nothing for text that is at hand.
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
