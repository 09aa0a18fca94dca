/** What people are shown: escaped text, JSON laid out, progress in one line. */

import { assertEquals } from "@std/assert";
import { inUnits, progressLine } from "../../src/cli/commands/download.ts";
import { layOutJSON } from "../../src/cli/terminal/json_text.ts";
import { visible } from "../../src/cli/terminal/visible.ts";

// R23.23
Deno.test("control characters and turns of direction are shown and do nothing", () => {
  const rows: [text: string, shown: string][] = [
    ["plain Ünïcode あ 🎉\ttab\n", "plain Ünïcode あ 🎉\ttab\n"],
    ["a\r\nb", "a\nb"],
    ["a\rb", "a\\x0db"],
    ["\x1b[31m", "\\x1b[31m"],
    ["\x1b]52;c;ZXZpbA==\x07", "\\x1b]52;c;ZXZpbA==\\x07"],
    ["\x9b31m\x7f\b\0", "\\x9b31m\\x7f\\x08\\x00"],
    ["a\u202eb\u061c", "a\\u202eb\\u061c"],
    ["a\u{e0041}b\u{e007f}", "a\\u{e0041}b\\u{e007f}"],
  ];
  for (const [text, shown] of rows) assertEquals(visible(text), shown);
});

function laidOut(text: string): string | undefined {
  const pieces = layOutJSON(text);
  return pieces &&
    Array.from(pieces, (piece) => typeof piece === "string" ? piece : piece[1]).join("");
}

// R23.22
Deno.test("JSON is laid out without a change of numbers, escapes and names", () => {
  const rows: [text: string, shown: string | undefined][] = [
    ["12345678901234567890", "12345678901234567890"],
    [
      '{"a":1.50,"a":"\\u00e9\\"[","b":[],"c":{}}',
      '{\n  "a": 1.50,\n  "a": "\\u00e9\\"[",\n  "b": [],\n  "c": {}\n}',
    ],
    ["[[1,\ttrue],null]", "[\n  [\n    1,\n    true\n  ],\n  null\n]"],
    ["{", undefined],
    ["", undefined],
  ];
  for (const [text, shown] of rows) assertEquals(laidOut(text), shown, text);
  const deep = "[".repeat(5000) + "]".repeat(5000);
  assertEquals(JSON.stringify(JSON.parse(laidOut(deep)!)), deep);
});

Deno.test("progress is a line, with and without a known length", () => {
  const rows: [transferred: number, total: number | undefined, rate: number, line: string][] = [
    [0, 1000, 0, "  0 % [....................] 0 B of 1000 B  0 B/s"],
    [512, 1024, 100, " 50 % [##########..........] 512 B of 1.0 KiB  100 B/s  0:06 left"],
    [1024, 1024, 2048, "100 % [####################] 1.0 KiB of 1.0 KiB  2.0 KiB/s  0:00 left"],
    [0, 7200, 1, "  0 % [....................] 0 B of 7.0 KiB  1 B/s  120:00 left"],
    [3 * 2 ** 20, undefined, 2 ** 20, "3.0 MiB  1.0 MiB/s"],
    [0, 0, 0, "0 B  0 B/s"],
  ];
  for (const [transferred, total, rate, line] of rows) {
    assertEquals(progressLine({ transferred, total, rate }), line);
  }
  assertEquals([999, 1024, 2 ** 50].map(inUnits), ["999 B", "1.0 KiB", "1024.0 TiB"]);
});
