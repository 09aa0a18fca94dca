/**
 * The known secrets, each with the mark that replaces it.
 *
 * @module
 */

import { SecretFinder } from "../formats/secret_text.ts";
import { REDACTED } from "../redact.ts";
import type { Content } from "./exchange.ts";
import { isJSONText, replaceLiterals } from "./json_literals.ts";
import { isDistinct } from "./secret_names.ts";

/** Matches the mark that replaces a secret; it is valid in a URL, a header field, a cookie and a token. */
const MARK: RegExp = /REDACTED-\d+/;

/** The number of secrets that are searched for; above it, only the latest are. */
const MOST = 1000;
/**
 * The number of marks that are remembered; above it, the oldest secrets receive a new mark if they recur.
 */
const MOST_MARKS = 20_000;

/** Collects secrets, and replaces them everywhere. */
export class KnownSecrets {
  /** Each secret with its mark. */
  readonly #marks = new Map<string, string>();
  /** The secrets that are searched for everywhere, oldest first. */
  #secrets = new Set<string>();
  #finder = new SecretFinder([]);
  /** The secrets that {@linkcode takeNew} has not returned yet. */
  #new = new SecretFinder([]);
  #count = 0;

  /**
   * Returns the mark of a secret, which is searched for from now on.
   *
   * @param isSure Whether it is searched for although it may be a common word.
   */
  learn(value: string, isSure = false): string {
    if (value === "" || MARK.test(value)) return value;
    let mark = this.#marks.get(value);
    if (mark === undefined) {
      this.#marks.set(value, mark = `REDACTED-${++this.#count}`);
      const [oldest] = this.#marks.keys();
      if (this.#marks.size > MOST_MARKS) this.#marks.delete(oldest!);
    }
    if ((isSure || isDistinct(value)) && !this.#secrets.has(value)) this.#lookFor(value);
    return mark;
  }

  #lookFor(value: string): void {
    this.#secrets.add(value);
    this.#finder.add(value);
    this.#new.add(value);
    if (this.#secrets.size <= MOST) return;
    this.#secrets = new Set([...this.#secrets].slice(-MOST / 2));
    this.#finder = new SecretFinder(this.#secrets);
  }

  /** Returns a finder for the secrets since its last call; `undefined` if there are none. */
  takeNew(): SecretFinder | undefined {
    const finder = this.#new;
    if (finder.longestSpelling === 0) return undefined;
    this.#new = new SecretFinder([]);
    return finder;
  }

  /**
   * Returns text without the known values.
   *
   * @param finder Finds the values to replace.
   */
  hideText(text: string, finder: SecretFinder = this.#finder): string {
    const hide = (part: string) =>
      finder.hide(part, (secret) => this.#marks.get(secret) ?? REDACTED);
    const hidden = hide(text);
    if (hidden === text || !isJSONText(text)) return hidden;
    // Only within the strings, so that it stays JSON; a secret number becomes a string.
    return replaceLiterals(text, ({ start, end, isNumber, value }) => {
      if (!isNumber) return `"${hide(text.slice(start + 1, end - 1))}"`;
      const whole = hide(value);
      return MARK.exec(whole)?.[0] === whole ? `"${whole}"` : undefined;
    });
  }

  /** Does the same for text or bytes. */
  hideContent(content: Content, finder: SecretFinder = this.#finder): Content {
    if (typeof content === "string") return this.hideText(content, finder);
    const bytes = content.slice();
    finder.mask(bytes);
    return bytes;
  }
}
