/**
 * Objects for platform interfaces, which also read inherited properties.
 *
 * @module
 */

/**
 * Makes an object that inherits nothing. Its prototype is an empty object without a prototype. Engines
 * optimise such objects like others, but store objects without any prototype in a slow dictionary.
 */
const Bare = function () {} as unknown as new () => object;
Bare.prototype = Object.freeze(Object.create(null));

/** Returns an empty object that inherits nothing, even from a polluted `Object.prototype`. */
export function newBare<T extends object>(): T {
  return new Bare() as T;
}

/** Copies properties to an object that inherits nothing, even from a polluted `Object.prototype`. */
export function bare<T extends object>(properties: T): T {
  return Object.assign(newBare<T>(), properties);
}
