/**
 * Where a text stops being JSON. `JSON.parse` says so only for some mistakes and in prose, so this
 * scanner of RFC 8259 runs after it has failed, and only to find the place.
 *
 * @module
 */

// Each pattern takes as much as can begin a JSON text, so that what stops it is the mistake. None
// has a repeated group over single characters: those overflow the engine's stack on long bodies.

/** RFC 8259 7, "unescaped": all but control characters, quotation mark and backslash. */
const CHARACTERS = /[\x20\x21\x23-\x5b\x5d-\uffff]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const CUT_ESCAPE = /\\(?:u[0-9a-fA-F]{0,3})?/y;
const NUMBER = /-?(?:(?:0|[1-9]\d*)(?:\.(?:\d+(?:[eE][+-]?\d*)?)?|[eE][+-]?\d*)?)?/y;
const SPACE = /[ \t\n\r]*/y;
const LITERALS = ["true", "false", "null"];

/** The index of the first character that cannot be there; the length when the text ends too early. */
export function findJSONError(text: string): number {
  let position = 0;
  /** What closes each open array or object, the innermost last. */
  const closers: string[] = [];
  let expect: "value" | "value or end" | "name" | "name or end" | "comma or end" | "end" = "value";

  /** Moves behind what matches here; whether anything did. */
  function take(pattern: RegExp): boolean {
    pattern.lastIndex = position;
    pattern.test(text);
    const moved = pattern.lastIndex > position;
    if (moved) position = pattern.lastIndex;
    return moved;
  }
  function takeString(): boolean {
    if (text[position] !== '"') return false;
    position++;
    do take(CHARACTERS); while (take(ESCAPE));
    if (text[position] !== '"') {
      take(CUT_ESCAPE);
      return false;
    }
    position++;
    return true;
  }
  function takeNumber(): boolean {
    return take(NUMBER) && /\d/.test(text[position - 1]!);
  }
  function takeLiteral(): boolean {
    const literal = LITERALS.find((word) => word[0] === text[position]);
    if (literal === undefined) return false;
    let taken = 0;
    while (taken < literal.length && text[position] === literal[taken]) {
      position++;
      taken++;
    }
    return taken === literal.length;
  }
  function close(): void {
    position++;
    closers.pop();
    expect = closers.length === 0 ? "end" : "comma or end";
  }

  while (true) {
    take(SPACE);
    const character = text[position];
    if (character === undefined || expect === "end") return position;
    if (character === closers.at(-1) && expect.endsWith("or end")) {
      close();
    } else if (expect === "comma or end") {
      if (character !== ",") return position;
      position++;
      expect = closers.at(-1) === "}" ? "name" : "value";
    } else if (expect === "name" || expect === "name or end") {
      if (!takeString()) return position;
      take(SPACE);
      if (text[position] !== ":") return position;
      position++;
      expect = "value";
    } else if (character === "{" || character === "[") {
      position++;
      closers.push(character === "{" ? "}" : "]");
      expect = character === "{" ? "name or end" : "value or end";
    } else {
      const found = character === '"' ? takeString() : takeLiteral() || takeNumber();
      if (!found) return position;
      expect = closers.length === 0 ? "end" : "comma or end";
    }
  }
}
