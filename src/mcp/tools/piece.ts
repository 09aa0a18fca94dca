/**
 * One request, and a bounded piece of its answer: what every tool for HTTP comes to.
 *
 * @module
 */

import type { AuthScheme } from "../../http/settings/auth_scheme.ts";
import { isCodingKnown, isText, remainingCoding } from "../../http/response/content_coding.ts";
import type { RequestOptions } from "../../http/settings/options.ts";
import { strongValidator } from "../../http/download/partial_content.ts";
import { plainLength } from "../../http/response/content_length.ts";
import type { StreamingResponse } from "../../http/response/streaming_response.ts";
import { redactHeaders, redactURL } from "../../redact.ts";
import { type CallClock, withinTime } from "./call_clock.ts";
import {
  BODY_PROPERTIES,
  type BodyFormat,
  type Cursor,
  readCursor,
  showBody,
  writeCursor,
} from "./shown_body.ts";
import type { Gate } from "../policy/policy.ts";
import { type NetworkInput, networkProperties, NOTICE, NOTICE_PROPERTY } from "./network_input.ts";
import { type JSONSchema, objectSchema, type ToolContext, ToolError } from "../policy/tool.ts";

/** What a piece of an answer is asked for with. */
export interface PieceInput extends NetworkInput {
  readonly format?: BodyFormat;
  readonly cursor?: string;
}

/** A request, ready to be sent. */
export interface PieceRequest {
  readonly method: string;
  readonly url: string;
  readonly options: RequestOptions;
  readonly auth: AuthScheme | false;
}

/** The properties of {@linkcode PieceInput} in an input schema. */
export function pieceProperties(gate: Gate): Record<string, JSONSchema> {
  return {
    format: {
      type: "string",
      enum: ["auto", "text", "json", "base64"],
      default: "auto",
      description: "How to give the body; auto decides by its type",
    },
    cursor: {
      type: "string",
      maxLength: 2000,
      description: "The next_cursor of a result for the same URL, to go on from there",
    },
    ...networkProperties(gate),
  };
}

/** What a piece of an answer is given as. */
export const PIECE_SCHEMA: JSONSchema = objectSchema({
  ...NOTICE_PROPERTY,
  url: { type: "string", description: "The URL that answered" },
  status: { type: "integer", minimum: 100, maximum: 999 },
  headers: { type: "object", additionalProperties: { type: "string" } },
  redirects: { type: "array", items: { type: "string" }, description: "Where they led from" },
  attempts: { type: "integer", minimum: 1, description: "How often it was tried" },
  offset: { type: "integer", minimum: 0, description: "The byte of the body that this begins at" },
  total_bytes: { type: "integer", minimum: 0, description: "The length of the body, where known" },
  truncated: { type: "string", enum: ["no", "bytes", "time"], description: "What cut it short" },
  next_cursor: { type: "string", description: "For the call that is to give the next piece" },
  ...BODY_PROPERTIES,
}, ["notice", "url", "status", "headers", "redirects", "attempts", "offset", "truncated", "bytes"]);

/** Sends a request, and gives a piece of its answer. */
export async function fetchPiece(
  gate: Gate,
  request: PieceRequest,
  input: PieceInput,
  context: ToolContext,
): Promise<Record<string, unknown>> {
  const { method, url, options, auth } = request;
  gate.allowMethod(method);
  const { cursor, max_bytes: size = gate.defaultBytes } = input;
  const from = cursor === undefined ? undefined : readCursor(cursor, url);
  const offset = from?.offset ?? 0;
  // A secret that lies across an end of the piece can be seen only with what is around it.
  const first = Math.max(0, offset - gate.lookAround);
  const around = () => ({ first, size: offset - first + size + gate.lookAround });
  return await withinTime(input.timeout_seconds ?? gate.defaultSeconds, context, async (clock) => {
    const response = await gate.client.stream(method, url, {
      ...options,
      auth,
      signal: clock.signal,
      headers: [...headerPairs(options), ...rangeOf(from, around())],
    });
    try {
      const window = around(); // by now the credentials that were sent are known
      const place = placeOf(response, from, window);
      const { bytes, head, isEnd, total } = await readWindow(response, window, place, {
        clock,
        limit: gate.maxReadBytes,
        progress: (done) => context.progress?.(done, place.total, "bytes"),
      });
      if (gate.sendsSecrets(auth)) refuseCoded(response.headers, head, isEnd);
      const cutFrom = gate.secrets.mask(bytes);
      // What time cut off may end within a secret: that comes with the next piece.
      const end = Math.min(offset - first + size, isEnd ? bytes.length : cutFrom);
      const piece = bytes.subarray(offset - first, end);
      if (isEnd && offset > first + bytes.length) throw changed();
      if (piece.length === 0 && !isEnd) throw clock.error();
      const isLast = isEnd && first + bytes.length <= offset + size;
      const part = { isWhole: isLast && offset === 0, isLast };
      const type = response.headers.get("content-type");
      const shown = showBody(piece, type, input.format ?? "auto", part);
      const canGoOn = !isLast && method === "GET" && response.ok && shown.bytes > 0;
      return {
        notice: NOTICE,
        url: redactURL(response.url),
        status: place.isPart ? 200 : response.statusCode,
        headers: redactHeaders(response.headers),
        redirects: response.history.map((hop) => redactURL(hop.url)),
        attempts: Math.max(1, response.attempts.length),
        offset,
        ...(total !== undefined && { total_bytes: total }),
        truncated: isLast ? "no" : piece.length < size ? "time" : "bytes",
        ...(canGoOn && {
          next_cursor: writeCursor({ offset: offset + shown.bytes, ...versionOf(response) }, url),
        }),
        ...shown,
      };
    } finally {
      await response.cancel();
    }
  });
}

/** Bytes of a body. */
interface Window {
  readonly first: number;
  readonly size: number;
}

/** The header fields of a call. */
export function headerPairs({ headers = {} }: RequestOptions): [string, string][] {
  return Symbol.iterator in headers
    ? [...headers] as [string, string][]
    : Object.entries(headers) as [string, string][];
}

function rangeOf(from: Cursor | undefined, { first, size }: Window): [string, string][] {
  if (from === undefined || from.validator === "") return [];
  // One byte more tells whether there is more.
  return [["range", `bytes=${first}-${first + size}`], ["if-range", from.validator]];
}

/** What says which version of a body it is, for the next cursor. */
function versionOf({ headers }: StreamingResponse): Omit<Cursor, "offset"> {
  return {
    tag: headers.get("etag") ?? headers.get("last-modified") ?? "",
    validator: headers.get("accept-ranges") === "none" ? "" : strongValidator(headers) ?? "",
  };
}

/** Where in the whole the body of a response begins, and how long the whole is. */
interface Place {
  readonly start: number;
  readonly total: number | undefined;
  readonly isPart: boolean;
}

function placeOf(response: StreamingResponse, from: Cursor | undefined, { first }: Window): Place {
  const { headers, statusCode, method } = response;
  const isEncoded = !/^(?:identity)?$/i.test(headers.get("content-encoding") ?? "");
  const whole: Place = {
    start: 0,
    total: isEncoded && method !== "HEAD" ? undefined : plainLength(headers),
    isPart: false,
  };
  if (from === undefined) return whole;
  if (statusCode === 206) {
    const range = /^bytes (\d{1,15})-\d{1,15}\/(\d{1,15})$/i
      .exec(headers.get("content-range") ?? "");
    if (range === null || isEncoded || Number(range[1]) !== first) {
      throw new ToolError(
        "Cannot go on: the server gave another range than it was asked for; begin anew without a cursor",
      );
    }
    return { start: first, total: Number(range[2]), isPart: true };
  }
  if (!response.ok && statusCode !== 416) {
    throw new ToolError(
      `Cannot go on: the server answered with status ${statusCode}; try again, or begin anew without a cursor`,
    );
  }
  if (statusCode === 416 || versionOf(response).tag !== from.tag) throw changed();
  return whole;
}

function changed(): ToolError {
  return new ToolError("Cannot go on: the body has changed; begin anew without a cursor");
}

/** Secrets are not seen in a body that is still in a coding, which a server may use unasked. */
function refuseCoded(headers: Headers, head: Uint8Array, isEnd: boolean): void {
  const coding = remainingCoding(headers, head, isEnd && head.length < HEAD) ??
    (isCodingKnown(headers) || isText(head) ? undefined : headers.get("content-encoding")!);
  if (coding === undefined) return;
  throw new ToolError(
    `Cannot show the body: it is still encoded (Content-Encoding: ${
      coding.slice(0, 100)
    }), and the credential that was sent could not be hidden in it; ask for another resource, or leave auth out`,
  );
}

/** As much of the beginning of a body as says whether it is encoded. */
const HEAD = 512;

/** Reads a part of a body; `isEnd` says that there is nothing behind it. */
async function readWindow(
  response: StreamingResponse,
  { first, size }: Window,
  { start, total, isPart }: Place,
  { clock, limit, progress }: {
    readonly clock: CallClock;
    readonly limit: number;
    readonly progress: (done: number) => void;
  },
): Promise<{
  bytes: Uint8Array<ArrayBuffer>;
  head: Uint8Array<ArrayBuffer>;
  isEnd: boolean;
  total: number | undefined;
}> {
  const skip = first - start;
  if (skip > limit - size) {
    throw new ToolError(
      `Cannot go on: the server knows no ranges, and ${skip} bytes to pass over are more than a call may read (${limit})`,
    );
  }
  const kept: Uint8Array<ArrayBuffer>[] = [];
  const heads: Uint8Array<ArrayBuffer>[] = [];
  let [passed, isDone] = [0, false];
  const reader = response.body.getReader();
  try {
    while (passed <= skip + size) { // one byte more tells whether there is more
      const { done, value } = await reader.read();
      isDone = done;
      if (done) break;
      if (passed < HEAD) heads.push(value.slice(0, HEAD - passed));
      const own = value.subarray(Math.max(0, skip - passed));
      kept.push(own.subarray(0, Math.max(0, skip + size - passed - (value.length - own.length))));
      passed += value.length;
      progress(passed);
    }
  } catch (error) {
    if (!clock.isOver) throw error; // what came in time is shown
  } finally {
    reader.releaseLock();
  }
  const [bytes, head] = [await joined(kept), await joined(heads)];
  if (isPart) return { bytes, head, isEnd: first + bytes.length === total, total };
  const isHead = response.method === "HEAD";
  return { bytes, head, isEnd: isDone, total: isDone && !isHead ? passed : total };
}

async function joined(parts: readonly Uint8Array<ArrayBuffer>[]): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await new Blob([...parts]).arrayBuffer());
}
