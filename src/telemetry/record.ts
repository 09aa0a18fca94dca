/**
 * What became of an operation, as one record without secrets.
 *
 * @module
 */

import { NetworkingError, type RetrySkipped } from "../errors.ts";
import type { HTTPRequest } from "../http/request/http_request.ts";
import { shownURL } from "../http/request/request_value.ts";
import { HTTPError, type Response } from "../http/response/response.ts";
import type { StreamingResponse } from "../http/response/streaming_response.ts";

/** What became of an operation. */
export interface OutcomeRecord {
  /** When it began, in milliseconds since 1970. */
  readonly startedAt: number;
  /** How long it took, in milliseconds: to the end of a buffered body, to the head of a stream. */
  readonly elapsedMs: number;
  /** The method. */
  readonly method: string;
  /** The URL, what may be secret hidden. */
  readonly url: string;
  /** The template of the path, where the caller or a generated client gave one. */
  readonly urlTemplate?: string;
  /** A status of success, any other status, no answer, or an end by the caller. */
  readonly outcome: "ok" | "status" | "failed" | "cancelled";
  /** The status code of the answer, if there was one. */
  readonly statusCode?: number;
  /** The code of the failure, if there was no answer; `other` for an error of the caller's code. */
  readonly errorCode?: string;
  /** How many attempts were made. */
  readonly attempts: number;
  /** Why there was no further attempt, where one was worth it. */
  readonly retrySkipped?: RetrySkipped;
}

/** What is known when an operation begins. */
export interface Beginning {
  readonly request: HTTPRequest;
  readonly startedAt: number;
  readonly startedMs: number;
}

/** The facts that a record of `request` begins with. */
export function begin(request: HTTPRequest): Beginning {
  return { request, startedAt: Date.now(), startedMs: performance.now() };
}

/** The record of an operation that was answered. */
export function answered(
  beginning: Beginning,
  response: Response | StreamingResponse,
): OutcomeRecord {
  const { statusCode, ok, attempts, retrySkipped } = response;
  return {
    ...common(beginning),
    outcome: ok ? "ok" : "status",
    statusCode,
    attempts: Math.max(1, attempts.length),
    ...(retrySkipped !== undefined && { retrySkipped }),
  };
}

/** The record of an operation that ended with an error. */
export function ended(beginning: Beginning, error: unknown): OutcomeRecord {
  const facts = common(beginning);
  if (error instanceof HTTPError) return { ...answered(beginning, error.response), ...facts };
  if (!(error instanceof NetworkingError)) {
    // The caller's own abort comes as it is, and so do errors of the caller's code: an abort with a
    // reason of its own cannot be told from those.
    const isAbort = error instanceof DOMException &&
      (error.name === "AbortError" || error.name === "TimeoutError");
    return { ...facts, outcome: isAbort ? "cancelled" : "failed", errorCode: "other", attempts: 1 };
  }
  const { code, attempts, retrySkipped } = error;
  return {
    ...facts,
    outcome: "failed",
    errorCode: code,
    attempts: Math.max(1, attempts.length),
    ...(retrySkipped !== undefined && { retrySkipped }),
  };
}

function common({ request, startedAt, startedMs }: Beginning) {
  const { method, urlTemplate } = request;
  return {
    startedAt,
    elapsedMs: performance.now() - startedMs,
    method,
    url: shownURL(request),
    ...(urlTemplate !== undefined && { urlTemplate }),
  };
}
