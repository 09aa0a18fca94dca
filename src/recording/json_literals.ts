/**
 * Finds the strings and numbers of a JSON text with their positions, so that one can be replaced and the
 * rest stays unchanged.
 *
 * @module
 */

/** A string or a number. */
export interface Literal {
  readonly start: number;
  readonly end: number;
  /** The decoded string, or the number as it is written. */
  readonly value: string;
  readonly isNumber: boolean;
  /**
   * The member names that lead to it, outermost first; an empty string before the first name of an object.
   */
  readonly path: readonly string[];
  /** Whether it is the name of a member. */
  readonly isName: boolean;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|-?\d[\d.eE+-]*/g;

/** Returns the literals of a JSON text. */
function literalsOf(text: string): Literal[] {
  const found: Literal[] = [];
  const stack: { readonly isObject: boolean; name: string }[] = [];
  let isNext = true; // whether a name may follow
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

/** Returns the text with some literals replaced. */
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

/**
 * Returns a string as a JSON literal, which escapes characters outside ASCII if the literal `like` does.
 */
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
    return false; // no JSON
  }
}
