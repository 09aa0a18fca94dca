/**
 * The bodies of requests and responses, by media type.
 *
 * @module
 */

import { isJSON, parseContentType } from "../../formats/content_type.ts";
import { child, children, type Node, property } from "../read/documents.ts";
import type { FieldEncoding, HeaderKind } from "../runtime/operation.ts";
import { account } from "./account.ts";
import type { FoundOperation, OperationContext } from "./context.ts";
import type { Facts } from "./facts.ts";
import type { BodyModel, ReadResponse } from "./model.ts";
import { fieldEncoding } from "./parameters.ts";
import { documentation } from "./schemas.ts";
import { key } from "./sinks.ts";
import { isStream } from "./streams.ts";
import { arrayOf, union } from "./type.ts";
import type { Types } from "./types.ts";
import type { Direction } from "./uses.ts";

const RAW = "Blob | Uint8Array | ReadableStream<Uint8Array>";
const BYTES = "Uint8Array<ArrayBuffer>";

/** The request bodies of an operation. */
export interface ReadBody {
  readonly media: readonly BodyModel[];
  /** The encoding of the fields of forms, by media type. */
  readonly encodings: Readonly<Record<string, Readonly<Record<string, FieldEncoding>>>>;
  readonly isRequired: boolean;
  readonly doc: string;
}

/** Sorts media types: JSON first, ranges last, the others in the order of the description. */
function byPreference(media: readonly [string, Node][]): [string, Node][] {
  const rank = ([type]: [string, Node]) => isJSONType(type) ? 0 : type.includes("*") ? 2 : 1;
  return media.toSorted((one, other) => rank(one) - rank(other));
}

function isJSONType(type: string): boolean {
  return isJSON(parseContentType(type));
}

/** Returns the media types of `content`, the preferred first. */
function mediaOf(owner: Node, { documents, problems }: OperationContext): [string, Node][] {
  const all = children(child(owner, "content")).map((
    [type, entry],
  ): [string, Node] => [type, documents.follow(entry) ?? entry]);
  for (const [, media] of all) account("media type", media, problems);
  return byPreference(all);
}

/** Reads the request bodies of an operation; `undefined` if it has none. */
export function readBody(
  { method, node }: FoundOperation,
  context: OperationContext,
): ReadBody | undefined {
  const { documents, types, problems } = context;
  const given = child(node, "requestBody");
  if (given.value === undefined) return undefined;
  if (method === "GET" || method === "HEAD") {
    // RFC 9110 9.3.1, 9.3.2: such content has no meaning, and fetch rejects it.
    problems.warn("unsupported", given, `A ${method} cannot be sent with a body; it is left out`);
    return undefined;
  }
  const target = documents.follow(given);
  if (target === undefined) {
    problems.warn("broken_reference", given, "The request body cannot be resolved; it is left out");
    return undefined;
  }
  account("request body", target, problems);
  const encodings: Record<string, Record<string, FieldEncoding>> = {};
  const media = mediaOf(target, context).map(([contentType, one]): BodyModel => {
    encodings[contentType] = Object.fromEntries(
      children(child(one, "encoding")).map((
        [name, encoding],
      ) => [name, fieldEncoding(encoding, problems)]),
    );
    if (isXML(contentType)) warnOfXML(one, context);
    const schema = child(one, "schema");
    const type = bodyType(contentType, one, "input", types);
    return { contentType, type, isRaw: type === RAW, schema };
  });
  if (media.length === 0) return undefined;
  return {
    media,
    encodings,
    isRequired: property(target.value, "required") === true,
    doc: documentation(target),
  };
}

function isXML(type: string): boolean {
  return /[/+]xml$/.test(parseContentType(type).essence);
}

function warnOfXML(media: Node, { types, problems }: OperationContext): void {
  const schema = child(media, "schema");
  if (schema.value === undefined || !types.facts.types(schema).has("object")) return;
  problems.warn("unsupported", media, "XML is text: objects are not converted to or from it");
}

/** Returns the TypeScript type of a body with a media type. */
function bodyType(type: string, media: Node, direction: Direction, types: Types): string {
  const schema = child(media, "schema");
  const { essence } = parseContentType(type.includes("*") ? null : type);
  const of = (node: Node) => types.of(node, direction).text;
  if (type.includes("*")) {
    if (!isBytes(schema, types.facts)) return of(schema);
    return direction === "output" ? BYTES : RAW;
  }
  if (isJSON({ essence })) return of(schema);
  if (direction === "input") {
    if (isStream(type) && essence !== "text/event-stream") {
      const item = child(media, "itemSchema");
      return item.value === undefined ? of(schema) : arrayOf(types.of(item, direction)).text;
    }
    if (essence === "application/x-www-form-urlencoded") return of(schema);
    if (essence.startsWith("multipart/")) return types.of(schema, direction, "", "form").text;
  }
  if (/^text\/|[/+]xml$|urlencoded$/.test(essence) || isStream(type)) return "string";
  return direction === "output" ? BYTES : RAW;
}

function isBytes(schema: Node, facts: Facts): boolean {
  return schema.value !== undefined && facts.isBinary(schema) && !facts.types(schema).has("array");
}

/** Reads the responses of an operation. */
export function readResponses(
  { node }: FoundOperation,
  context: OperationContext,
): ReadResponse[] {
  const { documents, types, problems } = context;
  return children(child(node, "responses")).flatMap(([given, entry]): ReadResponse[] => {
    if (given.startsWith("x-")) return [];
    const name = given.toUpperCase() === "DEFAULT" ? "default" : given.toUpperCase();
    if (!/^(?:default|[2-5](?:\d\d|XX))$/.test(name)) {
      const isEarly = /^1(?:\d\d|XX)$/.test(name);
      problems.warn(
        isEarly ? "unsupported" : "invalid",
        entry,
        isEarly
          ? `fetch does not report interim responses; ${given} is left out`
          : `${given} is not a status; it is left out`,
      );
      return [];
    }
    const target = documents.follow(entry);
    if (target === undefined) {
      problems.warn(
        "broken_reference",
        entry,
        "The response cannot be resolved; its body is unknown",
      );
      return [
        { key: name, node: entry, media: [], type: "unknown", headers: {}, headersType: "" },
      ];
    }
    account("response", target, problems);
    const all = mediaOf(target, context);
    // If a response has several media types and one is JSON, only JSON is requested.
    const json = all.filter(([type]) => isJSONType(type) || isStream(type));
    const media = json.some(([type]) => !isStream(type)) ? json : all;
    const plain = media.filter(([type]) => !isStream(type));
    for (const [type, one] of plain) if (isXML(type)) warnOfXML(one, context);
    const bodies = plain.map(([type, one]) => ({
      text: bodyType(type, one, "output", types),
      shape: "union" as const,
    }));
    const type = bodies.length === 0 ? "undefined" : union(bodies).text;
    return [{ key: name, node: target, media, type, ...readHeaders(target, context) }];
  });
}

/** Reads the header fields of a response, with the types that their values are converted to. */
function readHeaders(
  response: Node,
  { documents, types }: OperationContext,
): Pick<ReadResponse, "headers" | "headersType"> {
  const headers: Record<string, HeaderKind> = {};
  const members: string[] = [];
  for (const [name, entry] of children(child(response, "headers"))) {
    const header = documents.follow(entry);
    if (header === undefined || name.toLowerCase() === "content-type") continue;
    const found = types.facts.types(child(header, "schema"));
    const kind: HeaderKind = found.size === 7 || found.has("string")
      ? "string"
      : found.has("array")
      ? "list"
      : found.has("number") || found.has("integer")
      ? "number"
      : found.has("boolean")
      ? "boolean"
      : "string";
    headers[name.toLowerCase()] = kind;
    const type = kind === "list" ? "readonly string[]" : kind;
    members.push(`readonly ${key(name.toLowerCase())}?: ${type}`);
  }
  return { headers, headersType: members.length === 0 ? "" : `{ ${members.join("; ")} }` };
}
