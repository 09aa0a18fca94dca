/**
 * Generates a TypeScript client from an OpenAPI description (2.0, 3.0, 3.1 or 3.2; JSON or YAML; a file or a
 * URL). The client has a documented function for each operation and a type for each schema, and runs on this
 * library.
 *
 * It takes two commands. Take `pets.yaml`:
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
 *         - name: petId
 *           in: path
 *           required: true
 *           schema: { type: integer }
 *       responses:
 *         200:
 *           description: The pet.
 *           content:
 *             application/json:
 *               schema: { $ref: "#/components/schemas/Pet" }
 *         404:
 *           description: There is no such pet.
 *           content:
 *             application/problem+json:
 *               schema: { $ref: "#/components/schemas/Problem" }
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
 * deno run --allow-read --allow-write \
 *   jsr:@codomyrmex/networking/cli generate pets.yaml -o pets.ts
 * deno run --allow-read --allow-net main.ts
 * ```
 *
 * Add the library first: `deno add jsr:@codomyrmex/networking`, or `npx jsr add @codomyrmex/networking` for Node.
 * This is `main.ts`:
 *
 * ```ts ignore
 * import { isAPIError } from "@codomyrmex/networking/generate/runtime";
 * import { mock } from "@codomyrmex/networking/generate/mock";
 * import { createAPI, getPet, getPetOperation } from "./pets.ts";
 *
 * // Responses made from the description; leave it out to call the API.
 * const { transport } = await mock("pets.yaml");
 * const auth = { token: "s3cret" };
 * await using api = createAPI({ auth, timeout: 10, transport });
 *
 * // Typed, retried, timed out, authenticated:
 * const pet = await getPet(api, { petId: 1 });
 * console.log(pet.name); // Rex
 *
 * const headers = { prefer: "code=404" }; // requests a 404 from the mock
 * try {
 *   await getPet(api, { petId: 2 }, { headers });
 * } catch (error) {
 *   if (!isAPIError(error, getPetOperation)) throw error;
 *   if (error.status === 404) console.log(error.body.title); // No such pet
 * }
 * // A union by status, nothing thrown:
 * const call = getPet(api, { petId: 2 }, { headers });
 * const { status, body } = await call.result();
 * console.log(status === 200 ? body.name : body.title); // No such pet
 * ```
 *
 * ## What a description becomes
 *
 * | in the description | in the client |
 * | --- | --- |
 * | an operation | a function, and a small constant next to it, so that bundlers keep only what you call |
 * | a schema with a name | an `interface` or `type`; `…Input` and `…Form` where requests or multipart forms differ |
 * | an `enum` with a name | a union, and a constant with its values (`ColorValues`) |
 * | a `discriminator` | a union that its member narrows |
 * | a response that is an event stream, JSON lines or a JSON sequence | an async iterable of typed items; if the operation also has a plain response, it is `…Stream()` |
 * | a list in pages | `…Items()`, if the response has a `Link` field, or `x-speakeasy-pagination`, `x-fern-pagination` or the option `pagination` describe the pages |
 * | described header fields of responses | `headers` of `.result()`, as numbers, booleans, lists or text |
 * | paths and tags | `operations["/pets/{petId}"].get`, `operationsByTag.pets.getPet` |
 *
 * `await` returns the data or rejects with an `APIError`. `.result()` returns any described outcome, `.response()` the
 * response. `createAPI()` takes all options of an HTTPClient. `./generate/runtime` documents calls: errors, parameters,
 * bodies, credentials and servers.
 *
 * Names consist of the letters and digits of the `operationId`, or of method and path. A function and a type never share a
 * name. The second of two equal names gets a number, with a warning. Reserved words of TypeScript get an underscore.
 *
 * ## From a program
 *
 * ```ts
 * import { generate } from "@codomyrmex/networking/generate";
 *
 * const schema = { type: "array", items: { type: "string" } };
 * const content = { "application/json": { schema } };
 * const { files, operations, warnings } = await generate({
 *   openapi: "3.1.0",
 *   info: { title: "Pets", version: "1" },
 *   servers: [{ url: "http://pets.example" }],
 *   paths: {
 *     "/pets": {
 *       get: {
 *         operationId: "listPets",
 *         summry: "All pets",
 *         responses: { 200: { description: "all", content } },
 *       },
 *     },
 *   },
 * }, { schemas: true });
 * console.log(operations, [...files.keys()]); // 1 [ "api.ts" ]
 * for (const { kind, message } of warnings) {
 *   console.log(kind, message);
 * } // invalid "summry" is not a field of an operation; it is left out
 * ```
 *
 * The description is a path, a URL, `{ text, base }`, or a parsed object. The same description produces the same bytes.
 *
 * | option | what it does |
 * | --- | --- |
 * | `overlays` | corrects the description first (OpenAPI Overlay 1.0 and 1.1) |
 * | `only`, `split`, `typesOnly` | generates only some operations; writes a file for each tag; writes types without functions |
 * | `schemas` | adds Standard Schemas; `createAPI({ validate: true })` checks requests and responses with them |
 * | `int64: "bigint"` | keeps the digits of integers above 2^53; `"string"` does so as text |
 * | `openEnums` | lets enums of strings accept other strings, because servers add values |
 * | `pagination` | describes how to find the next page: `{ listPets: { items: "/data", next: { by: "link" } } }`; also `url` and `cursor` (with `pointer`), `page` and `offset` (with `param`) |
 * | `strict` | turns warnings into errors |
 * | `allow`, `client` | where references may lead; the HTTPClient that reads a description from a URL |
 * | `runtime` | the module that the generated code imports |
 *
 * `generate --help` lists the same as flags, and `--check` for CI, `--watch`, and `--config` for a JSON file with these options.
 * With `--split`, files of an earlier run that are no longer generated are removed.
 *
 * ## Warnings
 *
 * `warnings` lists everything in a description that the client does not support, with file, line and JSON Pointer.
 *
 * | kind | example | result |
 * | --- | --- | --- |
 * | `broken_reference` | a reference to nothing | the type is `unknown` |
 * | `invalid` | a duplicate name, a field unknown to OpenAPI | the last one is used; the field is ignored |
 * | `unsupported` | links, the body of a GET, `not` and `if` of a schema, XML as objects | ignored, or text |
 * | `renamed` | two operations with one name | the second gets a number |
 *
 * ## What a description may do
 *
 * A description is data: its text cannot become code. Its references may lead only into its own folder and to the places in
 * `allow`. References to URLs are read without credentials and redirects. Schemas nested more than 400 deep are `unknown`;
 * YAML aliases that expand to more than 3,000,000 nodes are an error. Files need `--allow-read`, URLs `--allow-net`, and text
 * needs no permission.
 *
 * Not generated: `multipart/mixed` as a stream, links, calls to webhooks and callbacks (their bodies have types), AsyncAPI, XML as objects, codecs for dates (a date is text).
 *
 * See {@linkcode [generate/runtime]} for calls, {@linkcode [generate/schemas]} for `validate`, and {@linkcode [generate/mock]} for a server made from a
 * description: `Deno.serve((await mock("pets.yaml")).fetch)`.
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
   * Whether to write a file for each tag and a `mod.ts` that exports all, instead of one `api.ts`.
   *
   * @default {false}
   */
  readonly split?: boolean;
  /**
   * Whether to generate only types.
   *
   * @default {false}
   */
  readonly typesOnly?: boolean;
  /**
   * Whether warnings are errors.
   *
   * @default {false}
   */
  readonly strict?: boolean;
  /**
   * The module that the generated code imports; schemas are imported from `…/schemas` of the same base.
   *
   * @default {"@codomyrmex/networking/generate/runtime"}
   */
  readonly runtime?: string;
}

/** The generated files. */
export interface Generated {
  /** The content of each file by its name, the same for the same description. */
  readonly files: ReadonlyMap<string, string>;
  /** The faults of the description, each with what was generated instead. */
  readonly warnings: readonly Warning[];
  /** The URLs of the documents that were read, the description first. */
  readonly sources: readonly string[];
  /** The number of operations. */
  readonly operations: number;
  /** The number of named types. */
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
 * Generates a client from a description. It returns the files and writes none.
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
 * @param source A path, a URL, `{ text, base }`, or a parsed object.
 * @param options The options.
 * @throws {DescriptionError} If the description cannot be read, or has a fault and `strict` is true.
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
