/**
 * What schemas say of themselves: names, documentation, marks.
 *
 * @module
 */

import { comment, pascal } from "./sinks.ts";
import { type Node, property } from "../read/documents.ts";

/** The names that must be there. */
export function requiredOf(schema: unknown): string[] {
  const required = property(schema, "required");
  return Array.isArray(required) ? required.filter((name) => typeof name === "string") : [];
}

/** Whether a member is not in requests, or not in answers. */
export function isMarkedAs({ value }: Node, mark: "readOnly" | "writeOnly"): boolean {
  return property(value, mark) === true;
}

/** Types by what else a schema says. */
export function guessed(schema: unknown): string[] {
  const has = (...names: string[]) => names.some((name) => property(schema, name) !== undefined);
  if (has("properties", "additionalProperties", "patternProperties", "propertyNames")) {
    return ["object"];
  }
  return has("items", "prefixItems") ? ["array"] : [];
}

/** Whether a string is bytes. */
export function isBinary(schema: unknown): boolean {
  return property(schema, "format") === "binary" ||
    property(schema, "contentMediaType") === "application/octet-stream" &&
      property(schema, "contentEncoding") === undefined;
}

/** A name by where the schema is: the last part of the pointer that says something. */
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
  return pascal(said.slice(-3).join(" ") + (parts.at(-1) === "items" ? "" : ""));
}

/** The documentation of a schema, or of anything with a description. */
export function documentation(node: Node, indent = ""): string {
  const text = (name: string) => {
    const found = property(node.value, name);
    return typeof found === "string" ? found : undefined;
  };
  const title = text("title") ?? text("summary");
  const description = text("description");
  const format = text("format");
  const isDeprecated = property(node.value, "deprecated") === true;
  return comment(
    [
      title === description ? undefined : title,
      description ??
        (title === undefined && format !== undefined ? `Format: ${format}.` : undefined),
    ],
    indent,
    isDeprecated,
  );
}
