/**
 * Decodes a response by its status and media type.
 *
 * @module
 */

import { DecodeError } from "../../http_errors.ts";
import { isJSON, parseContentType } from "../../formats/content_type.ts";
import { type StandardSchema, validate } from "../../formats/standard_schema.ts";
import type { Response } from "../../http/response/response.ts";
import { describeURL } from "../../redact.ts";
import { APIError } from "./api_error.ts";
import { checkAnswer } from "./checks.ts";
import { isIn, isRange, readContent } from "./media.ts";
import type { Operation } from "./operation.ts";

/** How a response is read. */
export interface ReadOptions {
  /** Checks the data of a success, and may change it. */
  readonly schema?: StandardSchema<unknown, unknown> | undefined;
  /** Whether the caller requested the media type, described or not. */
  readonly anyType: boolean;
  /** Whether a JSON response is checked against its schema. */
  readonly validate: boolean;
}

/** Returns the entry of a status in the description: by the status, its range, or `default`. */
function documented<T>(by: Readonly<Record<string, T>>, status: number): T | undefined {
  const key = keyOf(by, status);
  return key === undefined ? undefined : by[key];
}

function keyOf(by: object, status: number): string | undefined {
  return [`${status}`, `${Math.floor(status / 100)}XX`, "default"]
    .find((key) => Object.hasOwn(by, key));
}

/** Whether `types` include the media type `actual` of a response. */
function matches(types: readonly string[], actual: string): boolean {
  if (types.length === 0 || actual === "") return true;
  return types.some((type) => {
    if (isRange(type)) return isIn(type, actual);
    const { essence } = parseContentType(type);
    return essence === actual || isJSON({ essence }) && isJSON({ essence: actual });
  });
}

function essenceOf(response: Response): string {
  return parseContentType(response.headers.get("content-type")).essence;
}

/**
 * Returns the data of a successful response; `undefined` if it has no content.
 *
 * @throws {APIError} If the status is not 2xx.
 * @throws {DecodeError} If its media type was not requested, or it is malformed.
 */
export function toData(
  operation: Operation,
  response: Response,
  { schema, anyType, validate: isChecked }: ReadOptions,
): unknown {
  if (!response.ok) throw toError(operation, response);
  // An undocumented success is read like the documented ones.
  const types = documented(operation.responses, response.statusCode) ??
    Object.keys(operation.responses).filter((key) => key.startsWith("2"))
      .flatMap((key) => operation.responses[key]!);
  const actual = essenceOf(response);
  const { method, url, attempts } = response;
  if (response.content.length > 0 && !anyType && !matches(types, actual)) {
    throw new DecodeError(
      `Cannot read the answer of ${method} ${describeURL(url)}: it is ${actual}, and ${
        types.join(" or ")
      } was asked for; set headers.accept to ask for another`,
      { method, url, attempts, snippet: "" },
    );
  }
  const data = readContent(response, types, operation.int64);
  if (isChecked) checkContent(operation, response);
  if (schema === undefined) return data;
  const what = `the answer of ${method} ${describeURL(url)}`;
  return validate(schema, data, what, { method, url, attempts });
}

/**
 * Checks the content of a response, if it is JSON.
 *
 * @throws {SchemaError} If it does not match its schema.
 */
export function checkContent(operation: Operation, response: Response): void {
  if (!isJSON({ essence: essenceOf(response) })) return;
  checkAnswer(operation, response, keyOf(operation.responses, response.statusCode) ?? "");
}

/** Makes the error for a response that is not 2xx; a body that cannot be decoded is text. */
export function toError(operation: Operation, response: Response): APIError {
  const types = documented(operation.responses, response.statusCode);
  let body: unknown;
  let isKnown = types !== undefined && matches(types, essenceOf(response));
  try {
    body = readContent(response, types, operation.int64);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    body = response.text; // malformed JSON
    isKnown = false;
  }
  return new APIError(response, body, isKnown ? operation : undefined);
}

/**
 * Returns the outcome of a call.
 *
 * @throws {APIError} If the description has no such response.
 * @throws {DecodeError} If its media type was not requested, or it is malformed.
 */
export function toResult(
  operation: Operation,
  response: Response,
  { anyType, validate }: ReadOptions,
): unknown {
  const { statusCode: status } = response;
  const headers = headersOf(operation, response);
  if (response.ok) {
    return { status, body: toData(operation, response, { anyType, validate }), headers, response };
  }
  const error = toError(operation, response);
  if (error.operation === undefined) throw error;
  return { status, body: error.body, headers, response };
}

/** Returns the described header fields as values, without those that cannot be read. */
function headersOf(operation: Operation, response: Response): Readonly<Record<string, unknown>> {
  const kinds = documented(operation.headers ?? {}, response.statusCode) ?? {};
  const found = Object.entries(kinds).flatMap(([name, kind]): [string, unknown][] => {
    const text = response.headers.get(name);
    if (text === null) return [];
    switch (kind) {
      case "string":
        return [[name, text]];
      case "list":
        return [[name, text.split(",").map((item) => item.trim())]];
      case "number":
        return text.trim() === "" || Number.isNaN(Number(text)) ? [] : [[name, Number(text)]];
      case "boolean":
        return /^(?:true|false)$/i.test(text) ? [[name, text.toLowerCase() === "true"]] : [];
    }
  });
  return Object.fromEntries(found);
}
