/**
 * Finds the next page of a list: by the Link header field, a cursor, a page number or an offset.
 *
 * @module
 */

import type { ParamsOption } from "../../formats/url_params.ts";
import { callable, text } from "../../options/checks.ts";
import type { Response } from "../response/response.ts";

/** The progress of a pagination, including the current page. */
export interface PageProgress {
  /** The number of pages read. */
  readonly pages: number;
  /** The number of items read. */
  readonly items: number;
  /** The number of items on the current page. */
  readonly pageItems: number;
}

/**
 * Returns the next page: its URL (relative to the current page), or parameters that change those of
 * the first request; `undefined` after the last page.
 */
export type NextPage = (
  page: Response,
  progress: PageProgress,
) => string | URL | { readonly params: ParamsOption } | undefined;

/**
 * Finds the next page by the Link header field (RFC 8288), which GitHub and many others send.
 *
 * @param rel The relation type, in lower case.
 */
export function linkHeader(rel = "next"): NextPage {
  return (page) =>
    page.links.find((link) => link.rel.includes(rel) && link.anchor === undefined)?.href;
}

/**
 * Finds the next page by a cursor in the body.
 *
 * @param param The query parameter for the cursor.
 * @param read Returns the cursor of a body; `undefined`, `null` or an empty string ends the list.
 */
export function cursor<Body = unknown>(
  param: string,
  read: (body: Body) => string | number | null | undefined,
): NextPage {
  text("cursor(param)", param);
  callable("a function of the body")("cursor(param, read)", read);
  return (page) => {
    const value = read(page.json() as Body);
    return value === undefined || value === null || value === ""
      ? undefined
      : { params: { [param]: value } };
  };
}

/**
 * Finds the next page by its number, until a page is empty.
 *
 * @param param The query parameter for the number.
 * @param first The number of the first page.
 */
export function pageNumber(param = "page", first = 1): NextPage {
  return (_page, { pages, pageItems }) =>
    pageItems === 0 ? undefined : { params: { [param]: first + pages } };
}

/**
 * Finds the next page by the number of items before it, until a page is empty.
 *
 * @param param The query parameter for the number.
 */
export function offset(param = "offset"): NextPage {
  return (_page, { items, pageItems }) =>
    pageItems === 0 ? undefined : { params: { [param]: items } };
}
