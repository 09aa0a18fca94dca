/**
 * Checks the parameters of a request.
 *
 * @module
 */

import { isJSON, parseContentType } from "../../formats/content_type.ts";
import { child, children, type Documents, type Node, property } from "../read/documents.ts";
import type { Parameter, ParameterStyle } from "../runtime/operation.ts";
import type { SchemaChecks } from "./schema_checks.ts";
import { pairsOf, type ReadFormat, readPairs, readSimple } from "./values.ts";

/** A parameter of an operation. */
export interface FoundParameter {
  readonly name: string;
  readonly place: Parameter["in"];
  readonly node: Node;
}

/** Returns the errors of the value of a parameter. */
export function checkParameter(
  { name, place, node }: FoundParameter,
  inPath: ReadonlyMap<string, string>,
  request: Request,
  checks: SchemaChecks,
  documents: Documents,
  others: ReadonlySet<string>,
): string[] {
  const [content] = children(child(node, "content"));
  const where = `${place} parameter ${name}`;
  const missing = place === "path" || property(node.value, "required") === true
    ? [`the ${where} is missing, or is not written in its style`]
    : [];
  if (content !== undefined) {
    const media = documents.follow(content[1]) ?? content[1];
    const text = readParameter(
      format(node, name, place, "other", () => false),
      place,
      inPath,
      request,
    );
    if (typeof text !== "string") return missing;
    return checkContent(content[0], text, child(media, "schema"), where, checks, place);
  }
  const schema = child(node, "schema");
  const readings = readingsOf({ name, place, node }, inPath, request, checks, others)
    .map((value) => checks.errors(schema, value, `the ${where}`));
  if (readings.length === 0) return missing;
  return readings.find((errors) => errors.length === 0) ?? readings[0]!;
}

/**
 * Returns the values of a parameter in a request. If it may have several types, its text decides.
 *
 * @param others The names of the other parameters of its place, which are no members of an open object.
 */
export function readingsOf(
  { name, place, node }: FoundParameter,
  inPath: ReadonlyMap<string, string>,
  request: Request,
  checks: SchemaChecks,
  others: ReadonlySet<string>,
): unknown[] {
  const schema = child(node, "schema");
  const types = checks.facts.types(schema);
  const kinds = types.size === 7 ? ["other" as const] : [
    ...(types.has("array") ? ["array" as const] : []),
    ...(types.has("object") ? ["object" as const] : []),
    ...(["string", "number", "integer", "boolean"] as const).some((one) => types.has(one))
      ? ["other" as const]
      : [],
  ];
  const isMember = checks.facts.isOpen(schema)
    ? (member: string) => !others.has(member)
    : (member: string) => checks.facts.memberNames(schema).includes(member);
  return kinds.map((kind) =>
    readParameter(format(node, name, place, kind, isMember), place, inPath, request)
  ).filter((value) => value !== undefined).map((value) => checks.fit(value, [schema]));
}

function readParameter(
  format: ReadFormat,
  place: Parameter["in"],
  inPath: ReadonlyMap<string, string>,
  request: Request,
): unknown {
  const { name } = format;
  const { search } = new URL(request.url);
  switch (place) {
    case "path":
      return readSimple(inPath.get(name) ?? "", format);
    case "header": {
      const field = request.headers.get(name);
      return field === null ? undefined : readSimple(
        // A list may have white space after its commas (RFC 9110 5.6.1); text stays unchanged.
        (format.kind === "other" ? field : field.replaceAll(", ", ",")).replaceAll("%", "%25"),
        format,
      );
    }
    case "cookie":
      return readPairs(pairsOf(request.headers.get("cookie") ?? "", /;\s*/), format);
    case "querystring":
      return search === "" ? undefined : search.slice(1);
    default:
      return readPairs(pairsOf(search.slice(1), "&"), format);
  }
}

function checkContent(
  type: string,
  text: string,
  schema: Node,
  where: string,
  checks: SchemaChecks,
  place: Parameter["in"],
): string[] {
  if (!isJSON(parseContentType(type))) {
    if (place === "querystring" || !type.startsWith("text/")) return [];
    return checks.errors(schema, checks.fit(text, [schema]), `the ${where}`);
  }
  try {
    const value: unknown = JSON.parse(place === "querystring" ? decodeURIComponent(text) : text);
    return checks.errors(schema, value, `the ${where}`);
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof URIError)) throw error;
    return [`the ${where} is not valid JSON`];
  }
}

function format(
  node: Node,
  name: string,
  place: Parameter["in"],
  kind: ReadFormat["kind"],
  isMember: ReadFormat["isMember"],
): ReadFormat {
  const byDefault = place === "query" || place === "cookie" ? "form" : "simple";
  const style = (property(node.value, "style") ?? byDefault) as ParameterStyle;
  const explode = property(node.value, "explode");
  return {
    name,
    style,
    explode: typeof explode === "boolean" ? explode : style === "form" || style === "cookie",
    kind,
    isMember,
  };
}
