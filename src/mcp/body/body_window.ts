/**
 * Chooses and reads the bytes of a body for one call.
 *
 * @module
 */

import { strongValidator } from "../../http/download/partial_content.ts";
import { isCodingKnown, isText, remainingCoding } from "../../http/response/content_coding.ts";
import { plainLength } from "../../http/response/content_length.ts";
import type { StreamingResponse } from "../../http/response/streaming_response.ts";
import { quoted, ToolError } from "../policy/tool_error.ts";
import type { CallClock } from "./call_clock.ts";
import { type Cursor, shortTag } from "./cursor.ts";

/** A range of bytes of a body. */
export interface Window {
  readonly first: number;
  readonly size: number;
}

/** Returns the header fields of a range request; none without a validator for the same body. */
export function rangeOf(from: Cursor | undefined, { first, size }: Window): [string, string][] {
  if (from === undefined || from.validator === "") return [];
  // One byte more shows whether the body continues.
  return [["range", `bytes=${first}-${first + size}`], ["if-range", from.validator]];
}

/** Returns the version of a body, for the next cursor. */
export function versionOf({ headers }: StreamingResponse): Omit<Cursor, "offset"> {
  return {
    tag: shortTag(headers.get("etag") ?? headers.get("last-modified") ?? ""),
    validator: headers.get("accept-ranges") === "none" ? "" : strongValidator(headers) ?? "",
  };
}

/** The position of a response's body in the whole, and the length of the whole. */
export interface Place {
  readonly start: number;
  readonly total: number | undefined;
  readonly isPart: boolean;
}

/**
 * Returns the position of a response's body.
 *
 * @throws {ToolError} If the cursor belongs to another body.
 */
export function placeOf(
  response: StreamingResponse,
  from: Cursor | undefined,
  { first }: Window,
): Place {
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
        "Cannot use this cursor: the server sent another range than requested; start again without a cursor",
      );
    }
    return { start: first, total: Number(range[2]), isPart: true };
  }
  if (!response.ok && statusCode !== 416) {
    throw new ToolError(
      `Cannot use this cursor: the server sent status ${statusCode}; try again, or start again without a cursor`,
    );
  }
  if (statusCode === 416 || versionOf(response).tag !== from.tag) throw changed();
  return whole;
}

/** Returns the error for a body that changed since the last call. */
export function changed(): ToolError {
  return new ToolError(
    "Cannot use this cursor: the body has changed; start again without a cursor",
  );
}

/**
 * Refuses a body that is still encoded, because secrets in it could not be found.
 *
 * @throws {ToolError} If it is encoded.
 */
export function refuseCoded(headers: Headers, head: Uint8Array, isEnd: boolean): void {
  const coding = remainingCoding(headers, head, isEnd && head.length < HEAD) ??
    (isCodingKnown(headers) || isText(head) ? undefined : headers.get("content-encoding")!);
  if (coding === undefined) return;
  throw new ToolError(
    "Cannot show the body: it is still encoded, and the credential could not be hidden in it; " +
      `request another resource, or leave auth out. ${quoted(`Content-Encoding: ${coding}`)}`,
  );
}

/** The first bytes of a body, enough to detect an encoding. */
const HEAD = 512;

/** Reads a range of a body; `isEnd` is true at the end of the body. */
export async function readWindow(
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
      `Cannot use this cursor: the server does not support ranges, and a call may read ${limit} bytes, not the ${skip} before it`,
    );
  }
  const kept: Uint8Array<ArrayBuffer>[] = [];
  const heads: Uint8Array<ArrayBuffer>[] = [];
  let [passed, isDone] = [0, false];
  const reader = response.body.getReader();
  try {
    while (passed <= skip + size) { // one byte more shows whether the body continues
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
    if (!clock.isOver) throw error; // bytes that came in time are shown
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
