/**
 * Parameters of a URL or a form in options.
 *
 * @module
 */

import { entriesOf, expect } from "../options/checks.ts";
import type { PlainObject } from "./json_value.ts";

/** One query parameter value; `undefined` and `null` remove the parameter. */
export type ParamValue = string | number | boolean | bigint | Date | null | undefined;

/**
 * Query parameters in options; arrays repeat the parameter. An object of any type or interface is accepted:
 * each value must be a {@linkcode ParamValue} or an array of them at run time.
 */
export type ParamsOption =
  | Readonly<Record<string, ParamValue | readonly ParamValue[]>>
  | PlainObject
  | URLSearchParams
  | readonly (readonly [name: string, value: ParamValue])[];

/** Query parameters by name; an empty list removes the parameter. */
export type Params = ReadonlyMap<string, readonly string[]>;

/** No parameter at all. */
export const NO_PARAMS: Params = new Map();

/** Returns `base` with the parameters of `given` on top, replaced by name. */
export function mergeParams(
  base: Params,
  given: ParamsOption,
  option: "params" | "form" = "params",
): Params {
  const own = new Map<string, string[]>();
  for (const [name, value] of entriesOf(option, given, "URLSearchParams")) {
    expect(typeof name === "string", `a name of ${option}`, name, "a string");
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    const list = own.get(name) ?? [];
    for (const one of values) {
      if (one !== undefined && one !== null) list.push(paramText(option, name, one));
    }
    own.set(name, list);
  }
  return new Map([...base, ...own]);
}

function paramText(option: string, name: string, value: unknown): string {
  switch (typeof value) {
    case "string":
      return value;
    case "number":
    case "boolean":
    case "bigint":
      return String(value);
  }
  const shown = `${option}[${JSON.stringify(name)}]`;
  const isDate = value instanceof Date;
  expect(isDate, shown, value, "a string, number, boolean, bigint, Date, or an array of those");
  if (!Number.isNaN(value.getTime())) return value.toISOString();
  throw new RangeError(`Cannot use ${shown}: its value is an invalid Date`);
}
