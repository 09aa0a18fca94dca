/**
 * The layout of generated code.
 *
 * @module
 */

import { key, str } from "../model/sinks.ts";

/** Indents lines by two spaces. Text of a description has line breaks only in comments. */
export function deeper(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}

/** Returns data as an expression. */
export function data(value: unknown): string {
  if (typeof value === "string") return str(value);
  if (Array.isArray(value)) return `[${value.map(data).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const members = Object.entries(value).filter(([, one]) => one !== undefined)
    // TypeScript mistakes such a member for one of Object, and widens its strings.
    .map(([name, one]) =>
      `${key(name)}: ${data(one)}${name in Object.prototype ? " as const" : ""}`
    );
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}
