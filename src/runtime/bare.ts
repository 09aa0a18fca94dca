/**
 * Objects for platform interfaces, which read inherited properties as well.
 *
 * @module
 */

/**
 * Makes an object that inherits nothing. Its prototype is an empty object without a prototype of its own:
 * engines keep such objects as fast as others, and those without any prototype in a slow dictionary.
 */
const Bare = function () {} as unknown as new () => object;
Bare.prototype = Object.freeze(Object.create(null));

/** An object without properties that inherits nothing, whatever `Object.prototype` has. */
export function newBare<T extends object>(): T {
  return new Bare() as T;
}

/** The same properties on an object that inherits nothing, whatever `Object.prototype` has. */
export function bare<T extends object>(properties: T): T {
  return Object.assign(newBare<T>(), properties);
}
