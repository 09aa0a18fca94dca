/**
 * The URL of the page or worker that runs the program.
 *
 * @module
 */

interface Page {
  readonly document?: { readonly baseURI?: string };
  readonly location?: { readonly href?: string };
}

/** Returns the base of relative URLs in `fetch`; undefined without a page. */
export function pageURL(): string | undefined {
  const { document, location } = globalThis as unknown as Page;
  return document?.baseURI ?? location?.href;
}
