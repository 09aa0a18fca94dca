/**
 * Reads streamed responses item by item, and lists page by page.
 *
 * @module
 */

import { DecodeError } from "../../http_errors.ts";
import { parseContentType } from "../../formats/content_type.ts";
import type { ParamsOption } from "../../formats/url_params.ts";
import {
  cursor,
  linkHeader,
  type NextPage,
  offset,
  pageNumber,
} from "../../http/paginate/next_page.ts";
import { paginate } from "../../http/paginate/paginate.ts";
import { HTTPError, type Response } from "../../http/response/response.ts";
import type { StreamingResponse } from "../../http/response/streaming_response.ts";
import { describeURL } from "../../redact.ts";
import type { EventMessage } from "../../sse/event_source_options.ts";
import { checkContent, toError } from "./answers.ts";
import type { API } from "./api.ts";
import { own } from "./arguments.ts";
import type { StreamOptions } from "./call.ts";
import { checkItem } from "./checks.ts";
import { parseExact } from "./exact_numbers.ts";
import { readContent } from "./media.ts";
import type { Operation, PageRule, StreamFormat } from "./operation.ts";
import { prepare, type PreparedCall } from "./prepare.ts";

/**
 * Yields the items of a stream; leaving the loop frees the connection.
 *
 * @throws {APIError} If the status is not 2xx.
 * @throws {DecodeError} If its media type is not that of the described stream.
 * @throws {SchemaError} If `validate` is on, and an item does not match its schema.
 */
export async function* stream<Item>(
  api: API,
  operation: Operation,
  args: object = {},
  options: StreamOptions = {},
): AsyncGenerator<Item, void, undefined> {
  const format = operation.stream!;
  const { method, url, options: request } = await prepare(api, operation, args, options);
  const response = await api.client.stream(method, url, request);
  try {
    if (!response.ok) throw toError(operation, await response.bufferError());
    const actual = parseContentType(response.headers.get("content-type")).essence;
    if (actual !== parseContentType(format.type).essence) {
      const { attempts } = response;
      throw new DecodeError(
        `Cannot read the answer of ${method} ${describeURL(url)}: it is ${
          actual || "of no type"
        }, and must be ${format.type}`,
        { method, url, attempts, snippet: "" },
      );
    }
    const { validate = api.validate } = options;
    const read = (text: string) => parse(response, text, operation, validate);
    yield* itemsOf(response, format, read) as AsyncGenerator<Item>;
  } finally {
    await response.cancel();
  }
}

async function* itemsOf(
  response: StreamingResponse,
  format: StreamFormat,
  read: (text: string) => unknown,
): AsyncGenerator<unknown> {
  const { essence } = parseContentType(format.type);
  if (essence === "text/event-stream") {
    for await (const event of response.events()) {
      if (event.data === format.end) return;
      yield format.json ? { ...event, data: read(event.data) } : event satisfies EventMessage;
    }
    return;
  }
  for await (
    const text of essence === "application/json-seq" ? records(response) : response.lines()
  ) {
    if (text.trim() !== "") yield read(text);
  }
}

/** RFC 7464: each text begins with a record separator, and may contain line breaks. */
async function* records(response: StreamingResponse): AsyncGenerator<string> {
  let text = "";
  for await (const line of response.lines()) {
    for (const [index, part] of line.split("\x1e").entries()) {
      if (index > 0) {
        yield text;
        text = "";
      }
      text += index > 0 ? part : `${part}\n`;
    }
  }
  yield text;
}

/** Returns an item, checked if `validate` is on. */
function parse(
  response: StreamingResponse,
  text: string,
  operation: Operation,
  isChecked: boolean,
): unknown {
  const { method, url, attempts } = response;
  const { int64 } = operation;
  let item: unknown;
  try {
    item = int64 === undefined ? JSON.parse(text) : parseExact(text, int64);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    const snippet = text.slice(0, 100);
    throw new DecodeError(
      `Cannot read an item of ${method} ${describeURL(url)}: its data is not valid JSON`,
      { method, url, attempts, snippet, cause },
    );
  }
  if (isChecked) checkItem(operation, int64 === undefined ? item : JSON.parse(text), response);
  return item;
}

/**
 * Yields the items of all pages. Each page is a call of the operation with another page argument. Credentials
 * are not sent to another origin.
 *
 * @throws {APIError} If the status of a page is not 2xx.
 * @throws {SchemaError} If `validate` is on, and a page does not match its schema.
 */
export async function* items<Item>(
  api: API,
  operation: Operation,
  args: object = {},
  options: StreamOptions = {},
): AsyncGenerator<Item, void, undefined> {
  const rule = operation.pages!;
  const { validate = api.validate } = options;
  const read = (page: Response) => {
    if (validate) checkContent(operation, page);
    const found = at(readContent(page, [], operation.int64), rule.items ?? "");
    return Array.isArray(found) ? found : [];
  };
  const next = nextOf(rule.next);
  const first = await prepare(api, operation, args, options);
  const { method, url, options: request } = first;
  const fetchPage = async (to: string | ParamsOption | undefined) => {
    if (typeof to === "string") return await api.client.request(method, to, request);
    const page = to === undefined
      ? first
      : await preparePage(api, operation, args, options, to as Readonly<Record<string, unknown>>);
    return await api.client.request(method, page.url, page.options);
  };
  const isByURL = rule.next.by === "link" || rule.next.by === "url";
  try {
    yield* method === "GET" && isByURL
      ? api.client.paginate<Item>(url, { ...request, items: read, next })
      : paginate<Item>(fetchPage, { items: read, next });
  } catch (error) {
    throw error instanceof HTTPError ? toError(operation, error.response) : error;
  }
}

/** Returns the request for another page, with the value at the place in the rule. */
function preparePage(
  api: API,
  operation: Operation,
  args: object,
  options: StreamOptions,
  changed: Readonly<Record<string, unknown>>,
): Promise<PreparedCall> {
  const { next } = operation.pages!;
  if ("in" in next && next.in === "body") {
    const body = own(args, "body");
    return prepare(api, operation, { ...args, body: { ...(body as object), ...changed } }, options);
  }
  const [[name, value] = ["", undefined]] = Object.entries(changed);
  const named = operation.parameters?.filter((one) => one.name === name && one.in !== "path") ?? [];
  const parameter = named.find((one) => one.in === "query") ?? named[0];
  if (parameter === undefined) { // not in the description
    return prepare(api, operation, args, { ...options, params: changed } as StreamOptions);
  }
  const given = operation.grouped
    ? { [parameter.in]: { ...own(args, parameter.in) as object, [name]: value } }
    : { [name]: value };
  return prepare(api, operation, { ...args, ...given }, options);
}

function nextOf(next: PageRule["next"]): NextPage {
  switch (next.by) {
    case "link":
      return linkHeader(next.rel);
    case "url":
      return (page) => {
        const found = at(page.json(), next.pointer);
        return typeof found === "string" && found !== "" ? found : undefined;
      };
    case "cursor":
      return cursor(next.param, (body: unknown) => {
        const found = at(body, next.pointer);
        return typeof found === "string" || typeof found === "number" ? found : undefined;
      });
    case "page":
      return pageNumber(next.param, next.first);
    case "offset":
      return offset(next.param);
  }
}

/** The value at a JSON Pointer (RFC 6901), if there is one. */
function at(body: unknown, pointer: string): unknown {
  return pointer.split("/").slice(1).reduce<unknown>((value, part) => {
    const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
    return typeof value === "object" && value !== null && Object.hasOwn(value, key)
      ? (value as Record<string, unknown>)[key]
      : undefined;
  }, body);
}
