/** Throws unless the text contains the other. */
export function assertStringIncludes(actual: string, expected: string, msg?: string): void;
