/**
 * Emits schemas as constants. They do no work until a value is checked, and bundlers drop those that are not
 * used.
 *
 * @module
 */

import type { Declaration, OperationModel, SchemaModel } from "../model/model.ts";
import { comment, key, str } from "../model/sinks.ts";

/** The names of the constants of schemas, by the names of their types. */
export type SchemaNames = ReadonlyMap<string, string>;

/** Emits the schema of a type. */
export function typeSchema({ name, schema }: Declaration, names: SchemaNames): string {
  if (schema === undefined) return "";
  const type = `StandardSchema<unknown, ${name}>`;
  return `${comment([`The schema of \`${name}\`.`])}export const ${names.get(name)}: ${type} = ${
    expression(schema, names, name)
  };\n`;
}

/** Emits the schemas of an operation. */
export function operationSchemas(
  { names: { call, schemas }, schemas: own }: OperationModel,
  names: SchemaNames,
): string {
  if (own === undefined) return "";
  const group = (of: Readonly<Record<string, SchemaModel>>) =>
    `{${
      Object.entries(of).map(([name, one]) => `\n    ${key(name)}: ${expression(one, names)},`)
        .join("")
    }\n  }`;
  return [
    comment([`The schemas of \`${call}()\` for \`validate\`.`]),
    `export const ${schemas}: OperationSchemas = {\n`,
    `  parameters: ${group(own.parameters)},\n  body: ${group(own.body)},\n`,
    `  responses: ${group(own.responses)},\n`,
    own.items === undefined ? "" : `  items: ${expression(own.items, names)},\n`,
    "};\n\n",
  ].join("");
}

/** Returns the expression of a schema. A single reference is the name of the constant. */
function expression({ json, uses }: SchemaModel, names: SchemaNames, type = "unknown"): string {
  const [only] = uses;
  const isReference = uses.length === 1 && JSON.stringify(json) === `{"$ref":"#/$defs/${only}"}`;
  if (isReference && type === "unknown") return names.get(only!)!;
  const list = uses.map((name) => `${key(name)}: ${names.get(name)}`).join(", ");
  const more = uses.length === 0 ? "" : `, () => ({ ${list} })`;
  return `/* @__PURE__ */ jsonSchema<${type}>(${literal(json)}${more})`;
}

/** Returns JSON as an expression; its keys can be any text. */
function literal(value: unknown): string {
  if (typeof value === "string") return str(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const members = Object.entries(value).map(([name, one]) => `${key(name)}: ${literal(one)}`);
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}
