/**
 * The one answer to whether a body is still encoded (RFC 9110 8.4). The field Content-Encoding stays
 * on a response whose body the runtime decoded, so it does not tell. What does is the runtime, the
 * number of bytes, and how they begin.
 *
 * Native fetch, seen with Deno 2.9, Node 22 and 24, Bun 1.4 and Chromium: each takes off either every
 * coding of a body or none. All take off gzip and br. Deno leaves deflate, zstd, x-gzip and lists of
 * codings alone, Node 22 leaves zstd, Bun leaves lists.
 *
 * @module
 */

import type { NetworkingErrorOptions } from "../../errors.ts";
import { DecodeError } from "../../http_errors.ts";
import { ON_DENO } from "../../runtime/deno.ts";
import { announcedLength } from "./content_length.ts";

/** The compressions of RFC 9110 8.4.1, RFC 7932 and RFC 8878. Any other label is no compression. */
type Coding = "gzip" | "deflate" | "br" | "zstd" | "compress";

/** Their labels, as RFC 9110 8.4.1 has them. */
const CODING = /^(?:(?:x-)?(?:gzip|compress)|deflate|br|zstd)$/;

/** What every runtime takes off by itself, where the field has nothing else. */
const DECODED_EVERYWHERE: ReadonlySet<string> = new Set(["gzip", "br"]);

const LEAVES_LISTS = ON_DENO || "Bun" in globalThis;

/**
 * Responses that native fetch made, by their header fields: whether it decoded what it can. Deno hands
 * every body over as it came if the request says `accept-encoding: identity`, and only then.
 */
export const FETCHED: WeakMap<Headers, boolean> = new WeakMap();

/** Notes that a response came from native fetch, and not from a transport of the caller's. */
export function noteFetched(
  { headers, url }: Pick<globalThis.Response, "headers" | "url">,
  request: { readonly headers?: Readonly<Record<string, string>> } = {},
): void {
  if (url === "" || !headers.has("content-encoding")) return;
  const accepted = request.headers?.["accept-encoding"]?.toLowerCase();
  FETCHED.set(headers, !(ON_DENO && accepted === "identity"));
}

/** The names of codings in a Content-Encoding, those that change nothing left out. */
function codingNames(headers: Headers): string[] {
  const label = headers.get("content-encoding");
  if (label === null) return [];
  const names = label.toLowerCase().split(",").map((name) => name.trim());
  return names.filter((name) => name !== "" && name !== "identity");
}

/**
 * Whether it is known what became of the coding of a body: there is none, or native fetch met one that
 * it knows or leaves alone. Of other transports and other labels only the bytes tell, and not always.
 */
export function isCodingKnown(headers: Headers): boolean {
  const names = codingNames(headers);
  return names.length === 0 ||
    (names.length === 1 && CODING.test(names[0]!) && FETCHED.has(headers));
}

/** Whether the Content-Encoding names a compression, decoded by now or not. */
export function isCompressed(headers: Headers): boolean {
  return codingNames(headers).some((name) => CODING.test(name));
}

/**
 * What the Content-Encoding of a body says, if the bytes are still in it; undefined if they are
 * decoded, and for a label that is no compression.
 *
 * @param headers The header fields of the response.
 * @param bytes The body, or its first bytes: four tell nearly as much as more do.
 * @param isWhole Whether these are all bytes of the body.
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
  // Content-Length counts encoded bytes: with another number of them, they are decoded.
  const length = isWhole ? announcedLength(headers) : undefined;
  if (length !== undefined && length !== bytes.length) return undefined;
  const isEncoded = length !== undefined && isDecoding === undefined ||
    (beginsLike(outermost, bytes) ??
      (isDecoding !== undefined && (!isDecoding || isLeftAlone(outermost, codings))));
  return isEncoded ? names.join(", ") : undefined;
}

/** Whether the bytes begin as the coding does; undefined where that does not tell. */
function beginsLike(coding: Coding, bytes: Uint8Array): boolean | undefined {
  const mark = MARKS[coding];
  if (mark !== undefined) return mark.test(String.fromCharCode(...bytes.subarray(0, 4)));
  const [first = 0, second = 0] = bytes;
  // RFC 1950 2.2; many send RFC 1951 alone, which begins with anything, and RFC 7932 has no mark at all.
  const isMarked = coding === "deflate" && (first & 0x8f) === 0x08 &&
    ((first << 8) + second) % 31 === 0;
  return isText(bytes) === isMarked ? undefined : isMarked;
}

/** How bodies in a coding begin, a character for each byte. */
const MARKS: Readonly<Partial<Record<Coding, RegExp>>> = {
  // deno-lint-ignore no-control-regex -- RFC 1952 2.3.1
  gzip: /^\x1f\x8b/,
  // deno-lint-ignore no-control-regex -- the magic number of compress(1)
  compress: /^\x1f\x9d/,
  // deno-lint-ignore no-control-regex -- RFC 8878 3.1: a frame, or one that is to be skipped
  zstd: /^(?:\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18)/,
};

/** Whether native fetch hands over a body in these codings as it came. */
function isLeftAlone(outermost: Coding, codings: readonly string[]): boolean {
  return codings.length > 1 ? LEAVES_LISTS : ON_DENO && outermost === "deflate";
}

/** Whether bytes are the beginning of a text: UTF-8 without control characters. */
export function isText(bytes: Uint8Array): boolean {
  try {
    const text = new TextDecoder("utf-8", { fatal: true })
      .decode(bytes.subarray(0, 512), { stream: true });
    // deno-lint-ignore no-control-regex -- control characters are what is looked for
    return !/[\x00-\x08\x0b\x0e-\x1f\x7f]/.test(text);
  } catch {
    return false; // no UTF-8, which is what was asked
  }
}

/** The error for reading a body as text that is still in a coding. */
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
