/**
 * Arguments and answers against the schemas of the description, where a client has them.
 *
 * @module
 */

import { type StandardSchema, validate } from "../../formats/standard_schema.ts";
import type { Response } from "../../http/response/response.ts";
import { describeURL } from "../../redact.ts";
import { checkArguments, own, valueOf } from "./arguments.ts";
import { chooseType } from "./body.ts";
import { writeJSON } from "./media.ts";
import type { Operation, OperationSchemas } from "./operation.ts";

function schemasOf({ id, schemas }: Operation): OperationSchemas {
  if (schemas !== undefined) return schemas();
  throw new TypeError(`Cannot validate ${id}: its client has no schemas; generate it with schemas`);
}

/**
 * Checks the arguments of a call.
 *
 * @throws {TypeError} If one does not fit its schema; the message names it.
 */
export function checkBySchemas(operation: Operation, args: object): void {
  const { parameters, body } = schemasOf(operation);
  checkArguments(operation, args);
  for (const parameter of operation.parameters ?? []) {
    const value = valueOf(operation, args, parameter);
    const schema = own(parameters, `${parameter.in} ${parameter.name}`);
    if (value !== undefined && value !== null) {
      check(operation, schema, value, `the ${parameter.in} parameter ${parameter.name}`);
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
  check(operation, own(body, type), value, "the body");
}

function check({ id }: Operation, schema: unknown, value: unknown, what: string): void {
  if (schema === undefined) return;
  // What is sent counts: dates are text there, and bigints are numbers.
  const sent: unknown = JSON.parse(writeJSON(value));
  const result = (schema as StandardSchema)["~standard"].validate(sent);
  if ("then" in result || result.issues === undefined) return;
  const shown = result.issues.slice(0, 3).map(({ path = [], message }) =>
    path.length === 0 ? message : `${path.map(String).join(".")}: ${message}`
  );
  throw new TypeError(`Cannot call ${id}: ${what} does not fit: ${shown.join("; ")}`);
}

/**
 * Checks the content of an answer of JSON.
 *
 * @throws {SchemaError} If it does not fit its schema.
 */
export function checkAnswer(operation: Operation, response: Response, key: string): void {
  const schema = own(schemasOf(operation).responses, key);
  if (schema === undefined || response.content.length === 0) return;
  const { method, url, attempts } = response;
  validate(
    schema as StandardSchema,
    response.json(),
    `the answer of ${method} ${describeURL(url)}`,
    { method, url, attempts },
  );
}
