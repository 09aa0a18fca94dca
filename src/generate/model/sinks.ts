/**
 * The only four forms in which text of a description gets into generated code: a string literal, an
 * identifier, a property key, or a comment. No text can leave its form.
 *
 * @module
 */

/** Invisible white space, directions of text, and halves of characters. */
const UNSEEN =
  /[^\P{C}\n]|[\u00a0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ufff9-\uffff]|\p{Cs}/gu;

function escapeUnits(text: string): string {
  return Array.from(
    { length: text.length },
    (_, index) => `\\u${text.charCodeAt(index).toString(16).padStart(4, "0")}`,
  ).join("");
}

/** Returns a string literal. */
export function str(text: string): string {
  return JSON.stringify(text).replace(UNSEEN, escapeUnits).replaceAll("</", "<\\/");
}

/** Returns a property key: a bare name if possible, otherwise a string literal. */
export function key(name: string): string {
  // `__proto__: x` in an object literal would set its prototype.
  if (name === "__proto__") return '["__proto__"]';
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : str(name);
}

/**
 * Returns a documentation comment with a line end, or an empty string. Each line begins with an asterisk. Text
 * that would end the comment or be a directive of a tool is changed.
 *
 * @param tags The tags at the end, each with its `@`.
 */
export function comment(
  paragraphs: readonly (string | undefined)[],
  indent = "",
  tags: readonly string[] = [],
): string {
  const lines = paragraphs.flatMap((paragraph) => {
    if (paragraph === undefined || paragraph.trim() === "") return [];
    return ["", ...commentText(paragraph).trim().split("\n").map((line) => line.trimEnd())];
  }).slice(1);
  if (tags.length > 0 && lines.length > 0) lines.push("");
  for (const tag of tags) lines.push(`@${commentText(tag.slice(1)).replaceAll("\n", " ").trim()}`);
  if (lines.length === 0) return "";
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  const body = lines.map((line) => line === "" ? `${indent} *` : `${indent} * ${line}`);
  return `${indent}/**\n${body.join("\n")}\n${indent} */\n`;
}

/** Returns text for a comment; nothing in it ends the comment or is a directive. */
export function commentText(text: string): string {
  return text.replace(/\r\n?|[\u2028\u2029\u0085\f\v]/g, "\n")
    .replace(UNSEEN, (unseen) => unseen === "\t" ? "  " : " ")
    .replaceAll("*/", "*\\/")
    .replaceAll("/*", "/\\*")
    .replace(/@(?=ts-|import|deno-)/gi, "@ ")
    .replace(/^(\s*)@/gm, "$1\\@");
}

/** Splits a text into words of letters and digits. */
function words(text: string): string[] {
  return text.normalize("NFC").split(/[^\p{L}\p{N}\p{M}]+/u).filter((word) => word !== "");
}

/** Returns an identifier for a type: `pet-store.item` becomes `PetStoreItem`. */
export function pascal(text: string): string {
  const joined = words(text).map((word) => word[0]!.toUpperCase() + word.slice(1)).join("");
  return fit(joined === "" ? "Unnamed" : joined);
}

/** Returns an identifier for a function: `get-pet` becomes `getPet`. */
export function camel(text: string): string {
  const name = pascal(text);
  // An acronym is one word: `URLList` becomes `urlList`.
  const head = /^\p{Lu}+(?=\p{Lu}\p{Ll}|[^\p{L}]|$)/u.exec(name)?.[0] ?? name[0]!;
  return fit(head.toLowerCase() + name.slice(head.length));
}

function fit(name: string): string {
  const kept = name.replace(/[^\p{ID_Continue}]/gu, "").slice(0, 120);
  return /^[\p{ID_Start}_]/u.test(kept) ? kept : `_${kept}`;
}
