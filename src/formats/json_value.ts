/**
 * Values for JSON: the type of plain objects, and a check for numbers that JSON cannot represent (RFC 8259
 * 6).
 *
 * @module
 */

/**
 * A plain object of any type, interfaces included. The compiler refuses functions, promises, maps and
 * iterators; an instance of a class without `toJSON()` is refused when it is sent.
 */
export type PlainObject = object & {
  readonly [Symbol.iterator]?: never;
  readonly [Symbol.asyncIterator]?: never;
  readonly [Symbol.hasInstance]?: never;
  readonly then?: never;
};

/**
 * Refuses NaN, Infinity and an invalid date, which JSON would silently change to `null`.
 *
 * @param value A value whose JSON is `null`.
 * @param name The name of the value in the message.
 * @throws {RangeError} If it is one of them.
 */
export function refuseNumber(value: unknown, name: string): void {
  let found: unknown = value;
  // The result of toJSON() counts; for an invalid date it is `null`, so the date itself is checked.
  if (!(value instanceof Date)) JSON.stringify(value, (_, top) => found = top);
  if (typeof found !== "number" && !(found instanceof Number) && !(found instanceof Date)) return;
  throw new RangeError(`Cannot send ${name} as JSON: ${found} has no JSON form`);
}
