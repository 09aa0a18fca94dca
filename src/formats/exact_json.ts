/**
 * JSON whose numbers keep their digits. `JSON.parse()` makes a double of every number (RFC 8259 section
 * 6), which changes integers beyond 2^53 and decimals of more than 17 digits: IDs of services are such.
 *
 * @module
 */

/** JSON, read. */
export interface ExactJSON {
  /** The value, as `JSON.parse()` gives it. */
  readonly value: unknown;
  /** The first number that the value has with other digits than the text; undefined without one. */
  readonly changed: string | undefined;
}

/**
 * Reads JSON for others, who have to get the numbers that were sent.
 *
 * @throws {SyntaxError} If it is not well-formed.
 */
export function readExactJSON(text: string): ExactJSON {
  return { value: JSON.parse(text), changed: changedNumber(text) };
}

/** What the types do not know yet: a value with a text of its own (the JSON.parse source text proposal). */
const { rawJSON } = JSON as { readonly rawJSON?: (text: string) => unknown };

/**
 * Reads JSON that is written again: each number keeps the digits that it has in the text.
 *
 * @throws {SyntaxError} If it is not well-formed.
 * @throws {RangeError} If the runtime cannot keep a number.
 */
export function parseKeepingDigits(text: string): unknown {
  if (rawJSON !== undefined) return JSON.parse(text, keepDigits);
  const { value, changed } = readExactJSON(text);
  if (changed === undefined) return value;
  throw new RangeError(`Cannot keep the number ${changed}: this runtime would change its digits`);
}

function keepDigits(
  _name: string,
  value: unknown,
  context?: { readonly source?: string },
): unknown {
  const source = context?.source;
  const isKept = typeof value !== "number" || source === undefined || String(value) === source;
  return isKept ? value : rawJSON!(source);
}

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/gs;

/**
 * The first number of well-formed JSON that would not keep its value as a double; undefined if all would.
 */
export function changedNumber(text: string): string | undefined {
  for (const [token] of text.matchAll(TOKEN)) {
    if (token.startsWith('"') || /^-?\d{1,15}$/.test(token)) continue;
    const written = String(Number(token));
    if (written !== token && decimal(written) !== decimal(token)) return token;
  }
  return undefined;
}

/** One spelling for each number: its digits without zeros around them, and the power of ten. */
function decimal(number: string): string {
  const [, sign, whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(number) ?? [, number];
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  const plain = digits.replace(/0+$/, "");
  if (plain === "") return "0";
  return `${sign}${plain}e${Number(exponent) - fraction.length + digits.length - plain.length}`;
}
