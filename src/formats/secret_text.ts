/**
 * Finds secrets in what a server sends back, in all usual spellings: as they are, with the escapes of
 * JSON, URLs, forms and HTML, and in base64 (RFC 4648 4 and 5), alone or within something longer.
 * Text is shortened after that, never before. What a server reverses, hashes or encrypts is not seen.
 *
 * @module
 */

import { REDACTED } from "../redact.ts";
import { isAmbiguous, LONGEST_SPELLING, type Reading, readingsAt } from "./spellings.ts";

/** The beginning of a secret that is cut counts from this length on, in bytes. */
const SHORTEST_BEGINNING = 8;

/** Shorter secrets, in bytes, are not looked for: they would hide half of every text. */
const SHORTEST_SECRET = 4;

const [ASTERISK, PLUS, SLASH] = [0x2a, 0x2b, 0x2f];

/** Bytes that are looked for. */
interface Pattern {
  /** The secret that they stand for. */
  readonly secret: string;
  readonly bytes: Uint8Array;
  /** Base64 may have the alphabet of URLs, and line breaks. */
  readonly isBase64: boolean;
}

/** A part of a text, in bytes, and the secret that begins it. */
type Span = [start: number, end: number, secret: string];

/**
 * `text` with each secret in it replaced, however it is spelled.
 *
 * @param text What is shown.
 * @param secrets What must not be seen in it; those of less than 4 bytes are passed over.
 * @param mark What stands in their place.
 */
export function hideSecrets(
  text: string,
  secrets: Iterable<string>,
  mark: string = REDACTED,
): string {
  return new SecretFinder(secrets).hide(text, mark);
}

/** Finds these secrets. */
export class SecretFinder {
  readonly #byFirst: (Pattern[] | undefined)[] = [];
  #longest = 0;

  /** @param secrets What is looked for; secrets of less than 4 bytes are passed over. */
  constructor(secrets: Iterable<string>) {
    for (const secret of new Set(secrets)) this.add(secret);
  }

  /** The length of the longest spelling of a secret, in bytes. */
  get longestSpelling(): number {
    return this.#longest * LONGEST_SPELLING;
  }

  /** Looks for another secret, which it does not look for yet. */
  add(secret: string): void {
    const bytes = ENCODER.encode(secret);
    if (bytes.length < SHORTEST_SECRET) return;
    this.#longest = Math.max(this.#longest, bytes.length);
    this.#add({ secret, bytes, isBase64: false });
    for (const core of base64Cores(bytes)) this.#add({ secret, bytes: core, isBase64: true });
  }

  #add(pattern: Pattern): void {
    const first = pattern.bytes[0]!;
    const firsts = pattern.isBase64 ? [first, unfold(first)] : [first];
    for (const byte of new Set(firsts)) (this.#byFirst[byte] ??= []).push(pattern);
  }

  /**
   * `text` with `mark` in the place of each secret, or what it gives for that secret.
   *
   * @param isCut Whether parts of the text were shortened before: then the beginnings of secrets, from
   * eight bytes on, are replaced as well.
   */
  hide(
    text: string,
    mark: string | ((secret: string) => string) = REDACTED,
    isCut = false,
  ): string {
    if (this.longestSpelling === 0) return text;
    const bytes = ENCODER.encode(text);
    const { found } = this.#find(bytes, isCut ? SHORTEST_BEGINNING : Infinity);
    if (found.length === 0) return text;
    let [shown, from] = ["", 0];
    for (const [start, end, secret] of found) {
      const instead = typeof mark === "string" ? mark : mark(secret);
      shown += DECODER.decode(bytes.subarray(from, start)) + instead;
      from = end;
    }
    return shown + DECODER.decode(bytes.subarray(from));
  }

  /**
   * Writes asterisks over each secret in `bytes`, so that places stay what they are.
   *
   * @returns Where a secret begins that the end of `bytes` cuts off; their length when there is none.
   */
  mask(bytes: Uint8Array): number {
    if (this.longestSpelling === 0) return bytes.length;
    const { found, cutFrom } = this.#find(bytes);
    for (const [start, end] of found) bytes.fill(ASTERISK, start, end);
    return cutFrom;
  }

  /** Where secrets are, in order and apart from each other. */
  #find(
    text: Uint8Array,
    beginning = Infinity,
  ): { readonly found: readonly Span[]; readonly cutFrom: number } {
    const found: Span[] = [];
    const read = remembered(text);
    let cutFrom = text.length;
    for (let at = 0; at < text.length; at++) {
      let [end, secret] = [0, ""];
      const cut = () => cutFrom = Math.min(cutFrom, at);
      for (const pattern of this.#beginningAt(text, at, read)) {
        const matched = matchEnd(pattern, text, at, read, cut, beginning);
        if (matched > end) [end, secret] = [matched, pattern.secret];
      }
      if (end === 0) continue;
      const last = found.at(-1);
      if (last !== undefined && at <= last[1]) last[1] = Math.max(last[1], end);
      else found.push([at, end, secret]);
    }
    return { found, cutFrom };
  }

  /** What may begin here. */
  #beginningAt(text: Uint8Array, at: number, read: Read): readonly Pattern[] {
    const byte = text[at]!;
    if (!isAmbiguous(byte)) return this.#byFirst[byte] ?? NONE;
    const firsts = new Set(read(at).map(([bytes]) => bytes[0]!));
    return [...firsts].flatMap((first) => this.#byFirst[first] ?? NONE);
  }
}

const NONE: readonly Pattern[] = [];

type Read = (at: number) => readonly Reading[];

/** The readings of a text; those of the last places are kept, since several secrets ask for them. */
function remembered(text: Uint8Array): Read {
  const kept: (readonly Reading[])[] = [];
  const places: number[] = [];
  return (at) => {
    const slot = at & 1023;
    if (places[slot] !== at) [places[slot], kept[slot]] = [at, readingsAt(text, at)];
    return kept[slot]!;
  };
}

/**
 * Where a pattern that begins at `start` ends, in its longest spelling; 0 when it is not there. Its
 * first `beginning` bytes count too.
 */
function matchEnd(
  { bytes, isBase64 }: Pattern,
  text: Uint8Array,
  start: number,
  read: Read,
  cut: () => void,
  beginning: number,
): number {
  const isNext = (byte: number, index: number) => (isBase64 ? fold(byte) : byte) === bytes[index];
  const isSkipped = (byte: number, index: number) => isBase64 && index > 0 && isLineBreak(byte);
  const open: [index: number, at: number][] = [[0, start]];
  let seen: Set<number> | undefined; // so that each place is looked at once
  let last = 0;
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    let [index, at] = place;
    while (index < bytes.length && at < text.length && !isAmbiguous(text[at]!)) {
      if (isNext(text[at]!, index)) index++;
      else if (!isSkipped(text[at]!, index)) break;
      at++;
    }
    if (index === bytes.length) {
      last = Math.max(last, at);
      continue;
    }
    if (index >= beginning) last = Math.max(last, at);
    const isCut = at + (isAmbiguous(text[at] ?? 0) ? LONGEST_SPELLING : 0) >= text.length;
    if (isCut && index >= SHORTEST_SECRET) cut();
    if (at >= text.length || !isAmbiguous(text[at]!)) continue;
    const key = index * 2 ** 32 + at;
    if (seen?.has(key)) continue;
    (seen ??= new Set()).add(key);
    for (const [bytesRead, end] of read(at)) {
      let next = index;
      while (next - index < bytesRead.length && isNext(bytesRead[next - index]!, next)) next++;
      if (next - index === bytesRead.length) open.push([next, end]);
      else if (isSkipped(bytesRead[0]!, index)) open.push([index, end]);
    }
  }
  return last;
}

function isLineBreak(byte: number): boolean {
  return byte === 0x0a || byte === 0x0d;
}

/** The alphabet of RFC 4648 5 in that of section 4. */
function fold(byte: number): number {
  return byte === 0x2d ? PLUS : byte === 0x5f ? SLASH : byte;
}

/** The same character in the alphabet of RFC 4648 5. */
function unfold(byte: number): number {
  return byte === PLUS ? 0x2d : byte === SLASH ? 0x5f : byte;
}

/**
 * What base64 has of these bytes whatever stands before and behind them, for each of the three places
 * in a group of three at which they can begin.
 */
function base64Cores(bytes: Uint8Array): Uint8Array[] {
  return [0, 1, 2].map((before) => {
    const binary = "\0".repeat(before) +
      Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
    const [first, last] = [Math.ceil(before * 8 / 6), Math.floor(binary.length * 8 / 6)];
    return ENCODER.encode(btoa(binary).slice(first, last));
  });
}

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });
