/** Throws, where the code is still to be written. */
export function unimplemented(msg?: string): never;
