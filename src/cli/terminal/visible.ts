/**
 * Text that came from elsewhere, made harmless for a terminal. An escape sequence in a header or a
 * body could otherwise repaint the screen, set the clipboard, or type a command.
 *
 * @module
 */

/**
 * What a terminal acts on, or what hides or reorders text (Unicode 23.2, 23.9; UAX #9): the C0 and C1
 * control characters but for tab and newline, marks of direction, and tag characters.
 */
const HARMFUL =
  // deno-lint-ignore no-control-regex -- they are what is looked for
  /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/gu;

/** The text with such characters shown as escapes, `\x1b` or `\u{e0041}`, so that they do nothing. */
export function visible(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(HARMFUL, (character) => {
    const digits = character.codePointAt(0)!.toString(16);
    if (digits.length > 4) return `\\u{${digits}}`;
    return digits.length > 2 ? `\\u${digits.padStart(4, "0")}` : `\\x${digits.padStart(2, "0")}`;
  });
}
