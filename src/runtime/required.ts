/**
 * The features that this library requires, and that Node 20 and browsers before 2024 lack.
 *
 * @module
 */

/**
 * Checks the runtime, so that a missing feature is reported clearly. Constructors call it, since an import
 * that throws would break a whole page.
 *
 * @throws {TypeError} If a required feature of ES2024 is missing.
 */
export function requireES2024(): void {
  const missing = !("withResolvers" in Promise)
    ? "Promise.withResolvers"
    : !("transfer" in ArrayBuffer.prototype)
    ? "ArrayBuffer.prototype.transfer"
    : undefined;
  if (missing !== undefined) {
    throw new TypeError(
      `Cannot run here: the runtime has no ${missing}; use Node 22, Deno 2.5, Bun 1.2 or a newer one`,
    );
  }
}
