/**
 * Names, documentation and marks of schemas.
 *
 * @module
 */

import { comment, pascal } from "./sinks.ts";
import { type Node, property } from "../read/documents.ts";

/** Returns the names of required members. */
export function requiredOf(schema: unknown): string[] {
  const required = property(schema, "required");
  return Array.isArray(required) ? required.filter((name) => typeof name === "string") : [];
}

/** Returns the types that the other keywords of a schema imply. */
export function guessed(schema: unknown): string[] {
  const has = (...names: string[]) => names.some((name) => property(schema, name) !== undefined);
  if (
    has("properties", "additionalProperties", "patternProperties", "propertyNames") ||
    has("unevaluatedProperties")
  ) return ["object"];
  return has("items", "prefixItems") ? ["array"] : [];
}

/** Whether a media type is text. */
function isTextType(essence: string): boolean {
  return /^text\/|[/+](?:json|xml|yaml|ndjson|jsonl)$|^application\/(?:x-www-form-urlencoded|javascript|ecmascript|graphql|sql|x-ndjson|x-yaml|json-seq)$/
    .test(essence);
}

/** Whether a string is bytes, by its format or by the media type of its content. */
export function isBinaryString(schema: unknown): boolean {
  if (property(schema, "format") === "binary" || property(schema, "type") === "file") return true;
  const type = property(schema, "contentMediaType");
  return typeof type === "string" && property(schema, "contentEncoding") === undefined &&
    !isTextType(type.split(";")[0]!.trim().toLowerCase());
}

/** Returns a name for a schema, from the last parts of its pointer that describe it. */
export function nameOf({ document, pointer }: Node): string {
  const parts = pointer.split("/").slice(1).map((part) =>
    part.replaceAll("~1", "/").replaceAll("~0", "~")
  );
  if (parts[0] === "components" && parts.length === 3) return pascal(parts[2]!);
  const said = parts.filter((part) =>
    !/^(?:paths|components|schemas|definitions|\$defs|properties|content|schema|allOf|oneOf|anyOf|\d)$/
      .test(part) &&
    !part.startsWith("application/")
  );
  if (said.length === 0) {
    return pascal(document.uri.split("/").at(-1)!.replace(/\.(?:ya?ml|json)$/, ""));
  }
  return pascal(said.slice(-3).join(" "));
}

/** The keywords that limit a value, for documentation. */
const LIMITS = [
  ...["minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf", "minLength"],
  ...["maxLength", "pattern", "minItems", "maxItems", "uniqueItems", "minProperties"],
  ...["maxProperties"],
];

/** Maximum length of data in a comment; longer data is left out. */
const LONGEST_DATA = 300;

/**
 * Returns the documentation comment of a schema, or of another object with a description.
 *
 * @param schema The schema with limits, default and example, if it is not the node itself.
 */
export function documentation(node: Node, indent = "", schema: unknown = node.value): string {
  const text = (name: string) => {
    const found = property(node.value, name);
    return typeof found === "string" ? found : undefined;
  };
  const title = text("title") ?? text("summary");
  const isDeprecated = property(node.value, "deprecated") === true;
  return comment(
    [title === text("description") ? undefined : title, text("description"), limitsOf(schema)],
    indent,
    [
      ...dataTag("default", property(schema, "default")),
      ...dataTag("example", exampleOf(node.value) ?? exampleOf(schema)),
      ...(isDeprecated ? ["@deprecated"] : []),
    ],
  );
}

function limitsOf(schema: unknown): string | undefined {
  const format = property(schema, "format");
  const limits = LIMITS.flatMap((name) => {
    const value = property(schema, name);
    return value === undefined || value === false || typeof value === "object"
      ? []
      : [value === true ? name : `${name} ${value}`];
  });
  const parts = [
    ...(typeof format === "string" ? [`Format: ${format}.`] : []),
    ...(limits.length > 0 ? [`Limits: ${limits.join(", ")}.`] : []),
  ];
  return parts.length === 0 ? undefined : parts.join(" ");
}

function exampleOf(value: unknown): unknown {
  const examples = property(value, "examples");
  const [first] = typeof examples === "object" && examples !== null ? Object.values(examples) : [];
  const isExampleObject = !Array.isArray(examples);
  return property(value, "example") ??
    (isExampleObject ? property(first, "dataValue") ?? property(first, "value") : first);
}

function dataTag(tag: string, value: unknown): string[] {
  if (value === undefined) return [];
  const text = JSON.stringify(value);
  return text === undefined || text.length > LONGEST_DATA ? [] : [`@${tag} ${text}`];
}
