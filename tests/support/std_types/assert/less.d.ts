/** Throws unless `actual` is below `expected`. */
export function assertLess<T>(actual: T, expected: T, msg?: string): void;
