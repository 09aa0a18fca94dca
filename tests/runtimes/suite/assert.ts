/**
 * The assertions of the suite: as few as it needs, since those of `@std` and `node:assert` are not to
 * be had everywhere.
 *
 * @module
 */

/** Fails unless `value` holds. */
export function ok(value: unknown, what: string): asserts value {
  if (!value) throw new Error(`it does not hold that ${what}`);
}

/** Fails unless both are the same, in all their own properties. */
export function equal(actual: unknown, expected: unknown): void {
  if (same(actual, expected)) return;
  throw new Error(`expected ${show(expected)}, but got ${show(actual)}`);
}

/** Fails unless the text fits the pattern. */
export function match(text: string | undefined, pattern: RegExp): void {
  if (text === undefined || !pattern.test(text)) {
    throw new Error(`expected ${pattern}, but got ${show(text)}`);
  }
}

/** What a promise was rejected with; fails when it was not. */
export async function rejection(promise: PromiseLike<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`expected a failure, but got ${show(value)}`);
}

/** The same for an error of a class, with its type. */
export async function failure<T>(
  // deno-lint-ignore no-explicit-any -- what a class is constructed with does not matter
  kind: abstract new (...given: any[]) => T,
  promise: PromiseLike<unknown>,
): Promise<T> {
  const error = await rejection(promise);
  if (error instanceof kind) return error;
  throw new Error(`expected a ${kind.name}, but got ${show(error)}`);
}

/** What `read` gives once it gives something; fails when that takes seconds. */
export async function eventually<T>(read: () => Promise<T | undefined>, what: string): Promise<T> {
  for (let turn = 0; turn < 500; turn++) {
    const value = await read();
    if (value !== undefined) return value;
    await pause(20);
  }
  throw new Error(`it did not come that ${what}`);
}

/** Waits. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [Object.entries(a), new Map<string, unknown>(Object.entries(b))];
  return left.length === right.size &&
    left.every(([name, value]) => right.has(name) && same(value, right.get(name)));
}

function show(value: unknown): string {
  if (value instanceof Error) {
    const { code, cause } = value as { code?: unknown; cause?: unknown };
    const because = cause === undefined ? "" : `, because of ${show(cause)}`;
    return `${value.name}${code === undefined ? "" : ` [${code}]`}: ${value.message}${because}`;
  }
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return String(text ?? value).slice(0, 600);
}
