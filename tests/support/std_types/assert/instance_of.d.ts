/** Any class. */
export type AnyConstructor = new (...args: never[]) => unknown;

/** What the class makes. */
export type GetConstructorType<T extends AnyConstructor> = InstanceType<T>;

/** Throws unless `actual` is an instance of the class. */
export function assertInstanceOf<T extends AnyConstructor>(
  actual: unknown,
  expectedType: T,
  msg?: string,
): asserts actual is GetConstructorType<T>;
