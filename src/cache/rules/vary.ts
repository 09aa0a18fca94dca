/**
 * Selects the stored variant for a request (RFC 9111 4.1).
 *
 * @module
 */

import type { CacheEntry } from "./cache_entry.ts";

/** The fields of a request that Vary may name, by lower-case name. */
export type FieldsOfRequest = Readonly<Record<string, string | undefined>>;

/** Returns the fields that Vary names, in lower case and in order; `undefined` if it has a `*`. */
export function varyNames(field: string | null | undefined): readonly string[] | undefined {
  const names = new Set<string>();
  for (const part of (field ?? "").split(",")) {
    const name = part.trim().toLowerCase();
    if (name === "*") return undefined;
    if (name !== "") names.add(name);
  }
  return [...names].sort();
}

/** Returns the request's values of the fields that Vary names. */
export function varyOf(
  names: readonly string[],
  request: FieldsOfRequest,
): Record<string, string | null> {
  const vary: Record<string, string | null> = Object.create(null);
  for (const name of names) vary[name] = normalized(request[name]);
  return vary;
}

/** Returns the identifier of a variant: the fields that select it. */
export function variantId(vary: Readonly<Record<string, string | null>>): string {
  return JSON.stringify(Object.entries(vary));
}

/** Whether the request has the field values of the stored variant. */
export function matches({ vary }: Pick<CacheEntry, "vary">, request: FieldsOfRequest): boolean {
  for (const name in vary) {
    if (vary[name] !== normalized(request[name])) return false;
  }
  return true;
}

/** Normalizes the white space between the members of a list. */
function normalized(value: string | undefined): string | null {
  if (value === undefined) return null;
  return /[\t ,]/.test(value)
    ? value.split(",").map((part) => part.trim()).filter((part) => part !== "").join(", ")
    : value;
}
