/** An array or typed array, but no string. */
export type ArrayLikeArg<T> = ArrayLike<T> & object;

/** Throws unless every element of `expected` is, by deep equality, in `actual`. */
export function assertArrayIncludes<T>(
  actual: ArrayLikeArg<T>,
  expected: ArrayLikeArg<T>,
  msg?: string,
): void;
