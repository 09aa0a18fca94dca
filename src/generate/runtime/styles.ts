/**
 * Writes values as text (OpenAPI 3.2, "Style Values" and Appendix C, which is RFC 6570). The 39 rows of the
 * specification's tables test it.
 *
 * @module
 */

import { refuseBytes, writeJSON, writeText } from "./media.ts";
import type { Parameter, ParameterStyle, ValueFormat } from "./operation.ts";

/** A member of an array (`""` is its name), or of an object. */
type Member = readonly [name: string, value: string];

/** A value as its members, or as one text. */
interface Written {
  readonly kind: "text" | "array" | "object";
  readonly members: readonly Member[];
}

/** Whether a value is left out: RFC 6570 calls it undefined. */
function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

function toText(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return typeof value === "object" && value !== null ? writeJSON(value) : String(value);
}

function write(value: unknown): Written {
  refuseBytes(value);
  if (Array.isArray(value)) {
    const members = value.filter((item) => !isAbsent(item)).map((item) =>
      ["", toText(item)] as const
    );
    return { kind: "array", members };
  }
  if (typeof value === "object" && value !== null && !(value instanceof Date)) {
    const members = Object.entries(value).filter(([, item]) => !isAbsent(item))
      .map(([name, item]) => [name, toText(item)] as const);
    return { kind: "object", members };
  }
  return { kind: "text", members: [["", toText(value)]] };
}

/** Percent-encodes everything except RFC 3986's unreserved characters. */
export function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The same, but keeps reserved characters and existing percent-encoding. */
function encodeReserved(text: string): string {
  return text.toWellFormed().replace(
    /%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~:/?@!$'()*,;=]+/g,
    (part) => /^%[0-9A-Fa-f]{2}$/.test(part) ? part : encode(part),
  );
}

const DEFAULT_STYLE: Readonly<Record<Parameter["in"], ParameterStyle>> = {
  path: "simple",
  query: "form",
  querystring: "form",
  header: "simple",
  cookie: "form",
};

/**
 * Returns the text that replaces `{name}` in a path.
 *
 * @throws {TypeError} If the value is absent or empty.
 */
export function pathValue(parameter: Parameter, value: unknown): string {
  const { name, style = "simple", explode = false, content, allowReserved } = parameter;
  if (isAbsent(value)) {
    throw new TypeError(`the path parameter ${name} is missing; give a value`);
  }
  // A value must not contain the end of a segment (OpenAPI 3.2, "Path Templating").
  const escape = allowReserved
    ? (text: string) => encodeReserved(text).replace(/[/?]/g, encode)
    : encode;
  if (content !== undefined) return escape(writeText(content, value));
  const { kind, members } = write(value);
  const pair = ([key, item]: Member, delimiter: string) =>
    key === "" ? escape(item) : `${escape(key)}${delimiter}${escape(item)}`;
  const flat = members.map((member) => pair(member, explode ? "=" : ","));
  if (style === "label") return `.${flat.join(explode ? "." : ",")}`;
  if (style === "matrix") {
    const own = (text: string) => text === "" ? `;${escape(name)}` : `;${escape(name)}=${text}`;
    if (!explode || kind === "text") return own(flat.join(","));
    return flat.map((text) => kind === "array" ? own(text) : `;${text}`).join("");
  }
  const text = flat.join(",");
  if (text !== "") return text;
  throw new TypeError(
    `the path parameter ${name} is empty, which would lead elsewhere; give a value`,
  );
}

const DELIMITERS: Readonly<Partial<Record<ParameterStyle, string>>> = {
  spaceDelimited: "%20",
  pipeDelimited: "%7C",
  tabDelimited: "%09",
};

/** Returns the `name=value` pairs of a query or a form, percent-encoded. */
export function queryPairs(name: string, value: unknown, format: ValueFormat): string[] {
  if (isAbsent(value)) return [];
  const { style = "form", explode = style === "form" || style === "cookie", allowReserved } =
    format;
  const escape = allowReserved ? encodeReserved : encode;
  const { kind, members } = write(value);
  if (style === "deepObject") return deepPairs(name, value, escape);
  if (explode && kind === "object") {
    return members.map(([key, item]) => `${encode(key)}=${escape(item)}`);
  }
  if (explode) return members.map(([, item]) => `${encode(name)}=${escape(item)}`);
  if (members.length === 0) return [];
  const delimiter = DELIMITERS[style] ?? ",";
  const parts = members.flatMap(([key, item]) =>
    kind === "object" ? [escape(key), escape(item)] : [escape(item)]
  );
  return [`${encode(name)}=${parts.join(delimiter)}`];
}

/** Returns `name[key]=value` pairs. The specification has no rule for deeper values; servers accept this. */
function deepPairs(name: string, value: unknown, escape: (text: string) => string): string[] {
  if (isAbsent(value)) return [];
  if (typeof value !== "object" || value instanceof Date) {
    return [`${encode(name)}=${escape(toText(value))}`];
  }
  return Object.entries(value).flatMap(([key, item]) =>
    Array.isArray(value) && typeof item !== "object"
      ? deepPairs(`${name}[]`, item, escape)
      : deepPairs(`${name}[${key}]`, item, escape)
  );
}

/** Returns the value of a header field, without percent-encoding (OpenAPI 3.2, Appendix D). */
export function headerValue(parameter: Parameter, value: unknown): string {
  if (parameter.content !== undefined) return writeText(parameter.content, value);
  const { members } = write(value);
  return members.map(([key, item]) =>
    key === "" ? item : `${key}${parameter.explode ? "=" : ","}${item}`
  )
    .join(",");
}

/** Returns the `name=value` pairs of a Cookie field. */
export function cookiePairs(parameter: Parameter, value: unknown): string[] {
  if (parameter.style !== "cookie") return pairsOf(parameter, value);
  const { kind, members } = write(value); // unchanged: the caller wrote it for a cookie
  if (parameter.explode === false) {
    return [`${parameter.name}=${members.flat().filter(Boolean).join(",")}`];
  }
  return members.map(([key, item]) => `${kind === "object" ? key : parameter.name}=${item}`);
}

/** The pairs of a parameter of the query or of a cookie. */
export function pairsOf(parameter: Parameter, value: unknown): string[] {
  if (isAbsent(value)) return [];
  if (parameter.content === undefined) {
    return queryPairs(parameter.name, value, {
      ...parameter,
      style: parameter.style ?? DEFAULT_STYLE[parameter.in],
    });
  }
  return [`${encode(parameter.name)}=${encode(writeText(parameter.content, value))}`];
}
