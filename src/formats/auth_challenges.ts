/**
 * Parses `WWW-Authenticate` (RFC 9110 11.6.1): several challenges in one field, or in several fields joined
 * with commas. It takes linear time, since the server controls the field.
 *
 * @module
 */

/** One challenge. */
export interface Challenge {
  /** The scheme, in lower case. */
  readonly scheme: string;
  /** The parameters by lower-case name; the first one of each name counts. */
  readonly params: ReadonlyMap<string, string>;
  /** The token in place of parameters, as with Negotiate. */
  readonly token68?: string;
}

const SEPARATORS = /[ \t,]*/y;
const PARAMETER =
  /([\w!#$%&'*+\-.^`|~]+)[ \t]*=[ \t]*(?:([\w!#$%&'*+\-.^`|~]+)|"((?:[^"\\]|\\.)*)")[ \t]*(?=,|$)/ys;
const SCHEME = /([\w!#$%&'*+\-.^`|~]+)(?:[ \t]+|(?=,)|$)/y;
const TOKEN68 = /([\w\-.~+/]+=*)[ \t]*(?=,|$)/y;

/** Returns the challenges of a field, up to the first malformed one. */
export function parseChallenges(value: string): Challenge[] {
  const found: Challenge[] = [];
  let params: Map<string, string> | undefined;
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const matched = pattern.exec(value);
    if (matched !== null) at = pattern.lastIndex;
    return matched;
  };
  while (match(SEPARATORS), at < value.length) {
    const parameter = params && match(PARAMETER);
    if (params && parameter) {
      const name = parameter[1]!.toLowerCase();
      const text = parameter[2] ?? parameter[3]!.replace(/\\(.)/gs, "$1");
      if (!params.has(name)) params.set(name, text);
      continue;
    }
    const scheme = match(SCHEME)?.[1]?.toLowerCase();
    if (scheme === undefined) break;
    params = new Map();
    const token68 = match(TOKEN68)?.[1];
    found.push({ scheme, params, ...token68 !== undefined && { token68 } });
    if (token68 !== undefined) params = undefined;
  }
  return found;
}
