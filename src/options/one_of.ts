/**
 * The check of an option with a fixed set of values.
 *
 * @module
 */

import { type Check, kindOf } from "./checks.ts";

/** Accepts one of some values. */
export function oneOf<T>(...values: readonly T[]): Check<T> {
  return (name, value) => {
    if (values.includes(value as T)) return value as T;
    const shown = ["string", "number", "boolean"].includes(typeof value)
      ? JSON.stringify(value)
      : kindOf(value);
    throw new (typeof value === "number" ? RangeError : TypeError)(
      `Cannot use ${name}: ${shown}: it must be one of ${values.join(", ")}`,
    );
  };
}
