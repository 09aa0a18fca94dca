/** Throws unless the text matches. */
export function assertMatch(actual: string, expected: RegExp, msg?: string): void;
