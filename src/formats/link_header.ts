/**
 * The Link field of RFC 8288: web links to other resources, most often the next page of a list.
 *
 * @module
 */

/** One web link. */
export interface Link {
  /** The target, absolute. */
  readonly href: string;
  /** The relation types in lower case, such as `next`; extension relations are URLs. */
  readonly rel: readonly string[];
  /** The context, absolute, where it is not the resource that was asked for. */
  readonly anchor?: string;
  /** The title; `title*` with its charset wins over `title` (RFC 8288 3.4.1). */
  readonly title?: string;
  /** Every other parameter by lower-case name, as text. */
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * Reads a Link field value by the algorithm of RFC 8288 appendix B.2, in linear time. Links without
 * a relation type and those with a malformed target are left out.
 *
 * @param value The field value; several fields joined with commas, as `Headers` gives them.
 * @param base The URL of the response, against which targets are resolved.
 */
export function parseLinks(value: string | null, base: string): Link[] {
  const links: Link[] = [];
  if (value === null) return links;
  let position = 0;
  while (position < value.length) {
    position = skip(value, position, " \t,");
    if (value[position] !== "<") break; // appendix B.2 step 2.2: anything else ends the parsing
    const close = value.indexOf(">", position);
    if (close < 0) break;
    const target = value.slice(position + 1, close);
    const parameters = new Map<string, string>();
    position = readParameters(value, close + 1, parameters);
    const link = toLink(target, parameters, base);
    if (link !== undefined) links.push(link);
  }
  return links;
}

/** Reads `; name=value` pairs into `parameters`, the first of a name wins; returns where it stopped. */
function readParameters(value: string, from: number, parameters: Map<string, string>): number {
  let position = from;
  while (position < value.length) {
    position = skip(value, position, " \t");
    if (value[position] !== ";") break;
    position = skip(value, position + 1, " \t;");
    const nameEnd = find(value, position, "=;, \t");
    const name = value.slice(position, nameEnd).toLowerCase();
    position = skip(value, nameEnd, " \t");
    let text = "";
    if (value[position] === "=") {
      position = skip(value, position + 1, " \t");
      if (value[position] === '"') {
        [text, position] = readQuoted(value, position);
      } else {
        const end = find(value, position, ";,"); // white space inside belongs to the value
        text = value.slice(position, end).trimEnd();
        position = end;
      }
    }
    if (name !== "" && !parameters.has(name)) parameters.set(name, text);
  }
  return position;
}

/** A quoted-string (RFC 9110 5.6.4) from its opening quote; an unterminated one runs to the end. */
function readQuoted(value: string, from: number): [text: string, end: number] {
  const pieces: string[] = [];
  let position = from + 1;
  while (position < value.length && value[position] !== '"') {
    if (value[position] === "\\") position++;
    const end = Math.max(find(value, position + 1, '"\\'), position + 1);
    pieces.push(value.slice(position, end));
    position = end;
  }
  return [pieces.join(""), position + 1];
}

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
    ...(anchor === undefined ? {} : { anchor: new URL(anchor, base).href }),
    ...(title === undefined ? {} : { title }),
    parameters: Object.fromEntries(parameters),
  };
}

/** `charset'language'percent-encoded` of RFC 8187; UTF-8 is the only charset it requires. */
function decodeExtended(value: string | undefined): string | undefined {
  const match = /^utf-8'[^']*'(.*)$/i.exec(value ?? "");
  if (match === null) return undefined;
  try {
    return decodeURIComponent(match[1]!);
  } catch {
    return undefined; // malformed escapes: the plain parameter counts
  }
}

function skip(text: string, from: number, characters: string): number {
  let position = from;
  while (position < text.length && characters.includes(text[position]!)) position++;
  return position;
}

function find(text: string, from: number, characters: string): number {
  let position = from;
  while (position < text.length && !characters.includes(text[position]!)) position++;
  return position;
}
