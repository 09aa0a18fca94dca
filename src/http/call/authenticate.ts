/**
 * Drives an authentication scheme for one request. It sends each request that the scheme yields, passes the
 * response to the scheme, and returns the last response. It runs within an attempt, so each retry and each
 * redirect hop authenticates again. It sends credentials only to the scheme's origins.
 *
 * @module
 */

import type { AddressGuard } from "../transport/transport.ts";
import type { AuthContext, AuthScheme } from "../settings/auth_scheme.ts";
import { NetworkingError } from "../../errors.ts";
import { describeURL } from "../../redact.ts";
import type { BoundAuth } from "../settings/bound_auth.ts";
import { authFor } from "../settings/auth_for.ts";
import type { Call } from "./call_state.ts";
import { closedError } from "./clocks.ts";
import { ResponseHeadValue } from "../request/hook_values.ts";
import { checkRequest } from "../request/checked_request.ts";
import type { RequestValue } from "../request/request_value.ts";
import type { HTTPRequest } from "../request/http_request.ts";
import { drained } from "../../options/drained.ts";
import { SIDE_REQUEST_MS, sideRequest } from "./side_request.ts";
import type { Answer } from "../../runtime/answer.ts";
import type { Transport } from "../transport/transport.ts";

/** More would be a loop: the first request, one for a challenge, and one for a stale nonce. */
const MAX_STEPS = 3;

/** The parts of a client that drive its schemes. */
export interface AuthMeans {
  readonly transport: Transport;
  readonly guard: AddressGuard | undefined;
  /** Sends one request through the exchange middleware. */
  readonly send: (request: RequestValue, call: Call) => Promise<Answer>;
  /** Whether the client is closed. */
  readonly isClosed: () => boolean;
}

/** Drives the schemes of one client. */
export class AuthDriver {
  readonly #means: AuthMeans;
  /** Work that must finish even after the calls that began it. */
  readonly #unfinished = new Set<Promise<unknown>>();

  constructor(means: AuthMeans) {
    this.#means = means;
  }

  /** Waits for work that outlives its call, at most as long as a side request may take. */
  async close(): Promise<void> {
    if (this.#unfinished.size === 0) return;
    await drained(Promise.allSettled(this.#unfinished), SIDE_REQUEST_MS);
  }

  /** Runs the scheme and returns its last response. */
  async authenticate(
    request: RequestValue,
    auth: BoundAuth,
    call: Call,
  ): Promise<Answer> {
    const { send } = this.#means;
    const scheme = authFor(auth, new URL(request.url).origin)?.scheme;
    if (scheme === undefined) return send(request, call);
    const cannot = (why: string) => {
      const { method, url } = request;
      const message = `Cannot authenticate ${method} ${describeURL(url)}: ${why}`;
      return call.claimError(new NetworkingError("auth_failed", message, { method, url }));
    };
    const replayable = request.body?.replayable ?? true;
    if (scheme.requiresBody && !replayable) {
      throw cannot(
        `${scheme.name} reads the body, and it is a stream; pass a function that returns a new one`,
      );
    }
    const flow = scheme.authenticate(request, this.#context(call));
    let step = await advance(flow.next(), call);
    if (step.done) throw new TypeError(`Cannot authenticate: ${scheme.name} yielded no request`);
    let suspended = true;
    try {
      for (let sent = 1;; sent++) {
        const web = await send(checkYielded(step.value, request, scheme), call);
        suspended = false;
        step = await advance(flow.next(new ResponseHeadValue(web, request)), call);
        if (step.done) return web;
        suspended = true;
        call.discard(web);
        if (sent === MAX_STEPS) {
          throw cannot(`${scheme.name} needs more than ${MAX_STEPS} requests`);
        }
        if (!replayable) {
          throw cannot(
            `the server requires a second request, and the body was a stream; pass a function that returns a new one`,
          );
        }
      }
    } finally {
      // The scheme frees its resources in its own `finally`. A scheme that never finishes blocks the call
      // here too.
      if (suspended) await flow.return();
    }
  }

  /**
   * Returns the context for side requests, which the address policy checks and which carry no headers of
   * the client.
   */
  #context(call: Call): AuthContext {
    const { signal, passage } = call;
    const { transport, guard, isClosed } = this.#means;
    return {
      signal,
      unfinished: (work) => {
        const done = () => void this.#unfinished.delete(work);
        this.#unfinished.add(work);
        work.then(done, done);
      },
      fetch: async (url, init) => {
        const { method = "GET" } = init;
        if (isClosed()) throw closedError(method, url);
        const side = { transport, guard, signal };
        if (passage === undefined || !URL.canParse(url)) return await sideRequest(url, init, side);
        const place = await passage.aside({ method, url }, call, init.signal ?? undefined, signal);
        try {
          const web = await sideRequest(url, init, side);
          if (place === undefined) passage.answered(web);
          else place.answered(web.status, web.headers);
          return web;
        } finally {
          place?.leave();
        }
      },
    };
  }
}

/** Checks the request that the scheme yielded: it must keep the origin. */
function checkYielded(
  yielded: HTTPRequest,
  request: RequestValue,
  scheme: AuthScheme,
): RequestValue {
  if (new URL(yielded.url).origin !== new URL(request.url).origin) {
    throw new TypeError(`Cannot authenticate: ${scheme.name} yielded a request to another origin`);
  }
  const { method, url, headers, body } = checkRequest(yielded, []);
  return request.copy({ method, url, headers, body });
}

/** Waits for the scheme; a library error that it throws becomes an error of the call. */
async function advance<T>(step: Promise<T>, call: Call): Promise<T> {
  try {
    return await call.withinClocks(Promise.resolve(step)); // a generator without async returns no promise
  } catch (thrown) {
    throw thrown instanceof NetworkingError ? call.claimError(thrown) : thrown;
  }
}
