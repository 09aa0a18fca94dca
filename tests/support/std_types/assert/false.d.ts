/** The values that count as false. */
export type Falsy = false | 0 | 0n | "" | null | undefined;

/** Throws unless `expr` is falsy. */
export function assertFalse(expr: unknown, msg?: string): asserts expr is Falsy;
