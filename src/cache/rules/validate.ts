/**
 * Validation (RFC 9111 4.3): makes requests conditional, updates stored responses from a 304 or a response to
 * HEAD, and evaluates conditions of the caller. Pure.
 *
 * @module
 */

import { parseHTTPDate } from "../../formats/http_date.ts";
import { trimField } from "../../formats/tokens.ts";
import { type CacheEntry, fieldOf, type FieldPairs } from "./cache_entry.ts";
import type { FieldsOfRequest } from "./vary.ts";

/** Returns the fields that make a request conditional on the stored responses (RFC 9111 4.3.1). */
export function conditions(candidates: readonly CacheEntry[]): Record<string, string> {
  const added: Record<string, string> = {};
  const tags = new Set(candidates.flatMap(({ headers }) => fieldOf(headers, "etag") ?? []));
  if (tags.size > 0) added["if-none-match"] = [...tags].join(", ");
  const [only] = candidates;
  const modified = candidates.length === 1 ? fieldOf(only!.headers, "last-modified") : undefined;
  if (modified !== undefined) added["if-modified-since"] = modified;
  return added;
}

/** Fields that describe the stored body; a 304 does not change them (RFC 9111 3.2). */
export const OF_THE_BODY: ReadonlySet<string> = new Set([
  ...["content-encoding", "content-type", "content-range", "content-length"],
]);

/** Returns a stored response with the fields of a 304 or of a response to HEAD (RFC 9111 3.2). */
export function freshen(
  stored: CacheEntry,
  headers: FieldPairs,
  requestTime: number,
  responseTime: number,
): CacheEntry {
  const given = headers.filter(([name]) => !OF_THE_BODY.has(name));
  const names = new Set(given.map(([name]) => name));
  // RFC 9111 4.2.3: the stored Age belongs to the old response.
  const kept = stored.headers.filter(([name]) => !names.has(name) && name !== "age");
  return { ...stored, headers: [...kept, ...given], requestTime, responseTime };
}

/** Returns the candidate that a 304 is about (RFC 9111 4.3.4). */
export function freshened(
  candidates: readonly CacheEntry[],
  headers: FieldPairs,
): CacheEntry | undefined {
  const tag = fieldOf(headers, "etag");
  if (tag !== undefined) {
    const named = candidates.filter((entry) => sameTag(fieldOf(entry.headers, "etag"), tag));
    if (named.length > 0) return mostRecent(named);
    // A 304 whose validator none of several candidates has selects none.
    return candidates.length === 1 && fieldOf(candidates[0]!.headers, "etag") === undefined
      ? candidates[0]
      : undefined;
  }
  return mostRecent(candidates);
}

function mostRecent(entries: readonly CacheEntry[]): CacheEntry | undefined {
  return entries.reduce<CacheEntry | undefined>(
    (found, entry) =>
      found === undefined || entry.responseTime > found.responseTime ? entry : found,
    undefined,
  );
}

/** Whether a response to HEAD describes the stored body (RFC 9111 4.3.5). */
export function describesSame(stored: CacheEntry, headers: FieldPairs): boolean {
  for (const name of ["etag", "last-modified"]) {
    const given = fieldOf(headers, name);
    if (given !== undefined && given !== fieldOf(stored.headers, name)) return false;
  }
  const length = fieldOf(headers, "content-length");
  const known = fieldOf(stored.headers, "content-length");
  return length === undefined || known === undefined || length === known;
}

/** Whether the caller's own conditions make a stored response a 304 (RFC 9111 4.3.2). */
export function isNotModified(stored: CacheEntry, request: FieldsOfRequest): boolean {
  const tags = request["if-none-match"];
  if (stored.status !== 200) return false;
  if (tags !== undefined) {
    const own = fieldOf(stored.headers, "etag");
    if (trimField(tags) === "*") return true;
    return own !== undefined && listOfTags(tags).some((tag) => sameTag(own, tag));
  }
  const since = request["if-modified-since"];
  if (since === undefined) return false;
  const { headers, responseTime } = stored;
  const limit = parseHTTPDate(trimField(since), responseTime);
  const modified = fieldOf(headers, "last-modified") ?? fieldOf(headers, "date");
  const changed = modified === undefined
    ? responseTime
    : parseHTTPDate(trimField(modified), responseTime);
  return limit !== undefined && changed !== undefined && changed <= limit;
}

/** Returns the entity tags of a list; a tag may contain commas (RFC 9110 8.8.3). */
function listOfTags(field: string): string[] {
  return field.match(/(?:W\/)?"[^"]*"|[^,\s]+/g) ?? [];
}

/** Compares weakly (RFC 9110 8.8.3.2), as both conditions do. */
function sameTag(one: string | undefined, other: string): boolean {
  return one !== undefined && opaque(one) === opaque(other);
}

function opaque(tag: string): string {
  return trimField(tag).replace(/^W\//, "");
}

/** A part of a body: the index of its first byte, and the index after its last byte. */
export interface Part {
  readonly start: number;
  readonly end: number;
}

/** Returns the part that a Range field requests (RFC 9110 14.1.2), if it is one valid part. */
export function rangeOf(field: string, size: number): Part | undefined {
  const match = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(trimField(field));
  if (match === null) return undefined;
  const [, first = "", last = ""] = match;
  if (first === "" && last === "") return undefined;
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size : Math.min(size, Number(last) + 1);
  return start < end ? { start, end } : undefined;
}
