/**
 * A value for a schema: an example that it has, or one that is made up, the same each time.
 *
 * @module
 */

import { child, children, type Documents, type Node, property } from "../read/documents.ts";

/** Deeper members are left out where they may be. */
const SAMPLE_DEPTH = 5;

const BY_FORMAT: Readonly<Record<string, string>> = {
  "date": "2020-01-02",
  "date-time": "2020-01-02T03:04:05Z",
  "time": "03:04:05Z",
  "duration": "PT1H",
  "email": "user@example.com",
  "hostname": "example.com",
  "ipv4": "192.0.2.1",
  "ipv6": "2001:db8::1",
  "uri": "https://example.com/",
  "url": "https://example.com/",
  "uuid": "123e4567-e89b-42d3-a456-426614174000",
};

/** The example of a media type or parameter; `undefined` when it has none. */
export function exampleOf(node: Node, documents: Documents): unknown {
  const own = property(node.value, "example");
  if (own !== undefined) return own;
  const [first] = children(child(node, "examples"));
  const target = first && documents.follow(first[1]);
  if (target === undefined) return undefined;
  return property(target.value, "dataValue") ?? property(target.value, "value");
}

/** A value that the schema accepts, as far as its keywords are simple. */
export function sample(schema: Node, documents: Documents, depth = 0): unknown {
  const node = documents.follow(schema);
  const value = node?.value;
  if (node === undefined || typeof value !== "object" || value === null) return null;
  const given = property(value, "example") ?? property(property(value, "examples"), "0") ??
    property(value, "const") ?? property(property(value, "enum"), "0") ??
    property(value, "default");
  if (given !== undefined) return given;
  const parts = children(child(node, "allOf"));
  if (parts.length > 0) {
    const samples = [...parts.map(([, part]) => part), {
      ...node,
      value: { ...value, allOf: undefined },
    }]
      .map((part) => sample(part, documents, depth));
    const objects = samples.filter((one) => typeof one === "object" && one !== null);
    return objects.length > 0
      ? Object.assign({}, ...objects)
      : samples.find((one) => one !== null) ?? null;
  }
  for (const name of ["oneOf", "anyOf"]) {
    const [first] = children(child(node, name));
    if (first === undefined) continue;
    const one = sample(first[1], documents, depth);
    const own = property(value, "properties") === undefined
      ? undefined
      : sampleObject(node, documents, depth);
    return own !== undefined && typeof one === "object" ? { ...own, ...one } : one;
  }
  const type = property(value, "type");
  switch (Array.isArray(type) ? type.find((one) => one !== "null") : type ?? guess(value)) {
    case "string":
      return sampleText(value);
    case "integer":
    case "number":
      return sampleNumber(value);
    case "boolean":
      return true;
    case "array":
      return sampleArray(node, documents, depth);
    case "object":
      return sampleObject(node, documents, depth);
    default:
      return null;
  }
}

function guess(value: object): string | undefined {
  if ("properties" in value || "additionalProperties" in value) return "object";
  return "items" in value || "prefixItems" in value ? "array" : undefined;
}

function numberAt(value: unknown, name: string): number | undefined {
  const found = property(value, name);
  return typeof found === "number" ? found : undefined;
}

function sampleText(value: unknown): string {
  const text = BY_FORMAT[String(property(value, "format"))] ?? "text";
  const least = numberAt(value, "minLength") ?? 0;
  return text.padEnd(Math.min(least, 10_000), "x").slice(0, numberAt(value, "maxLength"));
}

function sampleNumber(value: unknown): number {
  const exclusive = property(value, "exclusiveMinimum");
  const least = numberAt(value, "minimum") ??
    (typeof exclusive === "number" ? exclusive : undefined);
  const isOver = exclusive === true || typeof exclusive === "number";
  const most = numberAt(value, "maximum") ?? numberAt(value, "exclusiveMaximum");
  if (least !== undefined) return isOver ? least + 1 : least;
  return most === undefined || most >= 1 ? 1 : most - 1;
}

function sampleArray(node: Node, documents: Documents, depth: number): unknown[] {
  const first = children(child(node, "prefixItems")).map(([, one]) =>
    sample(one, documents, depth + 1)
  );
  const least = numberAt(node.value, "minItems") ?? 0;
  if (first.length > 0 || depth >= SAMPLE_DEPTH && least === 0) return first;
  const item = sample(child(node, "items"), documents, depth + 1);
  return Array.from({ length: Math.max(1, Math.min(least, 100)) }, () => item);
}

function sampleObject(node: Node, documents: Documents, depth: number): Record<string, unknown> {
  const required = property(node.value, "required");
  const isRequired = (name: string) => Array.isArray(required) && required.includes(name);
  const found = children(child(node, "properties")).flatMap(
    ([name, member]): [string, unknown][] => {
      if (property(member.value, "writeOnly") === true) return [];
      // A required member that holds itself ends somewhere all the same.
      if (depth >= SAMPLE_DEPTH * 3 || depth >= SAMPLE_DEPTH && !isRequired(name)) return [];
      return [[name, sample(member, documents, depth + 1)]];
    },
  );
  return Object.fromEntries(found);
}
