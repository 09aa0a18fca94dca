/**
 * Text that came from elsewhere, made harmless for a terminal. An escape sequence in a header or a
 * body could otherwise repaint the screen, set the clipboard, or type a command.
 *
 * @module
 */

/** The C0 and C1 control characters but for tab and newline, and what turns the direction of text. */
// deno-lint-ignore no-control-regex -- they are what is looked for
const CONTROL = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The text with its control characters shown as `\x1b`, so that they do nothing. */
export function visible(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(CONTROL, (character) => {
    const code = character.charCodeAt(0);
    return code > 0xff
      ? `\\u${code.toString(16).padStart(4, "0")}`
      : `\\x${code.toString(16).padStart(2, "0")}`;
  });
}
