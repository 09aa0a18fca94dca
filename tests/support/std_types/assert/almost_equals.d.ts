/** Throws unless the numbers differ by less than `tolerance` (by default, a small share of `expected`). */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance?: number,
  msg?: string,
): void;
