/**
 * Carries out an operation: sends it once, and gives the answer in the form that is asked for.
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

/** What a call takes besides its arguments. */
export interface CallOptions<Data = unknown> extends
  Omit<
    RequestOptions,
    "params" | "auth" | "throwOnError" | "json" | "data" | "form" | "multipart" | "urlTemplate"
  > {
  /** Checks the data of a successful answer, and may change it. */
  readonly schema?: StandardSchema<unknown, Data>;
  /**
   * Whether arguments and answer are checked by the schemas of the description; the client must be generated
   * with `schemas`.
   *
   * @default {what the API has}
   */
  readonly validate?: boolean;
}

/** What a stream or a list in pages takes besides its arguments. */
export type StreamOptions = Omit<CallOptions, "schema">;

/** A call that has begun: a promise of its data, with other ways to look at the answer. */
export class APICall<Data, Result> extends Promise<Data> {
  /** What `then()` gives is a plain promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  readonly #response: Promise<Response>;
  readonly #toResult: (response: Response) => Result;

  /**
   * Makes a call of a response to come.
   *
   * @param response The response.
   * @param toData Gives the data, or throws.
   * @param toResult Gives the result, or throws.
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
   * The answer, whatever its status, which narrows `body`.
   *
   * @throws {APIError} If the description has no such answer.
   */
  result(): Promise<Result> {
    this.catch(() => {}); // who looks at the result need not look at the data
    return this.#response.then(this.#toResult);
  }

  /** The response as it came. */
  response(): Promise<Response> {
    this.catch(() => {});
    return this.#response;
  }
}

/** Calls an operation. Generated functions do nothing else. */
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
