/**
 * Objects that a caller writes in braces, typed by an interface or not.
 *
 * @module
 */

/**
 * A plain object of any type, interfaces included. Functions, promises, maps and iterators are none for
 * the compiler; an instance of a class without `toJSON()` is refused when it is sent.
 */
export type PlainObject = object & {
  readonly [Symbol.iterator]?: never;
  readonly [Symbol.asyncIterator]?: never;
  readonly [Symbol.hasInstance]?: never;
  readonly then?: never;
};
