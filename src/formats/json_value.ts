/**
 * Values for JSON: objects that a caller writes in braces, and numbers that JSON cannot hold (RFC 8259 6).
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
 * Refuses NaN, Infinity and an invalid date, whose JSON is `null`: nobody meant to send that.
 *
 * @param value A value whose JSON is `null`.
 * @param name What it is called in the message.
 * @throws {RangeError} If it is one of them.
 */
export function refuseNumber(value: unknown, name: string): void {
  let found: unknown = value;
  // What toJSON() gives counts; that of an invalid date is `null` like any other.
  if (!(value instanceof Date)) JSON.stringify(value, (_, top) => found = top);
  if (typeof found !== "number" && !(found instanceof Number) && !(found instanceof Date)) return;
  throw new RangeError(`Cannot send ${name} as JSON: ${found} has no JSON form`);
}
