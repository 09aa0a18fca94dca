/**
 * A route of the mock server.
 *
 * @module
 */

import type { FoundOperation } from "../model/context.ts";

/** An operation, and the paths that are for it. */
export interface Route {
  readonly found: FoundOperation;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  /** The query that its path has, or its fragment, which is not sent: it tells operations apart. */
  readonly query: readonly string[];
}

/** The route of an operation. */
export function routeOf(found: FoundOperation): Route {
  const names: string[] = [];
  const [path = "", ...rest] = found.path.split(/[?#]/);
  const slashed = path.startsWith("/") ? path : `/${path}`;
  const parts = slashed.split(/(\{[^{}]*\})/).map((part) => {
    if (!part.startsWith("{")) return part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    names.push(part.slice(1, -1));
    return "([^/]*)";
  });
  const query = rest.flatMap((text) => text.split("&")).filter((pair) => /^[^{}]+=?/.test(pair));
  return { found, names, pattern: new RegExp(`^${parts.join("")}$`), query };
}

/** How many of the pairs of a route's own query a request has. */
export function queryMatches({ query }: Route, search: string): number {
  const given = new Set(search.replace(/^\?/, "").split("&"));
  return query.filter((pair) => given.has(pair)).length;
}
