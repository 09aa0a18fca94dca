/**
 * Objects for platform interfaces, which read inherited properties as well.
 *
 * @module
 */

/** The same properties on an object that inherits nothing, whatever `Object.prototype` has. */
export function bare<T extends object>(properties: T): T {
  return Object.assign(Object.create(null), properties);
}
