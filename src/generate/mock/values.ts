/**
 * Reads values from text: the reverse of `runtime/styles.ts`.
 *
 * @module
 */

import type { ParameterStyle } from "../runtime/operation.ts";

/** How a parameter is read. */
export interface ReadFormat {
  readonly name: string;
  readonly style: ParameterStyle;
  readonly explode: boolean;
  /** Its type by its schema. */
  readonly kind: "array" | "object" | "other";
  /** Whether a name is that of a member of an object whose members are parts of their own. */
  readonly isMember: (name: string) => boolean;
}

const DELIMITERS: Readonly<Partial<Record<ParameterStyle, RegExp>>> = {
  spaceDelimited: /%20|\+/,
  pipeDelimited: /%7C|\|/i,
  tabDelimited: /%09/,
};

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Name, value, name, value; or `name=value` each. */
function toObject(parts: readonly string[], isExploded: boolean): Record<string, string> {
  const pairs = isExploded
    ? parts.map((part) => part.split("=", 2))
    : parts.flatMap((name, index) => index % 2 === 0 ? [[name, parts[index + 1] ?? ""]] : []);
  return Object.fromEntries(pairs.map(([name = "", value = ""]) => [decode(name), decode(value)]));
}

/** The value in a path segment or header field; `undefined` if it is not written in its style. */
export function readSimple(text: string, { name, style, explode, kind }: ReadFormat): unknown {
  let rest = text;
  let delimiter = ",";
  if (style === "label") {
    if (!text.startsWith(".")) return undefined;
    rest = text.slice(1);
    if (explode) delimiter = ".";
  } else if (style === "matrix") {
    if (!text.startsWith(";")) return undefined;
    const pairs = text.slice(1).split(";");
    if (explode && kind === "object") return toObject(pairs, true);
    const values = pairs.filter((pair) => pair === name || pair.startsWith(`${name}=`))
      .map((pair) => pair.slice(name.length + 1));
    if (values.length === 0) return undefined;
    if (explode && kind === "array") return values.map(decode);
    rest = values[0]!;
  }
  if (kind === "other") return decode(rest);
  const parts = rest === "" ? [] : rest.split(delimiter);
  return kind === "array" ? parts.map(decode) : toObject(parts, explode);
}

/** The value of a parameter in the pairs of a query or of cookies; `undefined` if it is missing. */
export function readPairs(
  pairs: readonly (readonly [name: string, value: string])[],
  format: ReadFormat,
): unknown {
  const { name, style, explode, kind, isMember } = format;
  const own = pairs.filter(([key]) => decode(key) === name).map(([, value]) => value);
  if (style === "deepObject") {
    const found = pairs.flatMap(([key, value]) => {
      const inner = decode(key);
      const isOwn = inner.startsWith(`${name}[`) && inner.endsWith("]");
      return isOwn ? [[inner.slice(name.length + 1, -1), decode(value)]] : [];
    });
    return found.length === 0 ? undefined : Object.fromEntries(found);
  }
  if (explode && kind === "object") {
    const found = pairs.filter(([key]) => isMember(decode(key)));
    return found.length === 0 ? undefined : toObject(found.map((pair) => pair.join("=")), true);
  }
  if (own.length === 0) return undefined;
  const plain = (text: string) => decode(text.replaceAll("+", " "));
  if (kind === "other") return plain(own[0]!);
  if (explode) return own.map(plain);
  const parts = own[0]!.split(DELIMITERS[style] ?? ",");
  return kind === "array" ? parts.map(decode) : toObject(parts, false);
}

/** The pairs of a query, a form or a Cookie field, as they are written. */
export function pairsOf(text: string, separator: string | RegExp): [string, string][] {
  return text.split(separator).filter((pair) => pair !== "").map((pair) => {
    const at = pair.indexOf("=");
    return at < 0 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)];
  });
}
