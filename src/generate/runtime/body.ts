/**
 * Request bodies by media type, with the `encoding` of forms (OpenAPI 3.2, "Encoding Object").
 *
 * @module
 */

import type { BodyOptions } from "../../http/body/body_types.ts";
import { isJSON, parseContentType } from "../../formats/content_type.ts";
import type { MultipartValue } from "../../http/body/form_fields.ts";
import type { FieldEncoding } from "./operation.ts";
import { queryPairs } from "./styles.ts";

type Fields = Readonly<Record<string, FieldEncoding>>;

/** Items that come one after another, and what stands before each. */
const SEQUENCES: ReadonlyMap<string, string> = new Map([
  ["application/jsonl", ""],
  ["application/x-ndjson", ""],
  ["application/json-seq", "\x1e"], // RFC 7464
]);

/**
 * The options for a body of `type`.
 *
 * @throws {TypeError} If the value cannot be written so.
 */
export function encodeBody(
  type: string,
  value: unknown,
  fields: Fields,
): { readonly options: BodyOptions; readonly contentType?: string } {
  const { essence } = parseContentType(type);
  const prefix = SEQUENCES.get(essence);
  if (prefix !== undefined && Array.isArray(value)) {
    const lines = value.map((item) => `${prefix}${JSON.stringify(item)}\n`);
    return { options: { data: lines.join("") }, contentType: type };
  }
  if (isJSON({ essence })) return { options: { json: value }, contentType: type };
  if (essence === "application/x-www-form-urlencoded") {
    return { options: { data: encodeForm(record(type, value), fields) }, contentType: type };
  }
  if (essence.startsWith("multipart/")) {
    return { options: { multipart: encodeParts(record(type, value), fields) } };
  }
  if (isRaw(value)) return { options: { data: value }, contentType: type };
  throw new TypeError(
    `the body is of type ${typeof value}, and must be text, bytes, a Blob or a stream to be sent as ${type}`,
  );
}

type RawData =
  | string
  | Blob
  | Uint8Array
  | ArrayBuffer
  | ReadableStream<Uint8Array>;

function isRaw(value: unknown): value is RawData {
  return typeof value === "string" || value instanceof Blob || value instanceof Uint8Array ||
    value instanceof ArrayBuffer || value instanceof ReadableStream;
}

function record(type: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw new TypeError(`the body must be an object of fields to be sent as ${type}`);
}

function encodeForm(body: Readonly<Record<string, unknown>>, fields: Fields): string {
  return Object.entries(body).flatMap(([name, value]) => {
    const { contentType, ...format } = fieldOf(fields, name);
    const isJSONField = contentType !== undefined && isJSON(parseContentType(contentType));
    // A style counts more than a media type; without either objects are JSON, also those of an array.
    if (format.style === undefined && isJSONField) {
      return queryPairs(name, JSON.stringify(value), {});
    }
    const isObject = typeof value === "object" && !Array.isArray(value) && !(value instanceof Date);
    if (format.style === undefined && isObject && value !== null) {
      return queryPairs(name, JSON.stringify(value), {});
    }
    return queryPairs(name, value, format);
  }).join("&").replaceAll("%20", "+");
}

function encodeParts(
  body: Readonly<Record<string, unknown>>,
  fields: Fields,
): Record<string, MultipartValue | MultipartValue[]> {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => {
      const { contentType } = fieldOf(fields, name);
      const part = (item: unknown) => encodePart(item, contentType);
      return [name, Array.isArray(value) ? value.map(part) : part(value)];
    }),
  );
}

function encodePart(value: unknown, given: string | undefined): MultipartValue {
  const isFile = value instanceof Blob || value instanceof Uint8Array ||
    (typeof value === "object" && value !== null && "stream" in value);
  // A list of types lets the part choose.
  const type = given === undefined || /[,*]/.test(given) ? undefined : given;
  if (isFile) {
    if (type === undefined || "stream" in value && !(value instanceof Blob)) {
      return value as MultipartValue;
    }
    const name = value instanceof File ? value.name : "blob";
    return new File([value as BlobPart], name, { type });
  }
  if (value === undefined || value === null) return undefined;
  if (typeof value === "object") {
    return { text: JSON.stringify(value), type: type ?? "application/json" };
  }
  if (type === undefined) return String(value);
  return { text: isJSON(parseContentType(type)) ? JSON.stringify(value) : String(value), type };
}

function fieldOf(fields: Fields, name: string): FieldEncoding {
  return Object.hasOwn(fields, name) ? fields[name]! : {};
}
