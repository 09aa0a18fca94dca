/**
 * The error of a command that was typed wrong.
 *
 * @module
 */

/** A wrong use of a command; the message says what to do. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
