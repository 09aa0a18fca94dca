/**
 * Parses the Link field (RFC 8288): links to other resources, most often the next page of a list.
 *
 * @module
 */

/** One web link. */
export interface Link {
  /** The target, absolute. */
  readonly href: string;
  /** The relation types in lower case, such as `next`; extension relations are URLs. */
  readonly rel: readonly string[];
  /** The context, absolute, if it is not the requested resource. */
  readonly anchor?: string;
  /** The title; `title*` with its charset overrides `title` (RFC 8288 3.4.1). */
  readonly title?: string;
  /** Every other parameter by lower-case name, as text. */
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * Reads a Link field value by the algorithm of RFC 8288 appendix B.2, in linear time. Links without
 * a relation type and those with a malformed target are left out.
 *
 * @param value The field value; several fields joined with commas, as `Headers` returns them.
 * @param base The URL of the response, against which targets are resolved.
 */
export function parseLinks(value: string | null, base: string): Link[] {
  const links: Link[] = [];
  let position = 0;
  const next = (pattern: RegExp) => {
    pattern.lastIndex = position;
    const match = pattern.exec(value ?? "");
    if (match !== null) position = pattern.lastIndex;
    return match;
  };
  // Appendix B.2 step 2.2: anything else ends the parsing.
  for (let target = next(TARGET); target !== null; target = next(TARGET)) {
    const parameters = new Map<string, string>();
    for (let found = next(PARAMETER); found !== null; found = next(PARAMETER)) {
      const [, name = "", quoted, text = ""] = found;
      const key = name.toLowerCase();
      if (key === "" || parameters.has(key)) continue; // the first of a name counts
      parameters.set(key, quoted?.replaceAll(/\\(.)/gs, "$1") ?? text.trimEnd());
    }
    const link = toLink(target[1]!, parameters, base);
    if (link !== undefined) links.push(link);
  }
  return links;
}

const TARGET = /[ \t,]*<([^>]*)>/y;

/**
 * Matches `; name=value`. An unterminated quoted-string (RFC 9110 5.6.4) extends to the end of the field.
 * The number of its escapes is bounded, since engines keep a stack of them.
 */
const PARAMETER =
  /[ \t]*;[ \t;]*([^=;, \t]*)[ \t]*(?:=[ \t]*(?:"([^"\\]*(?:\\.[^"\\]*){0,9999})(?:"|\\?$)|([^;,]*)))?/sy;

function toLink(target: string, parameters: Map<string, string>, base: string): Link | undefined {
  const rel = (parameters.get("rel") ?? "").toLowerCase().split(/[ \t]+/).filter((type) => type);
  if (rel.length === 0 || !URL.canParse(target, base)) return undefined;
  const anchor = parameters.get("anchor");
  if (anchor !== undefined && !URL.canParse(anchor, base)) return undefined;
  const title = decodeExtended(parameters.get("title*")) ?? parameters.get("title");
  for (const known of ["rel", "anchor", "title", "title*"]) parameters.delete(known);
  return {
    href: new URL(target, base).href,
    rel,
    ...(anchor !== undefined && { anchor: new URL(anchor, base).href }),
    ...(title !== undefined && { title }),
    parameters: Object.fromEntries(parameters),
  };
}

/** Decodes `charset'language'percent-encoded` (RFC 8187), with UTF-8 as the only charset. */
function decodeExtended(value: string | undefined): string | undefined {
  const match = /^utf-8'[^']*'(.*)$/i.exec(value ?? "");
  if (match === null) return undefined;
  try {
    return decodeURIComponent(match[1]!);
  } catch {
    return undefined; // malformed escapes: the plain parameter counts
  }
}
