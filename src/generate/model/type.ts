/**
 * Types as text, put together so that they stay what they are.
 *
 * @module
 */

import { str } from "./sinks.ts";

/** A type, and how loosely its parts hold together. */
export interface Type {
  /** TypeScript. */
  readonly text: string;
  /** Whether it must be put in parentheses to be a part of another. */
  readonly shape: "atom" | "intersection" | "union";
}

/** What nothing is known of. */
export const UNKNOWN: Type = atom("unknown");
/** Says nothing next to other parts. */
const ANY_OBJECT = "Record<string, unknown>";

/** A type that can be a part of another as it is. */
export function atom(text: string): Type {
  return { text, shape: "atom" };
}

/** The union of types, each once. */
export function union(types: readonly Type[]): Type {
  const texts = new Set(types.filter(({ text }) => text !== "never").map(({ text }) => text));
  if (texts.has("unknown")) return UNKNOWN;
  const parts = [...new Map(types.map((type) => [type.text, type])).values()]
    .filter(({ text }) => texts.has(text));
  if (parts.length === 0) return atom("never");
  if (parts.length === 1) return parts[0]!;
  return { text: parts.map(({ text }) => text).join(" | "), shape: "union" };
}

/** The intersection of types, without those that say nothing. */
export function intersection(types: readonly Type[]): Type {
  const parts = [...new Map(types.map((type) => [type.text, type])).values()]
    .filter(({ text }, _, { length }) =>
      text !== "unknown" && (length === 1 || text !== ANY_OBJECT)
    );
  if (parts.length === 0) return types.length === 0 ? UNKNOWN : types[0]!;
  if (parts.length === 1) return parts[0]!;
  const text = parts.map((part) => part.shape === "union" ? `(${part.text})` : part.text).join(
    " & ",
  );
  return { text, shape: "intersection" };
}

/** The type of an array. */
export function arrayOf(item: Type): Type {
  return atom(
    item.shape === "atom" && !item.text.startsWith("[") ? `${item.text}[]` : `(${item.text})[]`,
  );
}

/**
 * The type of a map. A name inside of it may be that of the type itself, which TypeScript allows in an object
 * type and not as an argument of another type.
 */
export function mapOf(value: Type): Type {
  return /^[a-z]+$/.test(value.text)
    ? atom(`Record<string, ${value.text}>`)
    : atom(`{ [name: string]: ${value.text} }`);
}

/** The type of one value. */
export function literal(value: unknown): Type {
  if (typeof value === "string") return atom(str(value));
  if (value === null || typeof value === "boolean") return atom(String(value));
  // -0, and numbers too large to be one.
  if (typeof value === "number" && Number.isFinite(value)) return atom(String(value));
  return UNKNOWN;
}
