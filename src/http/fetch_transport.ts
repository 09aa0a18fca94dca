/**
 * The default transport: native `fetch`, with what its runtimes need to keep our promises. The only
 * place that knows that Deno sends a request again by itself when a reused connection dies before
 * the response begins, and what stops it.
 *
 * @module
 */

import { IDEMPOTENT_METHODS } from "../retry.ts";
import type { OpenedBody } from "./body.ts";
import type { Transport } from "./middleware.ts";

/** As much of Deno as is used here, so that no `Deno` type is in distributed code. */
interface DenoLike {
  readonly createHttpClient?: (options: { poolMaxIdlePerHost: number }) => { close(): void };
}

const DENO = (globalThis as { readonly Deno?: DenoLike }).Deno;

/** Browsers hide the 3xx of `redirect: "manual"`, so there the platform follows redirects itself. */
const REDIRECTS_HIDDEN = globalThis.navigator?.userAgent?.startsWith("Mozilla/") ?? false;

/** Native fetch, looked up at each call: tests replace it. */
export const nativeFetch: Transport = (url, init) => fetch(url, init);

/** As much of a call as a transmission needs. */
interface Attempt {
  /** What the caller's own stream failed with. */
  streamFailure: { readonly error: unknown } | undefined;
  /** Ends the transmission. */
  readonly signal: AbortSignal;
  /** Frees something when the response was read. */
  atAttemptEnd(cleanup: () => void): void;
}

/** The smallest init that says what is needed: each property costs some time on its own. */
export function fetchInit(
  method: string,
  headers: [string, string][],
  opened: OpenedBody | undefined,
  attempt: Attempt,
): RequestInit {
  const init: RequestInit & { client?: unknown; duplex?: "half" } = {
    redirect: REDIRECTS_HIDDEN ? "follow" : "manual",
    signal: attempt.signal,
  };
  if (method !== "GET") init.method = method;
  if (headers.length > 0) init.headers = headers;
  if (opened !== undefined) {
    init.body = opened.body;
    if (opened.body instanceof ReadableStream) {
      init.body = watch(opened.body, attempt);
      init.duplex = "half";
    }
  }
  if (DENO !== undefined && !IDEMPOTENT_METHODS.has(method)) preventReplay(init, attempt);
  return init;
}

/**
 * Deno replays on reused connections (denoland/deno 32566, 36415): not Blob bodies, which keep their
 * Content-Length, and not streams. A request without body gets a connection of its own instead; an
 * empty Blob would turn it chunked.
 */
function preventReplay(
  init: RequestInit & { client?: unknown },
  attempt: Attempt,
): void {
  const { body } = init;
  if (body === undefined || body === null) {
    const client = DENO?.createHttpClient?.({ poolMaxIdlePerHost: 0 });
    if (client === undefined) return; // an edge runtime without it; SPEC.md says so
    init.client = client;
    attempt.atAttemptEnd(() => client.close());
  } else if (!(body instanceof Blob) && !(body instanceof ReadableStream)) {
    init.body = new Blob([body as BlobPart]);
  }
}

/**
 * The stream, its error noted: fetch would report it as a failure of the network, and on Deno lose
 * its identity, though it is the caller's own.
 */
function watch(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  attempt: Attempt,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        attempt.streamFailure = { error };
        throw error;
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
