/** Characters that nobody sees, shown. */

import { assertEquals } from "@std/assert";
import { visible } from "../../src/cli/terminal/visible.ts";
import { escapeHidden } from "../../src/formats/hidden_characters.ts";

Deno.test("tags and what turns the direction of text are shown as escapes", () => {
  const hidden = [0xe0001, 0xe0020, 0xe0041, 0xe007f, 0x202a, 0x202e, 0x2066, 0x2069];
  for (const code of hidden) {
    const character = String.fromCodePoint(code);
    const digits = code.toString(16);
    const shown = code > 0xffff ? `a\\u{${digits}}b` : `a\\u${digits}b`;
    assertEquals(escapeHidden(`a${character}b`), shown);
    assertEquals(visible(`a${character}b`), shown); // a terminal as well
  }
});

Deno.test("what scripts and emoji need stays", () => {
  for (
    const text of ["a\u200cb\u200d", "👩\u200d💻", "שלום", "❤\ufe0f", "\u{1f3f4}", "\u2065\u206a"]
  ) {
    assertEquals(escapeHidden(text), text);
  }
});
