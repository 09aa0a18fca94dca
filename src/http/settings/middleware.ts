/**
 * Middleware: functions around a call (operation level, once per call) and around every request on the wire
 * (exchange level: once per attempt, redirect hop and authentication replay).
 *
 * @module
 */

import type { HTTPRequest } from "../request/http_request.ts";
import type { Response } from "../response/response.ts";
import type { StreamingResponse } from "../response/streaming_response.ts";

/**
 * Runs around every request on the wire. The response's body is unread; a middleware that does not return
 * it must cancel it. An error of a middleware ends the call unchanged.
 */
export type ExchangeMiddleware = (
  request: HTTPRequest,
  next: (request: HTTPRequest) => Promise<globalThis.Response>,
) => Promise<globalThis.Response>;

/**
 * Runs around a whole call, with its retries and redirects. It receives a {@linkcode StreamingResponse} if
 * the caller requested a stream; if it returns the other kind, the client converts it.
 */
export type OperationMiddleware = (
  request: HTTPRequest,
  next: (request: HTTPRequest) => Promise<Response | StreamingResponse>,
) => Promise<Response | StreamingResponse>;

/** The parts of a client that limit its calls. */
export interface ClientParts {
  /** Its retry budget, if it has one. */
  readonly retryBudget?: unknown;
  /** Its limiter and its breaker. */
  readonly settings: { readonly limit?: unknown; readonly breaker?: unknown };
}

/** The key of a function on operation middleware, called with the parts of each client that uses it. */
export const JOINED: unique symbol = /* @__PURE__ */ Symbol.for("@codomyrmex/networking/joined");

/** Operation middleware that is notified of its clients. */
export type JoiningMiddleware = OperationMiddleware & {
  readonly [JOINED]?: (client: ClientParts) => void;
};

/** The key of a function on exchange middleware that returns the header fields of a WebSocket handshake too. */
export const SIGNED_HANDSHAKE: unique symbol = /* @__PURE__ */ Symbol.for(
  "@codomyrmex/networking/signed-handshake",
);

/** Exchange middleware that can sign handshakes. */
export type SigningMiddleware = ExchangeMiddleware & {
  readonly [SIGNED_HANDSHAKE]?: (
    handshake: Pick<HTTPRequest, "method" | "url" | "headers">,
  ) => Promise<HTTPRequest["headers"]>;
};

/** The `use` option. The first function of each list is the outermost. */
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

/** The innermost step, which also receives its call. */
export type Innermost<Call, Result> = (request: HTTPRequest, call: Call) => Promise<Result>;

/** Composes `layers` around `innermost`; without layers, returns `innermost` itself. */
export function compose<Call, Result>(
  layers: readonly Layer<Result>[],
  innermost: Innermost<Call, Result>,
): Innermost<Call, Result> {
  return layers.reduceRight<Innermost<Call, Result>>(
    (inner, layer) => (request, call) => layer(request, (changed) => inner(changed, call)),
    innermost,
  );
}
