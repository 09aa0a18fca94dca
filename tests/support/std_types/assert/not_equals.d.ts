/** Throws if the values are equal, deeply. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void;
