/**
 * The check of an option that is text and not empty.
 *
 * @module
 */

import { type Check, text } from "./checks.ts";

/** Accepts text that is not empty. */
export const someText: Check<string> = (name, value) => {
  if (text(name, value) !== "") return value as string;
  throw new TypeError(`Cannot use ${name} that is an empty string: it must have text`);
};
