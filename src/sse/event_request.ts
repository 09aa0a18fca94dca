/**
 * Sends the request of an event stream.
 *
 * @module
 */

import { ConnectionError } from "../errors.ts";
import type { HTTPClient } from "../http/http_client.ts";
import type { HeadersOption } from "../http/request/headers.ts";
import type { StreamingResponse } from "../http/response/streaming_response.ts";
import type { RequestOptions } from "../http/settings/options.ts";
import { redactURL } from "../redact.ts";
import { bare } from "../runtime/bare.ts";
import { UNSENDABLE } from "./event_source_options.ts";

/** The parts of a request. */
export interface EventRequest {
  readonly client: HTTPClient;
  readonly method: string;
  readonly url: string | URL;
  readonly options: RequestOptions;
  readonly lastEventId: string;
}

/**
 * Sends the request.
 *
 * @returns A response with status 2xx, its body unread.
 * @throws {NetworkingError} If the request fails, or the status is not 2xx.
 */
export async function requestEvents(request: EventRequest): Promise<StreamingResponse> {
  const { client, method, url, options, lastEventId } = request;
  if (UNSENDABLE.test(lastEventId)) {
    const shown = JSON.stringify(lastEventId.slice(0, 100));
    const text = `Cannot reconnect to ${redactURL(String(url))}: the server's last event ID ` +
      `${shown} has control characters, which a header cannot carry`;
    throw new ConnectionError("protocol_error", text);
  }
  const { headers = [] } = bare(options);
  const withOwn = withEventHeaders(headers, lastEventId);
  const response = await client.stream(method, url, { ...options, headers: withOwn });
  return await response.raiseForStatus();
}

/** Adds the headers of an event stream to the caller's. */
function withEventHeaders(given: HeadersOption, lastEventId: string): HeadersOption {
  const pairs = Symbol.iterator in given ? [...given] : Object.entries(given);
  const names = new Set(pairs.map(([name]) => name.toLowerCase()));
  const own = [["accept", "text/event-stream"], ["cache-control", "no-store"]] as const;
  // HTML 9.2.4: UTF-8; a header takes one character for each byte.
  const bytes = new TextEncoder().encode(lastEventId);
  const id = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return [
    ...own.filter(([name]) => !names.has(name)),
    ...pairs.filter(([name]) => id === "" || name.toLowerCase() !== "last-event-id"),
    ...(id === "" ? [] : [["last-event-id", id] as const]),
  ];
}
