/**
 * Answers that come bit by bit, and lists that come page by page.
 *
 * @module
 */

import { DecodeError } from "../../errors.ts";
import { parseContentType } from "../../formats/content_type.ts";
import {
  cursor,
  linkHeader,
  type NextPage,
  offset,
  pageNumber,
} from "../../http/paginate/next_page.ts";
import { HTTPError } from "../../http/response/response.ts";
import type { StreamingResponse } from "../../http/response/streaming_response.ts";
import { describeURL } from "../../redact.ts";
import type { EventMessage } from "../../sse/event_source_options.ts";
import type { API } from "./api.ts";
import { prepare, type StreamOptions, toError } from "./call.ts";
import type { Operation, PageRule, StreamFormat } from "./operation.ts";

/**
 * The items of a stream; leaving the loop frees the connection.
 *
 * @throws {APIError} If the answer is no success.
 * @throws {DecodeError} If it is no stream of the media type that the description says.
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
    yield* itemsOf(response, format) as AsyncGenerator<Item>;
  } finally {
    await response.cancel();
  }
}

async function* itemsOf(
  response: StreamingResponse,
  format: StreamFormat,
): AsyncGenerator<unknown> {
  const { essence } = parseContentType(format.type);
  if (essence === "text/event-stream") {
    for await (const event of response.events()) {
      if (event.data === format.end) return;
      yield format.json
        ? { ...event, data: parse(response, event.data) }
        : event satisfies EventMessage;
    }
  } else if (essence === "application/json-seq") yield* records(response);
  else yield* response.ndjson();
}

/** RFC 7464: a text begins at a record separator, and may have line breaks. */
async function* records(response: StreamingResponse): AsyncGenerator<unknown> {
  let text = "";
  for await (const line of response.lines()) {
    for (const [index, part] of line.split("\x1e").entries()) {
      if (index > 0) {
        if (text.trim() !== "") yield parse(response, text);
        text = "";
      }
      text += index > 0 ? part : `${part}\n`;
    }
  }
  if (text.trim() !== "") yield parse(response, text);
}

function parse({ method, url, attempts }: StreamingResponse, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const snippet = text.slice(0, 100);
    throw new DecodeError(
      `Cannot read an item of ${method} ${describeURL(url)}: its data is no JSON`,
      { method, url, attempts, snippet, cause },
    );
  }
}

/**
 * The items of all pages. Credentials do not follow a page to another origin.
 *
 * @throws {APIError} If a page is no success.
 */
export async function* items<Item>(
  api: API,
  operation: Operation,
  args: object = {},
  options: StreamOptions = {},
): AsyncGenerator<Item, void, undefined> {
  const rule = operation.pages!;
  const { url, options: request } = await prepare(api, operation, args, options);
  try {
    yield* api.client.paginate<Item>(url, {
      ...request,
      items: (page) => {
        const found = at(page.json(), rule.items ?? "");
        return Array.isArray(found) ? found : [];
      },
      next: nextOf(rule.next),
    });
  } catch (error) {
    throw error instanceof HTTPError ? toError(operation, error.response) : error;
  }
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
