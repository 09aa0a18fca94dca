/**
 * Checks the body of a request: JSON, JSON lines, forms and text.
 *
 * @module
 */

import { isJSON, parseContentType } from "../../formats/content_type.ts";
import { isStream } from "../model/streams.ts";
import { child, children, type Documents, type Node, property } from "../read/documents.ts";
import { isIn } from "../runtime/media.ts";
import type { ParameterStyle } from "../runtime/operation.ts";
import type { SchemaChecks } from "./schema_checks.ts";
import { pairsOf, readPairs } from "./values.ts";

/** The errors, and the status for them. */
export interface Found {
  readonly status: number;
  readonly errors: readonly string[];
}

/** Checks the body of a request by the Request Body Object. */
export async function checkBody(
  body: Node,
  request: Request,
  checks: SchemaChecks,
  documents: Documents,
): Promise<Found> {
  const media = children(child(body, "content"));
  const bytes = new Uint8Array(await request.arrayBuffer()); // servers pass an empty body for no body
  const type = request.headers.get("content-type");
  const { essence } = parseContentType(type);
  if (bytes.length === 0 && type === null) {
    const isRequired = property(body.value, "required") === true;
    return { status: 400, errors: isRequired ? ["the body is missing"] : [] };
  }
  const found = media.find(([one]) => parseContentType(one).essence === essence) ??
    media.find(([one]) => one.includes("*") && isIn(one, essence));
  if (found === undefined) {
    const known = media.map(([one]) => one).join(", ");
    return {
      status: 415,
      errors: [`the body has ${essence || "no media type"}; use ${known}`],
    };
  }
  const one = documents.follow(found[1]) ?? found[1];
  const schema = child(one, "schema");
  if (isJSON({ essence })) return checkJSON(new TextDecoder().decode(bytes), schema, checks);
  if (essence === "application/x-www-form-urlencoded") {
    const pairs = pairsOf(new TextDecoder().decode(bytes), "&");
    return { status: 400, errors: checkForm(pairs, one, checks) };
  }
  if (essence === "multipart/form-data") {
    return { status: 400, errors: await checkMultipart(bytes, type!, one, checks) };
  }
  if (isStream(essence)) {
    const items = child(one, "itemSchema").value === undefined
      ? checks.facts.items(schema)
      : [child(one, "itemSchema")];
    return checkLines(new TextDecoder().decode(bytes), items, checks);
  }
  if (!essence.startsWith("text/")) return { status: 400, errors: [] };
  const value = checks.fit(new TextDecoder().decode(bytes), [schema]);
  return { status: 400, errors: checks.errors(schema, value, "the body") };
}

function checkJSON(text: string, schema: Node, checks: SchemaChecks, what = "the body"): Found {
  try {
    return { status: 400, errors: checks.errors(schema, JSON.parse(text), what) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { status: 400, errors: [`${what} is not valid JSON`] };
  }
}

function checkLines(text: string, schemas: readonly Node[], checks: SchemaChecks): Found {
  const lines = text.replaceAll("\x1e", "\n").split("\n").filter((line) => line.trim() !== "");
  const [schema] = schemas;
  const errors = lines.flatMap((line, index) =>
    schema === undefined
      ? []
      : checkJSON(line, schema, checks, `item ${index + 1} of the body`).errors
  );
  return { status: 400, errors };
}

/** The style of a field, and the schemas of its value. */
interface Field {
  readonly schemas: readonly Node[];
  readonly encoding: Node;
  readonly isList: boolean;
  /** Whether its text is JSON. */
  readonly isJSON: boolean;
}

function fieldOf(media: Node, name: string, { facts }: SchemaChecks): Field {
  const schemas = facts.membersOrOthers(child(media, "schema"), name);
  const encoding = child(child(media, "encoding"), name);
  const types = new Set(schemas.flatMap((one) => [...facts.types(one)]));
  const isKnown = schemas.length > 0 && types.size < 7;
  const contentType = property(encoding.value, "contentType");
  const isStyled = property(encoding.value, "style") !== undefined;
  return {
    schemas,
    encoding,
    isList: isKnown && types.has("array"),
    isJSON: typeof contentType === "string"
      ? isJSON(parseContentType(contentType))
      : isKnown && types.has("object") && !types.has("string") && !isStyled,
  };
}

function checkForm(
  pairs: readonly (readonly [string, string])[],
  media: Node,
  checks: SchemaChecks,
): string[] {
  const schema = child(media, "schema");
  const errors: string[] = [];
  const names = pairs.map(([name]) => decoded(name));
  const values: Record<string, unknown> = {};
  for (const name of new Set([...names, ...checks.facts.memberNames(schema)])) {
    const { schemas, encoding, isList, isJSON } = fieldOf(media, name, checks);
    const style = property(encoding.value, "style") ?? "form";
    const explode = property(encoding.value, "explode");
    const types = new Set(schemas.flatMap((one) => [...checks.facts.types(one)]));
    const kind = isJSON || types.size === 7
      ? "other"
      : isList
      ? "array"
      : types.has("object")
      ? "object"
      : "other";
    const value = readPairs(pairs, {
      name,
      style: style as ParameterStyle,
      explode: typeof explode === "boolean" ? explode : style === "form",
      kind,
      isMember: (member) => schemas.some((one) => checks.facts.memberNames(one).includes(member)),
    });
    if (value !== undefined) values[name] = isJSON ? parsed(value, name, errors) : value;
  }
  if (errors.length > 0) return errors;
  return checks.errors(schema, checks.fit(values, [schema]), "the form");
}

async function checkMultipart(
  bytes: Uint8Array<ArrayBuffer>,
  type: string,
  media: Node,
  checks: SchemaChecks,
): Promise<string[]> {
  const schema = child(media, "schema");
  let form: FormData;
  try {
    form = await new Response(bytes, { headers: { "content-type": type } }).formData();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return ["the body is not a form"];
  }
  const errors: string[] = [];
  const values: Record<string, unknown> = {};
  for (const name of new Set(form.keys())) {
    const { schemas, isList, isJSON: isJSONField } = fieldOf(media, name, checks);
    const isFile = schemas.some((one) => checks.facts.isBinary(one));
    const read = async (part: File | string): Promise<unknown> => {
      if (isFile && typeof part === "string") errors.push(`the field ${name} must be a file`);
      const text = typeof part === "string" ? part : await part.text();
      const isJSONPart = typeof part !== "string" && isJSON(parseContentType(part.type));
      return isJSONField || isJSONPart && !isFile ? parsed(text, name, errors) : text;
    };
    const all = await Promise.all(form.getAll(name).map(read));
    const isWhole = all.length === 1 && Array.isArray(all[0]);
    values[name] = isList && !isWhole ? all : all[0];
  }
  if (errors.length > 0) return errors;
  return checks.errors(schema, checks.fit(values, [schema]), "the form");
}

function parsed(text: unknown, name: string, errors: string[]): unknown {
  try {
    return JSON.parse(String(text));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    errors.push(`the field ${name} is not valid JSON`);
    return undefined;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return text; // a lone percent sign
  }
}
