/**
 * The strings and numbers of a JSON text, with their places: so that one can be replaced, and the rest
 * stays as it was written.
 *
 * @module
 */

/** A string or a number. */
export interface Literal {
  readonly start: number;
  readonly end: number;
  /** What it means; a number as it is written. */
  readonly value: string;
  readonly isNumber: boolean;
  /** The names that lead to it, the outermost first; empty in front of the first. */
  readonly path: readonly string[];
  /** Whether it is the name of a member. */
  readonly isName: boolean;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|-?\d[\d.eE+-]*/g;

/** The literals of a text that is JSON. */
function literalsOf(text: string): Literal[] {
  const found: Literal[] = [];
  const stack: { readonly isObject: boolean; name: string }[] = [];
  let isNext = true; // a name is what may come next
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    const top = stack.at(-1);
    if (token === "{" || token === "[") {
      stack.push({ isObject: token === "{", name: "" });
      isNext = true;
    } else if (token === "}" || token === "]") stack.pop();
    else if (token === ",") isNext = true;
    else if (token === ":") isNext = false;
    else {
      const isNumber = token[0] !== '"';
      const isName = !isNumber && top?.isObject === true && isNext;
      const value = isNumber ? token : JSON.parse(token) as string;
      if (isName) top.name = value;
      const path = stack.filter(({ isObject }) => isObject).map(({ name }) => name);
      found.push({ start: index, end: index + token.length, value, isNumber, isName, path });
    }
  }
  return found;
}

/** The text with some literals replaced. */
export function replaceLiterals(
  text: string,
  replace: (literal: Literal) => string | undefined,
): string {
  let [written, from] = ["", 0];
  for (const literal of literalsOf(text)) {
    const instead = replace(literal);
    if (instead === undefined) continue;
    written += text.slice(from, literal.start) + instead;
    from = literal.end;
  }
  return written + text.slice(from);
}

/** A string as a JSON literal, with the escapes that the literal `like` uses for what is not ASCII. */
export function literalLike(like: string, value: string): string {
  const literal = JSON.stringify(value);
  if (!/^[\0-\x7f]*$/.test(like)) return literal;
  return literal.replace(
    /[^\0-\x7f]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Whether a text is JSON of an object or a list. */
export function isJSONText(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false; // which was the question
  }
}
