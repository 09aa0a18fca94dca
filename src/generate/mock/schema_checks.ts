/**
 * Checks values against schemas: text is converted to the type of its schema, and errors are listed.
 *
 * @module
 */

import { Validator } from "@cfworker/json-schema";
import { Facts } from "../model/facts.ts";
import { toJSONSchema } from "../model/json_schema.ts";
import type { Documents, Node } from "../read/documents.ts";

/** Checks values by the schemas of a description. */
export class SchemaChecks {
  /** The JSON Schemas. */
  readonly facts: Facts;
  readonly #documents: Documents;
  readonly #validators = new Map<string, Validator>();

  constructor(documents: Documents) {
    this.#documents = documents;
    this.facts = new Facts(documents);
  }

  /** Returns the errors of a value. */
  errors(schema: Node, value: unknown, what: string): string[] {
    if (schema.value === undefined) return [];
    const { errors } = this.#validator(schema).validate(value);
    const deepest = errors.filter(({ keyword }) =>
      !["$ref", "properties", "items", "allOf"].includes(keyword)
    );
    return deepest.map(({ instanceLocation, error }) => `${what} at ${instanceLocation}: ${error}`);
  }

  /** Converts text, and lists and objects of text, to the types of their schemas where possible. */
  fit(value: unknown, schemas: readonly Node[]): unknown {
    if (Array.isArray(value)) {
      const items = schemas.flatMap((one) => this.facts.items(one));
      return value.map((item) => this.fit(item, items));
    }
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(
        Object.entries(value).map(([name, one]) => [
          name,
          this.fit(one, schemas.flatMap((schema) => this.facts.membersOrOthers(schema, name))),
        ]),
      );
    }
    if (typeof value !== "string" || schemas.length === 0) return value;
    const types = new Set(schemas.flatMap((one) => [...this.facts.types(one)]));
    const candidates: unknown[] = [];
    const isNumber = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(value);
    if (isNumber && (types.has("integer") || types.has("number"))) candidates.push(Number(value));
    if (types.has("boolean") && /^(?:true|false)$/.test(value)) candidates.push(value === "true");
    if (types.has("string")) candidates.push(value);
    const fitting = candidates.find((one) =>
      schemas.some((schema) => this.errors(schema, one, "").length === 0)
    );
    return fitting ?? candidates[0] ?? value;
  }

  #validator(schema: Node): Validator {
    const place = this.facts.placeOf(schema);
    let validator = this.#validators.get(place);
    if (validator === undefined) {
      validator = new Validator(toJSONSchema(schema, this.#documents), "2020-12", false);
      this.#validators.set(place, validator);
    }
    return validator;
  }
}
