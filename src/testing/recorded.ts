/**
 * The body that a test double received, in the forms that tests compare.
 *
 * @module
 */

import { type Check, that } from "../options/checks.ts";

/** Checks the `json` of an answer. */
export const JSON_VALUE: Check = that(
  (value) => JSON.stringify(value) !== undefined,
  "a value with a JSON form",
);

/** A received body. */
export interface RecordedBody {
  /** The body without its framing. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** The body as UTF-8. */
  readonly text: string;
  /** Parses the body as JSON; throws a `SyntaxError` if it is not JSON. */
  json(): unknown;
  /** The same with a type, which nothing checks. */
  json<T>(): T;
}

/** A recorded body, with other facts of its request. */
export function recorded<Facts extends object>(
  body: Uint8Array<ArrayBuffer>,
  facts: Facts,
): RecordedBody & Facts {
  const text = new TextDecoder().decode(body);
  return { body, text, json: <T>(): T => JSON.parse(text), ...facts };
}
