/**
 * The possible readings of the characters of a text: literal, and as escapes of JSON and JavaScript, URLs
 * and forms, and HTML. Text that was escaped twice is supported.
 *
 * @module
 */

/** One reading of a position in a text: the bytes that it means, in UTF-8, and its end. */
export type Reading = readonly [bytes: ArrayLike<number>, end: number];

/** The longest spelling of one byte, in bytes: `&amp;NewLine;`, or `\\\\u002b` in nested JSON. */
export const LONGEST_SPELLING = 13;

const [PLUS, PERCENT, AMPERSAND, BACKSLASH] = [0x2b, 0x25, 0x26, 0x5c];
/** The number of nested escapes that are read. */
const LEVELS = 3;

/** Whether a byte can begin a sequence with more than one reading. */
export function isAmbiguous(byte: number): boolean {
  return byte >= 0x80 || byte === BACKSLASH || byte === PERCENT || byte === AMPERSAND ||
    byte === PLUS;
}

/** Returns all readings of a position in a text. */
export function readingsAt(text: Uint8Array, at: number): Reading[] {
  const byte = text[at]!;
  const literal: Reading = [[byte], at + 1];
  if (byte >= 0x80) return [literal, [utf8(byte), at + 1]]; // ISO-8859-1
  if (byte === PLUS) return [literal, [[0x20], at + 1]]; // application/x-www-form-urlencoded
  if (byte === BACKSLASH) return [literal, ...backslashed(text, at)];
  if (byte === PERCENT) return [literal, ...percentEscaped(text, at + 1)];
  return byte === AMPERSAND ? [literal, ...referenced(text, at + 1)] : [literal];
}

const SHORT: ReadonlyMap<number, number> = new Map(
  Object.entries({ b: 8, f: 12, n: 10, r: 13, t: 9 })
    .map(([letter, byte]) => [letter.charCodeAt(0), byte]),
);

/** Reads the escapes of RFC 8259 7, JavaScript and PHP. */
function backslashed(text: Uint8Array, at: number): Reading[] {
  let from = at + 1;
  while (text[from] === BACKSLASH && from - at < 2 ** LEVELS) from++;
  const readings: Reading[] = [];
  for (let run = 2; run <= from - at; run *= 2) readings.push([[BACKSLASH], at + run]);
  const next = text[from];
  if (next === undefined) return readings;
  const short = SHORT.get(next);
  if (short !== undefined) readings.push([[short], from + 1]);
  if (next === 0x75) readings.push(...unicodeEscape(text, from + 1));
  if (next === 0x78) {
    const byte = hexAt(text, from + 1, 2);
    if (byte >= 0) readings.push([utf8(byte), from + 3]);
  }
  if (next > 0x20 && next < 0x7f && !isAlphanumeric(next)) readings.push([[next], from + 1]);
  return readings;
}

function unicodeEscape(text: Uint8Array, from: number): Reading[] {
  const unit = hexAt(text, from, 4);
  if (unit < 0) return [];
  if (unit < 0xd800 || unit > 0xdbff) return [[utf8(unit), from + 4]];
  let second = from + 4;
  while (text[second] === BACKSLASH) second++;
  const low = text[second] === 0x75 ? hexAt(text, second + 1, 4) : -1;
  if (low < 0xdc00 || low > 0xdfff) return [];
  return [[utf8(0x10000 + ((unit - 0xd800) << 10) + low - 0xdc00), second + 5]];
}

/** Reads the escapes of RFC 3986 2.1, with digits in either case. */
function percentEscaped(text: Uint8Array, from: number): Reading[] {
  const readings: Reading[] = [];
  for (let at = from; at <= from + 2 * LEVELS; at += 2) {
    const byte = hexAt(text, at, 2);
    if (byte < 0) break;
    readings.push([[byte], at + 2]);
    if (byte >= 0x80) readings.push([utf8(byte), at + 2]);
    if (byte !== PERCENT) break;
  }
  return readings;
}

/** Returns the number of hexadecimal digits; below 0 if they are not such digits. */
function hexAt(text: Uint8Array, at: number, digits: number): number {
  let number = 0;
  for (let place = at; place < at + digits; place++) {
    const byte = text[place] ?? 0;
    const lower = byte | 0x20;
    if (byte >= 0x30 && byte <= 0x39) number = number * 16 + byte - 0x30;
    else if (lower >= 0x61 && lower <= 0x66) number = number * 16 + lower - 0x57;
    else return -1;
  }
  return number;
}

function isAlphanumeric(byte: number): boolean {
  const lower = byte | 0x20;
  return (byte >= 0x30 && byte <= 0x39) || (lower >= 0x61 && lower <= 0x7a);
}

const REFERENCE = /^(?:#0{0,4}([0-9]{1,7});?|#x0{0,4}([0-9a-f]{1,6});?|([a-z][a-z0-9]{1,7});)/i;

/** Reads character references of HTML: decimal, hexadecimal and named. */
function referenced(text: Uint8Array, from: number): Reading[] {
  const next = text[from] ?? 0;
  if (next !== 0x23 && !isAlphanumeric(next)) return [];
  const ahead = String.fromCharCode(...text.subarray(from, from + 4 * LEVELS + 16));
  const readings: Reading[] = [];
  for (let skip = 0; skip <= 4 * LEVELS; skip += 4) {
    const [whole, decimal, hex, name] = REFERENCE.exec(ahead.slice(skip)) ?? [];
    if (whole === undefined) break;
    const code = name === undefined
      ? parseInt(decimal ?? hex!, decimal === undefined ? 16 : 10)
      : NAMED.get(name) ?? NAMED.get(name.toLowerCase());
    if (code !== undefined && code <= 0x10ffff) {
      readings.push([utf8(code), from + skip + whole.length]);
    }
    if (whole !== "amp;") break;
  }
  return readings;
}

/** The names of ASCII characters, and those of U+00A0 to U+00FF in order. */
const ASCII_NAMES =
  "Tab\t NewLine\n excl! quot\" num# dollar$ percnt% amp& apos' lpar( rpar) ast* plus+ comma, period. sol/ colon: semi; lt< equals= gt> quest? commat@ lsqb[ lbrack[ bsol\\ rsqb] rbrack] Hat^ lowbar_ grave` lcub{ lbrace{ verbar| vert| rcub} rbrace}";
const LATIN_NAMES =
  "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml";
const NAMED: ReadonlyMap<string, number> = new Map([
  ...ASCII_NAMES.split(" ").map((entry) =>
    [entry.slice(0, -1), entry.charCodeAt(entry.length - 1)] as const
  ),
  ...LATIN_NAMES.split(" ").map((name, index) => [name, 0xa0 + index] as const),
]);

const ENCODER = new TextEncoder();

function utf8(code: number): ArrayLike<number> {
  if (code < 0x80) return [code];
  return code < 0x800
    ? [0xc0 | code >> 6, 0x80 | code & 0x3f]
    : ENCODER.encode(String.fromCodePoint(code));
}
