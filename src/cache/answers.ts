/**
 * Responses of the cache: made from stored entries, or passed through it and stored.
 *
 * @module
 */

import type { Attempt } from "../errors.ts";
import { isCompressed, remainingCoding } from "../http/response/content_coding.ts";
import type { RequestValue } from "../http/request/request_value.ts";
import { Response } from "../http/response/response.ts";
import type { CacheOutcome } from "../http/response/response_head.ts";
import { StreamingResponse } from "../http/response/streaming_response.ts";
import type { AnyResponse } from "../http/settings/call_cache.ts";
import { lazyStream } from "../runtime/byte_streams.ts";
import { type CacheEntry, fieldOf, type FieldPairs } from "./rules/cache_entry.ts";
import { type AskedRequest, storedFields } from "./rules/storable.ts";
import { isNotModified, OF_THE_BODY, rangeOf } from "./rules/validate.ts";
import { type FieldsOfRequest, variantId, varyNames, varyOf } from "./rules/vary.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** The head of a received response, and its times. */
export interface Arrived {
  readonly status: number;
  readonly reason: string;
  readonly headers: FieldPairs;
  readonly requestTime: number;
  readonly responseTime: number;
  /** The fields of the runtime, which have the content coding. */
  readonly web: Headers;
}

/** Returns the head of a response. Its age starts with the last attempt. */
export function arrivedOf(response: AnyResponse, now: number): Arrived {
  const { status, reason, headers, attempts } = response;
  const tookMs = attempts.at(-1)?.elapsedMs ?? 0;
  return {
    ...{ status, reason, headers: [...headers], web: headers },
    requestTime: now - tookMs,
    responseTime: now,
  };
}

/** Whether a response came without redirects and is not an endless stream. */
export function isWhole({ history, headers }: AnyResponse): boolean {
  return history.length === 0 && !/^text\/event-stream/i.test(headers.get("content-type") ?? "");
}

/** Returns the cache entry of a response. */
export function entryOf(arrived: Arrived, body: Bytes, asked: FieldsOfRequest): CacheEntry {
  const { status, reason, requestTime, responseTime, web } = arrived;
  let headers = storedFields(arrived.headers);
  // The runtime decoded the body, so the stored body has no content coding.
  if (isCompressed(web) && remainingCoding(web, body, true) === undefined) {
    headers = headers.filter(([name]) => name !== "content-encoding" && name !== "content-length");
  }
  const vary = varyOf(varyNames(fieldOf(headers, "vary")) ?? [], asked);
  return { id: variantId(vary), status, reason, headers, body, requestTime, responseTime, vary };
}

/** Returns a response to the request from a stored entry. */
export function answerFrom(
  { method, url, headers: asked }: AskedRequest,
  stored: CacheEntry,
  ageMs: number,
  status: CacheOutcome["status"],
  attempts: readonly Attempt[] = [],
): Response {
  const headers = new Headers(stored.headers as [string, string][]);
  headers.set("age", String(Math.floor(ageMs / 1000)));
  const head = { headers, url, method, attempts, cache: { status, ageMs } };
  if (isNotModified(stored, asked)) {
    for (const name of OF_THE_BODY) headers.delete(name);
    return new Response({ ...head, statusCode: 304 });
  }
  const { reason, body } = stored;
  const range = asked.range;
  const part = range !== undefined && method === "GET" && stored.status === 200
    ? rangeOf(range, body.byteLength)
    : undefined;
  if (part !== undefined) {
    const { start, end } = part;
    headers.set("content-range", `bytes ${start}-${end - 1}/${body.byteLength}`);
    headers.set("content-length", String(end - start));
    return new Response({ ...head, statusCode: 206, content: body.slice(start, end) });
  }
  const content = method === "HEAD" ? undefined : body.slice(); // the caller may change it
  return new Response({
    ...head,
    statusCode: stored.status,
    reason,
    ...(content !== undefined && { content }),
  });
}

/** Returns the response to only-if-cached if nothing is stored (RFC 9111 5.2.1.7). */
export function gatewayTimeout({ method, url }: RequestValue): Response {
  return new Response({ statusCode: 504, method, url, cache: { status: "miss" } });
}

/** Sets what the cache did on the response of a call. */
export function withOutcome(response: AnyResponse, cache: CacheOutcome): AnyResponse {
  return Object.assign(response, { cache });
}

/** Releases a response that is not read. */
export async function discard(response: AnyResponse): Promise<void> {
  if (response instanceof StreamingResponse) await response.cancel();
}

/** Calls `keep` with the body when it is complete, if it has at most `limit` bytes. */
export async function keeping(
  response: AnyResponse,
  limit: number,
  keep: (body: Bytes) => Promise<void>,
): Promise<AnyResponse> {
  if (response instanceof Response) {
    // A copy: the caller may change the bytes.
    if (response.content.byteLength <= limit) await keep(response.content.slice());
    return response;
  }
  const reader = response.body.getReader();
  const stop = () => response.cancel();
  let chunks: Bytes[] | undefined = [];
  let size = 0;
  const body = lazyStream({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) {
        if (chunks !== undefined) await keep(joined(chunks, size));
        controller.close();
        return;
      }
      size += value.byteLength;
      if (size > limit) chunks = undefined;
      chunks?.push(value.slice());
      controller.enqueue(value);
    },
    cancel: stop,
  });
  const { retryAfterMs } = response;
  const named = retryAfterMs !== undefined && { retryAfterMs };
  return new StreamingResponse({ ...response, ...named, body, stop });
}

function joined(chunks: readonly Bytes[], size: number): Bytes {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}
