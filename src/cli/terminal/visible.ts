/**
 * Text that came from elsewhere, made harmless for a terminal. An escape sequence in a header or a
 * body could otherwise repaint the screen, set the clipboard, or type a command.
 *
 * @module
 */

import { escapeHidden } from "../../formats/hidden_characters.ts";

/** The C0 and C1 control characters but for tab and newline, and marks of direction. */
// deno-lint-ignore no-control-regex -- they are what is looked for
const CONTROL = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f]/g;

/** The text with such characters, and the hidden ones, shown as escapes such as `\\x1b`. */
export function visible(text: string): string {
  return escapeHidden(
    text.replaceAll("\r\n", "\n").replace(CONTROL, (character) => {
      const digits = character.charCodeAt(0).toString(16);
      return digits.length > 2 ? `\\u${digits.padStart(4, "0")}` : `\\x${digits.padStart(2, "0")}`;
    }),
  );
}
