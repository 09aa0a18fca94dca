/**
 * A buffered response as a stream, and a stream as a buffered response.
 *
 * @module
 */

import type { Response } from "./response.ts";
import { StreamingResponse } from "./streaming_response.ts";

/** The other kind of response: what operation middleware gave where the caller asked for that one. */
export function convertResponse(
  response: Response | StreamingResponse,
): StreamingResponse | Promise<Response> {
  if (response instanceof StreamingResponse) return response.buffer();
  const { retryAfterMs, content } = response;
  return new StreamingResponse({
    ...response,
    retryAfterMs,
    body: new Blob([content]).stream(),
  });
}
