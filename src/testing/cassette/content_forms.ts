/**
 * How a body is written in a cassette: JSON as JSON, text as lines, bytes as base64 or as a file.
 *
 * @module
 */

import { fromBase64, toBase64 } from "../../formats/base64.ts";
import { isJSON, parseContentType } from "../../formats/content_type.ts";
import type { Content } from "../../recording/exchange.ts";

/** Members of the file. */
export type Members = Record<string, unknown>;

/** Puts bytes in a file next to the cassette; gives its name. */
export type Put = (bytes: Uint8Array<ArrayBuffer>, type: string) => string;

/** More bytes than this are in a file of their own. */
const MOST_INLINE = 4096;

/** A text, in lines if it has several. */
export function lines(text: string): string | string[] {
  return text.includes("\n") ? text.split("\n") : text;
}

/** The members of a body. */
export function written(content: Content | undefined, type: string, put: Put): Members {
  if (content === undefined) return {};
  if (typeof content !== "string") {
    return content.length > MOST_INLINE
      ? { file: put(content, parseContentType(type).essence) }
      : { base64: toBase64(content) };
  }
  const layout = isJSON(parseContentType(type)) ? layoutOf(content) : undefined;
  if (layout === undefined) return { text: lines(content) };
  return { json: JSON.parse(content), ...layout !== "compact" && { layout } };
}

/** The usual ways to write JSON, of JavaScript and Python, with or without a newline at the end. */
const LAYOUTS: Readonly<Record<string, (value: unknown) => string>> = {
  compact: (value) => JSON.stringify(value),
  spaces: (value) => JSON.stringify(value, null, 1).replace(/,\n */g, ", ").replace(/\n */g, ""),
  indent2: (value) => JSON.stringify(value, null, 2),
  indent4: (value) => JSON.stringify(value, null, 4),
  tabs: (value) => JSON.stringify(value, null, "\t"),
};

/** The way in which a JSON text is written, if writing it again gives the same text. */
function layoutOf(text: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // no JSON, whatever its type says
  }
  const bare = text.replace(/\n$/, "");
  const name = Object.keys(LAYOUTS).find((name) => LAYOUTS[name]!(value) === bare);
  return name && (bare === text ? name : `${name}+newline`);
}

/** The body that members stand for, unless it is in a file. */
export function contentIn(
  { json, layout = "compact", text, base64 }: Members,
): Content | undefined {
  if (text !== undefined) return joinedLines(text);
  if (typeof base64 === "string") return fromBase64(base64);
  if (json === undefined) return undefined;
  const [name = "", newline] = String(layout).split("+");
  return (LAYOUTS[name] ?? LAYOUTS.compact!)(json) + (newline === undefined ? "" : "\n");
}

/** The text of lines. */
export function joinedLines(text: unknown): string {
  return Array.isArray(text) ? text.join("\n") : String(text);
}
