/**
 * Creates responses with a streamed body. The first stream loads this module.
 *
 * @module
 */

import { idleLimit } from "../response/event_stream.ts";
import { Response } from "../response/response.ts";
import type { ResponseHeadInit } from "../response/response_head.ts";
import { StreamingResponse } from "../response/streaming_response.ts";
import type { RequestValue } from "../request/request_value.ts";
import type { Answer } from "../../runtime/answer.ts";
import { type BodyClock, streamBody } from "./body_stream.ts";
import type { Call } from "./call_state.ts";
import type { OwnClock } from "./clocks.ts";

/** Returns the response with its body as a stream, under the rules of a stream. */
export function toStream(
  web: Answer,
  request: RequestValue,
  head: ResponseHeadInit,
  call: Call,
): StreamingResponse {
  const { maxResponseSize: limit, timeoutMs } = call.settings;
  const idleMs = idleLimit(web.headers, request.method, call.settings);
  return new StreamingResponse({
    ...head,
    ...streamBody(web, { clock: takeBodyClock(call), idleMs, limit, request }),
    errorTimeoutMs: timeoutMs,
  });
}

/**
 * Takes over the attempt's clock and cleanups for a body that outlives it. The clock counts only during a
 * read; an abort frees everything even without a read.
 */
function takeBodyClock(call: Call): BodyClock {
  const clock = call.attemptClock as OwnClock; // beginAttempt() starts such a clock for a stream
  const cleanups = call.cleanups ?? [];
  call.attemptClock = call.cleanups = undefined;
  const end = () => {
    clock.end();
    for (const cleanup of cleanups.splice(0)) cleanup();
  };
  clock.restart(Infinity);
  clock.signal.addEventListener("abort", end, { once: true });
  return {
    signal: clock.signal,
    race: (work) => clock.race(work),
    restart: (limitMs) => clock.restart(call.bodyWaitMs = limitMs),
    end,
  };
}

/** Converts a response of operation middleware to the kind that the caller requested. */
export function convertResponse(
  response: Response | StreamingResponse,
): Response | StreamingResponse | Promise<Response> {
  if (response instanceof StreamingResponse) return response.buffer();
  if (!(response instanceof Response)) return response; // from untyped middleware
  const { retryAfterMs, content } = response;
  return new StreamingResponse({
    ...response,
    retryAfterMs,
    body: new Blob([content]).stream(),
  });
}
