/**
 * Finds secrets in text from a server in all usual spellings: literal, with the escapes of JSON, URLs,
 * forms and HTML, and in base64 (RFC 4648 4 and 5), alone or within longer data. Text must be shortened
 * afterwards, never before. Reversed, hashed or encrypted secrets are not found.
 *
 * @module
 */

import { REDACTED } from "../redact.ts";
import { isAmbiguous, LONGEST_SPELLING, type Reading, readingsAt } from "./spellings.ts";

/** The shortest beginning of a cut secret that is found, in bytes. */
const SHORTEST_BEGINNING = 8;

/** Shorter secrets, in bytes, are not searched for, since they would match too much text. */
const SHORTEST_SECRET = 4;

const [ASTERISK, PLUS, SLASH] = [0x2a, 0x2b, 0x2f];

/** A byte sequence to search for. */
interface Pattern {
  /** The secret that it represents. */
  readonly secret: string;
  readonly bytes: Uint8Array;
  /** Whether it is base64, which may use the alphabet of URLs and contain line breaks. */
  readonly isBase64: boolean;
}

/** A range of a text, in bytes, and the secret at its start. */
type Span = [start: number, end: number, secret: string];

/**
 * Returns `text` with each secret in it replaced, in any spelling.
 *
 * @param text The text to show.
 * @param secrets The secrets to replace; those of less than 4 bytes are ignored.
 * @param mark The replacement.
 */
export function hideSecrets(
  text: string,
  secrets: Iterable<string>,
  mark: string = REDACTED,
): string {
  return new SecretFinder(secrets).hide(text, mark);
}

/** Finds a set of secrets. */
export class SecretFinder {
  readonly #byFirst: (Pattern[] | undefined)[] = [];
  #longest = 0;

  /** @param secrets The secrets to find; those of less than 4 bytes are ignored. */
  constructor(secrets: Iterable<string>) {
    for (const secret of new Set(secrets)) this.add(secret);
  }

  /** The length of the longest spelling of a secret, in bytes. */
  get longestSpelling(): number {
    return this.#longest * LONGEST_SPELLING;
  }

  /** Adds a secret that was not added before. */
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
   * Returns `text` with each secret replaced by `mark`, or by the result of `mark(secret)`.
   *
   * @param isCut Whether parts of the text were shortened before; beginnings of secrets of at least eight
   * bytes are then replaced too.
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
   * Overwrites each secret in `bytes` with asterisks, so that positions do not change.
   *
   * @returns The start of a secret that the end of `bytes` cuts off; the length of `bytes` if there is
   * none.
   */
  mask(bytes: Uint8Array): number {
    if (this.longestSpelling === 0) return bytes.length;
    const { found, cutFrom } = this.#find(bytes);
    for (const [start, end] of found) bytes.fill(ASTERISK, start, end);
    return cutFrom;
  }

  /** Finds the ranges of secrets, in order and without overlaps. */
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

  /** Returns the patterns that may begin at a position. */
  #beginningAt(text: Uint8Array, at: number, read: Read): readonly Pattern[] {
    const byte = text[at]!;
    if (!isAmbiguous(byte)) return this.#byFirst[byte] ?? NONE;
    const firsts = new Set(read(at).map(([bytes]) => bytes[0]!));
    return [...firsts].flatMap((first) => this.#byFirst[first] ?? NONE);
  }
}

const NONE: readonly Pattern[] = [];

type Read = (at: number) => readonly Reading[];

/**
 * Returns a function for the readings of a text. It caches the last positions, which several secrets need.
 */
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
 * Returns the end of a pattern that begins at `start`, in its longest spelling; 0 if it does not match. Its
 * first `beginning` bytes are enough for a match.
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
  let seen: Set<number> | undefined; // so that each position is tried once
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

/** Converts a character of the alphabet of RFC 4648 5 to that of section 4. */
function fold(byte: number): number {
  return byte === 0x2d ? PLUS : byte === 0x5f ? SLASH : byte;
}

/** Converts a character to the alphabet of RFC 4648 5. */
function unfold(byte: number): number {
  return byte === PLUS ? 0x2d : byte === SLASH ? 0x5f : byte;
}

/**
 * Returns the part of the base64 of these bytes that does not depend on the bytes around them, for each of
 * the three possible positions in a group of three.
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
