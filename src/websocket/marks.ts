/**
 * Values that stand for what becomes of an attempt or of a message.
 *
 * @module
 */

/** A failed first attempt, after which `retry()` waits; thrown, but no error. */
export class Again {}

/** The one of its kind. */
export const AGAIN: Again = new Again();

/** The caller closed the client. */
export const ENDED: unique symbol = Symbol("closed by the caller");
