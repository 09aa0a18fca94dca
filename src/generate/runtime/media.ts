/**
 * Converts values to text or bytes by media type, and responses to values. Bodies, parts and fields of forms,
 * and parameters with a media type are all written here.
 *
 * @module
 */

import { isJSON, parseContentType } from "../../formats/content_type.ts";
import type { Response } from "../../http/response/response.ts";
import { parseExact, stringifyExact } from "./exact_numbers.ts";

/** A value that is sent unchanged. */
export type RawData =
  | string
  | Blob
  | Uint8Array
  | ArrayBuffer
  | ReadableStream<Uint8Array>;

/** Whether a value is bytes or a source of bytes. */
export function isBytes(value: unknown): value is Exclude<RawData, string> {
  return value instanceof Blob || ArrayBuffer.isView(value) || value instanceof ArrayBuffer ||
    value instanceof ReadableStream;
}

/** Whether a value is sent unchanged. */
export function isRaw(value: unknown): value is RawData {
  return typeof value === "string" || isBytes(value);
}

/** Whether a media type is a range; the caller or the value then decides the type. */
export function isRange(type: string): boolean {
  return type.includes("*");
}

/** Whether a range includes a media type without its parameters. */
export function isIn(range: string, essence: string): boolean {
  const wanted = range.split(";")[0]!.trim().toLowerCase();
  return wanted === "*/*" || wanted === "*" ||
    wanted.endsWith("/*") && essence.startsWith(wanted.slice(0, -1));
}

/**
 * Refuses bytes, which JSON cannot represent (RFC 8259 section 3).
 *
 * @returns Whether the value contains a bigint.
 * @throws {TypeError} If the value is or contains bytes.
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
 * Returns a value as JSON.
 *
 * @throws {TypeError} If JSON cannot represent it.
 */
export function writeJSON(value: unknown): string {
  return refuseBytes(value) ? stringifyExact(value) : JSON.stringify(value);
}

/**
 * Returns a value as text of a media type. For types other than JSON the value must be text.
 *
 * @throws {TypeError} If it cannot be written in that media type.
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
 * Decodes the content of a response by its media type.
 *
 * @param types The described media types, for responses without a Content-Type.
 * @param exact The type of integers above 2^53.
 * @throws {DecodeError} If its media type is JSON and it is not valid JSON.
 */
export function readContent(
  response: Response,
  types: readonly string[] = [],
  exact?: "bigint" | "string",
): unknown {
  if (response.content.length === 0) return undefined;
  const { essence } = parseContentType(response.headers.get("content-type") ?? types[0] ?? null);
  if (isJSON({ essence })) {
    const value: unknown = response.json(); // throws an error that explains the fault
    return exact === undefined ? value : parseExact(response.text, exact);
  }
  if (/^text\/|[/+]xml$|^application\/x-www-form-urlencoded$/.test(essence)) return response.text;
  return response.content;
}
