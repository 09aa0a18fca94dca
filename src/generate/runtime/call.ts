/**
 * Carries out an operation: arguments to a request, the response to a value by its status and media
 * type.
 *
 * @module
 */

import { DecodeError } from "../../errors.ts";
import { isJSON, parseContentType } from "../../formats/content_type.ts";
import type { RequestOptions } from "../../http/settings/options.ts";
import type { Response } from "../../http/response/response.ts";
import { type StandardSchema, validate } from "../../formats/standard_schema.ts";
import { describeURL } from "../../redact.ts";
import type { API } from "./api.ts";
import { record, that } from "../../options/checks.ts";
import { APIError } from "./api_error.ts";
import { encodeBody } from "./body.ts";
import type { Operation, Parameter } from "./operation.ts";
import { cookiePairs, encode, headerValue, pairsOf, pathValue } from "./styles.ts";

/** What a call can be given beside its arguments. */
export interface CallOptions<Data = unknown> extends
  Omit<
    RequestOptions,
    "params" | "auth" | "throwOnError" | "json" | "data" | "form" | "multipart" | "urlTemplate"
  > {
  /** Checks the data of a successful answer, and may change it. */
  readonly schema?: StandardSchema<unknown, Data>;
}

/** What a stream or a list in pages can be given beside its arguments. */
export type StreamOptions = Omit<CallOptions, "schema">;

/** A request that is ready to be sent. */
export interface PreparedCall {
  readonly method: string;
  readonly url: string;
  readonly options: RequestOptions;
}

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
  const { schema } = options;
  const response = send(api, operation, args, options);
  return new APICall(
    response,
    (response) => toData(operation, response, schema) as Data,
    (response) => toResult(operation, response) as Result,
  );
}

async function send(
  api: API,
  operation: Operation,
  args: object,
  options: CallOptions,
): Promise<Response> {
  const { schema, ...given } = record("the options of the call", options) as CallOptions;
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

/**
 * The request for an operation. It is a promise so that wrong arguments reject the call.
 *
 * @throws {TypeError} If an argument cannot be sent.
 */
// deno-lint-ignore require-await -- what is thrown rejects
export async function prepare(
  api: API,
  operation: Operation,
  args: object,
  options: StreamOptions,
): Promise<PreparedCall> {
  const { id, method, path, parameters = [], body = {}, security = [], server } = operation;
  try {
    const given = args as Readonly<Record<string, unknown>>;
    const valueOf = ({ name, in: place }: Parameter): unknown => {
      const group = operation.grouped ? given[place] : given;
      return own(group, name);
    };
    const inPlace = (place: Parameter["in"]) => parameters.filter((one) => one.in === place);
    const target = path.replace(/\{([^{}]*)\}/g, (_, name: string) => {
      const parameter = parameters.find((one) => one.in === "path" && one.name === name);
      return pathValue(parameter ?? { name, in: "path" }, parameter && valueOf(parameter));
    });
    if (target.split(/[/?]/).some((part) => /^(?:\.|%2e){1,2}$/i.test(part))) {
      throw new TypeError(`the path ${target} has a segment of dots, which would lead elsewhere`);
    }
    // A path may bring a query of its own, to tell operations apart; parameters count more.
    const [bare, fixed = ""] = target.split("?", 2);
    const named = new Set(inPlace("query").map(({ name }) => encode(name)));
    const query = [
      ...fixed.split("&").filter((pair) => pair !== "" && !named.has(pair.split("=")[0]!)),
      ...inPlace("query").flatMap((one) => pairsOf(one, valueOf(one))),
      ...inPlace("querystring").flatMap((one) => wholeQuery(one, valueOf(one))),
    ].join("&");
    const cookies = inPlace("cookie").flatMap((one) => cookiePairs(one, valueOf(one))).join("; ");
    const type = String(own(given, "contentType") ?? Object.keys(body)[0] ?? "");
    const value = own(given, "body");
    if (value !== undefined && !Object.hasOwn(body, type)) {
      const known = Object.keys(body).join(", ") || "none: the operation takes no body";
      throw new TypeError(`the contentType is ${JSON.stringify(type)}, and must be of ${known}`);
    }
    const encoded = value === undefined ? undefined : encodeBody(type, value, body[type]!);
    const base = server === undefined
      ? api.baseUrl
      : new URL(server, `${api.baseUrl}/`).href.replace(/\/$/, "");
    const scheme = api.schemeFor(security, base);
    const headers: [string, string][] = [
      ["accept", acceptOf(operation)],
      ...inPlace("header").flatMap((one): [string, string][] => {
        const value = valueOf(one);
        return value === undefined || value === null ? [] : [[one.name, headerValue(one, value)]];
      }),
    ];
    if (cookies !== "") headers.push(["cookie", cookies]);
    if (encoded?.contentType !== undefined) headers.push(["content-type", encoded.contentType]);
    return {
      method,
      url: `${base}${bare}${query === "" ? "" : `?${query}`}`,
      options: {
        ...options,
        ...encoded?.options,
        headers: merged(headers, options.headers),
        urlTemplate: path,
        throwOnError: false,
        ...(server !== undefined && { allowAnyOrigin: true }),
        ...(scheme !== undefined && { auth: scheme }),
      },
    };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new TypeError(`Cannot call ${id}: ${error.message}`, { cause: error });
  }
}

function own(from: unknown, name: string): unknown {
  return typeof from === "object" && from !== null && Object.hasOwn(from, name)
    ? (from as Record<string, unknown>)[name]
    : undefined;
}

/** A parameter that is the whole query (OpenAPI 3.2, `in: querystring`). */
function wholeQuery({ content = "" }: Parameter, value: unknown): string[] {
  if (value === undefined || value === null) return [];
  if (isJSON(parseContentType(content))) return [encodeURIComponent(JSON.stringify(value))];
  const { options } = encodeBody("application/x-www-form-urlencoded", value, {});
  return [String(options.data)];
}

/** Ours, unless the caller's have the name. */
function merged(
  ours: readonly [string, string][],
  given: RequestOptions["headers"],
): RequestOptions["headers"] {
  if (given === undefined) return ours;
  const theirs = Symbol.iterator in given ? [...given] : Object.entries(given);
  const names = new Set(theirs.map(([name]) => name.toLowerCase()));
  return [...ours.filter(([name]) => !names.has(name)), ...theirs];
}

function acceptOf({ responses, stream }: Operation): string {
  const types = new Set(stream === undefined ? [] : [stream.type]);
  for (const [status, own] of Object.entries(responses)) {
    if (stream === undefined || !status.startsWith("2")) {
      for (const type of own) types.add(type);
    }
  }
  return types.size === 0 ? "*/*" : [...types].join(", ");
}

/** What the description says of an answer: its media types; `undefined` when nothing. */
function documented({ responses }: Operation, status: number): readonly string[] | undefined {
  for (const key of [`${status}`, `${Math.floor(status / 100)}XX`, "default"]) {
    if (Object.hasOwn(responses, key)) return responses[key];
  }
  return undefined;
}

/** Whether an answer of type `actual` is what `types` announce. */
function matches(types: readonly string[], actual: string): boolean {
  if (types.length === 0 || actual === "") return true;
  const isActualJSON = isJSON({ essence: actual });
  return types.some((type) => {
    const { essence } = parseContentType(type);
    if (essence === actual || essence === "*/*") return true;
    return isJSON({ essence })
      ? isActualJSON
      : essence.endsWith("/*") && actual.startsWith(essence.slice(0, -1));
  });
}

function read(response: Response, types: readonly string[] = []): unknown {
  if (response.content.length === 0) return undefined;
  const { essence } = parseContentType(response.headers.get("content-type") ?? types[0] ?? null);
  if (isJSON({ essence })) return response.json();
  if (/^text\/|[/+]xml$|^application\/x-www-form-urlencoded$/.test(essence)) return response.text;
  return response.content;
}

function essenceOf(response: Response): string {
  return parseContentType(response.headers.get("content-type")).essence;
}

/**
 * The data of a successful answer.
 *
 * @throws {APIError} If the answer is no success.
 * @throws {DecodeError} If it is of another media type than the description says, or malformed.
 */
function toData<Data>(
  operation: Operation,
  response: Response,
  schema: StandardSchema<unknown, Data> | undefined,
): unknown {
  if (!response.ok) throw toError(operation, response);
  // An undocumented success is read like the documented ones.
  const types = documented(operation, response.statusCode) ?? Object.keys(operation.responses)
    .filter((key) => key.startsWith("2")).flatMap((key) => operation.responses[key]!);
  const actual = essenceOf(response);
  if (response.content.length > 0 && !matches(types, actual)) {
    const { method, url, attempts } = response;
    throw new DecodeError(
      `Cannot read the answer of ${method} ${describeURL(url)}: it is ${actual}, and must be ${
        types.join(" or ")
      }`,
      { method, url, attempts, snippet: "" },
    );
  }
  const data = read(response, types);
  if (schema === undefined) return data;
  const { method, url, attempts } = response;
  return validate(schema, data, `the answer of ${method} ${describeURL(url)}`, {
    method,
    url,
    attempts,
  });
}

/** The error for an answer that is no success; its body is text when it cannot be read. */
export function toError(operation: Operation, response: Response): APIError {
  const types = documented(operation, response.statusCode);
  let body: unknown;
  let isKnown = types !== undefined && matches(types, essenceOf(response));
  try {
    body = read(response, types);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    body = response.text; // JSON that is none
    isKnown = false;
  }
  return new APIError(response, body, isKnown ? operation : undefined);
}

function toResult(operation: Operation, response: Response): unknown {
  const { statusCode: status } = response;
  if (response.ok) return { status, body: toData(operation, response, undefined), response };
  const error = toError(operation, response);
  if (error.operation === undefined) throw error;
  return { status, body: error.body, response };
}
