/** Throws. */
export function fail(msg?: string): never;
