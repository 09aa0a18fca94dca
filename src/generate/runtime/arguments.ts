/**
 * Checks the arguments of a call before anything is sent, for programs without a compiler too.
 *
 * @module
 */

import type { Operation, Parameter } from "./operation.ts";

type Values = Readonly<Record<string, unknown>>;

/** The own member of an object; `undefined` where there is none. */
export function own(from: unknown, name: string): unknown {
  return typeof from === "object" && from !== null && Object.hasOwn(from, name)
    ? (from as Values)[name]
    : undefined;
}

/** The value of a parameter. */
export function valueOf({ grouped }: Operation, args: Values, parameter: Parameter): unknown {
  return own(grouped ? args[parameter.in] : args, parameter.name);
}

/**
 * Checks that the arguments are those of the operation, and that none is missing.
 *
 * @throws {TypeError} If an argument is unknown or missing; the message names it.
 */
export function checkArguments(operation: Operation, args: unknown): asserts args is Values {
  if (typeof args !== "object" || args === null) {
    throw new TypeError(
      `the arguments must be an object, and are ${args === null ? "null" : typeof args}`,
    );
  }
  const { parameters = [], body, bodyRequired, grouped } = operation;
  const ofBody = body === undefined ? [] : ["body", "contentType"];
  if (grouped) {
    const groups = Map.groupBy(parameters, (one) => one.in);
    checkNames(args, [...groups.keys(), ...ofBody], "");
    for (const [place, own] of groups) {
      const group = (args as Values)[place];
      if (group === undefined) continue;
      if (typeof group !== "object" || group === null) {
        throw new TypeError(`the argument ${place} must be an object of ${place} parameters`);
      }
      checkNames(group, own.map(({ name }) => name), ` in ${place}`);
    }
  } else checkNames(args, [...parameters.map(({ name }) => name), ...ofBody], "");
  for (const parameter of parameters) {
    const value = valueOf(operation, args as Values, parameter);
    if (
      (value === undefined || value === null) && (parameter.required || parameter.in === "path")
    ) {
      throw new TypeError(
        `the ${parameter.in} parameter ${parameter.name} is missing; give a value`,
      );
    }
  }
  if (bodyRequired && (args as Values).body === undefined) {
    throw new TypeError("the body is missing; give a value");
  }
}

function checkNames(given: object, known: readonly string[], where: string): void {
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue;
    const list = known.length === 0 ? "it has none" : `those${where} are ${known.join(", ")}`;
    throw new TypeError(`there is no argument ${name}${where}; ${list}`);
  }
}
