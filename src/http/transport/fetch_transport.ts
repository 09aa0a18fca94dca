/**
 * The default transport: native `fetch`, with what its runtimes need to keep our promises. The only
 * place that knows that Deno sends a request again by itself when a reused connection dies before
 * the response begins, and what stops it.
 *
 * @module
 */

import { bare, newBare } from "../../runtime/bare.ts";
import { IDEMPOTENT_METHODS } from "../../retry/retry_policy.ts";
import type { OpenedBody } from "../body/body_types.ts";
import type { Transport } from "./transport.ts";
import { SentBlob, withoutBody } from "../body/sent_blob.ts";

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

/** What is sent to `fetch`: its own options, and those of runtimes. */
interface Init extends RequestInit {
  client?: unknown;
  duplex?: "half";
}

/**
 * The smallest init that says what is needed: each property costs some time on its own. It inherits
 * nothing, so that what is in `Object.prototype` changes no request.
 *
 * @param once Whether it must not be sent again by the runtime: methods that are not idempotent.
 */
export function fetchInit(
  method: string,
  headers: [string, string][],
  opened: OpenedBody | undefined,
  attempt: Attempt,
  once: boolean = !IDEMPOTENT_METHODS.has(method),
): RequestInit {
  const init: Init = newInit();
  init.redirect = REDIRECTS_HIDDEN ? "follow" : "manual";
  if (method !== "GET") init.method = method;
  if (headers.length > 0) init.headers = headers;
  if (opened !== undefined) putBody(init, opened, headers, attempt);
  init.signal = attempt.signal; // after the body: an upload has a clock of its own
  if (DENO !== undefined && once) preventReplay(init, attempt);
  return init;
}

/** Node copies the init into an object that inherits: there each member has its default itself. */
const NODE_DEFAULTS: Init | undefined = globalThis.navigator?.userAgent?.startsWith("Node.js/")
  ? {
    ...{ method: "GET", headers: [], body: null, mode: "cors", credentials: "same-origin" },
    ...{ cache: "default", referrer: "about:client", referrerPolicy: "", integrity: "" },
    ...{ keepalive: false, window: null, duplex: "half" },
  }
  : undefined;

function newInit(): Init {
  const init = newBare<Init>();
  return NODE_DEFAULTS === undefined ? init : Object.assign(init, NODE_DEFAULTS);
}

function putBody(
  init: Init,
  { body, size }: OpenedBody,
  headers: [string, string][],
  attempt: Attempt,
): void {
  if (body instanceof ReadableStream) {
    const stream = attempt.upload?.(body, size) ?? body;
    init.duplex = "half";
    if (DENO !== undefined) {
      init.body = size === undefined ? withoutBody(stream) : new SentBlob(stream, size);
    } else if (size === undefined) init.body = stream;
    else {
      init.body = stream;
      init.headers = [...headers, ["content-length", String(size)]];
    }
  } else if (DENO !== undefined && isEmpty(body)) {
    init.body = NO_BYTES; // an empty Blob would go out chunked
  } else {
    init.body = body;
  }
}

const NO_BYTES = new Uint8Array(0);

function isEmpty(body: Exclude<OpenedBody["body"], ReadableStream>): boolean {
  if (body instanceof URLSearchParams) return body.size === 0;
  return (body instanceof Blob
    ? body.size
    : typeof body === "string"
    ? body.length
    : body.byteLength) === 0;
}

/**
 * Deno replays on reused connections (denoland/deno 32566, 36415): not Blob bodies, which keep their
 * Content-Length, and not streams. A request without a body, or with an empty one, gets a connection
 * of its own instead.
 */
function preventReplay(init: Init, attempt: Attempt): void {
  const { body } = init;
  if (body === undefined || body === null || body === NO_BYTES) {
    const client = DENO?.createHttpClient?.(bare({ poolMaxIdlePerHost: 0 }));
    if (client === undefined) return; // Deno without it; SPEC.md says so
    init.client = client;
    attempt.atAttemptEnd(() => client.close());
  } else if (!(body instanceof Blob) && !(body instanceof ReadableStream)) {
    init.body = new SentBlob(body as BlobPart);
  }
}
