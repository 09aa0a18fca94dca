/** Throws unless `expr` is truthy. */
export function assert(expr: unknown, msg?: string): asserts expr;
