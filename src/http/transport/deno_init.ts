/**
 * What Deno needs to send a body, and a request that it may send only once. Loaded on Deno alone, by the
 * first request that needs it.
 *
 * @module
 */

import { bare } from "../../runtime/bare.ts";
import type { OpenedBody } from "../body/body_types.ts";
import { SentBlob, withoutBody } from "../body/sent_blob.ts";

/** As much of Deno as is used here, so that no `Deno` type is in distributed code. */
interface DenoLike {
  readonly createHttpClient?: (options: { poolMaxIdlePerHost: number }) => { close(): void };
}

const DENO = (globalThis as { readonly Deno?: DenoLike }).Deno;

/** As much of a call as a transmission needs. */
export interface Attempt {
  /** Ends the transmission. */
  readonly signal: AbortSignal;
  /** Frees something when the response was read. */
  atAttemptEnd(cleanup: () => void): void;
  /** Takes over a stream that is sent; gives what fetch is to send. Not where none is ever sent. */
  upload?(
    source: ReadableStream<Uint8Array<ArrayBuffer>>,
    size: number | undefined,
  ): ReadableStream;
}

/** What is sent to Deno's `fetch`. */
interface Init extends Omit<RequestInit, "body"> {
  body?: OpenedBody["body"] | null;
  client?: unknown;
}

/**
 * Makes an init one that Deno sends as it is meant.
 *
 * @param size The size of a body that is a stream, where it is known.
 * @param once Whether Deno must not send it again by itself.
 */
export function suitDeno(
  init: Init,
  size: number | undefined,
  once: boolean,
  attempt: Attempt,
): void {
  const { body } = init;
  if (body instanceof ReadableStream) {
    init.body = size === undefined ? withoutBody(body) : new SentBlob(body, size);
  } else if (isEmpty(body)) {
    if (body !== undefined) init.body = new Uint8Array(0); // an empty Blob would go out chunked
    if (once) connectAlone(init, attempt);
  } else if (once && !(body instanceof Blob)) {
    init.body = new SentBlob(body as BlobPart);
  }
}

function isEmpty(body: Init["body"]): boolean {
  if (body instanceof URLSearchParams || body instanceof Blob) return body.size === 0;
  return ((typeof body === "string"
    ? body.length
    : (body as ArrayBuffer | undefined)?.byteLength) ?? 0) ===
    0;
}

/**
 * Deno replays on reused connections (denoland/deno 32566, 36415): not Blob bodies, which keep their
 * Content-Length, and not streams. A request without a body, or with an empty one, gets a connection
 * of its own instead.
 */
function connectAlone(init: Init, attempt: Attempt): void {
  const client = DENO?.createHttpClient?.(bare({ poolMaxIdlePerHost: 0 }));
  if (client === undefined) return; // Deno without it; SPEC.md says so
  init.client = client;
  attempt.atAttemptEnd(() => client.close());
}
