/**
 * Where the program is itself, which pages and their workers know.
 *
 * @module
 */

interface Page {
  readonly document?: { readonly baseURI?: string };
  readonly location?: { readonly href?: string };
}

/** What `fetch` resolves relative URLs against; undefined where there is no page. */
export function pageURL(): string | undefined {
  const { document, location } = globalThis as unknown as Page;
  return document?.baseURI ?? location?.href;
}
