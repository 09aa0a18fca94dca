/**
 * Compares secrets in constant time.
 *
 * @module
 */

/** Whether both have the same bytes. For equal lengths, the time does not depend on the bytes. */
export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length &&
    one.reduce((sum, byte, index) => sum | (byte ^ other[index]!), 0) === 0;
}
