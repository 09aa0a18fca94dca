/**
 * Sends one request, and returns a bounded slice of its response. All tools for HTTP use it.
 *
 * @module
 */

import type { AuthScheme } from "../../http/settings/auth_scheme.ts";
import type { RequestOptions } from "../../http/settings/options.ts";
import type { StreamingResponse } from "../../http/response/streaming_response.ts";
import { redactURL } from "../../redact.ts";
import { redactHeaders } from "../../redact_headers.ts";
import {
  changed,
  type Place,
  placeOf,
  rangeOf,
  readWindow,
  refuseCoded,
  versionOf,
  type Window,
} from "../body/body_window.ts";
import { type CallClock, withinTime } from "../body/call_clock.ts";
import { type Cursor, readCursor, writeCursor } from "../body/cursor.ts";
import { isHTML, PAGE_ACCEPT, toMarkdown } from "../body/markdown.ts";
import { withFacts } from "../body/result_budget.ts";
import {
  BODY_FORMATS,
  BODY_PROPERTIES,
  type BodyFormat,
  showBody,
  showImage,
} from "../body/shown_body.ts";
import type { ToolPolicy } from "../policy/tool_policy.ts";
import {
  type JSONSchema,
  objectSchema,
  type ToolContext,
  type ToolOutput,
  WithImage,
} from "../policy/tool.ts";
import { type NetworkInput, networkProperties, NOTICE_PROPERTY } from "./network_tool.ts";

/** The input for a slice of a response. */
export interface SliceInput extends NetworkInput {
  readonly format?: BodyFormat;
  readonly cursor?: string;
}

/** A request, ready to be sent. */
export interface SliceRequest {
  readonly method: string;
  readonly url: string;
  readonly options: RequestOptions;
  readonly auth: AuthScheme | false;
}

/** Returns the properties of {@linkcode SliceInput} in an input schema. */
export function sliceProperties(policy: ToolPolicy): Record<string, JSONSchema> {
  return {
    format: {
      type: "string",
      enum: BODY_FORMATS,
      default: "auto",
      description:
        "How to return the body. auto returns text and JSON, and only the type and size of other bodies. markdown returns the readable text of an HTML page; text returns its source. image returns a whole picture",
    },
    cursor: {
      type: "string",
      maxLength: 2000,
      description:
        "The next_cursor of a result for the same URL and format; returns the next slice",
    },
    ...networkProperties(policy),
  };
}

/** The output schema of a slice of a response. */
export const SLICE_SCHEMA: JSONSchema = objectSchema({
  ...NOTICE_PROPERTY,
  url: { type: "string", description: "The URL that responded" },
  status: { type: "integer", minimum: 100, maximum: 999 },
  headers: { type: "object", additionalProperties: { type: "string" } },
  redirects: {
    type: "array",
    items: { type: "string" },
    description: "The URLs that redirected to it",
  },
  attempts: { type: "integer", minimum: 1, description: "The number of attempts" },
  offset: {
    type: "integer",
    minimum: 0,
    description: "The byte of the body, or of its markdown, where this slice begins",
  },
  total_bytes: {
    type: "integer",
    minimum: 0,
    description: "The length of the body, or of its markdown, if it is known",
  },
  truncated: {
    type: "string",
    enum: ["no", "bytes", "time"],
    description: "Whether the body is cut, and why: by max_bytes or by the timeout",
  },
  next_cursor: { type: "string", description: "The cursor for the next slice" },
  left_out: { type: "string", description: "What did not fit into this result" },
  ...BODY_PROPERTIES,
}, ["notice", "url", "status", "headers", "redirects", "attempts", "offset", "truncated", "bytes"]);

/** The most bytes of an HTML page that are converted to markdown. */
const LARGEST_PAGE = 8 * 1024 * 1024;

/** Sends a request, and returns a slice of its response. */
export async function fetchSlice(
  policy: ToolPolicy,
  request: SliceRequest,
  input: SliceInput,
  context: ToolContext,
): Promise<ToolOutput | WithImage> {
  const { method, url, options, auth } = request;
  policy.allowMethod(method);
  const { cursor, format = "auto", max_bytes: maxBytes = policy.defaultBytes } = input;
  const owner = format === "markdown" ? `${url} markdown` : url;
  const from = cursor === undefined ? undefined : readCursor(cursor, owner);
  // Three bytes have four characters in base64.
  const size = format === "base64" ? Math.max(1, Math.floor(maxBytes / 4) * 3) : maxBytes;
  const seconds = input.timeout_seconds ?? policy.defaultSeconds;
  return await withinTime(seconds, context, async (clock) => {
    const wanted = { offset: from?.offset ?? 0, size, isPage: format === "markdown" };
    const range = wanted.isPage ? [] : rangeOf(from, windowOf(policy, wanted));
    const response = await policy.client.stream(method, url, {
      ...options,
      auth,
      signal: clock.signal,
      headers: [...acceptOf(options, format), ...headerPairs(options), ...range],
    });
    try {
      const slice = await readSlice(policy, response, from, wanted, {
        clock,
        hasSecrets: policy.sendsSecrets(auth),
        progress: (done, total) => context.progress?.(done, total, "bytes"),
      });
      const { bytes, isLast, total, place } = slice;
      const part = {
        bytes,
        type: slice.isMarkdown ? "text/markdown" : response.headers.get("content-type"),
        total,
        isWhole: isLast && wanted.offset === 0,
        isLast,
      };
      const image = format === "image" ? showImage(part, maxBytes) : undefined;
      const shown = image === undefined
        ? showBody(part, format, maxBytes, (value) => policy.forModel(value))
        : { bytes: bytes.length };
      const isAll = isLast && (shown.bytes === bytes.length || "not_shown" in shown);
      const isResumable = !isAll && method === "GET" && response.ok && shown.bytes > 0 &&
        !(slice.isMarkdown && isLast && slice.isCut && shown.bytes === bytes.length);
      const next = { offset: wanted.offset + shown.bytes, ...versionOf(response) };
      const output = {
        status: place.isPart ? 200 : response.statusCode,
        attempts: Math.max(1, response.attempts.length),
        offset: wanted.offset,
        ...(total !== undefined && { total_bytes: total }),
        truncated: isAll && !slice.isCut ? "no" : slice.isLate ? "time" : "bytes",
        ...(isResumable && { next_cursor: writeCursor(next, owner) }),
        ...shown,
      };
      const facts = {
        given: url,
        url: redactURL(response.url),
        headers: redactHeaders(response.headers),
        redirects: response.history.map((hop) => redactURL(hop.url)),
      };
      const result = withFacts(output, policy.forModel(facts), maxBytes);
      return image === undefined ? result : new WithImage(result, image);
    } finally {
      await response.cancel();
    }
  });
}

/** The wanted slice of a body. */
interface Wanted {
  readonly offset: number;
  readonly size: number;
  /** Whether the whole page must be read to show a part of it. */
  readonly isPage: boolean;
}

/** Returns the bytes to read: more than the slice, so that a secret across its border is found. */
function windowOf(policy: ToolPolicy, { offset, size, isPage }: Wanted): Window {
  if (isPage) return { first: 0, size: Math.min(LARGEST_PAGE, policy.maxReadBytes) };
  const first = Math.max(0, offset - policy.lookAround);
  return { first, size: offset - first + size + policy.lookAround };
}

/** A slice of a body. */
interface Slice {
  readonly bytes: Uint8Array;
  /** Whether no further slice can be requested. */
  readonly isLast: boolean;
  /** Whether the rest of the body cannot be shown. */
  readonly isCut: boolean;
  /** Whether the timeout cut it short. */
  readonly isLate: boolean;
  readonly isMarkdown: boolean;
  readonly total: number | undefined;
  readonly place: Place;
}

async function readSlice(
  policy: ToolPolicy,
  response: StreamingResponse,
  from: Cursor | undefined,
  wanted: Wanted,
  { clock, hasSecrets, progress }: {
    readonly clock: CallClock;
    readonly hasSecrets: boolean;
    readonly progress: (done: number, total: number | undefined) => void;
  },
): Promise<Slice> {
  const { offset, size } = wanted;
  const window = windowOf(policy, wanted); // now the credentials that were sent are known
  const place = placeOf(response, from, window);
  const { bytes, head, isEnd, total } = await readWindow(response, window, place, {
    clock,
    limit: policy.maxReadBytes,
    progress: (done) => progress(done, place.total),
  });
  if (hasSecrets) refuseCoded(response.headers, head, isEnd);
  const cutFrom = policy.secrets.mask(bytes);
  // After a timeout the bytes may end within a secret: that part comes with the next slice.
  const known = isEnd ? bytes.length : cutFrom;
  if (wanted.isPage && isHTML(response.headers.get("content-type"), bytes)) {
    const page = await toMarkdown(bytes.subarray(0, known), response.headers.get("content-type"));
    policy.secrets.mask(page);
    if (offset > page.length) throw changed();
    if (known === 0 && !isEnd) throw clock.error();
    const isLast = page.length <= offset + size;
    return {
      bytes: page.subarray(offset, offset + size),
      isLast,
      isCut: isLast && !isEnd,
      isLate: isLast && clock.isOver,
      isMarkdown: true,
      total: isEnd ? page.length : undefined,
      place,
    };
  }
  const { first } = window;
  const end = Math.min(offset - first + size, known);
  const slice = bytes.subarray(offset - first, end);
  if (isEnd && offset > first + bytes.length) throw changed();
  if (slice.length === 0 && !isEnd) throw clock.error();
  return {
    bytes: slice,
    isLast: isEnd && first + bytes.length <= offset + size,
    isCut: false,
    isLate: !isEnd && slice.length < size,
    isMarkdown: false,
    total,
    place,
  };
}

/** Returns the header Accept, if the call does not set it. */
function acceptOf(options: RequestOptions, format: BodyFormat): [string, string][] {
  const isGiven = headerPairs(options).some(([name]) => name.toLowerCase() === "accept");
  return format === "markdown" && !isGiven ? [["accept", PAGE_ACCEPT]] : [];
}

/** Returns the header fields of a call. */
export function headerPairs({ headers = {} }: RequestOptions): [string, string][] {
  return Symbol.iterator in headers
    ? [...headers] as [string, string][]
    : Object.entries(headers) as [string, string][];
}
