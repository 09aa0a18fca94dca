/**
 * Characters that nobody sees and programs read: text can hide orders to a model in tags (Unicode 23.9),
 * and be shown in another order than it has (Unicode 23.2, UAX #9).
 *
 * @module
 */

/** The tags, and what overrides, embeds or isolates a direction. Joiners belong to scripts and emoji. */
const HIDDEN = /[\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/gu;

/** The text with its hidden characters shown as escapes such as `\\u202e` and `\\u{e0041}`. */
export function escapeHidden(text: string): string {
  return text.replace(HIDDEN, (character) => {
    const digits = character.codePointAt(0)!.toString(16);
    return digits.length > 4 ? `\\u{${digits}}` : `\\u${digits}`;
  });
}
