/** Throws unless the values are equal, deeply. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void;
