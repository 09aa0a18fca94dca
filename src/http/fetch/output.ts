/**
 * The platform's `Response` for a response of ours. Its constructor cannot set `url`, `redirected` and
 * `type`: they are defined on the object, and on each of its clones.
 *
 * @module
 */

import type { StreamingResponse } from "../response/streaming_response.ts";

/** Statuses whose response has no body (Fetch Standard, "null body status"). */
const NULL_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

/** Ends bodies that nobody can read any more: a program may drop a response without a word. */
const DROPPED = "FinalizationRegistry" in globalThis
  ? new FinalizationRegistry<() => void>((release) => release())
  : undefined;

/**
 * The platform's `Response`.
 *
 * @param content The body, where it was read.
 * @param signals What aborts it.
 * @param toFailure What the reader of the body gets for what was thrown.
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

/** The body as a stream of bytes, which `new Response()` takes as it is. */
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
        // Copied: the stream takes the buffer away from whoever else has it.
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
 * Fails a body at once when a signal aborts, also while nobody reads it. The signal, which may live long,
 * does not hold the body.
 *
 * @returns What takes that back.
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

/** Gives a body up. Apart, so that it holds nothing but these two. */
function releaseOf(response: StreamingResponse, forget: () => void): () => void {
  return () => {
    forget();
    response.cancel().catch(() => {}); // nobody waits for it
  };
}
