/** Throws unless `actual` is at least `expected`. */
export function assertGreaterOrEqual<T>(actual: T, expected: T, msg?: string): void;
