/**
 * The check of an option that is true, false or an object of options.
 *
 * @module
 */

import { type Check, expect } from "./checks.ts";
import { options, type Read } from "./read_options.ts";

/** Accepts true, false, or an object that `table` reads. */
export function optionsOrFlag<Table extends Readonly<Record<string, Check>>>(
  table: Table,
): Check<boolean | Read<Table>> {
  const read = options(table);
  return (name, value) => {
    if (typeof value === "boolean") return value;
    expect(typeof value === "object", name, value, "true, false or an object");
    return read(name, value);
  };
}
