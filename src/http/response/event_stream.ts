/**
 * A response as a stream of server-sent events.
 *
 * @module
 */

import { ConnectionError } from "../../errors.ts";
import { DecodeError, ResponseTooLargeError } from "../../http_errors.ts";
import { describeURL } from "../../redact.ts";
import type { EventStreamParser, ServerSentEvent } from "../../formats/event_stream_parser.ts";
import { decodedChunks, type EncodedBody } from "./body_chunks.ts";
import { parseContentType } from "../../formats/content_type.ts";

/** The parts of a response that are read here. */
export interface EventResponse extends EncodedBody {
  readonly statusCode: number;
  /** Reads the part of the body that an error message needs. */
  bufferError(): Promise<{ readonly text: string }>;
}

/** The length of `snippet` in every DecodeError. */
const SNIPPET_LENGTH = 200;

/** Servers send a comment every 15 to 45 s, if nothing else. */
const GET_IDLE_MS = 90_000;

function isEventStream(headers: Headers): boolean {
  return parseContentType(headers.get("content-type")).essence === "text/event-stream";
}

/**
 * Returns the longest silence of a streamed body, in milliseconds. An event stream has another default: a
 * server without events, or a model that thinks, is not dead.
 */
export function idleLimit(
  headers: Headers,
  method: string,
  given: { readonly idleTimeoutMs: number; readonly eventIdleMs: number | undefined },
): number {
  if (!isEventStream(headers)) return given.idleTimeoutMs;
  return given.eventIdleMs ?? (method === "GET" ? GET_IDLE_MS : Infinity);
}

/**
 * Yields the events of a body. An incomplete event at the end of a GET stream is dropped, as the HTML
 * Standard requires; at the end of any other stream it is an error.
 *
 * @throws {NetworkingError} As {@linkcode requireEventStream}, {@linkcode readEvents} and
 * {@linkcode requireWhole}.
 */
export async function* eventsOf(
  response: EventResponse,
  parser: EventStreamParser,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  await requireEventStream(response);
  yield* readEvents(response, parser);
  if (response.method !== "GET") requireWhole(response, parser);
}

/**
 * Checks the Content-Type.
 *
 * @throws {DecodeError} If it is not `text/event-stream`; `snippet` has the beginning of the body.
 */
export async function requireEventStream(response: EventResponse): Promise<void> {
  const { method, url, statusCode, headers, attempts = [] } = response;
  if (isEventStream(headers)) return;
  const type = headers.get("content-type");
  const given = type === null ? "missing" : JSON.stringify(type.slice(0, 100));
  const isError = statusCode < 200 || statusCode > 299;
  const text =
    `Cannot read events of ${method} ${describeURL(url)}: the content-type is ${given}, ` +
    "and must be text/event-stream" +
    (isError ? `; the status is ${statusCode}, so check that first` : "");
  const snippet = (await response.bufferError()).text.slice(0, SNIPPET_LENGTH);
  throw new DecodeError(text, { method, url, attempts, snippet });
}

/**
 * Yields the events of a body whose type was checked.
 *
 * @throws {ResponseTooLargeError} If an event is larger than the parser allows.
 */
export async function* readEvents(
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

/**
 * Checks the end of a stream that does not reconnect. Only its end shows whether it is complete.
 *
 * @throws {ConnectionError} `body_truncated` if it ended in the middle of an event.
 */
export function requireWhole(
  { method, url, attempts = [] }: EventResponse,
  { isInEvent }: EventStreamParser,
): void {
  if (!isInEvent) return;
  throw new ConnectionError(
    "body_truncated",
    `Cannot read events of ${method} ${describeURL(url)}: the stream ended in the middle of an ` +
      "event; the events before it are complete",
    { method, url, attempts },
  );
}
