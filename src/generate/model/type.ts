/**
 * TypeScript types as text, combined with the necessary parentheses.
 *
 * @module
 */

import { str } from "./sinks.ts";

/** A type, and the operator that joins its parts. */
export interface Type {
  /** TypeScript. */
  readonly text: string;
  /** Decides whether the type needs parentheses as a part of another. */
  readonly shape: "atom" | "intersection" | "union";
}

/** The type of a value without a known type. */
export const UNKNOWN: Type = atom("unknown");
/** Adds nothing to an intersection with other parts. */
const ANY_OBJECT = "Record<string, unknown>";

/** Returns a type that needs no parentheses as a part of another. */
export function atom(text: string): Type {
  return { text, shape: "atom" };
}

/** Returns the union of types, without duplicates. */
export function union(types: readonly Type[]): Type {
  const texts = new Set(types.filter(({ text }) => text !== "never").map(({ text }) => text));
  if (texts.has("unknown")) return UNKNOWN;
  const parts = [...new Map(types.map((type) => [type.text, type])).values()]
    .filter(({ text }) => texts.has(text));
  if (parts.length === 0) return atom("never");
  if (parts.length === 1) return parts[0]!;
  return { text: parts.map(({ text }) => text).join(" | "), shape: "union" };
}

/** Returns the intersection of types, without those that add nothing. */
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

/** Returns the type of an array. */
export function arrayOf(item: Type): Type {
  return atom(
    item.shape === "atom" && !item.text.startsWith("[") ? `${item.text}[]` : `(${item.text})[]`,
  );
}

/**
 * Returns the type of a map. Its values may refer to the type itself. TypeScript allows that in an object type,
 * but not in an argument of `Record`.
 */
export function mapOf(value: Type): Type {
  return /^[a-z]+$/.test(value.text)
    ? atom(`Record<string, ${value.text}>`)
    : atom(`{ [name: string]: ${value.text} }`);
}

/** Returns the literal type of a value. */
export function literal(value: unknown): Type {
  if (typeof value === "string") return atom(str(value));
  if (value === null || typeof value === "boolean") return atom(String(value));
  // NaN and numbers too large for JavaScript have no literal.
  if (typeof value === "number" && Number.isFinite(value)) return atom(String(value));
  return UNKNOWN;
}
