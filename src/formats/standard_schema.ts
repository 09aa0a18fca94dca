/**
 * The part of Standard Schema 1.0 (https://standardschema.dev) that a response needs. `json(schema)`
 * accepts a schema of any library that implements it. The types are declared here, so that no validator is
 * a dependency.
 *
 * @module
 */

import type { NetworkingErrorOptions } from "../errors.ts";
import { SchemaError, type SchemaIssue } from "../http_errors.ts";

/** A schema of any library that implements Standard Schema. */
export interface StandardSchema<Input = unknown, Output = Input> {
  /** The interface of the specification. */
  readonly "~standard": {
    /** The version of the specification. */
    readonly version: 1;
    /** The library. */
    readonly vendor: string;
    /** Validates a value; only synchronous results are supported. */
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    /** The types, which exist for the compiler only. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** The result of a schema. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/**
 * Validates a value and returns the output of the schema.
 *
 * @throws {SchemaError} If the schema does not accept it.
 * @throws {TypeError} If the schema is asynchronous, or is no schema.
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
  if ("then" in result) { // a promise of any realm or library
    Promise.resolve(result).catch(() => {}); // it cannot be awaited here; the TypeError says what to do
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
