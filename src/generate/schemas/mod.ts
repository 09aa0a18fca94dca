/**
 * The schemas of a description at run time. `generate --schemas` (`schemas: true` of `generate()`) writes a Standard
 * Schema for each type, and `validate: true` checks requests and responses with them. Only clients with schemas import this
 * entry, which carries the validator; bundlers drop the schemas that a program does not use.
 *
 * ```ts
 * import {
 *   API,
 *   type APIResult,
 *   call,
 *   type Operation,
 * } from "@codomyrmex/networking/generate/runtime";
 * import {
 *   jsonSchema,
 *   type StandardSchema,
 * } from "@codomyrmex/networking/generate/schemas";
 *
 * // What `generate --schemas` writes, shortened.
 * interface Pet {
 *   name: string;
 * }
 * const PetSchema: StandardSchema<unknown, Pet> = jsonSchema<Pet>({
 *   type: "object",
 *   required: ["name"],
 *   properties: { name: { type: "string", minLength: 2 } },
 * });
 * const PetIdSchema = jsonSchema<unknown>({ type: "integer", minimum: 1 });
 * const getPetOperation: Operation<Pet, APIResult<200, Pet>> = {
 *   id: "getPet",
 *   method: "GET",
 *   path: "/pets/{petId}",
 *   parameters: [{ name: "petId", in: "path" }],
 *   responses: { 200: ["application/json"] },
 *   schemas: () => ({
 *     parameters: { "path petId": PetIdSchema },
 *     body: {},
 *     responses: { 200: PetSchema },
 *   }),
 * };
 * const getPet = (api: API, args: { petId: number }) =>
 *   call(api, getPetOperation, args);
 *
 * // What you write.
 * const transport = (url: string) => {
 *   const name = url.endsWith("/7") ? "Rex" : ""; // the name is too short
 *   return Promise.resolve(Response.json({ name }));
 * };
 * const description = { server: "https://pets.example", security: {} };
 * await using api = new API(description, { validate: true, transport });
 *
 * console.log(await getPet(api, { petId: 7 })); // { name: "Rex" }
 * for (const petId of [0, 8]) {
 *   const call = getPet(api, { petId });
 *   const error = await call.catch((error: Error) => error);
 *   console.log(error.name);
 * } // TypeError, nothing was sent; then SchemaError
 * ```
 *
 * ## What is checked, and when
 *
 * | what | when | error if invalid |
 * | --- | --- | --- |
 * | parameters, JSON bodies and forms | before anything is sent | `TypeError`, with the path of the member |
 * | JSON responses, also those of `.result()` | before they are returned | `SchemaError`, with its `issues` |
 * | each page of `…Items()` | as it arrives | `SchemaError`, after the pages before it |
 * | items of event streams, JSON lines and sequences | as they arrive | `SchemaError`, after the items before it |
 * | multipart bodies, bytes and text | never | |
 *
 * `validate` is an option of `createAPI()` and of each call, which wins: `getPet(api, args, { validate: false })`. A client
 * generated without schemas throws a TypeError for it. The option `schema` of a call checks the data of one response with any
 * Standard Schema (Zod, Valibot, ArkType), and may change it. It needs no generated schemas.
 *
 * ## Use a schema by itself
 *
 * Pass it to anything that accepts a Standard Schema: `json(schema)` of a response, `jsonCodec(schema)` of a socket or an event
 * stream, `schema` of a call, other libraries.
 *
 * ```ts
 * import {
 *   EventSourceClient,
 *   HTTPClient,
 *   jsonCodec,
 * } from "@codomyrmex/networking";
 * import { jsonSchema } from "@codomyrmex/networking/generate/schemas";
 *
 * const PetSchema = jsonSchema<{ name: string }>({
 *   type: "object",
 *   required: ["name"],
 *   properties: { name: { type: "string" } },
 * });
 * const result = PetSchema["~standard"].validate({ name: 7 });
 * if ("issues" in result) {
 *   console.log(result.issues?.map(({ path }) => path)); // [ [ "name" ] ]
 * }
 * const transport = () => Promise.resolve(Response.json({ name: "Rex" }));
 * const baseUrl = "https://pets.example";
 * await using client = new HTTPClient({ baseUrl, transport });
 * console.log((await client.get("/pets/7")).json(PetSchema).name); // Rex
 * const codec = jsonCodec(PetSchema);
 * await using news = new EventSourceClient(`${baseUrl}/news`, { codec });
 * ```
 *
 * A type with `readOnly` or `writeOnly` members has two: `PetSchema` for responses, `PetInputSchema` for requests. A schema
 * may refer to itself: references stay names until the first check.
 *
 * ## Limits
 *
 * The validator is `@cfworker/json-schema` with JSON Schema 2020-12; `nullable` and the other keywords of OpenAPI 3.0 are
 * translated. It compiles nothing with `eval`, so it works under a strict Content-Security-Policy and on edge platforms.
 * `format` and `discriminator` are not checked, because many servers do not follow their formats.
 *
 * See {@linkcode [generate]} to make a client, {@linkcode [generate/runtime]} for its calls and errors.
 *
 * @module
 */

import { Validator } from "@cfworker/json-schema";
import type { StandardResult, StandardSchema } from "../../formats/standard_schema.ts";

export type { OperationSchemas } from "../runtime/operation.ts";
export type { StandardResult, StandardSchema } from "../../formats/standard_schema.ts";
export type { SchemaIssue } from "../../http_errors.ts";

/** A JSON Schema 2020-12; its references are `#/$defs/Name`. */
export type JSONSchema = Readonly<Record<string, unknown>> | boolean;

/** The schemas that a schema refers to, by name. */
export type SchemaUses = () => Readonly<Record<string, StandardSchema<unknown, unknown>>>;

/** The parts of a schema. */
interface Parts {
  readonly json: JSONSchema;
  readonly uses: SchemaUses;
}

const PARTS = new WeakMap<StandardSchema<unknown, unknown>, Parts>();

/**
 * Makes a Standard Schema from a JSON Schema. It is compiled when the first value is checked.
 *
 * @param json The schema.
 * @param uses The schemas that it refers to.
 */
export function jsonSchema<Value>(
  json: JSONSchema,
  uses: SchemaUses = () => ({}),
): StandardSchema<unknown, Value> {
  let validator: Validator | undefined;
  const schema: StandardSchema<unknown, Value> = {
    "~standard": {
      version: 1,
      vendor: "@codomyrmex/networking",
      validate(value): StandardResult<Value> {
        validator ??= new Validator(
          { $id: "memory:/schema", allOf: [json], $defs: definitions(uses) } as never,
          "2020-12",
          false,
        );
        const { errors } = validator.validate(value);
        if (errors.length === 0) return { value: value as Value };
        // An error that contains others adds nothing to them.
        const own = errors.filter(({ keyword }) => !HOLDERS.has(keyword));
        return {
          issues: (own.length > 0 ? own : errors).map(({ instanceLocation, error }) => ({
            message: error,
            path: pathOf(instanceLocation),
          })),
        };
      },
    },
  };
  PARTS.set(schema, { json, uses });
  return schema;
}

const HOLDERS: ReadonlySet<string> = new Set([
  ...["$ref", "properties", "items", "prefixItems", "additionalProperties", "allOf"],
  "patternProperties",
]);

/** All schemas that a schema refers to, directly or through others. */
function definitions(uses: SchemaUses): Record<string, JSONSchema> {
  const found: Record<string, JSONSchema> = {};
  const waiting = [uses];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const [name, schema] of Object.entries(next())) {
      const parts = PARTS.get(schema);
      if (parts === undefined || Object.hasOwn(found, name)) continue;
      found[name] = parts.json;
      waiting.push(parts.uses);
    }
  }
  return found;
}

function pathOf(pointer: string): string[] {
  return pointer.split("/").slice(1).map((part) =>
    decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~")
  );
}
