/** Throws unless `actual` has, deeply, all that `expected` has. */
export function assertObjectMatch(
  actual: object,
  expected: Record<PropertyKey, unknown>,
  msg?: string,
): void;
