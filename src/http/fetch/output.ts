/**
 * Converts a response to a platform `Response`. Its constructor cannot set `url`, `redirected` and `type`,
 * so they are defined on the object and on each of its clones.
 *
 * @module
 */

import type { StreamingResponse } from "../response/streaming_response.ts";

/** Statuses whose response has no body (Fetch Standard, "null body status"). */
const NULL_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

/** Cancels the body of a response that was garbage collected unread. */
const DROPPED = "FinalizationRegistry" in globalThis
  ? new FinalizationRegistry<() => void>((release) => release())
  : undefined;

/**
 * Returns a platform `Response`.
 *
 * @param content The body, if it was read.
 * @param signals The signals that abort the body.
 * @param toFailure Converts an exception to the error for the reader of the body.
 */
export async function toPlatform(
  response: StreamingResponse,
  content: Uint8Array<ArrayBuffer> | undefined,
  isRedirected: boolean,
  signals: readonly AbortSignal[],
  toFailure: (thrown: unknown) => unknown,
): Promise<globalThis.Response> {
  const { statusCode, method, headers } = response;
  const hasNoBody = method === "HEAD" || NULL_BODY.has(statusCode);
  if (hasNoBody) await response.cancel();
  const isUsual = statusCode >= 200 && statusCode <= 599;
  const web = new globalThis.Response(
    hasNoBody ? null : content ?? bytesOf(response, signals, toFailure),
    { status: isUsual ? statusCode : 200, statusText: response.reason, headers },
  );
  return define(web, {
    url: response.url.replace(/#.*/s, ""),
    redirected: isRedirected,
    type: "basic",
    ...(!isUsual && { status: statusCode, ok: false }),
  });
}

function define(
  web: globalThis.Response,
  facts: Partial<globalThis.Response>,
): globalThis.Response {
  const clone = () => define(globalThis.Response.prototype.clone.call(web), facts);
  for (const [name, value] of Object.entries({ ...facts, clone })) {
    Object.defineProperty(web, name, { value, configurable: true });
  }
  return web;
}

/** Returns the body as a byte stream, which `new Response()` uses unchanged. */
function bytesOf(
  response: StreamingResponse,
  signals: readonly AbortSignal[],
  toFailure: (thrown: unknown) => unknown,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = response.body.getReader();
  let forget: () => void;
  const finish = () => {
    forget();
    DROPPED?.unregister(reader);
  };
  const body = new ReadableStream({
    type: "bytes",
    start(controller) {
      // Older compatibility dates of workerd have no WeakRef.
      const held = "WeakRef" in globalThis ? new WeakRef(controller) : { deref: () => controller };
      forget = failAtAbort(signals, held);
    },
    async pull(controller) {
      try {
        let chunk = await reader.read();
        while (chunk.value?.byteLength === 0) chunk = await reader.read();
        // Copied, since the stream detaches the buffer of the chunk.
        if (!chunk.done) return controller.enqueue(new Uint8Array(chunk.value));
        finish();
        controller.close();
        controller.byobRequest?.respond(0);
      } catch (thrown) {
        finish();
        throw toFailure(thrown);
      }
    },
    cancel(reason) {
      finish();
      return reader.cancel(reason);
    },
  });
  DROPPED?.register(body, releaseOf(response, forget!), reader);
  return body;
}

/**
 * Fails a body immediately when a signal aborts, even if it is not read. The signal, which may live long,
 * does not keep the body in memory.
 *
 * @returns A function that removes the listeners.
 */
function failAtAbort(
  signals: readonly AbortSignal[],
  body: Pick<WeakRef<ReadableByteStreamController>, "deref">,
): () => void {
  const fail = (event: Event) => {
    forget();
    body.deref()?.error((event.target as AbortSignal).reason);
  };
  const forget = () => {
    for (const signal of signals) signal.removeEventListener("abort", fail);
  };
  for (const signal of signals) signal.addEventListener("abort", fail);
  return forget;
}

/**
 * Returns a function that cancels a body. It is separate, so that its closure keeps only these two values.
 */
function releaseOf(response: StreamingResponse, forget: () => void): () => void {
  return () => {
    forget();
    response.cancel().catch(() => {}); // the response is gone, and so is its reader
  };
}
