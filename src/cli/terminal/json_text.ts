/**
 * Formats JSON for people. It keeps the tokens of the text instead of parsed values, so that long numbers and
 * duplicate names are shown unchanged.
 *
 * @module
 */

import type { Style, StyledText } from "./screen.ts";

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{},:]|[^\s[\]{},:"]+/g;

/** The deepest indentation. */
const DEEPEST = 40;

/** Returns the formatted text, or `undefined` when it is not valid JSON. */
export function layOutJSON(text: string): Iterable<StyledText> | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  return laidOut(text);
}

function* laidOut(text: string): Generator<StyledText, void, undefined> {
  let depth = 0;
  let [before, token] = ["", ""];
  const newLine = () => `\n${"  ".repeat(Math.min(depth, DEEPEST))}`;
  function* show(next: string): Generator<StyledText, void, undefined> {
    if (token === "{" || token === "[") {
      depth++;
      yield next === "}" || next === "]" ? token : token + newLine();
    } else if (token === "}" || token === "]") {
      depth--;
      yield before === "{" || before === "[" ? token : newLine() + token;
    } else if (token === ",") yield token + newLine();
    else if (token === ":") yield ": ";
    else if (token !== "") yield [styleOf(token, next === ":"), token];
  }
  for (const [next] of text.matchAll(TOKEN)) {
    yield* show(next);
    [before, token] = [token, next];
  }
  yield* show("");
}

function styleOf(token: string, isName: boolean): Style {
  return isName ? "cyan" : token.startsWith('"') ? "green" : "yellow";
}
