/**
 * What a server asks for: `WWW-Authenticate` (RFC 9110 11.6.1), several challenges in one field, or in
 * several that were joined with commas. Linear in the length of the field, since that is the server's.
 *
 * @module
 */

/** One challenge. */
export interface Challenge {
  /** The scheme, in lower case. */
  readonly scheme: string;
  /** The parameters by their names in lower case; of a name that comes twice the first. */
  readonly params: ReadonlyMap<string, string>;
  /** What stands in place of parameters, as with Negotiate. */
  readonly token68?: string;
}

const SEPARATORS = /[ \t,]*/y;
const PARAMETER =
  /([\w!#$%&'*+\-.^`|~]+)[ \t]*=[ \t]*(?:([\w!#$%&'*+\-.^`|~]+)|"((?:[^"\\]|\\.)*)")[ \t]*(?=,|$)/ys;
const SCHEME = /([\w!#$%&'*+\-.^`|~]+)(?:[ \t]+|(?=,)|$)/y;
const TOKEN68 = /([\w\-.~+/]+=*)[ \t]*(?=,|$)/y;

/** The challenges of a field, those before the place where it is malformed. */
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
