/**
 * Adapts a fetch init to Deno, for bodies and for requests that must be sent only once. On Deno the first
 * such request loads this module.
 *
 * @module
 */

import { bare } from "../../runtime/bare.ts";
import type { OpenedBody } from "../body/body_types.ts";
import { SentBlob, withoutBody } from "../body/sent_blob.ts";

/** The part of Deno that is used here, so that distributed code has no `Deno` type. */
interface DenoLike {
  readonly createHttpClient?: (options: { poolMaxIdlePerHost: number }) => { close(): void };
}

const DENO = (globalThis as { readonly Deno?: DenoLike }).Deno;

/** The part of a call that a transmission needs. */
export interface Attempt {
  /** Ends the transmission. */
  readonly signal: AbortSignal;
  /** Registers a function that runs after the response was read. */
  atAttemptEnd(cleanup: () => void): void;
  /** Takes over a stream and returns the stream for fetch; missing if streams are never sent. */
  upload?(
    source: ReadableStream<Uint8Array<ArrayBuffer>>,
    size: number | undefined,
  ): ReadableStream;
}

/** The init of Deno's `fetch`. */
interface Init extends Omit<RequestInit, "body"> {
  body?: OpenedBody["body"] | null;
  client?: unknown;
}

/**
 * Changes an init so that Deno sends it correctly.
 *
 * @param size The size of a streamed body in bytes, if it is known.
 * @param once Whether Deno must not resend the request on its own.
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
    if (body !== undefined) init.body = new Uint8Array(0); // an empty Blob would be sent chunked
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
 * Sends a request without body, or with an empty one, on a separate connection. On reused connections Deno
 * resends such requests (denoland/deno 32566, 36415). It does not resend streams and Blobs, which keep
 * their Content-Length.
 */
function connectAlone(init: Init, attempt: Attempt): void {
  const client = DENO?.createHttpClient?.(bare({ poolMaxIdlePerHost: 0 }));
  if (client === undefined) return; // Deno without it; SPEC.md says so
  init.client = client;
  attempt.atAttemptEnd(() => client.close());
}
