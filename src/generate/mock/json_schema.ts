/**
 * A schema of a description as JSON Schema 2020-12 that stands alone: what it refers to is under
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
/** Their members have names of their own. */
const MAPS: ReadonlySet<string> = new Set(["properties", "patternProperties", "dependentSchemas"]);

/** The schema, for requests: nobody has to give what only the server sets. */
export function toJSONSchema(schema: Node, documents: Documents): Record<string, unknown> {
  const names = new Map<string, string>();
  const waiting: Node[] = [];
  const refer = (reference: string, from: Node): Record<string, unknown> => {
    const target = documents.resolve(reference, from.document);
    if (target === undefined) return {};
    const place = `${target.document.uri}#${target.pointer}`;
    if (!names.has(place)) {
      names.set(place, `s${names.size}`);
      waiting.push(target);
    }
    return { $ref: `#/$defs/${names.get(place)}` };
  };
  const convertAll = (node: Node): unknown =>
    Array.isArray(node.value)
      ? node.value.map((_, index) => convert(child(node, index)))
      : convert(node);
  const convert = (node: Node): unknown => {
    const { value } = node;
    if (typeof value !== "object" || value === null) return value;
    const copy: Record<string, unknown> = {};
    for (const [name, member] of Object.entries(value)) {
      if (LEFT_OUT.has(name) || name.startsWith("x-")) continue;
      const at = child(node, name);
      if (name === "$ref" && typeof member === "string") Object.assign(copy, refer(member, node));
      else if (name === "enum" || name === "const" || name === "required") copy[name] = member;
      else if (MAPS.has(name) && typeof member === "object" && member !== null) {
        copy[name] = Object.fromEntries(
          Object.keys(member).map((key) => [key, convert(child(at, key))]),
        );
      } else copy[name] = convertAll(at);
    }
    for (
      const [bound, own] of [["minimum", "exclusiveMinimum"], [
        "maximum",
        "exclusiveMaximum",
      ]] as const
    ) {
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
  };
  const root = convert(schema);
  const definitions: Record<string, unknown> = {};
  for (let node = waiting.shift(); node !== undefined; node = waiting.shift()) {
    definitions[names.get(`${node.document.uri}#${node.pointer}`)!] = convert(node);
  }
  return { $id: "memory:/mock", allOf: [root], $defs: definitions };
}
