/**
 * Responses whose body is still to come. Loaded by the first stream.
 *
 * @module
 */

import { idleLimit } from "../response/event_stream.ts";
import { Response } from "../response/response.ts";
import type { ResponseHeadInit } from "../response/response_head.ts";
import { StreamingResponse } from "../response/streaming_response.ts";
import type { RequestValue } from "../request/request_value.ts";
import { streamBody } from "./body_stream.ts";
import type { Call } from "./call_state.ts";

/** The response with its body still to come, under the rules of a stream. */
export function toStream(
  web: globalThis.Response,
  request: RequestValue,
  head: ResponseHeadInit,
  call: Call,
): StreamingResponse {
  const { maxResponseSize: limit, timeoutMs } = call.settings;
  const idleMs = idleLimit(web.headers, request.method, call.settings);
  return new StreamingResponse({
    ...head,
    ...streamBody(web, { clock: call.takeBodyClock(), idleMs, limit, request }),
    errorTimeoutMs: timeoutMs,
  });
}

/** The other kind of response: what operation middleware gave where the caller asked for that one. */
export function convertResponse(
  response: Response | StreamingResponse,
): Response | StreamingResponse | Promise<Response> {
  if (response instanceof StreamingResponse) return response.buffer();
  if (!(response instanceof Response)) return response; // of middleware without types
  const { retryAfterMs, content } = response;
  return new StreamingResponse({
    ...response,
    retryAfterMs,
    body: new Blob([content]).stream(),
  });
}
