/**
 * The Content-Type field (RFC 9110 8.3), as far as decoding a body needs it.
 *
 * @module
 */

/** What a Content-Type says. */
export interface ContentType {
  /** Type and subtype in lower case, such as `application/json`; empty when there is none. */
  readonly essence: string;
  /** The charset parameter in lower case. */
  readonly charset?: string;
}

/** Reads a Content-Type; a missing or malformed one has an empty essence. */
export function parseContentType(value: string | null): ContentType {
  if (value === null) return { essence: "" };
  const semicolon = value.indexOf(";");
  const essence = (semicolon < 0 ? value : value.slice(0, semicolon)).trim().toLowerCase();
  if (semicolon < 0) return { essence };
  const charset = /;[\t ]*charset=(?:"([^"]*)"|([^";,\s]*))/i.exec(value);
  const label = (charset?.[1] ?? charset?.[2] ?? "").trim().toLowerCase();
  return label === "" ? { essence } : { essence, charset: label };
}

/** `application/json`, `text/json` and every `+json` type (RFC 6839 3.1). */
export function isJSON(contentType: ContentType): boolean {
  const { essence } = contentType;
  return essence === "application/json" || essence === "text/json" || essence.endsWith("+json");
}

/**
 * Bytes as text: by byte order mark, else by the charset of the Content-Type, else UTF-8 (the
 * "decode" of the Encoding Standard, section 6). An unknown charset counts as UTF-8. No byte order
 * mark is left.
 */
export function decodeText(bytes: Uint8Array, contentType: ContentType): string {
  return decoderFor(sniffByteOrderMark(bytes) ?? contentType.charset ?? "utf-8").decode(bytes);
}

function sniffByteOrderMark(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return "utf-8";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  return undefined;
}

const UTF8 = new TextDecoder();

function decoderFor(label: string): TextDecoder {
  if (label === "utf-8" || label === "utf8") return UTF8;
  try {
    return new TextDecoder(label);
  } catch {
    return UTF8; // a label nobody knows: RangeError
  }
}
