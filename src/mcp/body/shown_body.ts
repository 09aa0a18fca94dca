/**
 * Shows a slice of a body: as JSON, text or bytes.
 *
 * @module
 */
// deno-lint-ignore-file camelcase -- tools have the names that agents know

import {
  type ContentType,
  decoderFor,
  isJSON,
  parseContentType,
} from "../../formats/content_type.ts";
import { type ExactJSON, readExactJSON } from "../../formats/exact_json.ts";
import { toBase64 } from "../../formats/base64.ts";
import type { JSONSchema } from "../policy/host_rules.ts";
import type { ToolImage } from "../policy/tool.ts";
import { ToolError } from "../policy/tool_error.ts";
import { jsonLength, mostShown } from "./result_budget.ts";

/** The format of a body in a result. */
export type BodyFormat = "auto" | "text" | "json" | "markdown" | "base64" | "image";

/** All formats, for schemas. */
export const BODY_FORMATS: readonly BodyFormat[] = [
  "auto",
  "text",
  "json",
  "markdown",
  "base64",
  "image",
];

/** A slice of a body as shown. */
export interface ShownBody {
  readonly text?: string;
  readonly json?: unknown;
  readonly base64?: string;
  readonly not_shown?: string;
  /** The number of bytes that it shows. */
  readonly bytes: number;
}

/** Any JSON value, in a form for hosts that allow one type per schema. */
export const ANY_JSON: JSONSchema = {
  anyOf: ["object", "array", "string", "number", "boolean", "null"].map((type) => ({ type })),
};

/** The properties of {@linkcode ShownBody} in an output schema. */
export const BODY_PROPERTIES: Readonly<Record<string, JSONSchema>> = {
  text: { type: "string", description: "The body, or a slice of it, as text or markdown" },
  json: { ...ANY_JSON, description: "The whole body, parsed" },
  base64: { type: "string", description: "The body, or a slice of it, as bytes" },
  not_shown: { type: "string", description: "What the body is, and how to get it" },
  bytes: { type: "integer", minimum: 0, description: "How many bytes of the body this shows" },
};

/** A slice of a body. */
export interface BodyPart {
  readonly bytes: Uint8Array;
  /** Its Content-Type. */
  readonly type: string | null;
  /** The length of the whole body, if known. */
  readonly total: number | undefined;
  /** Whether it is the whole body. */
  readonly isWhole: boolean;
  /** Whether it is the end of the body. */
  readonly isLast: boolean;
}

/**
 * Shows a slice of a body.
 *
 * @param maxBytes The most bytes of the result.
 * @param forModel Hides secrets.
 * @throws {ToolError} If the body cannot be shown in the format.
 */
export function showBody(
  part: BodyPart,
  format: BodyFormat,
  maxBytes: number,
  forModel: <Value>(value: Value) => Value,
): ShownBody {
  const { bytes, isWhole, isLast } = part;
  const contentType = parseContentType(part.type);
  if (format === "json" || (format === "auto" && isWhole && isJSON(contentType))) {
    const json = readJSON(part, contentType);
    const value = json?.changed === undefined ? forModel(json?.value) : undefined;
    const isShort = value !== undefined && jsonLength(value) <= mostShown(maxBytes);
    if (isShort) return { json: value, bytes: bytes.length };
    if (format === "json") throw new ToolError(`Cannot show the body as JSON: ${whyNot(json)}`);
  }
  if (format === "base64") return { base64: toBase64(bytes), bytes: bytes.length };
  if (format === "auto" && bytes.length > 0 && !isText(bytes, contentType)) {
    return { not_shown: `${binary(part, contentType)}; ${HOW_TO_GET}`, bytes: 0 };
  }
  return showText(bytes, contentType, isLast, mostShown(maxBytes), forModel);
}

const HOW_TO_GET =
  "use the format base64 for its bytes, image for a picture, or text if it is text";

function readJSON({ bytes, isWhole }: BodyPart, contentType: ContentType): ExactJSON | undefined {
  if (!isWhole) {
    throw new ToolError("Cannot show a slice of JSON; raise max_bytes, or use the format text");
  }
  try {
    return readExactJSON(decode(bytes, contentType));
  } catch {
    return undefined; // not valid JSON
  }
}

function whyNot(json: ExactJSON | undefined): string {
  if (json === undefined) return "it is not valid JSON; use the format text";
  if (json.changed === undefined) return "it is too long; raise max_bytes, or use the format text";
  return `the number ${
    json.changed.slice(0, 40)
  } has too many digits for a JSON number; use the format text`;
}

function binary({ bytes, total, isLast }: BodyPart, { essence }: ContentType): string {
  const size = total ?? (isLast ? bytes.length : undefined);
  const amount = size === undefined ? `more than ${bytes.length}` : `${size}`;
  return `A binary body, ${essence || "of unknown type"}, ${amount} bytes`;
}

/** Returns as many whole characters as fit in JSON. */
function showText(
  bytes: Uint8Array,
  contentType: ContentType,
  isLast: boolean,
  most: number,
  forModel: <Value>(value: Value) => Value,
): ShownBody {
  let whole = isLast ? bytes : wholeCharacters(bytes, contentType);
  let text = forModel(decode(whole, contentType));
  for (let length = jsonLength(text); length > most; length = jsonLength(text)) {
    const rest = Math.floor(whole.length * most / length * 0.98);
    if (rest === 0) break;
    const cut = wholeCharacters(bytes.subarray(0, rest), contentType);
    if (cut.length === whole.length) break;
    whole = cut;
    text = forModel(decode(whole, contentType));
  }
  return { text, bytes: whole.length };
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

/** Removes an incomplete character at the end of the bytes; a character has at most 4 bytes. */
function wholeCharacters(
  bytes: Uint8Array,
  { charset = "utf-8" }: Pick<ContentType, "charset">,
): Uint8Array {
  for (let cut = 0; cut < Math.min(4, bytes.length); cut++) {
    const whole = bytes.subarray(0, bytes.length - cut);
    if (canDecode(whole, charset)) return whole;
  }
  return bytes; // invalid elsewhere
}

function canDecode(bytes: Uint8Array, charset: string): boolean {
  try {
    new TextDecoder(charset, { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false; // or an unknown charset
  }
}

/** The first bytes of the pictures that hosts can show. */
const PICTURES: readonly (readonly [type: string, beginning: RegExp])[] = [
  // deno-lint-ignore no-control-regex -- the magic number of PNG
  ["image/png", /^\x89PNG\r\n\x1a\n/],
  ["image/jpeg", /^\xff\xd8\xff/],
  ["image/gif", /^GIF8[79]a/],
  ["image/webp", /^RIFF[^]{4}WEBP/],
];

/**
 * Shows a whole body as a picture.
 *
 * @throws {ToolError} If it is not a picture, or not whole.
 */
export function showImage(part: BodyPart, maxBytes: number): ToolImage {
  const { bytes, isWhole } = part;
  const contentType = parseContentType(part.type);
  const { essence } = contentType;
  const cannot = (why: string) => new ToolError(`Cannot show the body as an image: ${why}`);
  if (!isWhole) {
    throw cannot(`it is longer than max_bytes, ${maxBytes}${sizeOf(part)}; raise max_bytes`);
  }
  if (bytes.length === 0) throw cannot("it is empty");
  const beginning = String.fromCharCode(...bytes.subarray(0, 16));
  const [found] = PICTURES.find(([, pattern]) => pattern.test(beginning)) ?? [];
  // Text with the label of a picture is still text: a model cannot look at it.
  const isOther = /^image\/(?!svg)/.test(essence) && !looksLikeText(bytes);
  if (found === undefined && !isOther) {
    throw cannot(
      `it is ${essence || "of unknown type"}, ${bytes.length} bytes; use the format auto`,
    );
  }
  return { data: toBase64(bytes), mimeType: found ?? essence };
}

function sizeOf({ total }: BodyPart): string {
  return total === undefined ? "" : ` (it has ${total} bytes)`;
}

function looksLikeText(bytes: Uint8Array): boolean {
  return isText(bytes.subarray(0, 512), { essence: "" });
}
