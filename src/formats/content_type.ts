/**
 * Parses Content-Type (RFC 9110 8.3), and decodes bodies to text.
 *
 * @module
 */

import { TOKEN } from "./tokens.ts";

/** A parsed Content-Type. */
export interface ContentType {
  /** Type and subtype in lower case, such as `application/json`; empty if missing or malformed. */
  readonly essence: string;
  /** The charset parameter in lower case. */
  readonly charset?: string;
}

const PLAIN_JSON: ContentType = { essence: "application/json" };

const ESSENCE = new RegExp(`^[\\t\\n\\r ]*(${TOKEN}/${TOKEN})[\\t\\n\\r ]*(?:;|$)`);
/** A name; then a quoted value, which may lack its closing quote, and what follows it; or a bare one. */
const PARAMETER =
  /[\t\n\r ]*([^;=]*)(?:=(?:"([^"\\]*(?:\\[^][^"\\]*)*\\?)"?[^;]*|([^;]*)))?(?:;|$)/y;
/** A bare value without trailing white space; no match if there is only white space. */
const TO_LAST_CHARACTER = /^.*[^\t\n\r ]/s;
const FORBIDDEN_IN_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/**
 * Parses the Content-Type fields of a response; the last valid one counts (Fetch Standard, "extract a MIME
 * type").
 */
export function parseContentType(value: string | null): ContentType {
  if (value === null || !value.includes(",")) return parseOne(value);
  let found: ContentType = { essence: "" };
  for (const field of value.match(FIELD) ?? []) {
    const next = parseOne(field);
    if (next.essence === "" || next.essence === "*/*") continue;
    // A repeated type keeps the earlier charset.
    const keeps = next.charset === undefined && next.essence === found.essence;
    found = keeps ? found : next;
  }
  return found;
}

/** Matches one of several fields joined with commas; a quoted comma does not end it. */
const FIELD = /(?:[^",]|"(?:[^"\\]|\\[^])*"?)+/g;

/**
 * Reads a Content-Type ("parse a MIME type" of the MIME Sniffing Standard, section 4.4); a missing
 * or malformed one has an empty essence and no charset.
 */
function parseOne(value: string | null): ContentType {
  if (value === "application/json") return PLAIN_JSON; // the most common value
  const match = value === null ? null : ESSENCE.exec(value);
  if (match === null) return { essence: "" };
  const essence = match[1]!.toLowerCase();
  PARAMETER.lastIndex = match[0].length;
  while (PARAMETER.lastIndex < match.input.length) {
    const [, name = "", quoted, bare = ""] = PARAMETER.exec(match.input)!;
    if (name.toLowerCase() !== "charset") continue;
    const charset = quoted?.replace(/\\([^])/g, "$1") ?? TO_LAST_CHARACTER.exec(bare)?.[0];
    if (charset === undefined || FORBIDDEN_IN_VALUE.test(charset)) continue;
    const label = charset.trim().toLowerCase();
    return label === "" ? { essence } : { essence, charset: label }; // the first one counts
  }
  return { essence };
}

/** Whether the type is `application/json`, `text/json` or a `+json` type (RFC 6839 3.1). */
export function isJSON(contentType: ContentType): boolean {
  const { essence } = contentType;
  return essence === "application/json" || essence === "text/json" || essence.endsWith("+json");
}

/**
 * Decodes bytes to text. The byte order mark sets the encoding, otherwise the charset of the Content-Type,
 * otherwise UTF-8 (Encoding Standard, section 6, "decode"). An unknown charset counts as UTF-8. The text
 * has no byte order mark.
 */
export function decodeText(bytes: Uint8Array, contentType: ContentType): string {
  const label = sniffByteOrderMark(bytes) ?? contentType.charset ?? "utf-8";
  return (label === "utf-8" ? UTF8 : decoderFor(label)).decode(bytes);
}

function sniffByteOrderMark([first, second, third]: Uint8Array): string | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return "utf-8";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  return first === 0xff && second === 0xfe ? "utf-16le" : undefined;
}

const UTF8 = new TextDecoder();

/** Creates a decoder for a charset; an unknown charset counts as UTF-8. */
export function decoderFor(label: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(label);
  } catch {
    return new TextDecoder(); // RangeError: an unknown label
  }
}
