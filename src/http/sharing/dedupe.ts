/**
 * Lets identical calls at the same time share one request. The first call with `dedupe` loads this module.
 *
 * @module
 */

import { abortable } from "@std/async/abortable";
import { NetworkingError } from "../../errors.ts";
import { isPromiseLike } from "../../runtime/promise_like.ts";
import type { BodySource } from "../body/body_types.ts";
import type { RequestValue } from "../request/request_value.ts";
import { FETCHED } from "../response/content_coding.ts";
import { Response } from "../response/response.ts";
import type { CallLender, KnownCall } from "../settings/call_cache.ts";
import { hexOf } from "../../formats/hex.ts";
import { type Asker, askerOf } from "./partition.ts";
import { SharedFlights } from "./shared_flights.ts";

const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "QUERY"]);
/** Header fields that do not change the response. */
const IGNORED: ReadonlySet<string> = new Set(["traceparent", "tracestate", "idempotency-key"]);

/** The shared requests of one client. */
export class Dedupe {
  readonly #lender: CallLender;
  readonly #flights = new SharedFlights<Response>(() => true);
  /** Assigns a number to each object in options. */
  readonly #numbers = new WeakMap<object, number>();
  #count = 0;

  constructor(lender: CallLender) {
    this.#lender = lender;
  }

  /** Returns the response of a shared request; undefined if the call cannot share one. */
  async run(request: RequestValue, call: KnownCall): Promise<Response | undefined> {
    if (call.streams || !METHODS.has(request.method)) return undefined;
    const asker = askerOf(request, call);
    const known = isPromiseLike(asker)
      ? await abortable(Promise.resolve(asker), call.signal)
      : asker;
    if (known === undefined) return undefined;
    let body: string | undefined;
    if (request.body !== undefined) {
      if (!request.body.replayable) return undefined;
      body = await bodyName(request.body);
      if (body === undefined) return undefined;
    }
    let isMine = false;
    try {
      const key = this.#key(request, call, known, body);
      const response = await this.#flights.run(key, call.signal, async (signal) => {
        isMine = true;
        const { settings } = call;
        const own = {
          ...settings,
          ...{ dedupe: false, throwOnError: false, signals: [signal] },
          hooks: { ...settings.hooks, onError: [] },
        };
        return await this.#lender.start(request, own, false) as Response;
      });
      const { retryAfterMs, headers } = response;
      return new Response({
        ...response,
        ...(retryAfterMs !== undefined && { retryAfterMs }),
        headers: copyHeaders(headers),
        deduplicated: !isMine,
      });
    } catch (error) {
      if (call.signal.aborted || !(error instanceof NetworkingError)) throw error;
      call.attempts.push(...error.attempts);
      throw call.claimError(isMine ? error : copyOf(error));
    }
  }

  /**
   * Returns the key of a request: everything that can change the response. It is a JSON list, since no
   * separator is safe.
   */
  #key(
    { method, headers, sensitive }: RequestValue,
    call: KnownCall,
    asker: Asker,
    body?: string,
  ) {
    const { settings } = call;
    const fields = Object.entries(headers).filter(([name]) => !IGNORED.has(name)).sort();
    const { maxRedirects, maxResponseSize, allowCrossOriginBody, allowDowngrade } = settings;
    const values = [settings.cache, settings.limit, settings.breaker, settings.cookies].map((
      value,
    ) => value === undefined ? 0 : this.#number(value));
    const { url, ofURL, secrets } = asker;
    return JSON.stringify([
      ...[method, url, ofURL, secrets, fields, body, sensitive, values],
      ...[maxRedirects, String(maxResponseSize), allowCrossOriginBody, allowDowngrade],
    ]);
  }

  #number(value: object): number {
    let number = this.#numbers.get(value);
    if (number === undefined) this.#numbers.set(value, number = ++this.#count);
    return number;
  }
}

/** Returns the hash of a text or Blob body; undefined for another body. */
async function bodyName(source: BodySource): Promise<string | undefined> {
  const { body } = await source.open();
  if (body instanceof ReadableStream) await body.cancel();
  if (typeof body !== "string" && !(body instanceof Blob)) return undefined;
  const bytes = await new Blob([body]).arrayBuffer();
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return hexOf(hash);
}

/** Copies the error of a shared request for one of its callers, who have separate attempts. */
function copyOf<E extends NetworkingError>(error: E): E {
  const copy = new Error(error.message, { cause: error.cause });
  Object.setPrototypeOf(copy, Object.getPrototypeOf(error));
  return Object.defineProperties(copy, Object.getOwnPropertyDescriptors(error)) as E;
}

/** Copies the fields, with the record whether fetch decoded the body. */
function copyHeaders(headers: Headers): Headers {
  const copy = new Headers(headers);
  const fetched = FETCHED.get(headers);
  if (fetched !== undefined) FETCHED.set(copy, fetched);
  return copy;
}
