/**
 * What a runtime must have for this library, and what Node 20 and browsers before 2024 lack.
 *
 * @module
 */

/**
 * Says what is missing, before anything fails for the lack of it. Constructors call it: an import that
 * throws would take a whole page with it.
 *
 * @throws {TypeError} If something of ES2024 is missing.
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
