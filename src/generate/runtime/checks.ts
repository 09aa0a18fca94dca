/**
 * Checks arguments and responses against the schemas of the description, if a client has them.
 *
 * @module
 */

import { type StandardSchema, validate } from "../../formats/standard_schema.ts";
import type { Response } from "../../http/response/response.ts";
import { describeURL } from "../../redact.ts";
import { own, valueOf } from "./arguments.ts";
import { chooseType } from "./body.ts";
import { writeJSON } from "./media.ts";
import type { Operation, OperationSchemas } from "./operation.ts";

function schemasOf({ schemas }: Operation): OperationSchemas {
  if (schemas !== undefined) return schemas();
  throw new TypeError("its client has no schemas to validate with; generate it with schemas");
}

/**
 * Checks the arguments of a call, whose names are right.
 *
 * @throws {TypeError} If one does not match its schema; the message names it.
 */
export function checkBySchemas(
  operation: Operation,
  args: Readonly<Record<string, unknown>>,
): void {
  const { parameters, body } = schemasOf(operation);
  for (const parameter of operation.parameters ?? []) {
    const value = valueOf(operation, args, parameter);
    const schema = own(parameters, `${parameter.in} ${parameter.name}`);
    if (value !== undefined && value !== null) {
      check(schema, value, `the ${parameter.in} parameter ${parameter.name}`);
    }
  }
  const value = own(args, "body");
  if (value === undefined) return;
  const given = own(args, "contentType");
  const { type } = chooseType(
    operation.body ?? {},
    value,
    given === undefined ? undefined : String(given),
  );
  check(own(body, type), value, "the body");
}

function check(schema: unknown, value: unknown, what: string): void {
  if (schema === undefined) return;
  // Checks the JSON that is sent: dates are text there, and bigints are numbers.
  const sent: unknown = JSON.parse(writeJSON(value));
  const result = (schema as StandardSchema)["~standard"].validate(sent);
  if ("then" in result || result.issues === undefined) return;
  const shown = result.issues.slice(0, 3).map(({ path = [], message }) =>
    path.length === 0 ? message : `${path.map(String).join(".")}: ${message}`
  );
  throw new TypeError(`${what} does not fit: ${shown.join("; ")}`);
}

/** The common part of buffered and streamed responses. */
type Answer = Pick<Response, "method" | "url" | "attempts">;

/**
 * Checks the content of a JSON response.
 *
 * @param key Its key in the description.
 * @throws {SchemaError} If it does not match its schema.
 */
export function checkAnswer(operation: Operation, response: Response, key: string): void {
  const schema = own(schemasOf(operation).responses, key);
  if (response.content.length > 0) accept(schema, response.json(), "the answer", response);
}

/**
 * Checks an item of a stream.
 *
 * @throws {SchemaError} If it does not match its schema.
 */
export function checkItem(operation: Operation, item: unknown, response: Answer): void {
  accept(schemasOf(operation).items, item, "an item", response);
}

function accept(schema: unknown, value: unknown, what: string, answer: Answer): void {
  if (schema === undefined) return;
  const { method, url, attempts } = answer;
  const shown = `${what} of ${method} ${describeURL(url)}`;
  validate(schema as StandardSchema, value, shown, { method, url, attempts });
}
