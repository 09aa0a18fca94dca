/**
 * The default transport: native `fetch`, adapted to each runtime. It also stops Deno from resending a
 * request on its own when a reused connection breaks before the response.
 *
 * @module
 */

import { newBare } from "../../runtime/bare.ts";
import { ON_DENO } from "../../runtime/deno.ts";
import { type Lazy, lazy } from "../../runtime/lazy.ts";
import { IDEMPOTENT_METHODS } from "../../retry/retry_policy.ts";
import type { OpenedBody } from "../body/body_types.ts";
import type { HTTPRequest } from "../request/http_request.ts";
import type { Attempt } from "./deno_init.ts";
import type { Transport } from "./transport.ts";

/** Adapts an init to Deno, for bodies and for requests that must be sent only once. */
export const DENO_INIT: Lazy<typeof import("./deno_init.ts")> = /* @__PURE__ */ lazy(() =>
  import("./deno_init.ts")
);

/** Browsers hide the 3xx of `redirect: "manual"`, so there the platform follows redirects itself. */
const REDIRECTS_HIDDEN = globalThis.navigator?.userAgent?.startsWith("Mozilla/") ?? false;

/** Native fetch, looked up for each request, since tests replace it. */
export const nativeFetch: Transport = (url, init) => fetch(url, init);

/** The init of `fetch`, with one option that is not in the type. */
interface Init extends RequestInit {
  body?: OpenedBody["body"] | null;
  duplex?: "half";
}

/**
 * Returns the smallest possible init, since each property costs time. It inherits nothing, so that a
 * polluted `Object.prototype` changes no request.
 *
 * @param once Whether the runtime must not resend the request; the default for methods that are not
 * idempotent.
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
  init.signal = attempt.signal; // after the body, since an upload replaces the clock
  // Throws if it was not loaded: a request that Deno might resend must not be sent.
  if (ON_DENO && (opened !== undefined || once)) {
    DENO_INIT.now!.suitDeno(init, opened?.size, once, attempt);
  }
  return init;
}

/** Whether `DENO_INIT` must be loaded before `fetchInit` is called for a request. */
export function lacksDenoInit({ method, body }: Pick<HTTPRequest, "method" | "body">): boolean {
  return ON_DENO && DENO_INIT.now === undefined &&
    (body !== undefined || !IDEMPOTENT_METHODS.has(method));
}

/** Node copies the init into an object that inherits, so on Node each member is set to its default. */
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
    init.body = attempt.upload?.(body, size) ?? body;
    init.duplex = "half";
    if (size !== undefined && !ON_DENO) {
      init.headers = [...headers, ["content-length", String(size)]];
    }
  } else init.body = body;
}
