/** Whether the values are equal, deeply. */
export function equal(a: unknown, b: unknown): boolean;
