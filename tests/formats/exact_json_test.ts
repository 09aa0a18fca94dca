/** JSON whose numbers keep their digits. */

import { assertEquals, assertThrows } from "@std/assert";
import { changedNumber, parseKeepingDigits, readExactJSON } from "../../src/formats/exact_json.ts";

Deno.test("a number that a double would change is found, wherever it stands", async (t) => {
  const rows: [text: string, changed: string | undefined][] = [
    ["1", undefined],
    ["9007199254740991", undefined],
    ["9007199254740993", "9007199254740993"],
    ["-9007199254740993", "-9007199254740993"],
    ["1234567890123456789", "1234567890123456789"],
    ["1234567890123456800", undefined], // its digits are those of the double
    ['{"a":[{"b":1234567890123456789}]}', "1234567890123456789"],
    ['["1234567890123456789", 1]', undefined],
    ['{"1234567890123456789": 1}', undefined],
    ['["\\"", 1234567890123456789]', "1234567890123456789"],
    ["0.1", undefined],
    ["0.10", undefined],
    ["1.0", undefined],
    ["1e2", undefined],
    ["1E+2", undefined],
    ["1e20", undefined],
    ["0.30000000000000004", undefined],
    ["0.1234567890123456789", "0.1234567890123456789"],
    ["1e400", "1e400"],
    ["1e-400", "1e-400"],
    ["-0", undefined],
    ["0e99999999999", undefined],
  ];
  for (const [text, changed] of rows) {
    await t.step(text, () => assertEquals(changedNumber(text), changed));
  }
});

Deno.test("every number that JSON.stringify() writes is unchanged", () => {
  const bits = new DataView(new ArrayBuffer(8));
  for (let index = 0; index < 2000; index++) {
    bits.setUint32(0, Math.imul(index, 2654435761) >>> 0);
    bits.setUint32(4, Math.imul(index, 40503) >>> 0);
    const text = JSON.stringify([bits.getFloat64(0), index, -index / 3]);
    assertEquals(changedNumber(text), undefined, text);
  }
});

Deno.test("it is read as JSON.parse() reads it", () => {
  assertEquals(readExactJSON('{"a":[1]}'), { value: { a: [1] }, changed: undefined });
  assertThrows(() => readExactJSON("{"), SyntaxError);
});

Deno.test("what is read to be written again has the digits of the text", () => {
  const texts = [
    "1234567890123456789",
    "0.10",
    "1e400",
    "-0",
    "1.0",
    "36",
    '"12345678901234567890"',
  ];
  for (const text of texts) {
    assertEquals(JSON.stringify(parseKeepingDigits(text)), text);
    const nested = `{"a":[${text},{"b":${text}}],"__proto__":${text}}`;
    assertEquals(JSON.stringify(parseKeepingDigits(nested)), nested);
  }
  assertThrows(() => parseKeepingDigits("{"), SyntaxError);
});
