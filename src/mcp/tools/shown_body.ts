/**
 * A piece of a body: which bytes, how they are shown, and how to ask for the next. Nothing is kept
 * between calls; a cursor says all that the next one needs.
 *
 * @module
 */

import {
  type ContentType,
  decoderFor,
  isJSON,
  parseContentType,
} from "../../formats/content_type.ts";
import { fromBase64, toBase64 } from "../policy/base64.ts";
import { type JSONSchema, ToolError } from "../policy/tool.ts";

/** How a body is shown. */
export type BodyFormat = "auto" | "text" | "json" | "base64";

/** What a cursor says. */
export interface Cursor {
  /** The byte to go on from, after content decoding. */
  readonly offset: number;
  /** What identifies the version of the body; empty when the server says nothing of it. */
  readonly tag: string;
  /** The strong validator that a range can be asked for with; empty without one. */
  readonly validator: string;
}

/** What a piece shows of a body. */
export interface ShownBody {
  readonly text?: string;
  readonly json?: unknown;
  readonly base64?: string;
  /** How many of the bytes it shows. */
  readonly bytes: number;
}

/** Any JSON value, in a form that hosts understand which know one type for each schema. */
export const ANY_JSON: JSONSchema = {
  anyOf: ["object", "array", "string", "number", "boolean", "null"].map((type) => ({ type })),
};

/** The properties of {@linkcode ShownBody} in an output schema. */
export const BODY_PROPERTIES: Readonly<Record<string, JSONSchema>> = {
  text: { type: "string", description: "The body, or a piece of it, as text" },
  json: { ...ANY_JSON, description: "The whole body, parsed" },
  base64: { type: "string", description: "The body, or a piece of it, where it is no text" },
  bytes: { type: "integer", minimum: 0, description: "How many bytes of the body this shows" },
};

/** A cursor as agents hand it back. It belongs to one URL. */
export function writeCursor({ offset, tag, validator }: Cursor, url: string): string {
  const bytes = new TextEncoder().encode(JSON.stringify([offset, tag, validator, hash(url)]));
  return toBase64(bytes).replace(/\+/g, "-").replace(/\//g, "_")
    .replace(/=+$/, "");
}

/** @throws {ToolError} If it is none of ours, or of another URL. */
export function readCursor(text: string, url: string): Cursor {
  try {
    const bytes = fromBase64(text.replace(/-/g, "+").replace(/_/g, "/"));
    const [offset, tag, validator, of] = JSON.parse(new TextDecoder().decode(bytes));
    if (
      Number.isSafeInteger(offset) && offset > 0 && typeof tag === "string" &&
      typeof validator === "string" && of === hash(url)
    ) return { offset, tag, validator };
  } catch {
    // Neither base64 nor JSON: the same as any other cursor that is none.
  }
  throw new ToolError(
    "Cannot go on from this cursor: it must be the next_cursor of a result for the same URL",
  );
}

/** FNV-1a, to tell a mix-up; not against anybody. */
function hash(text: string): number {
  let sum = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    sum = Math.imul(sum ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return sum;
}

/**
 * Shows a piece of a body.
 *
 * @param bytes The piece.
 * @param part Whether it is all there is, or the end of it.
 * @throws {ToolError} If it is to be JSON, and is not.
 */
export function showBody(
  bytes: Uint8Array,
  type: string | null,
  format: BodyFormat,
  { isWhole, isLast }: { readonly isWhole: boolean; readonly isLast: boolean },
): ShownBody {
  const contentType = parseContentType(type);
  if (format === "json" || (format === "auto" && isWhole && isJSON(contentType))) {
    if (!isWhole) {
      throw new ToolError("Cannot show a piece of JSON; raise max_bytes, or use the format text");
    }
    try {
      return { json: JSON.parse(decode(bytes, contentType)), bytes: bytes.length };
    } catch {
      if (format === "json") {
        throw new ToolError("Cannot show the body as JSON: it is none; use the format text");
      }
    }
  }
  if (format === "base64" || (format === "auto" && !isText(bytes, contentType))) {
    return { base64: toBase64(bytes), bytes: bytes.length };
  }
  const whole = isLast ? bytes : wholeCharacters(bytes, contentType);
  return { text: decode(whole, contentType), bytes: whole.length };
}

const TEXTUAL = /^text\/|[/+](?:json|xml|yaml|x-yaml|javascript|x-www-form-urlencoded|x-ndjson)$/;

function isText(bytes: Uint8Array, contentType: ContentType): boolean {
  const { essence, charset } = contentType;
  if (TEXTUAL.test(essence) || charset !== undefined || isJSON(contentType)) return true;
  if (essence !== "") return false;
  return !bytes.includes(0) && canDecode(wholeCharacters(bytes, contentType), "utf-8");
}

function decode(bytes: Uint8Array, { charset = "utf-8" }: ContentType): string {
  return decoderFor(charset).decode(bytes);
}

/** The bytes without the beginning of a character that they end with; no character has above 4. */
function wholeCharacters(bytes: Uint8Array, { charset = "utf-8" }: ContentType): Uint8Array {
  for (let cut = 0; cut < Math.min(4, bytes.length); cut++) {
    const whole = bytes.subarray(0, bytes.length - cut);
    if (canDecode(whole, charset)) return whole;
  }
  return bytes; // wrong somewhere else
}

function canDecode(bytes: Uint8Array, charset: string): boolean {
  try {
    new TextDecoder(charset, { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false; // or a charset that nobody knows
  }
}
