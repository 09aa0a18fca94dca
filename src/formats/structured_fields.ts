/**
 * Parses structured field values (RFC 9651): items, lists and dictionaries. It takes linear time, since
 * fields are untrusted.
 *
 * @module
 */

import { fromBase64 } from "./base64.ts";

/** A value without a JavaScript type of its own. */
export interface TypedValue {
  /**
   * A token, a number with a fraction, a time in seconds since the epoch, or text with characters outside
   * ASCII.
   */
  readonly type: "token" | "decimal" | "date" | "display";
  /** The text, or the number. */
  readonly value: string | number;
}

/** A value without parameters; a `number` is an Integer, bytes are a Byte Sequence. */
export type BareItem = number | string | boolean | Uint8Array | TypedValue;

/** Parameters by name, in order. */
export type Parameters = ReadonlyMap<string, BareItem>;

/** A value with its parameters. */
export interface Item {
  readonly value: BareItem;
  readonly params: Parameters;
}

/** Items in parentheses, with their own parameters. */
export interface InnerList {
  readonly items: readonly Item[];
  readonly params: Parameters;
}

/** A member of a List or a Dictionary. */
export type Member = Item | InnerList;

/** The patterns of a key, a String and a Token. They are sticky: they match at `lastIndex`. */
export const KEY: RegExp = /[a-z*][a-z\d_\-.*]*/y;
const DECIMAL = /-?\d{1,12}\.\d{1,3}(?![\d.])/y;
const INTEGER = /-?\d{1,15}(?![\d.])/y;
export const STRING: RegExp = /"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"/y;
export const TOKEN: RegExp = /[A-Za-z*][\w!#$%&'*+\-.^`|~:/]*/y;
const BYTES = /:([A-Za-z\d+/=]*):/y;
const BOOLEAN = /\?[01]/y;
const DATE = /@(-?\d{1,15})(?![\d.])/y;
const DISPLAY = /%"((?:[\x20-\x21\x23\x24\x26-\x7e]|%[\da-f]{2})*)"/y;
const SPACES = / */y;
const WHITE_SPACE = /[ \t]*/y;
const COMMA = /[ \t]*,[ \t]*/y;

/** Parses a field as an Item (RFC 9651 4.2.3); returns `undefined` if it is malformed. */
export function parseItem(field: string): Item | undefined {
  return parse(field, (reader) => reader.item());
}

/** Parses a field as a List (RFC 9651 4.2.1); returns `undefined` if it is malformed. */
export function parseList(field: string): readonly Member[] | undefined {
  return parse(field, (reader) => {
    const members: Member[] = [];
    if (reader.isAtEnd) return members;
    do members.push(reader.member()); while (reader.comma());
    return members;
  });
}

/** Parses a field as a Dictionary (RFC 9651 4.2.2); returns `undefined` if it is malformed. */
export function parseDictionary(field: string): ReadonlyMap<string, Member> | undefined {
  return parse(field, (reader) => {
    const members = new Map<string, Member>();
    if (reader.isAtEnd) return members;
    do {
      const key = reader.take(KEY);
      const isGiven = reader.skip("=");
      members.set(key, isGiven ? reader.member() : { value: true, params: reader.params() });
    } while (reader.comma());
    return members;
  });
}

/** The mark of a malformed field. */
const MALFORMED = Symbol("malformed");

function parse<T>(field: string, read: (reader: Reader) => T): T | undefined {
  const reader = new Reader(field);
  try {
    reader.match(SPACES);
    const value = read(reader);
    reader.match(SPACES);
    return reader.isAtEnd ? value : undefined;
  } catch (thrown) {
    if (thrown === MALFORMED) return undefined;
    throw thrown;
  }
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }

  match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const matched = pattern.exec(this.#text);
    if (matched !== null) this.#at = pattern.lastIndex;
    return matched;
  }

  /** Returns the first group of a required match, or the whole match. */
  take(pattern: RegExp): string {
    const matched = this.match(pattern);
    if (matched === null) throw MALFORMED;
    return matched[1] ?? matched[0];
  }

  skip(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  /** Whether another member follows. */
  comma(): boolean {
    const found = this.match(COMMA) !== null;
    if (!found) this.match(WHITE_SPACE);
    else if (this.isAtEnd) throw MALFORMED; // a comma with nothing after it
    return found;
  }

  member(): Member {
    if (!this.skip("(")) return this.item();
    const items: Item[] = [];
    for (this.match(SPACES); !this.skip(")");) {
      items.push(this.item());
      const spaces = this.take(SPACES);
      if (spaces === "" && this.#text[this.#at] !== ")") throw MALFORMED;
    }
    return { items, params: this.params() };
  }

  item(): Item {
    return { value: this.bareItem(), params: this.params() };
  }

  params(): Parameters {
    const params = new Map<string, BareItem>();
    while (this.skip(";")) {
      this.match(SPACES);
      const key = this.take(KEY);
      params.set(key, this.skip("=") ? this.bareItem() : true);
    }
    return params;
  }

  bareItem(): BareItem {
    switch (this.#text[this.#at]) {
      case '"':
        return this.take(STRING).replaceAll(/\\(.)/g, "$1");
      case ":":
        return fromBase64(this.take(BYTES)) ?? fail();
      case "?":
        return this.take(BOOLEAN) === "?1";
      case "@":
        return { type: "date", value: toNumber(this.take(DATE)) };
      case "%":
        return { type: "display", value: decodeDisplay(this.take(DISPLAY)) };
    }
    const decimal = this.match(DECIMAL);
    if (decimal !== null) return { type: "decimal", value: toNumber(decimal[0]) };
    const integer = this.match(INTEGER);
    if (integer !== null) return toNumber(integer[0]);
    return { type: "token", value: this.take(TOKEN) };
  }
}

function fail(): never {
  throw MALFORMED;
}

/** Converts digits to a number, without negative zero. */
function toNumber(digits: string): number {
  return Number(digits) || 0;
}

function decodeDisplay(text: string): string {
  try {
    // The text has percent signs only in escapes of bytes.
    return decodeURIComponent(text);
  } catch {
    throw MALFORMED; // not UTF-8
  }
}
