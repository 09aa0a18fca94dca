/**
 * The secrets that are known, each with the mark that stands for it.
 *
 * @module
 */

import { SecretFinder } from "../formats/secret_text.ts";
import { REDACTED } from "../redact.ts";
import type { Content } from "./exchange.ts";
import { isJSONText, replaceLiterals } from "./json_literals.ts";
import { isDistinct } from "./secret_names.ts";

/** Stands where a secret was: a text that is valid in a URL, a header field, a cookie and a token. */
const MARK: RegExp = /REDACTED-\d+/;

/** Of more secrets the last are looked for. */
const MOST = 1000;
/** Of more secrets the oldest get another mark if they come again. */
const MOST_MARKS = 20_000;

/** Secrets, and where else they stand. */
export class KnownSecrets {
  /** Each secret with its mark. */
  readonly #marks = new Map<string, string>();
  /** Those that are looked for everywhere, the oldest first. */
  #secrets = new Set<string>();
  #finder = new SecretFinder([]);
  /** Those that {@linkcode takeNew} did not give yet. */
  #new = new SecretFinder([]);
  #count = 0;

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

  /** Finds the secrets that came since it was last asked for; `undefined` if there are none. */
  takeNew(): SecretFinder | undefined {
    const finder = this.#new;
    if (finder.longestSpelling === 0) return undefined;
    this.#new = new SecretFinder([]);
    return finder;
  }

  /**
   * Text without the values that are known.
   *
   * @param finder Finds those that are looked for.
   */
  hideText(text: string, finder: SecretFinder = this.#finder): string {
    const hide = (part: string) =>
      finder.hide(part, (secret) => this.#marks.get(secret) ?? REDACTED);
    const hidden = hide(text);
    if (hidden === text || !isJSONText(text)) return hidden;
    // Within the strings alone, so that it stays JSON; a number that is a secret becomes a string.
    return replaceLiterals(text, ({ start, end, isNumber, value }) => {
      if (!isNumber) return `"${hide(text.slice(start + 1, end - 1))}"`;
      const whole = hide(value);
      return MARK.exec(whole)?.[0] === whole ? `"${whole}"` : undefined;
    });
  }

  /** The same of text or bytes. */
  hideContent(content: Content, finder: SecretFinder = this.#finder): Content {
    if (typeof content === "string") return this.hideText(content, finder);
    const bytes = content.slice();
    finder.mask(bytes);
    return bytes;
  }
}
