/** Where a text stops being JSON: exactly at the first character that cannot be there. */

import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { findJSONError } from "../../src/formats/json_error_position.ts";
import { readVectors } from "../support/vectors.ts";

interface Case {
  readonly name: string;
  /** `accept` and `reject` of RFC 8259; `either` and `observe` where parsers may differ. */
  readonly expect: "accept" | "reject" | "either" | "observe";
  /** The bytes, or what is repeated. */
  readonly base64: string;
  readonly repeat?: number;
}

const cases = await readVectors<Case[]>("json/jsontestsuite.json");

function textOf({ base64, repeat = 1 }: Case): string {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  // As a response does it: a byte order mark goes, malformed UTF-8 is replaced.
  return new TextDecoder().decode(bytes).repeat(repeat);
}

function isJSON(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

Deno.test("a text that is JSON has no mistake before its end (JSONTestSuite, y_ cases)", async (t) => {
  const accepted = cases.filter(({ expect }) => expect === "accept");
  assert(accepted.length > 90);
  for (const one of accepted) {
    await t.step(one.name, () => {
      const text = textOf(one);
      assertStrictEquals(findJSONError(text), text.length);
    });
  }
});

Deno.test("a text that is not JSON has a place where it stops to be (JSONTestSuite, n_ cases)", async (t) => {
  let found = 0;
  for (const one of cases) {
    // Decoding may have made well-formed JSON of a case: that is no failure to be located.
    const text = textOf(one);
    if (one.expect !== "reject" || isJSON(text)) continue;
    found++;
    await t.step(one.name, () => {
      const position = findJSONError(text);
      assert(position >= 0 && position <= text.length, `${position} of ${text.length}`);
      const cut = text.slice(0, position);
      assert(!isJSON(text.slice(0, position + 1)) || position === text.length, "stopped too early");
      // What comes before the mistake is the beginning of a JSON text: alone it ends too early, or
      // it is one and something follows.
      assertStrictEquals(findJSONError(cut), cut.length);
    });
  }
  assert(found > 150);
});

Deno.test("the scanner agrees with JSON.parse on every case, whatever the suite expects", () => {
  for (const one of cases) {
    const text = textOf(one);
    const position = findJSONError(text);
    if (isJSON(text)) assertStrictEquals(position, text.length, one.name);
    // At its end a text is not JSON only because something is missing: then a longer one could be.
    else if (position < text.length) assert(!isJSON(text.slice(0, position + 1)), one.name);
  }
});

/** Short texts that have everything in them which JSON has. */
const WHOLE_TEXTS = [
  '{"a":[1,-0.5e+10,true,false,null,"x\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D"],"":{},"b":[]}',
  ' [ 10 , 0 , -1E5 , 2e-3 , { "a" : "b" , "c" : [ [ ] ] } ]\r\n',
  '"text"',
  "true",
  " null ",
  "[[[[1.25]]]]",
];

Deno.test("a text that was cut anywhere ends too early, and has no mistake", () => {
  for (const text of [...WHOLE_TEXTS, "-12.5e+10", "0"]) {
    assert(isJSON(text));
    for (let end = 0; end < text.length; end++) {
      const cut = text.slice(0, end);
      assertStrictEquals(findJSONError(cut), cut.length, cut);
    }
  }
});

Deno.test("a character that is never allowed is found where it stands", () => {
  for (const intruder of ["\0", "\x01", "\x1f"]) {
    for (const text of WHOLE_TEXTS) {
      for (let at = 0; at <= text.length; at++) {
        const spoilt = text.slice(0, at) + intruder + text.slice(at);
        assertStrictEquals(findJSONError(spoilt), at, JSON.stringify(spoilt));
      }
    }
  }
});

Deno.test("the first character that cannot be there is found", async (t) => {
  const rows: { text: string; position: number; source: string }[] = [
    { text: "", position: 0, source: "RFC 8259 2: no empty text" },
    { text: "   ", position: 3, source: "RFC 8259 2: white space is no text" },
    { text: "<html>", position: 0, source: "HTML where JSON was expected" },
    { text: "  <html>", position: 2, source: "HTML behind white space" },
    { text: "Internal Server Error", position: 0, source: "prose" },
    { text: "null null", position: 5, source: "RFC 8259 2: one value" },
    { text: "{}{}", position: 2, source: "RFC 8259 2: one value; lines of JSON" },
    { text: '{"a":1}\n{"a":2}', position: 8, source: "lines of JSON" },
    { text: "[1,]", position: 3, source: "RFC 8259 5: no trailing comma" },
    { text: '{"a":1,}', position: 7, source: "RFC 8259 4: no trailing comma" },
    { text: "[,1]", position: 1, source: "RFC 8259 5: no leading comma" },
    { text: "[1 2]", position: 3, source: "RFC 8259 5: a comma in between" },
    { text: "[1}", position: 2, source: "RFC 8259 5: the bracket that fits" },
    { text: '{"a":1]', position: 6, source: "RFC 8259 4: the bracket that fits" },
    { text: "[1]]", position: 3, source: "one bracket too many" },
    { text: "{a:1}", position: 1, source: "RFC 8259 4: names are strings" },
    { text: "{'a':1}", position: 1, source: "RFC 8259 7: double quotes" },
    { text: '{"a" 1}', position: 5, source: "RFC 8259 4: a colon in between" },
    { text: '{"a":}', position: 5, source: "RFC 8259 4: a value" },
    { text: '{"a"::1}', position: 5, source: "RFC 8259 4: one colon" },
    { text: '{1:"a"}', position: 1, source: "RFC 8259 4: names are strings" },
    { text: '"a\nb"', position: 2, source: "RFC 8259 7: a line break must be escaped" },
    { text: '"a\tb"', position: 2, source: "RFC 8259 7: a tab must be escaped" },
    { text: '"\\x41"', position: 2, source: "RFC 8259 7: no such escape" },
    { text: '"\\u00g0"', position: 5, source: "RFC 8259 7: four hexadecimal digits" },
    { text: '"\\u12true"', position: 5, source: "RFC 8259 7: a literal in a string is none" },
    { text: "'a'", position: 0, source: "RFC 8259 7: double quotes" },
    { text: "01", position: 1, source: "RFC 8259 6: no leading zero" },
    { text: "-01", position: 2, source: "RFC 8259 6: no leading zero" },
    { text: "+1", position: 0, source: "RFC 8259 6: no plus" },
    { text: ".5", position: 0, source: "RFC 8259 6: a digit in front" },
    { text: "1.]", position: 2, source: "RFC 8259 6: a digit behind" },
    { text: "[1.e5]", position: 3, source: "RFC 8259 6: a digit behind the point" },
    { text: "[1e]", position: 3, source: "RFC 8259 6: an exponent" },
    { text: "[-]", position: 2, source: "RFC 8259 6: a digit" },
    { text: "[1.2.3]", position: 4, source: "RFC 8259 6: one point" },
    { text: "[0x10]", position: 2, source: "RFC 8259 6: decimal" },
    { text: "[1_000]", position: 2, source: "RFC 8259 6: no separators" },
    { text: "NaN", position: 0, source: "RFC 8259 6: no NaN" },
    { text: "[Infinity]", position: 1, source: "RFC 8259 6: no Infinity" },
    { text: "[nul]", position: 4, source: "RFC 8259 3: literals in full" },
    { text: "[truth]", position: 4, source: "RFC 8259 3: literals" },
    { text: "[trues]", position: 5, source: "RFC 8259 3: literals, and no more" },
    { text: "True", position: 0, source: "RFC 8259 3: lower case" },
    { text: "undefined", position: 0, source: "JavaScript, no JSON" },
    { text: "[1/*x*/]", position: 2, source: "RFC 8259: no comments" },
    { text: "// x\n1", position: 0, source: "RFC 8259: no comments" },
    { text: "\u00a01", position: 0, source: "RFC 8259 2: white space is four characters" },
    { text: "\ufeff1", position: 0, source: "RFC 8259 8.1: no byte order mark" },
    { text: "[1\f]", position: 2, source: "RFC 8259 2: white space is four characters" },
    { text: '["😀", x]', position: 7, source: "counted in UTF-16 code units" },
  ];
  for (const { text, position, source } of rows) {
    await t.step(`${JSON.stringify(text)} at ${position} (${source})`, () => {
      assert(!isJSON(text), "the row is no mistake");
      assertStrictEquals(findJSONError(text), position);
    });
  }
});

Deno.test("deep nesting and long strings are no problem", () => {
  const deep = 200_000;
  assertStrictEquals(findJSONError("[".repeat(deep)), deep);
  assertStrictEquals(findJSONError(`${"[".repeat(deep)}x`), deep);
  assertStrictEquals(findJSONError(`${'{"a":'.repeat(deep)}}`), deep * 5);
  const long = 20_000_000;
  assertStrictEquals(findJSONError(`"${"a".repeat(long)}`), long + 1);
  assertStrictEquals(findJSONError(`"${"\\n".repeat(1_000_000)}`), 2_000_001);
  assertStrictEquals(findJSONError("1".repeat(long)), long);
  assertStrictEquals(findJSONError(" ".repeat(long)), long);
});

Deno.test("where V8 names a position, it is the same", () => {
  let compared = 0;
  for (const text of ['{"a" 1}', "[1 2]", '{"a":1,}', "{a:1}", '"a\nb"', "[1,", "null null"]) {
    const { message } = assertThrows(() => JSON.parse(text), SyntaxError);
    const position = /at position (\d+)/.exec(message)?.[1];
    if (position === undefined) continue;
    assertEquals(findJSONError(text), Number(position), `${text}: ${message}`);
    compared++;
  }
  assert(compared > 3);
});
