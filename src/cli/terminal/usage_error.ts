/**
 * The error of a command that was typed wrong.
 *
 * @module
 */

/** A wrong use of a command; the message says what to do. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * A call of the library with what was typed. It throws a TypeError or a RangeError for a wrong argument
 * before it does anything, which is then a wrong use; anywhere else these are defects of ours.
 *
 * @throws {UsageError} If an argument is wrong.
 */
export async function asTyped<T>(call: () => T | Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    throw new UsageError(error.message, { cause: error });
  }
}
