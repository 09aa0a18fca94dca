/**
 * Promises of other realms (a vm context, a frame, an edge runtime), which are no `instanceof Promise`.
 *
 * @module
 */

/** Whether `await` would wait for the value. */
export function isPromiseLike<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as PromiseLike<T> | null | undefined)?.then === "function";
}
