/**
 * JSON with integers of any size, without loss of digits.
 *
 * @module
 */

/** `JSON` with the source text of numbers, which the types of TypeScript lack. */
interface ExactJSON {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context?: { readonly source?: string }) => unknown,
  ): unknown;
  readonly rawJSON?: (text: string) => unknown;
}

const json = JSON as ExactJSON;

/**
 * Parses JSON; integers above 2^53 become bigints or text.
 *
 * @throws {TypeError} If the runtime does not provide the source text.
 */
export function parseExact(text: string, as: "bigint" | "string"): unknown {
  return json.parse(text, (_, value, context) => {
    if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
    const source = context?.source;
    if (source === undefined) {
      throw new TypeError(
        "this runtime does not show the digits of numbers in JSON; leave int64 at its default",
      );
    }
    if (!/^-?\d+$/.test(source)) return value;
    return as === "bigint" ? BigInt(source) : source;
  });
}

/**
 * Returns a value as JSON, with bigints as numbers.
 *
 * @throws {TypeError} If JSON cannot represent it.
 */
export function stringifyExact(value: unknown): string {
  const { rawJSON } = json;
  return JSON.stringify(value, (_, member) => {
    if (typeof member !== "bigint") return member;
    if (rawJSON === undefined) {
      throw new TypeError(`this runtime cannot write ${member} as JSON; give a number`);
    }
    return rawJSON(String(member));
  });
}
