/**
 * Parses Cache-Control (RFC 9111 5.2) strictly: malformed input never makes a response fresher.
 *
 * @module
 */

import { TOKEN } from "../../formats/tokens.ts";

/** Directives by lower-case name; `true` for one without an argument. */
export type Directives = ReadonlyMap<string, readonly (string | true)[]>;

const QUOTED = '"(?:[^"\\\\]|\\\\.)*"';
/** Matches a directive, or other text up to the next comma that is not quoted. */
const DIRECTIVE = new RegExp(
  `[ \\t,]*(?:(${TOKEN})(?:=(?:(${TOKEN})|(${QUOTED})))?(?=[ \\t]*(?:,|$))|(?:${QUOTED}|[^,"]|")+)`,
  "gy",
);

const NONE: Directives = new Map();
/** The result for a field that is too long to parse: nothing is stored or fresh. */
const TOO_LONG: Directives = new Map([["no-store", [true]], ["no-cache", [true]]]);
const LONGEST = 4096;
/** Parsed values: servers send few different ones, and a cache reads each many times. */
const SEEN = new Map<string, Directives>();
const MOST_SEEN = 200;

/** Returns the directives of a field value. */
export function readDirectives(field: string | null | undefined): Directives {
  if (field === null || field === undefined) return NONE;
  if (field.length > LONGEST) return TOO_LONG;
  const seen = SEEN.get(field);
  if (seen !== undefined) return seen;
  const found = new Map<string, (string | true)[]>();
  for (const [whole, token, plain, quoted] of field.matchAll(DIRECTIVE)) {
    const text = quoted?.slice(1, -1).replace(/\\(.)/gs, "$1");
    // A malformed argument still names its directive: `max-age='60'` is a max-age that counts as 0.
    const name = token ?? /^[ \t,]*([^ \t,="]+)/.exec(whole)?.[1];
    if (name === undefined) continue;
    const key = name.toLowerCase();
    const values = found.get(key) ?? [];
    values.push(token === undefined ? "" : plain ?? text ?? true);
    found.set(key, values);
  }
  if (SEEN.size >= MOST_SEEN) SEEN.clear();
  SEEN.set(field, found);
  return found;
}

/** Larger numbers count as this one (RFC 9111 1.2.2). */
const MOST_SECONDS = 2 ** 31;

/**
 * Returns the seconds of a directive. The least of several values counts (RFC 9111 4.2.1), and a malformed
 * one is 0. Returns `undefined` if the directive is absent.
 */
export function secondsOf(directives: Directives, name: string): number | undefined {
  const values = directives.get(name);
  if (values === undefined) return undefined;
  return Math.min(...values.map((value) => value === true ? 0 : deltaSeconds(value) ?? 0));
}

/** Returns delta-seconds (RFC 9111 1.2.2), or `undefined` for anything else. */
export function deltaSeconds(text: string): number | undefined {
  return /^\d+$/.test(text) ? Math.min(Number(text), MOST_SECONDS) : undefined;
}
