/**
 * Checks requests that middleware and schemes made, by the rules for callers.
 *
 * @module
 */

import { NO_PARAMS } from "../../formats/url_params.ts";
import { mergeHeaders, NO_HEADERS } from "./headers.ts";
import type { HTTPRequest } from "./http_request.ts";
import { checkMethod } from "./method.ts";
import { hadUserinfo, RequestValue, userinfoMark } from "./request_value.ts";
import { resolveURL, type URLRules } from "./resolve_url.ts";

const NO_RULES: URLRules = { defaults: NO_PARAMS, allowAnyOrigin: true };

/** Returns the request as a checked `RequestValue`, or itself if it is one. */
export function toRequestValue(request: HTTPRequest, sensitive: readonly string[]): RequestValue {
  return request instanceof RequestValue ? request : checkRequest(request, sensitive);
}

/**
 * Checks the parts of a request.
 *
 * @throws {TypeError | NetworkingError} If one of them cannot be sent.
 */
export function checkRequest(request: HTTPRequest, sensitive: readonly string[]): RequestValue {
  const resolved = resolveURL(request.method, request.url, NO_RULES, NO_PARAMS);
  const { href } = resolved.url;
  return new RequestValue({
    ...request,
    ...userinfoMark(href, resolved.userinfo !== undefined || hadUserinfo(request)),
    method: checkMethod(request.method),
    url: href,
    headers: mergeHeaders(NO_HEADERS, request.headers),
  }, sensitive);
}
