/**
 * Records bodies while they are read. The reader receives every chunk unchanged, and no more is read than
 * the reader requests.
 *
 * @module
 */

import { NetworkingError } from "../errors.ts";
import { noteFetched, remainingCoding } from "../http/response/content_coding.ts";
import { lazyStream } from "../runtime/byte_streams.ts";
import {
  type Chunk,
  type Content,
  contentOf,
  type Failure,
  type RecordedResponse,
  typeOf,
} from "./exchange.ts";
import { joined } from "./read_all.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** The recorded part and the outcome of a body. */
export interface Tapped {
  /** The recorded bytes. */
  readonly bytes: Bytes;
  /** The length of the body, in bytes. */
  readonly size: number;
  /** When each part ended: milliseconds since the head, and the length up to there. */
  readonly marks: readonly (readonly [ms: number, length: number])[];
  /** How it ended early; undefined if it is complete. */
  readonly end: "left" | Failure | undefined;
  /** Milliseconds from the head to its end. */
  readonly receiveMs: number;
}

/**
 * Returns the stream, and records up to `most` bytes of it.
 *
 * @param ended Called once, before the reader receives the end.
 * @param failed Returns the outcome of a failed read.
 */
export function tapStream(
  stream: ReadableStream<Bytes>,
  most: number,
  ended: (tapped: Tapped) => void | Promise<void>,
  failed: (error: unknown) => Tapped["end"] | Promise<Tapped["end"]> = cutOff,
): { readonly stream: ReadableStream<Bytes>; readonly leave: () => void | Promise<void> } {
  const reader = stream.getReader();
  const startedMs = performance.now();
  const chunks: Bytes[] = [];
  const marks: [number, number][] = [];
  let [size, kept, isOver] = [0, 0, false];
  const end = (how: Tapped["end"]): void | Promise<void> => {
    if (isOver) return;
    isOver = true;
    const receiveMs = performance.now() - startedMs;
    return ended({ bytes: joined(chunks), size, marks, end: how, receiveMs });
  };
  return {
    stream: lazyStream({
      async pull(controller) {
        let next: ReadableStreamReadResult<Bytes>;
        try {
          next = await reader.read();
        } catch (error) {
          await end(await failed(error));
          throw error;
        }
        if (next.done) {
          await end(undefined);
          return controller.close();
        }
        const part = next.value.slice(0, most - kept); // the reader may transfer its buffer
        if (part.length > 0) {
          chunks.push(part);
          marks.push([performance.now() - startedMs, kept += part.length]);
        }
        size += next.value.length;
        controller.enqueue(next.value);
      },
      async cancel(reason) {
        await Promise.all([reader.cancel(reason), end("left")]);
      },
    }),
    leave: () => end("left"),
  };
}

/** Returns the outcome of a failed read, unless the caller or a clock ended it. */
function cutOff(error: unknown): Failure {
  const failure = failureOf(error);
  return failure.code === "other" ? { ...failure, code: "body_truncated" } : failure;
}

/** Returns a failure for the recording; the codes `aborted`, `timeout` and `other` come from the caller. */
export function failureOf(error: unknown): Failure {
  if (error instanceof NetworkingError) return { code: error.code, message: error.message };
  const { name, message } = error instanceof Error
    ? error
    : { name: "", message: "a clock ran out" };
  const isTimeout = name === "TimeoutError" || typeof error === "symbol";
  return { code: isTimeout ? "timeout" : name === "AbortError" ? "aborted" : "other", message };
}

/** Returns a response like `web` with another body; it keeps the facts that only native fetch can set. */
export function withBody(
  web: globalThis.Response,
  body: ReadableStream<Bytes> | Bytes | null,
): globalThis.Response {
  const { status, statusText, headers, url, redirected } = web;
  return responseLike({ status, statusText, headers, url, redirected }, body);
}

/** Returns a response of any status, even one that the constructor refuses. */
export function responseLike(
  head: Pick<globalThis.Response, "status" | "statusText" | "headers"> & {
    readonly url?: string;
    readonly redirected?: boolean;
  },
  body: ReadableStream<Bytes> | Bytes | null,
): globalThis.Response {
  const { status, statusText, headers, url = "", redirected = false } = head;
  const isUsual = status >= 200 && status <= 599;
  const response = new globalThis.Response(NULL_BODY.has(status) ? null : body, {
    status: isUsual ? status : 200,
    statusText,
    headers,
  });
  const facts = isUsual ? { url, redirected } : { url, redirected, status, ok: false };
  for (const [name, value] of Object.entries(facts)) {
    Object.defineProperty(response, name, { value, configurable: true });
  }
  return response;
}

const NULL_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

/** Types of bodies with independent parts. */
const STREAM =
  /^(?:text\/event-stream|application\/(?:x-)?(?:ndjson|jsonl|jsonlines|json-lines|json-seq|stream\+json))$/;

/** Returns the response for the recording. */
export function recordedResponse(
  web: globalThis.Response,
  tapped: Tapped | undefined,
  request: { readonly headers?: Readonly<Record<string, string>> } = {},
): RecordedResponse {
  const { status, statusText, headers } = web;
  const facts = { status, statusText };
  if (tapped === undefined) return { ...facts, headers: [...headers] };
  noteFetched(web, request);
  const { bytes, size, marks, end } = tapped;
  const isWhole = end === undefined && size === bytes.length;
  const isEncoded = remainingCoding(headers, bytes, isWhole) !== undefined;
  const isChanged = !isEncoded && headers.has("content-encoding");
  const pairs = [...headers].filter(([name]) =>
    !(isChanged && /^content-(?:encoding|length)$/.test(name)) && name !== "transfer-encoding"
  );
  const body = isEncoded ? bytes : contentOf(wholeCharacters(bytes, isWhole));
  const chunks = typeof body === "string" && STREAM.test(typeOf(pairs))
    ? chunksOf(bytes, marks)
    : undefined;
  return {
    ...facts,
    headers: pairs,
    body,
    ...size !== bytes.length && { size },
    ...chunks !== undefined && { chunks },
    ...end !== undefined && { end },
  };
}

/** Removes an incomplete character at the end. */
function wholeCharacters(bytes: Bytes, isWhole: boolean): Bytes {
  if (isWhole) return bytes;
  let end = bytes.length;
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    if (length > back) end = bytes.length - back;
    break;
  }
  return bytes.subarray(0, end);
}

/**
 * Returns the chunks, each up to the end of a line, or of an event if there are events. No secret is split
 * between chunks.
 */
function chunksOf(bytes: Bytes, marks: Tapped["marks"]): Chunk[] {
  const chunks: Chunk[] = [];
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const isEvents = /(?:\r\n|\n|\r)(?:\r\n|\n|\r)/.test(decoder.decode(bytes));
  const ending = isEvents ? /(?:\r\n|\n|\r)(?:\r\n|\n|\r)$/ : /[\r\n]$/;
  let [text, from, lastMs] = ["", 0, 0];
  for (const [ms, to] of marks) {
    text += decoder.decode(bytes.subarray(from, to), { stream: true });
    [from, lastMs] = [to, ms];
    if (!ending.test(text)) continue;
    chunks.push({ ms, text });
    text = "";
  }
  text += decoder.decode();
  if (text !== "") chunks.push({ ms: lastMs, text });
  return chunks;
}

/** Returns up to `most` bytes of a sent body that is no stream, and its length. */
export async function sentContent(
  body: Exclude<BodyInit, ReadableStream> | ArrayBufferView,
  most: number = Infinity,
): Promise<{ readonly body: Content; readonly size: number }> {
  const part = body instanceof Blob ? body.slice(0, most) : body;
  const bytes = new Uint8Array(await new globalThis.Response(part as BodyInit).arrayBuffer());
  return {
    body: contentOf(wholeCharacters(bytes.slice(0, most), bytes.length <= most)),
    size: body instanceof Blob ? body.size : bytes.length,
  };
}
