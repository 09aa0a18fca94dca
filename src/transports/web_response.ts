/**
 * Makes the platform's `Response` of a plain response.
 *
 * @module
 */

import type { Answer, AnswerBody } from "../runtime/answer.ts";
import { bare } from "../runtime/bare.ts";

/** Makes a `Response` like that of fetch. */
export function toResponse(
  { status, statusText, headers, url, body }: Answer,
): globalThis.Response {
  // The constructor accepts no other status; fetch returns any status of the server.
  const isUsual = status >= 200 && status <= 599;
  const response = new globalThis.Response(
    body === null ? null : byteStream(body),
    bare({ status: isUsual ? status : 200, statusText, headers }),
  );
  const facts = isUsual ? { url } : { url, status, ok: false };
  for (const [name, value] of Object.entries(facts)) {
    Object.defineProperty(response, name, bare({ value, enumerable: true }));
  }
  return response;
}

/** Returns the body as a stream that reads from its source only on demand. */
function byteStream(body: AnswerBody): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  const source = bare<UnderlyingByteSource>({
    type: "bytes",
    async pull(controller) {
      const { done, value } = await reader.read();
      if (!done) return controller.enqueue(value);
      controller.close();
      controller.byobRequest?.respond(0);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return new ReadableStream(source, bare({ highWaterMark: 0 }));
}
