/**
 * A table of checks follows the type of its options. It is checked, and never run: a name that is
 * missing or stale, and a duration without a largest bare number, must not compile.
 */

import type { Duration } from "../../mod.ts";
import { duration, flag, type OptionTable, wholeNumber } from "../../src/options/checks.ts";

interface Options {
  readonly timeout?: Duration | false;
  readonly wide?: boolean;
}

const right = {
  timeout: duration("timeout"),
  wide: flag,
} satisfies OptionTable<Options>;

// @ts-expect-error -- wide is missing
const missing = { timeout: duration("timeout") } satisfies OptionTable<Options>;

const stale = {
  timeout: duration("timeout"),
  wide: flag,
  // @ts-expect-error -- no option has this name
  narrow: flag,
} satisfies OptionTable<Options>;

const unlimited = {
  // @ts-expect-error -- a duration is read by duration(), which looks its limit up
  timeout: wholeNumber(),
  wide: flag,
} satisfies OptionTable<Options>;

// @ts-expect-error -- an option that the table of limits does not have
const unknown = duration("patience");

export const tables: readonly unknown[] = [right, missing, stale, unlimited, unknown];
