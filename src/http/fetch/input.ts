/**
 * Reads the arguments of `fetch(input, init)` by the rules of the Fetch Standard for
 * `new Request(input, init)`: each member of `init` overrides that of a `Request`.
 *
 * @module
 */

import { CONNECTION_FIELDS, type HeadersOption } from "../request/headers.ts";
import type { RequestOptions } from "../settings/options.ts";
import { bodyOfRequest, toData } from "./input_body.ts";

/** The request of a fetch call. */
export interface FetchInput {
  readonly method: string;
  readonly url: string | URL;
  readonly options: RequestOptions;
  /** Whether the body can be sent only once, as a stream or the body of a `Request`. */
  readonly isSentOnce: boolean;
  readonly redirect: string;
  readonly credentials: string;
  readonly integrity: string;
  /** The cache mode. */
  readonly cache: string;
}

/** The values of enumerations of the Fetch Standard; the first is the default. */
const VALUES = {
  redirect: ["follow", "manual", "error"],
  credentials: ["same-origin", "include", "omit"],
  cache: ["default", "no-store", "reload", "no-cache", "force-cache", "only-if-cached"],
} as const;

/**
 * Reads the arguments of fetch.
 *
 * @param sendsHost Whether a Host header can be sent.
 * @throws {TypeError} If one of them cannot be used.
 */
export async function readInput(
  input: unknown,
  given: RequestInit | null | undefined,
  sendsHost: boolean,
): Promise<FetchInput> {
  if (given !== undefined && given !== null && typeof given !== "object") {
    throw new TypeError(`Cannot fetch: init is a ${typeof given}, and must be an object`);
  }
  const init: RequestInit & { readonly duplex?: unknown } = given ?? {};
  const request = isRequest(input) ? input : undefined;
  const { body = null, duplex } = init;
  if (duplex !== undefined && duplex !== "half") {
    throw new TypeError(`Cannot fetch: duplex is ${JSON.stringify(duplex)}, and must be "half"`);
  }
  const signal = init.signal === undefined ? request?.signal : init.signal;
  const sent = body === null
    ? request && await bodyOfRequest(request)
    : toData(body, duplex === "half");
  const method = String(init.method ?? request?.method ?? "GET");
  const url = request?.url ?? (input instanceof URL ? input : String(input));
  return {
    method,
    url,
    options: {
      headers: fieldsOf(new Headers(init.headers ?? request?.headers), sendsHost),
      ...(sent !== undefined && { data: sent.data }),
      ...(signal && { signal }),
      throwOnError: false,
      totalTimeout: false,
    },
    isSentOnce: sent?.isSentOnce ?? false,
    redirect: choice("redirect", init, request),
    credentials: choice("credentials", init, request),
    cache: choice("cache", init, request),
    integrity: String(init.integrity ?? request?.integrity ?? ""),
  };
}

/** Whether a value is a Request of this platform or of a package. */
function isRequest(input: unknown): input is Request {
  if (input instanceof Request) return true;
  const { url, method, headers } = Object(input) as Partial<Request>;
  return typeof url === "string" && typeof method === "string" && typeof headers === "object";
}

/**
 * Returns the header fields without those that fetch sets itself (Fetch Standard, "forbidden
 * request-header").
 */
function fieldsOf(headers: Headers, sendsHost: boolean): HeadersOption {
  return [...headers].filter(([name]) =>
    !CONNECTION_FIELDS.has(name) && (name !== "host" || sendsHost)
  );
}

function choice(
  name: keyof typeof VALUES,
  init: RequestInit,
  request: Request | undefined,
): string {
  const values: readonly string[] = VALUES[name];
  const chosen = init[name];
  // Deno's Request has no cache mode.
  if (chosen === undefined) return request?.[name] ?? values[0]!;
  if (values.includes(String(chosen))) return String(chosen);
  throw new TypeError(
    `Cannot fetch: ${name} is ${JSON.stringify(chosen)}, and must be ${values.join(", ")}`,
  );
}
