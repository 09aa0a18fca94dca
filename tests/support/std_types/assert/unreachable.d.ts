/** Throws, where the code must not come. */
export function unreachable(msg?: string): never;
