/**
 * JSON laid out for people, and JSON whose numbers keep their digits: `JSON.parse()` makes a double of
 * each (RFC 8259 section 6), and IDs of services have more digits than one holds.
 *
 * @module
 */

import type { Style, StyledText } from "./screen.ts";
import { UsageError } from "./usage_error.ts";

/** What this platform's types do not know yet: the source of a value, and a value with its own text. */
const { rawJSON } = JSON as { readonly rawJSON?: (text: string) => unknown };

/**
 * A reviver for `JSON.parse()`: a number that a double would change stays as it is written.
 *
 * @throws {UsageError} If the runtime cannot keep one.
 */
export function exactNumbers(
  this: unknown,
  _name: string,
  value: unknown,
  context?: { readonly source?: string },
): unknown {
  const source = context?.source;
  if (typeof value !== "number" || source === undefined || String(value) === source) return value;
  if (rawJSON !== undefined) return rawJSON(source);
  if (Number.isSafeInteger(value)) return value;
  throw new UsageError(`Cannot use the number ${source}: this runtime would change its digits`);
}

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{},:]|[^\s[\]{},:"]+/g;

/** Deeper than this it is not indented further. */
const DEEPEST = 40;

/** The text laid out, token by token as it came; `undefined` when it is not well-formed. */
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
