/**
 * Schemas of a description at run time, for clients that `generate` wrote with `schemas`. Each is a Standard
 * Schema, so that it can be given to whatever takes one; `validate: true` of `createAPI()` or of a call checks
 * arguments before they are sent, and answers before they are given.
 *
 * ```ts ignore
 * import { createAPI, getPet, PetSchema } from "./api.ts"; // deno run … generate pets.yaml -o api.ts --schemas
 *
 * const api = createAPI({ validate: true });
 * const pet = await getPet(api, { petId: 7 }); // a TypeError or a SchemaError where something does not fit
 * const result = PetSchema["~standard"].validate(JSON.parse(text));
 * ```
 *
 * @module
 */

import { Validator } from "@cfworker/json-schema";
import type { StandardResult, StandardSchema } from "../../formats/standard_schema.ts";

export type { OperationSchemas } from "../runtime/operation.ts";
export type { StandardResult, StandardSchema } from "../../formats/standard_schema.ts";
export type { SchemaIssue } from "../../http_errors.ts";

/** A schema as JSON Schema 2020-12, with what it refers to as `#/$defs/Name`. */
export type JSONSchema = Readonly<Record<string, unknown>> | boolean;

/** The schemas that a schema refers to, by name. */
export type SchemaUses = () => Readonly<Record<string, StandardSchema<unknown, unknown>>>;

/** What a schema is made of. */
interface Parts {
  readonly json: JSONSchema;
  readonly uses: SchemaUses;
}

const PARTS = new WeakMap<StandardSchema<unknown, unknown>, Parts>();

/**
 * A Standard Schema of a JSON Schema. Nothing is done before the first value is checked.
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
        // Those that hold others say no more than these.
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

/** All that a schema refers to, and what those refer to. */
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
