/**
 * A text that matches a regular expression of literals, classes, groups and counts.
 *
 * @module
 */

/** A part of an expression: the text of one repetition, for the `nth` of several. */
type Part = {
  readonly write: (nth: number) => string;
  readonly least: number;
  readonly most: number;
};

const DIGITS = "0123456789";
const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const CLASSES: Readonly<Record<string, string>> = {
  d: DIGITS,
  w: LETTERS + LETTERS.toUpperCase() + DIGITS + "_",
  s: " ",
  D: LETTERS,
  W: "-",
  S: LETTERS,
};
const CONTROLS: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", f: "\f", v: "\v" };
const PRINTABLE = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
/** More repetitions than a sample needs. */
const MOST = 1000;

/**
 * Returns a text of a given length that matches a pattern, or `undefined` if the pattern is not supported.
 *
 * @param nth Which of several.
 */
export function textFor(
  pattern: string,
  least: number,
  most: number,
  nth: number,
): string | undefined {
  const parts = new PatternReader(pattern).read();
  if (parts === undefined) return undefined;
  let expression: RegExp;
  try {
    expression = new RegExp(pattern, "u");
  } catch {
    return undefined;
  }
  // Repeats what may be repeated, until the text is long enough.
  for (let extra = 0; extra <= Math.min(least, MOST); extra++) {
    let left = extra;
    const text = parts.map(({ write, least: fewest, most: highest }) => {
      const count = Math.min(fewest + left, highest);
      left -= count - fewest;
      return Array.from({ length: count }, () => write(nth)).join("");
    }).join("");
    if (text.length < least) continue;
    return text.length <= most && expression.test(text) ? text : undefined;
  }
  // A pattern without anchors may match anywhere in a text.
  const padded = parts.map(({ write, least: fewest }) => write(nth).repeat(fewest)).join("")
    .padEnd(least, "x");
  return padded.length <= most && expression.test(padded) ? padded : undefined;
}

class PatternReader {
  readonly #pattern: string;
  #at = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  /** The parts of the pattern; `undefined` if one is not supported. */
  read(): Part[] | undefined {
    const parts = this.#alternatives();
    return this.#at === this.#pattern.length ? parts : undefined;
  }

  /** Takes the first of several alternatives and skips the others. */
  #alternatives(): Part[] | undefined {
    const first = this.#sequence();
    while (this.#pattern[this.#at] === "|") {
      this.#at++;
      if (this.#sequence() === undefined) return undefined;
    }
    return first;
  }

  #sequence(): Part[] | undefined {
    const parts: Part[] = [];
    while (this.#at < this.#pattern.length && !"|)".includes(this.#pattern[this.#at]!)) {
      if ("^$".includes(this.#pattern[this.#at]!)) {
        this.#at++;
        continue;
      }
      const write = this.#atom();
      const count = write && this.#count();
      if (count === undefined) return undefined;
      parts.push({ write: write!, least: count[0], most: count[1] });
    }
    return parts;
  }

  #atom(): ((nth: number) => string) | undefined {
    const letter = this.#pattern[this.#at++]!;
    if (letter === "(") {
      const kind = /^\?(?::|<[A-Za-z]\w*>)/.exec(this.#pattern.slice(this.#at));
      if (kind === null && this.#pattern[this.#at] === "?") return undefined; // look-around
      this.#at += kind?.[0].length ?? 0;
      const parts = this.#alternatives();
      if (parts === undefined || this.#pattern[this.#at++] !== ")") return undefined;
      return (nth) => parts.map(({ write, least }) => write(nth).repeat(least)).join("");
    }
    if (letter === "[") return this.#set();
    if (letter === ".") return oneOf([...LETTERS]);
    if (letter === "\\") {
      const found = this.#escape();
      return found === undefined ? undefined : oneOf([...found]);
    }
    return "*+?{".includes(letter) ? undefined : () => letter;
  }

  /** The characters of an escape. */
  #escape(): string | undefined {
    const letter = this.#pattern[this.#at++];
    if (letter === undefined || /[bBkpPcux1-9]/.test(letter)) return undefined;
    return CLASSES[letter] ?? CONTROLS[letter] ?? letter;
  }

  #set(): ((nth: number) => string) | undefined {
    const isOther = this.#pattern[this.#at] === "^";
    if (isOther) this.#at++;
    const letters: string[] = [];
    for (
      let letter = this.#pattern[this.#at++];
      letter !== "]";
      letter = this.#pattern[this.#at++]
    ) {
      if (letter === undefined) return undefined;
      const found = letter === "\\" ? this.#escape() : letter;
      if (found === undefined) return undefined;
      const isRange = this.#pattern[this.#at] === "-" && this.#pattern[this.#at + 1] !== "]";
      if (!isRange || found.length > 1) {
        letters.push(...found);
        continue;
      }
      this.#at++;
      const end = this.#pattern[this.#at++]!;
      const last = (end === "\\" ? this.#escape() : end)?.codePointAt(0);
      if (last === undefined) return undefined;
      const first = found.codePointAt(0)!;
      for (let code = first; code <= Math.min(last, first + 255); code++) {
        letters.push(String.fromCodePoint(code));
      }
    }
    const allowed = isOther ? PRINTABLE.filter((one) => !letters.includes(one)) : letters;
    const plain = allowed.filter((one) => /[\p{L}\p{N}]/u.test(one));
    return allowed.length === 0 ? undefined : oneOf(plain.length > 0 ? plain : allowed);
  }

  #count(): [least: number, most: number] | undefined {
    const found = /^(?:[*+?]|\{(\d+)(,(\d*))?\})\??/.exec(this.#pattern.slice(this.#at));
    if (found === null) return [1, 1];
    this.#at += found[0].length;
    const [whole, least, comma, most] = found;
    if (whole.startsWith("*")) return [0, MOST];
    if (whole.startsWith("+")) return [1, MOST];
    if (whole.startsWith("?")) return [0, 1];
    return [Number(least), comma === undefined ? Number(least) : most === "" ? MOST : Number(most)];
  }
}

function oneOf(letters: readonly string[]): (nth: number) => string {
  return (nth) => letters[nth % letters.length]!;
}
