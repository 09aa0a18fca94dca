/**
 * The only four ways in which text of a description gets into generated code: as a string literal, as an
 * identifier, as a property key, or as a comment. Whatever the text is, it stays what it was made.
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

/** A string literal. */
export function str(text: string): string {
  return JSON.stringify(text).replace(UNSEEN, escapeUnits).replaceAll("</", "<\\/");
}

/** A property key: bare where it can be, else a string literal. */
export function key(name: string): string {
  // `__proto__: x` in an object literal would set its prototype.
  if (name === "__proto__") return '["__proto__"]';
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : str(name);
}

/**
 * A documentation comment with a line end, or nothing. Each line begins with an asterisk of ours; what
 * would end the comment or speak to a tool is broken.
 *
 * @param tags What stands at the end, each with its `@`.
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

/** Text for a comment, without what would end it. */
export function commentText(text: string): string {
  return text.replace(/\r\n?|[\u2028\u2029\u0085\f\v]/g, "\n")
    .replace(UNSEEN, (unseen) => unseen === "\t" ? "  " : " ")
    .replaceAll("*/", "*\\/")
    .replaceAll("/*", "/\\*")
    .replace(/@(?=ts-|import|deno-)/gi, "@ ")
    .replace(/^(\s*)@/gm, "$1\\@");
}

/** The words of a text, of letters and digits only. */
function words(text: string): string[] {
  return text.normalize("NFC").split(/[^\p{L}\p{N}\p{M}]+/u).filter((word) => word !== "");
}

/** An identifier in the manner of types: `pet-store.item` is `PetStoreItem`. */
export function pascal(text: string): string {
  const joined = words(text).map((word) => word[0]!.toUpperCase() + word.slice(1)).join("");
  return fit(joined === "" ? "Unnamed" : joined);
}

/** An identifier in the manner of functions: `get-pet` is `getPet`. */
export function camel(text: string): string {
  const name = pascal(text);
  // An acronym is one word: `URLList` is `urlList`.
  const head = /^\p{Lu}+(?=\p{Lu}\p{Ll}|[^\p{L}]|$)/u.exec(name)?.[0] ?? name[0]!;
  return fit(head.toLowerCase() + name.slice(head.length));
}

function fit(name: string): string {
  const kept = name.replace(/[^\p{ID_Continue}]/gu, "").slice(0, 120);
  return /^[\p{ID_Start}_]/u.test(kept) ? kept : `_${kept}`;
}
