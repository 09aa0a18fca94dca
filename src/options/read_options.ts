/**
 * Reads an object of options by its table: names first, then each value by its check.
 *
 * @module
 */

import type { Check } from "./checks.ts";
import type { Habits } from "./habits.ts";
import { ownOptions } from "./option_names.ts";

/** The checked options; those that are omitted or `undefined` are missing. */
export type Read<Table extends Readonly<Record<string, Check>>> = {
  readonly [Name in keyof Table]?: ReturnType<Table[Name]>;
};

/** Returns the names of a table. */
export function namesOf(table: object): ReadonlySet<string> {
  return new Set(Object.keys(table));
}

/**
 * Reads the options of `given` by `table`.
 *
 * @param action The action, for messages, such as `create a WebSocketClient`.
 * @param given The options of the caller.
 * @param table The check of each option.
 * @param elsewhere Names that exist, but not here, with where they belong.
 * @param prefix The prefix of nested options, such as `heartbeat.`.
 * @param habits Names of other clients.
 * @throws {TypeError | RangeError} If a name is unknown, or a value cannot be used.
 */
export function readOptions<Table extends Readonly<Record<string, Check>>>(
  action: string,
  given: object | undefined,
  table: Table,
  elsewhere?: ReadonlyMap<string, string>,
  prefix = "",
  habits?: Habits,
): Read<Table> {
  const own: object = ownOptions(action, given, namesOf(table), elsewhere, habits);
  return readPart(own, table, prefix);
}

/** Reads the options that `table` has; all names were checked before. */
export function readPart<Table extends Readonly<Record<string, Check>>>(
  given: object,
  table: Table,
  prefix = "",
): Read<Table> {
  const read: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined && Object.hasOwn(table, name)) {
      read[name] = table[name]!(prefix + name, value);
    }
  }
  return read as Read<Table>;
}

/** Accepts nested options, such as `heartbeat`. */
export function options<Table extends Readonly<Record<string, Check>>>(
  table: Table,
  elsewhere?: ReadonlyMap<string, string>,
): Check<Read<Table>> {
  return (name, value) => readOptions(`use ${name}`, value as object, table, elsewhere, `${name}.`);
}
