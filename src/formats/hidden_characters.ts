/**
 * Escapes invisible characters that programs read. Tags (Unicode 23.9) can hide instructions to a model,
 * and direction controls (Unicode 23.2, UAX #9) change the order in which text is shown.
 *
 * @module
 */

/**
 * Tags, and characters that override, embed or isolate a direction. Joiners are left out, since scripts and
 * emoji need them.
 */
const HIDDEN = /[\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/gu;

/** Returns the text with hidden characters as escapes such as `\\u202e` and `\\u{e0041}`. */
export function escapeHidden(text: string): string {
  return text.replace(HIDDEN, (character) => {
    const digits = character.codePointAt(0)!.toString(16);
    return digits.length > 4 ? `\\u{${digits}}` : `\\u${digits}`;
  });
}
