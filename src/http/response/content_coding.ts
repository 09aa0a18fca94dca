/**
 * Decides whether a body is still encoded (RFC 9110 8.4). Content-Encoding alone does not show it, since a
 * runtime keeps the field after decoding. The runtime, the number of bytes and the first bytes do.
 *
 * Native fetch in Deno 2.9, Node 22 and 24, Bun 1.4 and Chromium decodes either every coding of a body or
 * none. All decode gzip and br. Deno does not decode deflate, zstd, x-gzip and lists of codings; Node 22
 * does not decode zstd, Bun does not decode lists.
 *
 * @module
 */

import type { NetworkingErrorOptions } from "../../errors.ts";
import { DecodeError } from "../../http_errors.ts";
import { ON_DENO } from "../../runtime/deno.ts";
import { announcedLength } from "./content_length.ts";

/** The compressions of RFC 9110 8.4.1, RFC 7932 and RFC 8878. Any other label is no compression. */
type Coding = "gzip" | "deflate" | "br" | "zstd" | "compress";

/** Matches their labels (RFC 9110 8.4.1). */
const CODING = /^(?:(?:x-)?(?:gzip|compress)|deflate|br|zstd)$/;

/** The codings that every runtime decodes, if the field has only one. */
const DECODED_EVERYWHERE: ReadonlySet<string> = new Set(["gzip", "br"]);

const LEAVES_LISTS = ON_DENO || "Bun" in globalThis;

/**
 * For the header fields of each native fetch response: whether fetch decodes its body. Deno does not decode
 * any body if the request has `accept-encoding: identity`.
 */
export const FETCHED: WeakMap<Headers, boolean> = new WeakMap();

/** Records that a response came from native fetch, not from a custom transport. */
export function noteFetched(
  { headers, url }: Pick<globalThis.Response, "headers" | "url">,
  request: { readonly headers?: Readonly<Record<string, string>> } = {},
): void {
  if (url === "" || !headers.has("content-encoding")) return;
  const accepted = request.headers?.["accept-encoding"]?.toLowerCase();
  FETCHED.set(headers, !(ON_DENO && accepted === "identity"));
}

/** Returns the names of codings in a Content-Encoding, without those that change nothing. */
function codingNames(headers: Headers): string[] {
  const label = headers.get("content-encoding");
  if (label === null) return [];
  const names = label.toLowerCase().split(",").map((name) => name.trim());
  return names.filter((name) => name !== "" && name !== "identity");
}

/**
 * Whether it is certain if a body was decoded: it has no coding, or native fetch received a single known
 * one. For other transports and labels only the bytes show it, and not always.
 */
export function isCodingKnown(headers: Headers): boolean {
  const names = codingNames(headers);
  return names.length === 0 ||
    (names.length === 1 && CODING.test(names[0]!) && FETCHED.has(headers));
}

/** Whether the Content-Encoding names a compression, decoded or not. */
export function isCompressed(headers: Headers): boolean {
  return codingNames(headers).some((name) => CODING.test(name));
}

/**
 * Returns the Content-Encoding of a body if the bytes are still encoded; undefined if they are decoded, or
 * if the label is no compression.
 *
 * @param headers The header fields of the response.
 * @param bytes The body, or its first bytes; four are nearly always enough.
 * @param isWhole Whether `bytes` is the whole body.
 */
export function remainingCoding(
  headers: Headers,
  bytes: Uint8Array,
  isWhole: boolean,
): string | undefined {
  const names = codingNames(headers);
  const codings = names.filter((name) => CODING.test(name));
  const outermost = codings.at(-1)?.replace("x-", "") as Coding | undefined;
  if (outermost === undefined || bytes.length === 0) return undefined;
  const isDecoding = FETCHED.get(headers);
  const label = headers.get("content-encoding")!.trim().toLowerCase();
  if (isDecoding === true && DECODED_EVERYWHERE.has(label)) return undefined;
  // Content-Length counts encoded bytes: if the number differs, the bytes are decoded.
  const length = isWhole ? announcedLength(headers) : undefined;
  if (length !== undefined && length !== bytes.length) return undefined;
  const isEncoded = length !== undefined && isDecoding === undefined ||
    (beginsLike(outermost, bytes) ??
      (isDecoding !== undefined && (!isDecoding || isLeftAlone(outermost, codings))));
  return isEncoded ? names.join(", ") : undefined;
}

/** Whether the bytes begin like a body in the coding; undefined if that cannot be decided. */
function beginsLike(coding: Coding, bytes: Uint8Array): boolean | undefined {
  const mark = MARKS[coding];
  if (mark !== undefined) return mark.test(String.fromCharCode(...bytes.subarray(0, 4)));
  const [first = 0, second = 0] = bytes;
  // RFC 1950 2.2; many send raw RFC 1951, which may begin with any byte, and RFC 7932 has no magic number.
  const isMarked = coding === "deflate" && (first & 0x8f) === 0x08 &&
    ((first << 8) + second) % 31 === 0;
  return isText(bytes) === isMarked ? undefined : isMarked;
}

/** Match the first bytes of bodies in a coding, one character for each byte. */
const MARKS: Readonly<Partial<Record<Coding, RegExp>>> = {
  // deno-lint-ignore no-control-regex -- the magic number of gzip, RFC 1952 2.3.1
  gzip: /^\x1f\x8b/,
  // deno-lint-ignore no-control-regex -- the magic number of compress(1)
  compress: /^\x1f\x9d/,
  // deno-lint-ignore no-control-regex -- RFC 8878 3.1: a frame, or a skippable one
  zstd: /^(?:\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18)/,
};

/** Whether native fetch does not decode a body in these codings. */
function isLeftAlone(outermost: Coding, codings: readonly string[]): boolean {
  return codings.length > 1 ? LEAVES_LISTS : ON_DENO && outermost === "deflate";
}

/** Whether bytes are the beginning of a text: UTF-8 without control characters. */
export function isText(bytes: Uint8Array): boolean {
  try {
    const text = new TextDecoder("utf-8", { fatal: true })
      .decode(bytes.subarray(0, 512), { stream: true });
    // deno-lint-ignore no-control-regex -- it finds control characters
    return !/[\x00-\x08\x0b\x0e-\x1f\x7f]/.test(text);
  } catch {
    return false; // no UTF-8
  }
}

/** Creates the error for reading an encoded body as text. */
export function stillEncoded(
  coding: string,
  what: string,
  name: string,
  facts: NetworkingErrorOptions,
): DecodeError {
  return new DecodeError(
    `Cannot read ${what} of ${name}: the body is still encoded (Content-Encoding: ` +
      `${coding.slice(0, 100)}), and this runtime does not decode it; send the header ` +
      "accept-encoding: identity, or decode the bytes",
    { ...facts, snippet: "" },
  );
}
