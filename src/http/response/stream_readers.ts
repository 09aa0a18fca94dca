/**
 * Reads streamed bodies as lines, JSON values or events. The first stream loads this module.
 *
 * @module
 */

import type { NetworkingErrorOptions } from "../../errors.ts";
import { DecodeError } from "../../http_errors.ts";
import { decoderFor, parseContentType } from "../../formats/content_type.ts";
import { EventStreamParser, type ServerSentEvent } from "../../formats/event_stream_parser.ts";
import { type StandardSchema, validate } from "../../formats/standard_schema.ts";
import { decodedChunks, type EncodedBody, firstBytes } from "./body_chunks.ts";
import { isCompressed, remainingCoding } from "./content_coding.ts";
import { type EventResponse, eventsOf } from "./event_stream.ts";

export { readErrorBody } from "./error_body.ts";
export { readEvents, requireEventStream, requireWhole } from "./event_stream.ts";
export { EventStreamParser };

const SNIPPET_LENGTH = 200;

/** Yields the lines of a body, without the LF or CR LF at their end. */
export async function* linesOf(
  response: EncodedBody,
): AsyncGenerator<string, void, undefined> {
  const { charset = "utf-8" } = parseContentType(response.headers.get("content-type"));
  const decoder = decoderFor(charset);
  let parts: string[] = []; // of the incomplete line, joined once: linear time
  for await (const chunk of decodedChunks(response, "the lines")) {
    const text = decoder.decode(chunk, { stream: true });
    let start = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      const line = [...parts, text.slice(start, end)].join("");
      parts = [];
      start = end + 1;
      yield line.endsWith("\r") ? line.slice(0, -1) : line;
    }
    if (start < text.length) parts.push(text.slice(start));
  }
  const last = parts.join("") + decoder.decode();
  if (last !== "") yield last;
}

/** Yields the lines of a body as JSON values, validated by the schema if there is one. */
export async function* rowsOf(
  response: EncodedBody,
  schema: StandardSchema | undefined,
  name: string,
  facts: NetworkingErrorOptions,
): AsyncGenerator<unknown, void, undefined> {
  let number = 0;
  for await (const line of linesOf(response)) {
    number++;
    if (line.trim() === "") continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (cause) {
      const message = `Cannot decode line ${number} of ${name} as JSON: it is not well-formed`;
      throw new DecodeError(message, { ...facts, cause, snippet: line.slice(0, SNIPPET_LENGTH) });
    }
    yield schema === undefined
      ? value
      : validate(schema, value, `line ${number} of ${name}`, facts);
  }
}

/** Returns a body, and whether the coding in its header fields was decoded. */
export async function knownBody(
  { body, headers }: Pick<EncodedBody, "body" | "headers">,
): Promise<{ readonly body: EncodedBody["body"]; readonly isDecoded: boolean }> {
  if (!isCompressed(headers)) return { body, isDecoded: false };
  const { first, rest } = await firstBytes(body);
  return { body: rest, isDecoded: remainingCoding(headers, first, false) === undefined };
}

/** Yields the events of a body and cancels it at the end. */
export async function* allEventsOf(
  response: EventResponse & { cancel(): Promise<void> },
): AsyncGenerator<ServerSentEvent, void, undefined> {
  try {
    yield* eventsOf(response, new EventStreamParser());
  } finally {
    await response.cancel();
  }
}
