/**
 * Reads JSON without loss of digits. `JSON.parse()` converts every number to a double (RFC 8259 section 6),
 * which changes integers above 2^53, such as IDs of services, and decimals of more than 17 digits.
 *
 * @module
 */

/** Parsed JSON. */
export interface ExactJSON {
  /** The value that `JSON.parse()` returns. */
  readonly value: unknown;
  /** The first number whose digits in the value differ from the text; undefined if none does. */
  readonly changed: string | undefined;
}

/**
 * Reads JSON, and reports a number that the double changes.
 *
 * @throws {SyntaxError} If it is not well-formed.
 */
export function readExactJSON(text: string): ExactJSON {
  return { value: JSON.parse(text), changed: changedNumber(text) };
}

/** Missing in the types: creates a value with its own text (the JSON.parse source text proposal). */
const { rawJSON } = JSON as { readonly rawJSON?: (text: string) => unknown };

/**
 * Reads JSON that is serialised again later; each number keeps its digits.
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
 * Returns the first number of well-formed JSON that a double would change; undefined if there is none.
 */
export function changedNumber(text: string): string | undefined {
  for (const [token] of text.matchAll(TOKEN)) {
    if (token.startsWith('"') || /^-?\d{1,15}$/.test(token)) continue;
    const written = String(Number(token));
    if (written !== token && decimal(written) !== decimal(token)) return token;
  }
  return undefined;
}

/** Returns a canonical spelling of a number: its digits without outer zeros, and the power of ten. */
function decimal(number: string): string {
  const [, sign, whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(number) ?? [, number];
  const digits = `${whole}${fraction}`.replace(/^0+/, "");
  const plain = digits.replace(/0+$/, "");
  if (plain === "") return "0";
  return `${sign}${plain}e${Number(exponent) - fraction.length + digits.length - plain.length}`;
}
