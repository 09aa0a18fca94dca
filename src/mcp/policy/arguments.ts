/**
 * Converts and checks arguments. Hosts and models send objects as JSON strings, numbers as strings, and `null`
 * for absent values; these are converted to fit the schema.
 *
 * @module
 */

import { Validator } from "@cfworker/json-schema";
import { changedNumber } from "../../formats/exact_json.ts";
import { nearest } from "../../options/option_names.ts";
import type { JSONSchema } from "./host_rules.ts";
import { ToolError } from "./tool_error.ts";

type Arguments = Readonly<Record<string, unknown>>;

/** Checks the arguments of one tool or operation. */
export class ArgumentCheck {
  readonly #name: string;
  readonly #schema: JSONSchema;
  readonly #validator: Validator;

  /**
   * @param name The name of the tool in messages.
   * @param schema An object without further properties.
   */
  constructor(name: string, schema: JSONSchema) {
    this.#name = name;
    this.#schema = schema;
    // A format is only an annotation (JSON Schema 2020-12, 7.2.1); the service decides what it accepts.
    this.#validator = new Validator(withoutFormats(schema) as JSONSchema, "2020-12", false);
  }

  /**
   * Converts the arguments to fit the schema.
   *
   * @throws {ToolError} If they do not match the schema.
   */
  read(given: unknown): Arguments {
    const input = fromText(given, "object") ?? given ?? {};
    const cannot = (why: string) => new ToolError(`Cannot call ${this.#name}: ${why}`);
    if (typeof input !== "object" || Array.isArray(input)) {
      throw cannot(`the arguments must be an object, not ${JSON.stringify(given)?.slice(0, 100)}`);
    }
    const names = Object.keys(Object(this.#schema.properties));
    for (const name of Object.keys(input!)) {
      if (names.includes(name)) continue;
      const near = nearest(name, new Set(names));
      throw cannot(
        `there is no argument ${JSON.stringify(name)}; ${
          near === undefined ? `the arguments are ${names.join(", ")}` : `did you mean ${near}?`
        }`,
      );
    }
    if (this.#validator.validate(input).valid) return input as Arguments;
    const fitted = new Fitter(this.#schema).fit(this.#schema, input);
    const { errors } = this.#validator.validate(fitted);
    // Errors of outer schemas only report that an inner schema failed.
    const own = errors.filter(({ keyword }) => !/^(?:properties|items|allOf|\$ref)$/.test(keyword));
    if (own.length === 0) return fitted as Arguments;
    const shown = own.slice(0, 5).map(({ instanceLocation, error }) =>
      `${instanceLocation.replace(/^#\/?/, "") || "the arguments"}: ${error}`
    );
    throw cannot(shown.join(" "));
  }
}

function withoutFormats(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutFormats);
  if (typeof schema !== "object" || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([name, member]) => name !== "format" || typeof member !== "string")
      .map(([name, member]) => [name, withoutFormats(member)]),
  );
}

/** Returns the value of JSON text, if it is of the wanted kind. */
function fromText(text: unknown, kind: "object" | "array"): object | undefined {
  if (typeof text !== "string" || !/^\s*[[{]/.test(text)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // a text like any other
  }
  if (changedNumber(text) !== undefined) return undefined; // it would be another number
  return Array.isArray(value) === (kind === "array") ? value as object : undefined;
}

/** The types of JSON Schema that a value has. */
function typesOf(value: unknown): string[] {
  if (value === null) return ["null"];
  if (Array.isArray(value)) return ["array"];
  if (typeof value === "number") {
    return Number.isInteger(value) ? ["integer", "number"] : ["number"];
  }
  return [typeof value];
}

/** Converts values to fit schemas. */
class Fitter {
  readonly #root: JSONSchema;

  /** @param root The schema that `$ref` refers to. */
  constructor(root: JSONSchema) {
    this.#root = root;
  }

  /** Converts a value to fit a schema; leaves it unchanged if that is not possible. */
  fit(schema: unknown, given: unknown): unknown {
    const parts = this.#partsOf(schema);
    const value = this.#converted(parts, given);
    const choices = parts.flatMap((part) => part.anyOf ?? part.oneOf ?? []) as unknown[];
    if (choices.length > 0 && !this.#isOneOf(choices, value)) {
      const fitted = choices.map((choice) => this.fit(choice, value))
        .find((one, index) => this.#isOneOf([choices[index]], one));
      if (fitted !== undefined) return fitted;
    }
    if (Array.isArray(value)) {
      return value.map((item, index) => this.fit(itemOf(parts, index), item));
    }
    if (typeof value !== "object" || value === null) return value;
    const required = new Set(parts.flatMap((part) => part.required ?? []) as string[]);
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
        const own = parts.flatMap((part) => memberOf(part, name));
        if (member === null && !required.has(name) && !this.#allows(own, "null")) return [];
        return [[name, own.length === 0 ? member : this.fit({ allOf: own }, member)]];
      }),
    );
  }

  #converted(parts: readonly JSONSchema[], value: unknown): unknown {
    if (typeof value !== "string" || this.#allows(parts, "string")) return value;
    const allows = (type: string) => this.#allows(parts, type);
    if (allows("object") || allows("array")) {
      const found = allows("object") ? fromText(value, "object") : undefined;
      const read = found ?? (allows("array") ? fromText(value, "array") : undefined);
      if (read !== undefined) return read;
    }
    const isInteger = /^-?(?:0|[1-9]\d*)$/.test(value);
    const isNumber = isInteger || /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(value);
    if ((isInteger && allows("integer")) || (isNumber && allows("number"))) {
      return changedNumber(value) === undefined ? Number(value) : value;
    }
    if (/^(?:true|false)$/.test(value) && allows("boolean")) return value === "true";
    return value;
  }

  /** Returns the schema, and the schemas of its `$ref` and `allOf`. */
  #partsOf(schema: unknown, seen: ReadonlySet<unknown> = new Set()): JSONSchema[] {
    if (typeof schema !== "object" || schema === null || seen.has(schema)) return [];
    const { $ref, allOf } = schema as JSONSchema;
    const within = new Set([...seen, schema]);
    return [
      schema as JSONSchema,
      ...this.#partsOf(this.#target($ref), within),
      ...[allOf ?? []].flat().flatMap((part) => this.#partsOf(part, within)),
    ];
  }

  #target(reference: unknown): unknown {
    if (typeof reference !== "string" || !reference.startsWith("#/")) return undefined;
    return reference.slice(2).split("/").reduce<unknown>(
      (node, name) => Object(node)[name.replaceAll("~1", "/").replaceAll("~0", "~")],
      this.#root,
    );
  }

  /** Whether every part allows a type. */
  #allows(schemas: readonly unknown[], type: string): boolean {
    return schemas.flatMap((one) => this.#partsOf(one)).every((part) => {
      const choices = part.anyOf ?? part.oneOf;
      if (Array.isArray(choices) && !choices.some((one) => this.#allows([one], type))) return false;
      const values = Array.isArray(part.enum)
        ? part.enum
        : "const" in part
        ? [part.const]
        : undefined;
      if (values !== undefined) return values.some((value) => typesOf(value).includes(type));
      const types = part.type === undefined ? undefined : [part.type].flat();
      return types === undefined || types.includes(type) ||
        (type === "integer" && types.includes("number"));
    });
  }

  #isOneOf(choices: readonly unknown[], value: unknown): boolean {
    const { $defs } = this.#root;
    const schema = withoutFormats({ anyOf: choices, ...($defs !== undefined && { $defs }) });
    return new Validator(schema as JSONSchema, "2020-12").validate(value).valid;
  }
}

function itemOf(parts: readonly JSONSchema[], index: number): JSONSchema {
  const own = parts.map(({ prefixItems, items }) =>
    Array.isArray(prefixItems) && index < prefixItems.length ? prefixItems[index] : items ?? {}
  );
  return { allOf: own };
}

function memberOf({ properties, additionalProperties }: JSONSchema, name: string): unknown[] {
  const own = Object(properties);
  if (Object.hasOwn(own, name)) return [own[name]];
  return typeof additionalProperties === "object" ? [additionalProperties] : [];
}
