/**
 * Advice for values that this client does not accept as a body, although other clients do.
 *
 * @module
 */

/** Returns the end of a message about a value that cannot be sent; empty without advice. */
export function bodyAdvice(value: unknown): string {
  if (typeof value !== "object" || value === null) return "";
  const { pipe, then } = value as { readonly pipe?: unknown; readonly then?: unknown };
  if (typeof then === "function") return "; await it first";
  if (typeof pipe === "function") {
    return "; it is a stream of Node: write Readable.toWeb(stream), or await fs.openAsBlob(path) for a file";
  }
  if (Symbol.asyncIterator in value) return "; write ReadableStream.from(iterator)";
  if (value instanceof Map) return "; write Object.fromEntries(map)";
  if (value instanceof Set) return "; write [...set]";
  return Symbol.iterator in value ? "; write ReadableStream.from(iterator), or an array" : "";
}
