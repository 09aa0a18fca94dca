/**
 * Request bodies by media type, with the `encoding` of forms (OpenAPI 3.2, "Encoding Object").
 *
 * @module
 */

import type { BodyOptions } from "../../http/body/body_types.ts";
import { isJSON, parseContentType } from "../../formats/content_type.ts";
import type { MultipartValue } from "../../http/body/form_fields.ts";
import { isBytes, isIn, isRange, isRaw, refuseBytes, writeJSON, writeText } from "./media.ts";
import type { FieldEncoding, Operation } from "./operation.ts";
import { queryPairs } from "./styles.ts";

type Fields = Readonly<Record<string, FieldEncoding>>;

/** A body that is ready to be sent. */
export interface EncodedBody {
  readonly options: BodyOptions;
  /** The Content-Type; that of a multipart body is set later, with its boundary. */
  readonly contentType?: string;
}

/** Media types of item sequences, and the text before each item. */
const SEQUENCES: ReadonlyMap<string, string> = new Map([
  ["application/jsonl", ""],
  ["application/x-ndjson", ""],
  ["application/ndjson", ""],
  ["application/json-seq", "\x1e"], // RFC 7464
]);

/**
 * The options for the body of a call.
 *
 * @param known The media types and ranges that the operation accepts, the preferred first.
 * @param value The body.
 * @param given The media type that the caller named.
 * @throws {TypeError} If the value cannot be written in that media type.
 */
export function encodeBody(
  known: NonNullable<Operation["body"]>,
  value: unknown,
  given?: string,
): EncodedBody {
  const { type, fields } = chooseType(known, value, given);
  const { essence } = parseContentType(type);
  const prefix = SEQUENCES.get(essence);
  if (prefix !== undefined && Array.isArray(value)) {
    const lines = value.map((item) => `${prefix}${writeJSON(item)}\n`);
    return { options: { data: lines.join("") }, contentType: type };
  }
  if (isJSON({ essence })) {
    const hasBigint = refuseBytes(value);
    return { options: hasBigint ? { data: writeJSON(value) } : { json: value }, contentType: type };
  }
  if (value instanceof URLSearchParams) {
    return { options: { data: value.toString() }, contentType: type };
  }
  if (value instanceof FormData) return { options: { multipart: value } };
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

/** Returns the media type of a body: the one that the caller named, or by the type of the value. */
export function chooseType(
  known: NonNullable<Operation["body"]>,
  value: unknown,
  given: string | undefined,
): { readonly type: string; readonly fields: Fields } {
  const types = Object.keys(known);
  if (types.length === 0) throw new TypeError("the operation takes no body");
  if (given !== undefined && !isRange(given)) {
    const { essence } = parseContentType(given);
    const found = Object.hasOwn(known, given)
      ? given
      : types.find((type) =>
        isRange(type) ? isIn(type, essence) : parseContentType(type).essence === essence
      );
    if (found !== undefined) return { type: given, fields: known[found]! };
  } else {
    const range = types.find((type) => isRange(type) && (given === undefined || type === given));
    const first = given ?? types[0]!;
    // If the description has JSON and a range, bytes belong to the range.
    if (range !== undefined && (isBytes(value) || isRange(first))) {
      return { type: typeInRange(range, value), fields: known[range]! };
    }
    if (given === undefined) return { type: first, fields: known[first]! };
  }
  throw new TypeError(
    `the contentType is ${JSON.stringify(given)}, and must be of ${types.join(", ")}`,
  );
}

/** Returns the media type of a value for a range. */
function typeInRange(range: string, value: unknown): string {
  if (value instanceof Blob && value.type !== "") return value.type;
  if (isBytes(value)) return "application/octet-stream";
  if (typeof value !== "string") return "application/json";
  if (isIn(range, "text/plain")) return "text/plain;charset=UTF-8";
  throw new TypeError(`the body is text, and could be any ${range}; give its contentType`);
}

function record(type: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value) && !isBytes(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw new TypeError(`the body must be an object of fields to be sent as ${type}`);
}

/** The fields of a form as the text of `application/x-www-form-urlencoded`. */
export function encodeForm(body: Readonly<Record<string, unknown>>, fields: Fields): string {
  return Object.entries(body).flatMap(([name, value]) => {
    if (value === undefined || value === null) return [];
    const { contentType, ...format } = fieldOf(fields, name);
    // A style wins over a media type; without either objects are JSON, also those in an array.
    if (format.style !== undefined) return queryPairs(name, value, format);
    if (contentType !== undefined && isJSON(parseContentType(contentType))) {
      return queryPairs(name, writeText(contentType, value), {});
    }
    const isObject = typeof value === "object" && !Array.isArray(value) && !(value instanceof Date);
    return queryPairs(name, isObject ? writeJSON(value) : value, format);
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
  // If the types are a list, the part decides.
  const type = given === undefined || /[,*]/.test(given) ? undefined : given;
  if (isFile) {
    if (type === undefined || "stream" in value && !(value instanceof Blob)) {
      return value as MultipartValue;
    }
    const name = value instanceof File ? value.name : "blob";
    return new File([value as BlobPart], name, { type });
  }
  if (value instanceof ArrayBuffer) return encodePart(new Uint8Array(value), given);
  if (value instanceof ReadableStream) {
    return { stream: value, filename: "blob", ...(type !== undefined && { type }) };
  }
  if (value === undefined || value === null) return undefined;
  if (typeof value === "object" && !(value instanceof Date)) {
    const own = type ?? "application/json";
    return { text: writeText(own, value), type: own };
  }
  return type === undefined
    ? writeText("text/plain", value)
    : { text: writeText(type, value), type };
}

function fieldOf(fields: Fields, name: string): FieldEncoding {
  return Object.hasOwn(fields, name) ? fields[name]! : {};
}
