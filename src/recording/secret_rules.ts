/**
 * The option for secrets of a caller, in addition to those that the library knows.
 *
 * @module
 */

import {
  callable,
  type Check,
  list,
  type OptionTable,
  text as someText,
} from "../options/checks.ts";
import { options } from "../options/read_options.ts";

/** The secrets of a caller, in addition to those that the library knows. */
export interface SecretRules {
  /** Names of header fields, parameters, cookies and members of bodies. */
  readonly names?: readonly string[];
  /** Values that are replaced everywhere. */
  readonly values?: readonly string[];
  /** Changes each URL, field value, body and message before it is stored. */
  readonly text?: (text: string) => string;
}

/** Checks {@linkcode SecretRules}. */
export const secretRules: Check<SecretRules> = options(
  {
    names: list(someText, "a list of names"),
    values: list(someText, "a list of texts"),
    text: callable<(text: string) => string>(),
  } satisfies OptionTable<SecretRules>,
);
