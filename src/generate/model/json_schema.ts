/**
 * Schemas of a description as JSON Schema 2020-12 that stands alone: what they refer to is under
 * `$defs`, data and the keywords of OpenAPI 3.0 are gone.
 *
 * @module
 */

import { child, type Documents, type Node, property } from "../read/documents.ts";

/** What says nothing of a value, or means something else in JSON Schema. */
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
/** What people read. */
const NOTES: ReadonlySet<string> = new Set(["title", "description", "deprecated", "default"]);
/** Their members have names of their own. */
const MAPS: ReadonlySet<string> = new Set(["properties", "patternProperties", "dependentSchemas"]);

/** Schemas for requests: nobody has to give what only the server sets. */
export class SchemaConverter {
  /** What the converted schemas refer to, for their `$defs`. */
  readonly definitions: Record<string, unknown> = {};
  readonly #documents: Documents;
  readonly #keepsNotes: boolean;
  readonly #names = new Map<string, string>();

  /** @param keepsNotes Whether titles, descriptions and defaults stay. */
  constructor(documents: Documents, keepsNotes: boolean) {
    this.#documents = documents;
    this.#keepsNotes = keepsNotes;
  }

  /** The schema; what it refers to is in `definitions`. */
  convert(node: Node): unknown {
    const waiting: [name: string, Node][] = [];
    const converted = this.#convert(node, waiting);
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      this.definitions[next[0]] = this.#convert(next[1], waiting);
    }
    return converted;
  }

  #convert(node: Node, waiting: [name: string, Node][]): unknown {
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
        copy[name] = Object.fromEntries(
          Object.keys(member).map((key) => [key, this.#convert(child(at, key), waiting)]),
        );
      } else if (Array.isArray(member)) {
        copy[name] = member.map((_, index) => this.#convert(child(at, index), waiting));
      } else copy[name] = this.#convert(at, waiting);
    }
    return finished(copy, value);
  }

  #refer(
    reference: string,
    from: Node,
    waiting: [name: string, Node][],
  ): Record<string, unknown> {
    const target = this.#documents.resolve(reference, from.document);
    if (target === undefined) return {};
    const place = `${target.document.uri}#${target.pointer}`;
    let name = this.#names.get(place);
    if (name === undefined) {
      this.#names.set(place, name = `s${this.#names.size}`);
      waiting.push([name, target]);
    }
    return { $ref: `#/$defs/${name}` };
  }
}

/** What OpenAPI 3.0 says in words of its own, in those of JSON Schema. */
function finished(copy: Record<string, unknown>, value: object): Record<string, unknown> {
  const bounds = [["minimum", "exclusiveMinimum"], ["maximum", "exclusiveMaximum"]] as const;
  for (const [bound, own] of bounds) {
    if (copy[own] === true) copy[own] = copy[bound];
    if (typeof copy[own] === "boolean") delete copy[own];
  }
  const members = property(value, "properties");
  if (Array.isArray(copy.required)) {
    copy.required = copy.required.filter((name) =>
      property(property(members, String(name)), "readOnly") !== true
    );
  }
  return property(value, "nullable") === true ? { anyOf: [copy, { type: "null" }] } : copy;
}

/** One schema, with what it refers to. */
export function toJSONSchema(schema: Node, documents: Documents): Record<string, unknown> {
  const converter = new SchemaConverter(documents, false);
  const root = converter.convert(schema);
  return { $id: "memory:/mock", allOf: [root], $defs: converter.definitions };
}
