/**
 * The secrets that are known, each with the mark that stands for it.
 *
 * @module
 */

import { SecretFinder } from "../formats/secret_text.ts";
import type { Content } from "./exchange.ts";
import { isJSONText, replaceLiterals } from "./json_literals.ts";
import { isDistinct } from "./secret_names.ts";

/** Stands where a secret was: a text that is valid in a URL, a header field, a cookie and a token. */
export const MARK: RegExp = /REDACTED-\d+/;

/** Of more secrets the last are looked for. */
const MOST = 1000;
/** Of more secrets the oldest get another mark if they come again. */
const MOST_MARKS = 20_000;

/** Secrets, and where else they stand. */
export class KnownSecrets {
  /** Each secret with its mark. */
  readonly #marks = new Map<string, string>();
  /** Those that are looked for everywhere, the oldest first. */
  readonly #finders = new Map<string, SecretFinder>();
  #all: SecretFinder | undefined;
  #count = 0;

  /** How many were found: what was hidden before must be hidden again when it grows. */
  get count(): number {
    return this.#count;
  }

  /**
   * The mark of a secret, which is looked for from now on.
   *
   * @param isSure Whether it is looked for although it may be a common word.
   */
  learn(value: string, isSure = false): string {
    if (value === "" || MARK.test(value)) return value;
    let mark = this.#marks.get(value);
    if (mark === undefined) {
      this.#marks.set(value, mark = `REDACTED-${++this.#count}`);
      const [oldest] = this.#marks.keys();
      if (this.#marks.size > MOST_MARKS) this.#marks.delete(oldest!);
    }
    if ((isSure || isDistinct(value)) && !this.#finders.has(value)) {
      this.#finders.set(value, new SecretFinder([value]));
      const [oldest] = this.#finders.keys();
      if (this.#finders.size > MOST) this.#finders.delete(oldest!);
      this.#all = undefined;
    }
    return mark;
  }

  /** Text without the values that are known. */
  hideText(text: string): string {
    if (!isJSONText(text)) return this.#replace(text);
    // Within the strings alone, so that it stays JSON; a number that is a secret becomes a string.
    const hidden = replaceLiterals(text, ({ start, end, isNumber, value }) => {
      if (isNumber) return this.#finders.has(value) ? `"${this.#marks.get(value)}"` : undefined;
      return `"${this.#replace(text.slice(start + 1, end - 1))}"`;
    });
    return hidden;
  }

  /** The same of text or bytes. */
  hideContent(content: Content): Content {
    if (typeof content === "string") return this.hideText(content);
    const bytes = content.slice();
    this.#finder.mask(bytes);
    return bytes;
  }

  #replace(text: string): string {
    if (this.#finder.hide(text) === text) return text;
    let hidden = text;
    const longestFirst = [...this.#finders].sort(([a], [b]) => b.length - a.length);
    for (const [secret, finder] of longestFirst) {
      hidden = finder.hide(hidden, this.#marks.get(secret));
    }
    return hidden;
  }

  get #finder(): SecretFinder {
    return this.#all ??= new SecretFinder(this.#finders.keys());
  }
}
