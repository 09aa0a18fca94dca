/**
 * Makes a request from the arguments of an operation.
 *
 * @module
 */

import { isJSON, parseContentType } from "../../formats/content_type.ts";
import { flag } from "../../options/checks.ts";
import type { RequestOptions } from "../../http/settings/options.ts";
import type { API } from "./api.ts";
import { checkArguments, own, valueOf } from "./arguments.ts";
import { encodeBody, encodeForm } from "./body.ts";
import { callURL } from "./call_url.ts";
import { checkBySchemas } from "./checks.ts";
import { writeJSON } from "./media.ts";
import type { Operation, Parameter } from "./operation.ts";
import { cookiePairs, headerValue, pairsOf, pathValue } from "./styles.ts";

/** A request that is ready to be sent. */
export interface PreparedCall {
  readonly method: string;
  readonly url: string;
  readonly options: RequestOptions;
}

/**
 * Returns the request for an operation, as a promise so that wrong arguments reject the call.
 *
 * @throws {TypeError} If an argument cannot be sent, is unknown, or is missing.
 */
// deno-lint-ignore require-await -- errors become rejections
export async function prepare(
  api: API,
  operation: Operation,
  args: object,
  { validate = api.validate, ...options }: RequestOptions & { readonly validate?: boolean },
): Promise<PreparedCall> {
  flag("validate", validate);
  const { id, method, path, parameters = [], body = {}, security = [], server } = operation;
  try {
    checkArguments(operation, args);
    if (validate) checkBySchemas(operation, args);
    const inPlace = (place: Parameter["in"]) => parameters.filter((one) => one.in === place);
    const target = path.replace(/\{([^{}]*)\}/g, (_, name: string) => {
      const parameter = parameters.find((one) => one.in === "path" && one.name === name);
      const value = parameter && valueOf(operation, args, parameter);
      return pathValue(parameter ?? { name, in: "path" }, value);
    });
    const query = [
      ...inPlace("query").flatMap((one) => pairsOf(one, valueOf(operation, args, one))),
      ...inPlace("querystring").flatMap((one) => wholeQuery(one, valueOf(operation, args, one))),
    ];
    const cookies = inPlace("cookie")
      .flatMap((one) => cookiePairs(one, valueOf(operation, args, one))).join("; ");
    const given = own(args, "contentType");
    const value = own(args, "body");
    const encoded = value === undefined
      ? undefined
      : encodeBody(body, value, given === undefined ? undefined : String(given));
    const base = server === undefined ? api.baseUrl : new URL(server, `${api.baseUrl}/`).href;
    const scheme = api.schemeFor(security, base);
    const headers: [string, string][] = [
      ["accept", acceptOf(operation)],
      ...inPlace("header").flatMap((one): [string, string][] => {
        const value = valueOf(operation, args, one);
        return value === undefined || value === null ? [] : [[one.name, headerValue(one, value)]];
      }),
    ];
    if (cookies !== "") headers.push(["cookie", cookies]);
    if (encoded?.contentType !== undefined) headers.push(["content-type", encoded.contentType]);
    return {
      method,
      url: callURL(base, target, inPlace("query").map(({ name }) => name), query),
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

/** A parameter that is the whole query (OpenAPI 3.2, `in: querystring`). */
function wholeQuery({ content = "" }: Parameter, value: unknown): string[] {
  if (value === undefined || value === null) return [];
  if (isJSON(parseContentType(content))) return [encodeURIComponent(writeJSON(value))];
  if (typeof value === "string") return [value]; // it is text already
  return [encodeForm(value as Readonly<Record<string, unknown>>, {})];
}

/** The default header fields, without those that the caller set. */
function merged(
  ours: readonly [string, string][],
  given: RequestOptions["headers"],
): RequestOptions["headers"] {
  if (given === undefined) return ours;
  const theirs = Symbol.iterator in given ? [...given] : Object.entries(given);
  const names = new Set(theirs.map(([name]) => name.toLowerCase()));
  return [...ours.filter(([name]) => !names.has(name)), ...theirs];
}

/** Whether the caller set the media types of the response. */
export function namesAccept(headers: RequestOptions["headers"]): boolean {
  if (headers === undefined) return false;
  const names = Symbol.iterator in headers
    ? [...headers].map(([name]) => name)
    : Object.keys(headers);
  return names.some((name) => name.toLowerCase() === "accept");
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
