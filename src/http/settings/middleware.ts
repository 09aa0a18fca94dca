/**
 * Middleware: functions around a call (operation level, once per call) and around every request put
 * on the wire (exchange level, once per first try, retry, redirect hop and authentication replay).
 *
 * @module
 */

import type { HTTPRequest } from "../request/http_request.ts";
import type { Response } from "../response/response.ts";
import type { StreamingResponse } from "../response/streaming_response.ts";

/**
 * Runs around every request put on the wire. The response's body is unread; a middleware that does not
 * return it cancels it. What a middleware throws ends the call unchanged.
 */
export type ExchangeMiddleware = (
  request: HTTPRequest,
  next: (request: HTTPRequest) => Promise<globalThis.Response>,
) => Promise<globalThis.Response>;

/**
 * Around a whole call, its retries and redirects included. It sees a {@linkcode StreamingResponse}
 * where the caller asked for a stream; if it answers with the other kind, the client converts it.
 */
export type OperationMiddleware = (
  request: HTTPRequest,
  next: (request: HTTPRequest) => Promise<Response | StreamingResponse>,
) => Promise<Response | StreamingResponse>;

/** What holds back the calls of a client. */
export interface ClientParts {
  /** Its retry budget, if it has one. */
  readonly retryBudget?: unknown;
  /** Its limiter and its breaker. */
  readonly settings: { readonly limit?: unknown; readonly breaker?: unknown };
}

/** On operation middleware: is called with the parts of each client that is made with it. */
export const JOINED: unique symbol = /* @__PURE__ */ Symbol.for("@codomyrmex/networking/joined");

/** Operation middleware that is told of its clients. */
export type JoiningMiddleware = OperationMiddleware & {
  readonly [JOINED]?: (client: ClientParts) => void;
};

/** On exchange middleware that only adds header fields: adds them to the handshake of a WebSocket too. */
export const SIGNED_HANDSHAKE: unique symbol = /* @__PURE__ */ Symbol.for(
  "@codomyrmex/networking/signed-handshake",
);

/** Exchange middleware that can sign handshakes. */
export type SigningMiddleware = ExchangeMiddleware & {
  readonly [SIGNED_HANDSHAKE]?: (
    handshake: Pick<HTTPRequest, "method" | "url" | "headers">,
  ) => Promise<HTTPRequest["headers"]>;
};

/** The `use` option. In each list the first is the outermost. */
export interface MiddlewareLists {
  /** Once per call. */
  readonly operation?: readonly OperationMiddleware[];
  /** Once per request on the wire. */
  readonly exchange?: readonly ExchangeMiddleware[];
}

/** A middleware of either level. */
type Layer<Result> = (
  request: HTTPRequest,
  next: (request: HTTPRequest) => Promise<Result>,
) => Promise<Result>;

/** The innermost step, which also knows of the call that it works for. */
export type Innermost<Call, Result> = (request: HTTPRequest, call: Call) => Promise<Result>;

/** `layers` around `innermost`, composed once; with no layers it is `innermost` itself. */
export function compose<Call, Result>(
  layers: readonly Layer<Result>[],
  innermost: Innermost<Call, Result>,
): Innermost<Call, Result> {
  return layers.reduceRight<Innermost<Call, Result>>(
    (inner, layer) => (request, call) => layer(request, (changed) => inner(changed, call)),
    innermost,
  );
}
