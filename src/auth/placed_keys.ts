/**
 * API keys in the query and in cookies.
 *
 * @module
 */

import type { HTTPRequest } from "../http/request/http_request.ts";
import { withHeader } from "./credentials.ts";

/** Returns the request with a query parameter. */
export function query(request: HTTPRequest, name: string, value: string): HTTPRequest {
  const url = new URL(request.url);
  if (url.searchParams.has(name)) url.searchParams.set(name, value);
  else {
    // searchParams would rewrite the caller's own parameters.
    const pair = `${encodeURIComponent(name)}=${encodeURIComponent(value)}`;
    url.search = url.search === "" ? pair : `${url.search}&${pair}`;
  }
  return { ...request, url: url.href };
}

/** Returns the request with a cookie, which replaces one of the same name. */
export function cookie(request: HTTPRequest, name: string, value: string): HTTPRequest {
  const others = (request.headers["cookie"] ?? "").split(/; */).filter((pair) =>
    pair !== "" && pair.split("=", 1)[0]!.trim() !== name
  );
  return withHeader(request, "cookie", [...others, `${name}=${value}`].join("; "));
}
