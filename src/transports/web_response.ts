/**
 * The platform's `Response` for a plain answer, for who wants one.
 *
 * @module
 */

import type { Answer, AnswerBody } from "../runtime/answer.ts";
import { bare } from "../runtime/bare.ts";

/** A `Response` like the one that fetch gives. */
export function toResponse(
  { status, statusText, headers, url, body }: Answer,
): globalThis.Response {
  // A constructor takes no other status; fetch gives whatever the server sent.
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

/** The body as a stream that asks its source only when it is read. */
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
