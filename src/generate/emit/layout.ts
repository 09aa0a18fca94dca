/**
 * How generated code is laid out: deeper things stand deeper.
 *
 * @module
 */

import { key, str } from "../model/sinks.ts";

/** Lines, two spaces deeper. Text of a description has no line breaks here but in comments. */
export function deeper(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}

/** Data as an expression. */
export function data(value: unknown): string {
  if (typeof value === "string") return str(value);
  if (Array.isArray(value)) return `[${value.map(data).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const members = Object.entries(value).filter(([, one]) => one !== undefined)
    // TypeScript takes such a member for that of Object, and its strings for any.
    .map(([name, one]) =>
      `${key(name)}: ${data(one)}${name in Object.prototype ? " as const" : ""}`
    );
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}
