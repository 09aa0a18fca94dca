/** Throws if `Object.is` holds of the two. */
export function assertNotStrictEquals<T>(actual: T, expected: T, msg?: string): void;
