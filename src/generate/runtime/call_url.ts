/**
 * The URL of a call: server, path and query, put together by the rules of each (RFC 3986 section 3).
 *
 * @module
 */

import { encode } from "./styles.ts";

/**
 * The URL of a call.
 *
 * @param base The server, or the `baseUrl`.
 * @param path The path with the values of its parameters. It may bring a query, to tell operations apart, and
 * a fragment, which is not sent.
 * @param names The query parameters; they count more than the query of the path.
 * @param pairs The query, percent-encoded.
 * @throws {TypeError} If the path leads elsewhere.
 */
export function callURL(
  base: string,
  path: string,
  names: readonly string[],
  pairs: readonly string[],
): string {
  const [server, ownQuery] = parts(base);
  const [segments, fixed] = parts(path);
  if (segments.split("/").some((part) => /^(?:\.|%2e){1,2}$/i.test(part))) {
    throw new TypeError(`the path ${segments} has a segment of dots, which would lead elsewhere`);
  }
  const named = new Set(names.map(encode));
  const given = [ownQuery, fixed].flatMap((query) => query.split("&"))
    .filter((pair) => pair !== "" && !named.has(pair.split("=")[0]!));
  const query = [...given, ...pairs].join("&");
  const slash = segments.startsWith("/") || segments === "" ? "" : "/";
  return `${server.replace(/\/$/, "")}${slash}${segments}${query === "" ? "" : `?${query}`}`;
}

/** What is before the query and the fragment, and the query. */
function parts(text: string): [path: string, query: string] {
  const [whole = ""] = text.split("#", 1);
  const at = whole.indexOf("?");
  return at < 0 ? [whole, ""] : [whole.slice(0, at), whole.slice(at + 1)];
}
