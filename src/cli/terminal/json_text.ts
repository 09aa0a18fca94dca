/**
 * JSON laid out for people. The tokens are those of the text and not of parsed values, so that numbers
 * of many digits and names that are there twice are shown as they came.
 *
 * @module
 */

import type { Piece, Style } from "./screen.ts";

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{},:]|[^\s[\]{},:"]+/g;

/** Deeper than this it is not indented further. */
const DEEPEST = 40;

/** The text laid out, in pieces; `undefined` when it is not well-formed. */
export function layOutJSON(text: string): Piece[] | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  const tokens = text.match(TOKEN) ?? [];
  const pieces: Piece[] = [];
  let depth = 0;
  const newLine = () => `\n${"  ".repeat(Math.min(depth, DEEPEST))}`;
  for (const [index, token] of tokens.entries()) {
    const next = tokens[index + 1];
    if (token === "{" || token === "[") {
      depth++;
      pieces.push(next === "}" || next === "]" ? token : token + newLine());
    } else if (token === "}" || token === "]") {
      depth--;
      const isEmpty = tokens[index - 1] === "{" || tokens[index - 1] === "[";
      pieces.push(isEmpty ? token : newLine() + token);
    } else if (token === ",") pieces.push(token + newLine());
    else if (token === ":") pieces.push(": ");
    else pieces.push([styleOf(token, next === ":"), token]);
  }
  return pieces;
}

function styleOf(token: string, isName: boolean): Style {
  return isName ? "cyan" : token.startsWith('"') ? "green" : "yellow";
}
