/**
 * Which stored variant a request may have (RFC 9111 4.1).
 *
 * @module
 */

import type { CacheEntry } from "./cache_entry.ts";

/** The fields of a request, by lower-case name, as far as Vary asks for them. */
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

/** Returns what the request has in the fields that Vary names. */
export function varyOf(
  names: readonly string[],
  request: FieldsOfRequest,
): Record<string, string | null> {
  const vary: Record<string, string | null> = Object.create(null);
  for (const name of names) vary[name] = normalized(request[name]);
  return vary;
}

/** Names a variant by what it was selected by. */
export function variantId(vary: Readonly<Record<string, string | null>>): string {
  return JSON.stringify(Object.entries(vary));
}

/** Whether the request has the same in the fields that the stored variant was selected by. */
export function matches({ vary }: Pick<CacheEntry, "vary">, request: FieldsOfRequest): boolean {
  for (const name in vary) {
    if (vary[name] !== normalized(request[name])) return false;
  }
  return true;
}

/** Without the white space that lists may have between their members. */
function normalized(value: string | undefined): string | null {
  if (value === undefined) return null;
  return /[\t ,]/.test(value)
    ? value.split(",").map((part) => part.trim()).filter((part) => part !== "").join(", ")
    : value;
}
