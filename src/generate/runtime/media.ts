/**
 * By media type and value: how a value becomes text or bytes, and how an answer becomes a value. Bodies, parts
 * and fields of forms, and parameters with a media type are written here, and nowhere else.
 *
 * @module
 */

import { isJSON, parseContentType } from "../../formats/content_type.ts";
import type { Response } from "../../http/response/response.ts";
import { parseExact, stringifyExact } from "./exact_numbers.ts";

/** What is sent as it is. */
export type RawData =
  | string
  | Blob
  | Uint8Array
  | ArrayBuffer
  | ReadableStream<Uint8Array>;

/** Whether a value is bytes, or gives bytes. */
export function isBytes(value: unknown): value is Exclude<RawData, string> {
  return value instanceof Blob || ArrayBuffer.isView(value) || value instanceof ArrayBuffer ||
    value instanceof ReadableStream;
}

/** Whether a value can be sent as it is. */
export function isRaw(value: unknown): value is RawData {
  return typeof value === "string" || isBytes(value);
}

/** Whether a media type is a range: of several, the caller or the value says which one. */
export function isRange(type: string): boolean {
  return type.includes("*");
}

/** Whether a media type, without its parameters, is one of a range. */
export function isIn(range: string, essence: string): boolean {
  const wanted = range.split(";")[0]!.trim().toLowerCase();
  return wanted === "*/*" || wanted === "*" ||
    wanted.endsWith("/*") && essence.startsWith(wanted.slice(0, -1));
}

/**
 * Text has no bytes in it (RFC 8259 section 3).
 *
 * @returns Whether there is a bigint in the value.
 * @throws {TypeError} If the value is bytes, or holds some.
 */
export function refuseBytes(value: unknown, path = "", seen: Set<object> = new Set()): boolean {
  if (typeof value !== "object" || value === null || seen.has(value)) {
    return typeof value === "bigint";
  }
  if (isBytes(value)) {
    throw new TypeError(
      `${
        path === "" ? "the value" : path
      } is bytes, and text cannot hold them; encode them, in base64 ` +
        "for example",
    );
  }
  seen.add(value);
  let hasBigint = false;
  for (const [name, member] of Object.entries(value)) {
    if (refuseBytes(member, path === "" ? name : `${path}.${name}`, seen)) hasBigint = true;
  }
  return hasBigint;
}

/**
 * A value as JSON.
 *
 * @throws {TypeError} If JSON cannot say it.
 */
export function writeJSON(value: unknown): string {
  return refuseBytes(value) ? stringifyExact(value) : JSON.stringify(value);
}

/**
 * A value as text of a media type: JSON is JSON, and all else is the text that the caller gives.
 *
 * @throws {TypeError} If it cannot be written so.
 */
export function writeText(type: string, value: unknown): string {
  if (isJSON(parseContentType(isRange(type) ? null : type))) return writeJSON(value);
  refuseBytes(value);
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== "object" || value === null) return String(value);
  if (isRange(type) || parseContentType(type).essence.startsWith("text/")) return writeJSON(value);
  throw new TypeError(`an object cannot be written as ${type}; give its text`);
}

/**
 * The content of an answer as a value, by its media type.
 *
 * @param types What the description has, for answers that do not say what they are.
 * @param exact What integers beyond 2^53 become.
 * @throws {DecodeError} If it is not valid JSON, and says that it is.
 */
export function readContent(
  response: Response,
  types: readonly string[] = [],
  exact?: "bigint" | "string",
): unknown {
  if (response.content.length === 0) return undefined;
  const { essence } = parseContentType(response.headers.get("content-type") ?? types[0] ?? null);
  if (isJSON({ essence })) {
    const value: unknown = response.json(); // says what is wrong with it
    return exact === undefined ? value : parseExact(response.text, exact);
  }
  if (/^text\/|[/+]xml$|^application\/x-www-form-urlencoded$/.test(essence)) return response.text;
  return response.content;
}
