/**
 * JSON with integers of any size: what a number cannot hold keeps its digits.
 *
 * @module
 */

/** `JSON` with the source text of numbers, which is younger than the types of TypeScript. */
interface ExactJSON {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context?: { readonly source?: string }) => unknown,
  ): unknown;
  readonly rawJSON?: (text: string) => unknown;
}

const json = JSON as ExactJSON;

/**
 * A text of JSON as a value, where integers beyond 2^53 are bigints or their digits.
 *
 * @throws {TypeError} If the runtime does not show the digits.
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
 * A value as JSON, with bigints as numbers.
 *
 * @throws {TypeError} If JSON cannot say it.
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
