/**
 * What a command is told that was used wrongly.
 *
 * @module
 */

/** A wrong use of the command; the message says what to do. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
