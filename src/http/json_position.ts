/**
 * Where a text stops being JSON. `JSON.parse` says so only for some mistakes and in prose, so this
 * scanner of RFC 8259 runs after it has failed, and only to find the place.
 *
 * @module
 */

// Control characters must be escaped in strings (RFC 8259 7).
// deno-lint-ignore no-control-regex -- they are what must not be there
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERAL = /true|false|null/y;
const SPACE = /[ \t\n\r]*/y;

/** The index of the first character that cannot be there; the length when the text ends too early. */
export function findJSONError(text: string): number {
  let position = 0;
  /** What closes each open array or object, the innermost last. */
  const closers: string[] = [];
  let expect: "value" | "value or end" | "name" | "name or end" | "comma or end" | "end" = "value";

  function take(pattern: RegExp): boolean {
    pattern.lastIndex = position;
    const matched = pattern.test(text);
    if (matched) position = pattern.lastIndex;
    return matched;
  }
  function takeString(): boolean {
    if (text[position] !== '"') return false;
    take(STRING);
    if (text[position] !== '"') return false; // stopped at a bad character, or at the end
    position++;
    return true;
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
    if (character === closers.at(-1) && (expect === "comma or end" || expect.endsWith("or end"))) {
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
      const found = character === '"' ? takeString() : take(LITERAL) || take(NUMBER);
      if (!found) return position;
      expect = closers.length === 0 ? "end" : "comma or end";
    }
  }
}
