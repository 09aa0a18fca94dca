/**
 * Composes middleware into one function, once per client.
 *
 * @module
 */

import type { HTTPRequest } from "../request/http_request.ts";

/** A middleware of either level. */
type Layer<Result> = (
  request: HTTPRequest,
  next: (request: HTTPRequest) => Promise<Result>,
) => Promise<Result>;

/** The innermost step, which also knows of the call that it works for. */
export type Terminal<Call, Result> = (request: HTTPRequest, call: Call) => Promise<Result>;

/** `layers` around `innermost`, composed once; with no layers it is `innermost` itself. */
export function compose<Call, Result>(
  layers: readonly Layer<Result>[],
  innermost: Terminal<Call, Result>,
): Terminal<Call, Result> {
  return layers.reduceRight<Terminal<Call, Result>>(
    (inner, layer) => (request, call) => layer(request, (changed) => inner(changed, call)),
    innermost,
  );
}
