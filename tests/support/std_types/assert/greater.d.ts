/** Throws unless `actual` is above `expected`. */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void;
