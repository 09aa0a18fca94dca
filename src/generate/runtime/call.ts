/**
 * Calls an operation: sends its request once, and returns the response in the form that the caller reads.
 *
 * @module
 */

import { record, that } from "../../options/checks.ts";
import type { RequestOptions } from "../../http/settings/options.ts";
import type { Response } from "../../http/response/response.ts";
import type { StandardSchema } from "../../formats/standard_schema.ts";
import { toData, toResult } from "./answers.ts";
import type { API } from "./api.ts";
import type { Operation } from "./operation.ts";
import { namesAccept, prepare } from "./prepare.ts";

/** Options of a call. */
export interface CallOptions<Data = unknown> extends
  Omit<
    RequestOptions,
    "params" | "auth" | "throwOnError" | "json" | "data" | "form" | "multipart" | "urlTemplate"
  > {
  /** Checks the data of a successful response, and may change it. */
  readonly schema?: StandardSchema<unknown, Data>;
  /**
   * Whether arguments and response are checked against the schemas of the description; the client must be
   * generated with `schemas`.
   *
   * @default {what the API has}
   */
  readonly validate?: boolean;
}

/** Options of a stream or of a list in pages. */
export type StreamOptions = Omit<CallOptions, "schema">;

/** A started call: a promise of its data, with other ways to read the response. */
export class APICall<Data, Result> extends Promise<Data> {
  /** `then()` returns a plain promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  readonly #response: Promise<Response>;
  readonly #toResult: (response: Response) => Result;

  /**
   * Makes a call from the promise of a response.
   *
   * @param response The response.
   * @param toData Returns the data, or throws.
   * @param toResult Returns the result, or throws.
   */
  constructor(
    response: Promise<Response>,
    toData: (response: Response) => Data,
    toResult: (response: Response) => Result,
  ) {
    super((resolve, reject) => void response.then(toData).then(resolve, reject));
    this.#response = response;
    this.#toResult = toResult;
  }

  /**
   * Returns the response of any status; the status narrows `body`.
   *
   * @throws {APIError} If the description has no such response.
   */
  result(): Promise<Result> {
    this.catch(() => {}); // a caller that reads the result need not read the data
    return this.#response.then(this.#toResult);
  }

  /** Returns the raw response. */
  response(): Promise<Response> {
    this.catch(() => {});
    return this.#response;
  }
}

/** Calls an operation, as generated functions do. */
export function call<Data, Result>(
  api: API,
  operation: Operation<Data, Result>,
  args: object = {},
  options: CallOptions<Data> = {},
): APICall<Data, Result> {
  const { schema, headers, validate = api.validate } = options;
  const reading = { schema, anyType: namesAccept(headers), validate };
  return new APICall(
    send(api, operation, args, options),
    (response) => toData(operation, response, reading) as Data,
    (response) => toResult(operation, response, reading) as Result,
  );
}

async function send(
  api: API,
  operation: Operation,
  args: object,
  options: CallOptions,
): Promise<Response> {
  const { schema, ...given } = record(
    "the options of the call",
    options,
  ) as CallOptions;
  if (schema !== undefined) checkSchema("schema", schema);
  const prepared = await prepare(api, operation, args, given);
  return await api.client.request(prepared.method, prepared.url, prepared.options);
}

const checkSchema = that(
  (value) =>
    (typeof value === "object" || typeof value === "function") && value !== null &&
    "~standard" in value,
  "a schema of a library that implements Standard Schema",
);
