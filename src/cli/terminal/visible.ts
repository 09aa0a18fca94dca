/**
 * Escapes text from other sources for a terminal. Otherwise an escape sequence in a header or a body could repaint
 * the screen, set the clipboard, or type a command.
 *
 * @module
 */

import { escapeHidden } from "../../formats/hidden_characters.ts";

/** The C0 and C1 control characters except tab and newline, and marks of direction. */
// deno-lint-ignore no-control-regex -- it finds control characters
const CONTROL = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f]/g;

/** Returns the text with control characters and hidden characters as escapes, such as `\\x1b`. */
export function visible(text: string): string {
  return escapeHidden(
    text.replaceAll("\r\n", "\n").replace(CONTROL, (character) => {
      const digits = character.charCodeAt(0).toString(16);
      return digits.length > 2 ? `\\u${digits.padStart(4, "0")}` : `\\x${digits.padStart(2, "0")}`;
    }),
  );
}
