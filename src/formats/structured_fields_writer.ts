/**
 * Serialises structured field values (RFC 9651).
 *
 * @module
 */

import { toBase64 } from "./base64.ts";
import {
  type BareItem,
  type InnerList,
  type Item,
  KEY,
  type Member,
  type Parameters,
  STRING,
  TOKEN,
} from "./structured_fields.ts";

/**
 * Serialises an Item (RFC 9651 4.1.3).
 *
 * @throws {TypeError} If a name or a value in it has no form in a field.
 */
export function serializeItem({ value, params }: Item): string {
  return serializeBareItem(value) + serializeParams(params);
}

/**
 * Serialises a member of a List or a Dictionary: an Item or an Inner List (RFC 9651 4.1.1.1).
 *
 * @throws {TypeError} If a name or a value in it has no form in a field.
 */
export function serializeMember(member: Member): string {
  return "items" in member ? serializeInnerList(member) : serializeItem(member);
}

/**
 * Serialises an Inner List (RFC 9651 4.1.1.1).
 *
 * @throws {TypeError} If a name or a value in it has no form in a field.
 */
export function serializeInnerList({ items, params }: InnerList): string {
  return `(${items.map(serializeItem).join(" ")})${serializeParams(params)}`;
}

/**
 * Serialises a List (RFC 9651 4.1.1).
 *
 * @throws {TypeError} If a name or a value in it has no form in a field.
 */
export function serializeList(members: readonly Member[]): string {
  return members.map(serializeMember).join(", ");
}

/**
 * Serialises a Dictionary (RFC 9651 4.1.2).
 *
 * @throws {TypeError} If a name or a value in it has no form in a field.
 */
export function serializeDictionary(members: Iterable<readonly [string, Member]>): string {
  return Array.from(members, ([name, member]) => {
    const key = serializeKey(name);
    return "value" in member && member.value === true
      ? key + serializeParams(member.params)
      : `${key}=${serializeMember(member)}`;
  }).join(", ");
}

/** Serialises parameters, each with its semicolon (RFC 9651 4.1.1.2). */
function serializeParams(params: Parameters): string {
  return Array.from(params, ([name, value]) => {
    const key = `;${serializeKey(name)}`;
    return value === true ? key : `${key}=${serializeBareItem(value)}`;
  }).join("");
}

function serializeKey(name: string): string {
  return checked(name, KEY, "a key", "lower-case letters, digits, _, -, . and *");
}

/**
 * Serialises a value without parameters (RFC 9651 4.1.3.1).
 *
 * @throws {TypeError} If it has no form in a field.
 */
export function serializeBareItem(item: BareItem): string {
  switch (typeof item) {
    case "number":
      return serializeInteger(item);
    case "boolean":
      return item ? "?1" : "?0";
    case "string": {
      const text = `"${item.replaceAll(/["\\]/g, "\\$&")}"`;
      return checked(text, STRING, "a string", "printable ASCII characters");
    }
  }
  if (item instanceof Uint8Array) return `:${toBase64(item)}:`;
  const { type, value } = item;
  switch (type) {
    case "token":
      return checked(String(value), TOKEN, "a token", "a letter or *, then characters of tokens");
    case "date":
      return `@${serializeInteger(Number(value))}`;
    case "decimal":
      return serializeDecimal(Number(value));
    case "display":
      return `%"${encodeDisplay(String(value))}"`;
  }
}

function checked(text: string, pattern: RegExp, what: string, required: string): string {
  pattern.lastIndex = 0;
  if (pattern.exec(text)?.[0] === text) return text;
  throw new TypeError(`Cannot write ${what} into a structured field: it must be ${required}`);
}

const LARGEST_INTEGER = 999_999_999_999_999;

function serializeInteger(number: number): string {
  if (Number.isInteger(number) && Math.abs(number) <= LARGEST_INTEGER) return String(number);
  throw new TypeError(
    `Cannot write ${number} into a structured field: it must be an integer of at most 15 digits`,
  );
}

/**
 * Serialises a decimal with at most three digits after the point; a half is rounded to the even digit (RFC
 * 9651 4.1.5).
 */
function serializeDecimal(number: number): string {
  const scaled = roundHalfToEven(number);
  if (!(Math.abs(scaled) <= LARGEST_INTEGER)) {
    throw new TypeError(
      `Cannot write ${number} into a structured field: a decimal has at most 12 digits before the point`,
    );
  }
  const digits = String(Math.abs(scaled)).padStart(4, "0");
  const fraction = digits.slice(-3).replace(/0{1,2}$/, "");
  return `${scaled < 0 ? "-" : ""}${digits.slice(0, -3)}.${fraction}`;
}

/**
 * Returns the number in rounded thousandths, by its decimal digits: 0.0025 * 1000 is 2.5, but 1.0025 * 1000
 * is not 1002.5.
 */
function roundHalfToEven(number: number): number {
  const scaled = Number(
    `${number}e3`.replace(/e([+-]\d+)e3$/, (_, exponent) => `e${+exponent + 3}`),
  );
  const below = Math.floor(scaled);
  const rest = scaled - below;
  if (rest !== 0.5) return Math.round(scaled);
  return below % 2 === 0 ? below : below + 1;
}

function encodeDisplay(text: string): string {
  if (!text.isWellFormed()) {
    throw new TypeError(
      "Cannot write text into a structured field: it has half of a surrogate pair",
    );
  }
  return Array.from(new TextEncoder().encode(text), (byte) => {
    const isPlain = byte >= 0x20 && byte <= 0x7e && byte !== 0x22 && byte !== 0x25;
    return isPlain ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, "0")}`;
  }).join("");
}
