/**
 * The outcome of an operation, as one record without secrets.
 *
 * @module
 */

import { NetworkingError, type RetrySkipped } from "../errors.ts";
import type { HTTPRequest } from "../http/request/http_request.ts";
import { shownURL } from "../http/request/request_value.ts";
import { HTTPError, type Response } from "../http/response/response.ts";
import type { StreamingResponse } from "../http/response/streaming_response.ts";

/** The outcome of an operation. */
export interface OutcomeRecord {
  /** When it began, in milliseconds since 1970. */
  readonly startedAt: number;
  /** How long it took, in milliseconds: to the end of a buffered body, or to the head of a stream. */
  readonly elapsedMs: number;
  /** The method. */
  readonly method: string;
  /** The URL, with secrets redacted. */
  readonly url: string;
  /** The template of the path, if the caller or a generated client gave one. */
  readonly urlTemplate?: string;
  /** `ok` for a 2xx status, `status` for others, `failed` for no response, `cancelled` for an abort. */
  readonly outcome: "ok" | "status" | "failed" | "cancelled";
  /** The status code of the response, if there was one. */
  readonly statusCode?: number;
  /**
   * The code of the failure, if there was no response; `timeout` for the caller's
   * `AbortSignal.timeout()`, `other` for an error of the caller's code.
   */
  readonly errorCode?: string;
  /** The number of attempts. */
  readonly attempts: number;
  /** Why there was no further attempt, if one was worth it. */
  readonly retrySkipped?: RetrySkipped;
}

/** What is known when an operation begins. */
export interface Beginning {
  readonly request: HTTPRequest;
  readonly startedAt: number;
  readonly startedMs: number;
}

/** Begins the record of a request. */
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
    const by = endedBy(error);
    const outcome = by === "caller" ? "cancelled" : "failed";
    return { ...facts, outcome, errorCode: by === "timeout" ? by : "other", attempts: 1 };
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

/**
 * Who or what ended an operation: `caller`, `timeout`, the code of a NetworkingError, or the name of
 * another error. An abort with a reason of the caller's own looks like an error of the caller's code.
 */
export function endedBy(error: unknown): string {
  if (error instanceof NetworkingError) return error.code;
  if (typeof error === "symbol") return "timeout"; // the mark of a clock, before it is an error
  if (!(error instanceof Error)) return "_OTHER";
  if (!(error instanceof DOMException)) return error.name;
  return error.name === "AbortError"
    ? "caller"
    : error.name === "TimeoutError"
    ? "timeout"
    : error.name;
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
