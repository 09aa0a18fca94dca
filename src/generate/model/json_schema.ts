/**
 * Converts schemas of a description to self-contained JSON Schema 2020-12. The targets of references are under
 * `$defs`. Examples and the keywords of OpenAPI 3.0 are removed.
 *
 * @module
 */

import { child, type Documents, type Node, property } from "../read/documents.ts";
import { Facts } from "./facts.ts";
import type { Direction } from "./uses.ts";

/** Keywords that do not constrain a value, or mean something else in JSON Schema. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  ...[
    "$id",
    "$schema",
    "$anchor",
    "$dynamicAnchor",
    "$defs",
    "discriminator",
    "xml",
    "externalDocs",
  ],
  ...["example", "examples", "default", "title", "description", "deprecated", "nullable", "format"],
]);
/** Keywords that people and models read. */
const NOTES: ReadonlySet<string> = new Set([
  "title",
  "description",
  "deprecated",
  "default",
  "format",
]);
/** Keywords whose members are schemas by name. */
const MAPS: ReadonlySet<string> = new Set(["properties", "patternProperties", "dependentSchemas"]);

/** Keywords whose schemas apply to the same value. */
const SAME_VALUE: ReadonlySet<string> = new Set(["allOf", "oneOf", "anyOf", "if", "then", "else"]);

/** Converts schemas for requests or for responses. Members of the other direction are never required. */
export class SchemaConverter {
  /** The targets of references of the converted schemas, for their `$defs`. */
  readonly definitions: Record<string, unknown> = {};
  readonly #documents: Documents;
  readonly #facts: Facts;
  readonly #keepsNotes: boolean;
  /** The keyword that marks members of the other direction. */
  readonly #mark: "readOnly" | "writeOnly";
  readonly #nameOf: ((target: Node) => string) | undefined;
  readonly #names = new Map<string, string>();

  /**
   * @param keepsNotes Whether titles, descriptions, defaults and formats stay, and members of the other
   * direction are left out.
   * @param nameOf Returns the name of the target of a reference, if targets are defined elsewhere.
   */
  constructor(
    documents: Documents,
    keepsNotes: boolean,
    direction: Direction = "input",
    nameOf?: (target: Node) => string,
  ) {
    this.#nameOf = nameOf;
    this.#documents = documents;
    this.#facts = new Facts(documents);
    this.#keepsNotes = keepsNotes;
    this.#mark = direction === "input" ? "readOnly" : "writeOnly";
  }

  /** Converts a schema. Adds the targets of its references to `definitions`. */
  convert(node: Node): unknown {
    const waiting: [name: string, Node][] = [];
    const converted = this.#convert(node, waiting);
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      this.definitions[next[0]] = this.#convert(next[1], waiting);
    }
    return converted;
  }

  /** @param whole The outermost schema that applies to the same value as the node. */
  #convert(node: Node, waiting: [name: string, Node][], whole: Node = node): unknown {
    const { value } = node;
    if (typeof value !== "object" || value === null) return value;
    const copy: Record<string, unknown> = {};
    for (const [name, member] of Object.entries(value)) {
      const isNote = this.#keepsNotes && NOTES.has(name);
      if ((LEFT_OUT.has(name) && !isNote) || name.startsWith("x-")) continue;
      const at = child(node, name);
      if (name === "$ref" && typeof member === "string") {
        Object.assign(copy, this.#refer(member, node, waiting));
      } else if (isNote || name === "enum" || name === "const" || name === "required") {
        copy[name] = member;
      } else if (MAPS.has(name) && typeof member === "object" && member !== null) {
        const keys = Object.keys(member).filter((key) =>
          name !== "properties" || !this.#keepsNotes || !this.#isElsewhere(child(at, key))
        );
        copy[name] = Object.fromEntries(
          keys.map((key) => [key, this.#convert(child(at, key), waiting)]),
        );
      } else if (Array.isArray(member)) {
        const of = SAME_VALUE.has(name) ? whole : undefined;
        copy[name] = member.map((_, index) => this.#convert(child(at, index), waiting, of));
      } else copy[name] = this.#convert(at, waiting, SAME_VALUE.has(name) ? whole : at);
    }
    if (Array.isArray(copy.required)) {
      copy.required = copy.required.filter((name) =>
        !this.#facts.members(whole, String(name)).some((one) => this.#isElsewhere(one))
      );
    }
    return finished(copy, value);
  }

  #isElsewhere(member: Node): boolean {
    return this.#facts.isMarkedAs(member, this.#mark);
  }

  #refer(
    reference: string,
    from: Node,
    waiting: [name: string, Node][],
  ): Record<string, unknown> {
    const target = this.#documents.resolve(reference, from.document);
    if (target === undefined) return {};
    if (this.#nameOf !== undefined) return { $ref: `#/$defs/${this.#nameOf(target)}` };
    const place = `${target.document.uri}#${target.pointer}`;
    let name = this.#names.get(place);
    if (name === undefined) {
      this.#names.set(place, name = `s${this.#names.size}`);
      waiting.push([name, target]);
    }
    return { $ref: `#/$defs/${name}` };
  }
}

/** Converts the keywords that only OpenAPI 3.0 has. */
function finished(copy: Record<string, unknown>, value: object): Record<string, unknown> {
  const bounds = [["minimum", "exclusiveMinimum"], ["maximum", "exclusiveMaximum"]] as const;
  for (const [bound, own] of bounds) {
    if (copy[own] === true) copy[own] = copy[bound];
    if (typeof copy[own] === "boolean") delete copy[own];
  }
  return property(value, "nullable") === true ? { anyOf: [copy, { type: "null" }] } : copy;
}

/** Converts one schema, with the targets of its references. */
export function toJSONSchema(schema: Node, documents: Documents): Record<string, unknown> {
  const converter = new SchemaConverter(documents, false);
  const root = converter.convert(schema);
  return { $id: "memory:/mock", allOf: [root], $defs: converter.definitions };
}
