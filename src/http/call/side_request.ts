/**
 * Side requests: requests of an authentication scheme or a sign-in to token and metadata endpoints. Each is
 * sent once on every runtime, follows no redirect, carries no headers or credentials of the client, and is
 * bounded in size and time. The caller passes the signal that ends it.
 *
 * @module
 */

import type { AddressGuard } from "../transport/transport.ts";
import { NetworkingError, TimeoutError } from "../../errors.ts";
import { ResponseTooLargeError } from "../../http_errors.ts";
import { RedirectError } from "../../refusal_errors.ts";
import { describeURL } from "../../redact.ts";
import { type Clock, Clocks, TIMED_OUT } from "./clocks.ts";
import { classifyFetchFailure } from "../transport/fetch_failure.ts";
import { DENO_INIT, fetchInit, nativeFetch } from "../transport/fetch_transport.ts";
import { discard, readBody } from "../response/read_body.ts";
import type { HTTPRequest } from "../request/http_request.ts";
import type { Transport } from "../transport/transport.ts";
import { ON_DENO } from "../../runtime/deno.ts";
import { abortable } from "@std/async/abortable";

/** The largest response, in bytes; metadata and tokens are small. */
const LARGEST_ANSWER = 1_048_576;

/** The longest that a side request may take, in milliseconds. */
export const SIDE_REQUEST_MS = 30_000;

/** The parts that send a side request. */
export interface SideRequestOwner {
  /** Puts it on the wire. */
  readonly transport: Transport;
  /** Checks the address policy, if there is one. */
  readonly guard?: AddressGuard | undefined;
  /** Ends the request with its reason; the signal of `init` replaces it. */
  readonly signal: AbortSignal;
}

/**
 * Sends one side request, and returns the response with its body in memory.
 *
 * @param url The target.
 * @param init As for fetch. A body that is a stream is read into memory first.
 * @param owner The parts that send it.
 * @throws {NetworkingError} If no response arrives within 30 seconds, or it is larger than 1 MiB.
 */
export async function sideRequest(
  url: string,
  init: RequestInit,
  { transport, guard, signal }: SideRequestOwner,
): Promise<globalThis.Response> {
  const { method = "GET" } = init;
  const side = { ...COMMON, method, url: checkURL(method, url) };
  const attempt = new Attempt(init.signal ?? signal);
  try {
    const headers = new Headers(init.headers);
    const body = await readSent(init.body, headers);
    const send = guard === undefined ? transport : await guard.transportFor(side, attempt);
    if (ON_DENO) await DENO_INIT.load();
    const options = fetchInit(method, [...headers], body && { body }, attempt, true);
    options.redirect = "manual"; // even if the platform hides the target
    options.keepalive = false; // Bun resends only on kept connections
    return await attempt.run(side, async () => {
      const web = await send(side.url, options);
      if (attempt.signal.aborted) discard(web); // it came too late
      return await whole(web, side);
    });
  } catch (thrown) {
    throw thrown === TIMED_OUT ? attempt.timeoutError(side) : thrown;
  } finally {
    attempt.end();
  }
}

const COMMON = {
  headers: {},
  body: undefined,
  context: {},
  urlTemplate: undefined,
  attempt: 1,
  hop: 0,
  resends: 0,
};

/** Checks the URL, which must have no credentials: the caller did not choose them. */
function checkURL(method: string, given: string): string {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && !url.username && !url.password) {
    return url.href;
  }
  throw new NetworkingError(
    "invalid_url",
    `Cannot send a side request by ${method}: its URL must be an absolute http: or https: URL without ` +
      "userinfo",
    { method },
  );
}

/** Reads the bytes of a body of any kind; adds its content type to the header fields. */
async function readSent(
  body: BodyInit | null | undefined,
  headers: Headers,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (body === undefined || body === null) return undefined;
  const read = new globalThis.Response(body);
  const type = read.headers.get("content-type");
  if (type !== null && !headers.has("content-type")) headers.set("content-type", type);
  return new Uint8Array(await read.arrayBuffer());
}

/** Reads the response within the limit. */
async function whole(
  web: globalThis.Response,
  side: HTTPRequest,
): Promise<globalThis.Response> {
  if (web.type === "opaqueredirect") {
    throw new RedirectError(
      `${cannot(side)}: the server redirects it, and a side request follows no redirect; use the ` +
        "target URL",
      { statusCode: web.status, method: side.method, url: side.url },
    );
  }
  const body = await readBody(web, LARGEST_ANSWER, side);
  const headers = new Headers(web.headers);
  headers.delete("content-encoding"); // decoded
  headers.delete("content-length");
  const { status, statusText } = web;
  return new globalThis.Response(body.byteLength === 0 ? null : body, {
    status,
    statusText,
    headers,
  });
}

function cannot({ method, url }: { readonly method: string; readonly url: string }): string {
  return `Cannot ${method} ${describeURL(url)}`;
}

const CLOCKS = new Clocks();

/** The single attempt of a side request: its clock and its cleanups. */
class Attempt {
  readonly #clock: Clock;
  readonly #startedAt = performance.now();
  readonly #cleanups: (() => void)[] = [];

  constructor(signal: AbortSignal) {
    this.#clock = CLOCKS.startOwn(SIDE_REQUEST_MS, [signal]);
  }

  get signal(): AbortSignal {
    return this.#clock.signal;
  }

  atAttemptEnd(cleanup: () => void): void {
    this.#cleanups.push(cleanup);
  }

  /** Waits for a custom resolver. */
  withinClocks<T>(promise: Promise<T>): Promise<T> {
    return abortable(promise, this.signal);
  }

  /** Returns the error unchanged. */
  claimError<E extends NetworkingError>(error: E): E {
    return error;
  }

  /** Runs work on the network, and ends with the clock even if the runtime does not abort. */
  async run<T>(side: HTTPRequest, work: () => Promise<T>): Promise<T> {
    try {
      return await abortable(work(), this.signal);
    } catch (thrown) {
      throw await this.transportFailure(thrown, side, "head");
    }
  }

  /** Returns the error for an exception of a transport. */
  async transportFailure(
    thrown: unknown,
    side: HTTPRequest,
    reading: "head" | "body",
  ): Promise<unknown> {
    if (this.signal.aborted) return this.signal.reason;
    if (thrown instanceof ResponseTooLargeError) {
      return new ResponseTooLargeError(
        `${cannot(side)}: the response is larger than ${LARGEST_ANSWER} bytes, the maximum ` +
          "for a side request; check the URL",
        { method: side.method, url: side.url, limitBytes: LARGEST_ANSWER },
      );
    }
    return await classifyFetchFailure(thrown, side, reading);
  }

  /** Returns the error of its clock. */
  timeoutError({ method, url }: HTTPRequest): TimeoutError {
    return new TimeoutError(
      `${cannot({ method, url })}: the server did not answer within ${SIDE_REQUEST_MS / 1000} s; ` +
        "check that it is up",
      {
        method,
        url,
        clock: "attempt",
        limitMs: SIDE_REQUEST_MS,
        elapsedMs: performance.now() - this.#startedAt,
      },
    );
  }

  end(): void {
    this.#clock.end();
    for (const cleanup of this.#cleanups) cleanup();
  }
}

/** Sends one side request by native fetch, for callers without a client. */
export function nativeSideRequest(
  url: string,
  init: RequestInit,
  signal: AbortSignal,
): Promise<globalThis.Response> {
  return sideRequest(url, init, { transport: nativeFetch, signal });
}
