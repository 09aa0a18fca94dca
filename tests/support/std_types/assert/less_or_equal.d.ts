/** Throws unless `actual` is at most `expected`. */
export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string): void;
