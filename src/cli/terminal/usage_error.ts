/**
 * The error for wrong arguments of a command.
 *
 * @module
 */

/** Wrong usage of a command; the message says what to do. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * Calls the library with the user's arguments. A TypeError or RangeError of the library then means wrong usage;
 * anywhere else it is a defect.
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
