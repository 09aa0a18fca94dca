/**
 * Shows text to people: in color on a terminal, plain in a pipe. All text goes through this class, which escapes
 * control characters.
 *
 * @module
 */

import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage_error.ts";
import { visible } from "./visible.ts";

/** The style of a text. */
export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** Some text, or some text in a style. */
export type StyledText = string | readonly [style: Style, text: string];

/** Writes a line to standard error. */
export type Report = (...pieces: readonly StyledText[]) => void;

const CODES: Readonly<Record<Style, number>> = {
  bold: 1,
  dim: 2,
  red: 31,
  green: 32,
  yellow: 33,
  cyan: 36,
};

/** The most texts in one write. */
const PORTION = 5_000;

/** The two outputs of a command. */
export class Screen {
  /** Whether output is for people: escaped and formatted, not unchanged. */
  readonly isForPeople: boolean;
  readonly #terminal: Terminal;
  readonly #colours: { readonly output: boolean; readonly errors: boolean };
  #hasStatus = false;

  /**
   * @param when The value of `--color`.
   * @throws {UsageError} If the value is unknown.
   */
  constructor(terminal: Terminal, when = "auto") {
    if (!["auto", "always", "never"].includes(when)) {
      throw new UsageError(`Cannot use --color ${when}: it must be auto, always or never`);
    }
    const { output, errors, noColor } = terminal;
    const wanted = (isTerminal: boolean) =>
      when === "always" || (when === "auto" && isTerminal && !noColor);
    this.#terminal = terminal;
    this.isForPeople = output.isTerminal || when === "always";
    this.#colours = { output: wanted(output.isTerminal), errors: wanted(errors.isTerminal) };
  }

  /** Writes to standard output; escapes the text only for people. */
  async print(...pieces: readonly StyledText[]): Promise<void> {
    const { isForPeople } = this;
    const text = painted(pieces, this.#colours.output, isForPeople ? visible : (text) => text);
    await this.#terminal.output.write(text);
  }

  /** Writes text of any length to standard output, in bounded portions. */
  async printAll(pieces: Iterable<StyledText>): Promise<void> {
    let portion: StyledText[] = [];
    for (const piece of pieces) {
      portion.push(piece);
      if (portion.length < PORTION) continue;
      await this.print(...portion);
      portion = [];
    }
    await this.print(...portion);
  }

  /** Writes a line to standard error. */
  readonly report: Report = (...pieces) => {
    this.status();
    this.#terminal.errors.write(`${painted(pieces, this.#colours.errors, visible)}\n`);
  };

  /** Replaces the status line on standard error; without text it removes the line. */
  status(text = ""): void {
    const { errors } = this.#terminal;
    if (!errors.isTerminal || (text === "" && !this.#hasStatus)) return;
    this.#hasStatus = text !== "";
    errors.write(`\r${visible(text).slice(0, errors.columns - 1)}\x1b[K`);
  }
}

function painted(
  pieces: readonly StyledText[],
  coloured: boolean,
  safe: (text: string) => string,
): string {
  return pieces.map((piece) => {
    if (typeof piece === "string") return safe(piece);
    const [style, text] = piece;
    return coloured ? `\x1b[${CODES[style]}m${safe(text)}\x1b[0m` : safe(text);
  }).join("");
}
