/**
 * A response as a stream of server-sent events.
 *
 * @module
 */

import { DecodeError, type NetworkingErrorOptions, ResponseTooLargeError } from "../../errors.ts";
import { describeURL } from "../../redact.ts";
import type { EventStreamParser, ServerSentEvent } from "../../formats/event_stream_parser.ts";
import { decodedChunks } from "./body_chunks.ts";
import { parseContentType } from "../../formats/content_type.ts";

/** As much of a response as is read here. */
interface EventResponse extends Pick<NetworkingErrorOptions, "attempts"> {
  readonly method: string;
  readonly url: string;
  readonly statusCode: number;
  readonly headers: Headers;
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
}

/**
 * The events of a body, as the parser reads them.
 *
 * @throws {DecodeError} If the Content-Type is not `text/event-stream`; the body is then untouched.
 * @throws {ResponseTooLargeError} If an event is larger than the parser allows.
 */
export function eventsOf(
  response: EventResponse,
  parser: EventStreamParser,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  const { method, url, statusCode, headers, attempts = [] } = response;
  const type = headers.get("content-type");
  if (parseContentType(type).essence !== "text/event-stream") {
    const given = type === null ? "missing" : JSON.stringify(type.slice(0, 100));
    const isError = statusCode < 200 || statusCode > 299;
    throw new DecodeError(
      `Cannot read events of ${method} ${
        describeURL(url)
      }: the content-type is ${given}, and must ` +
        `be text/event-stream${
          isError ? `; the status is ${statusCode}, so check that first` : ""
        }`,
      { method, url, attempts, snippet: "", position: 0 },
    );
  }
  return readEvents(response, parser);
}

async function* readEvents(
  response: EventResponse,
  parser: EventStreamParser,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  const { method, url, attempts = [] } = response;
  for await (const chunk of decodedChunks(response, "the events")) {
    yield* parser.push(chunk);
    if (!parser.isStopped) continue;
    const limitBytes = parser.maxEventSize;
    throw new ResponseTooLargeError(
      `Cannot read events of ${method} ${describeURL(url)}: an event is longer than ` +
        `${limitBytes} characters, which is maxEventSize`,
      { method, url, attempts, limitBytes },
    );
  }
}
