/**
 * Standard Schema 1.0 (https://standardschema.dev), as far as a response needs it: any validator of
 * any library that implements it can be given to `json(schema)`. Re-declared here, so that no
 * validator is a dependency.
 *
 * @module
 */

import type { NetworkingErrorOptions } from "../errors.ts";
import { SchemaError, type SchemaIssue } from "../http_errors.ts";

/** A schema of any library that implements Standard Schema. */
export interface StandardSchema<Input = unknown, Output = Input> {
  /** What the specification puts under this key. */
  readonly "~standard": {
    /** The version of the specification. */
    readonly version: 1;
    /** The library. */
    readonly vendor: string;
    /** Checks a value; only synchronous results can be used here. */
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    /** The types, which exist for the compiler only. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** What a schema answers. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/**
 * The value as the schema gives it back.
 *
 * @throws {SchemaError} If the schema does not accept it.
 * @throws {TypeError} If the schema is asynchronous or none at all.
 */
export function validate<Output>(
  schema: StandardSchema<unknown, Output>,
  value: unknown,
  what: string,
  facts: NetworkingErrorOptions,
): Output {
  const standard: unknown = schema?.["~standard"];
  if (typeof standard !== "object" || standard === null) {
    throw new TypeError(
      "Cannot use the schema: it does not implement Standard Schema (it has no ~standard property)",
    );
  }
  const result = schema["~standard"].validate(value);
  if ("then" in result) { // a promise, of whatever make
    Promise.resolve(result).catch(() => {}); // nobody can await it here; the TypeError says what to do
    throw new TypeError(
      "Cannot use an asynchronous schema with json(): validate the result of json() yourself and await it",
    );
  }
  if (result.issues === undefined) return result.value;
  const shown = result.issues.slice(0, 3).map(({ path, message }) => {
    const keys = (path ?? []).map((step) => String(typeof step === "object" ? step.key : step));
    return keys.length === 0 ? message : `${keys.join(".")}: ${message}`;
  });
  const more = result.issues.length > 3 ? ` (and ${result.issues.length - 3} more)` : "";
  throw new SchemaError(
    `Cannot accept ${what}: it does not match the schema: ${shown.join("; ")}${more}`,
    { ...facts, issues: result.issues },
  );
}
