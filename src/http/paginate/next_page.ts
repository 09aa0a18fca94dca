/**
 * Where the next page of a list is: by the Link header field, a cursor, a page number or an offset.
 *
 * @module
 */

import type { ParamsOption } from "../../formats/url_params.ts";
import { callable, text } from "../../options/checks.ts";
import type { Response } from "../response/response.ts";

/** How far a pagination has come, the page at hand included. */
export interface PageProgress {
  /** Pages read. */
  readonly pages: number;
  /** Items read. */
  readonly items: number;
  /** Items on the page at hand. */
  readonly pageItems: number;
}

/**
 * Where the next page is: its URL (relative to the page at hand), or parameters that change the
 * first request's; `undefined` when the page at hand is the last.
 */
export type NextPage = (
  page: Response,
  progress: PageProgress,
) => string | URL | { readonly params: ParamsOption } | undefined;

/**
 * The next page by the Link header field (RFC 8288), as GitHub and many others have it.
 *
 * @param rel The relation type, in lower case.
 */
export function linkHeader(rel = "next"): NextPage {
  return (page) =>
    page.links.find((link) => link.rel.includes(rel) && link.anchor === undefined)?.href;
}

/**
 * The next page by a cursor that the body names.
 *
 * @param param The query parameter that takes the cursor.
 * @param read Gives the cursor from the body; `undefined`, `null` or an empty string ends the list.
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
 * The next page by its number, until a page is empty.
 *
 * @param param The query parameter that takes the number.
 * @param first The number of the first page.
 */
export function pageNumber(param = "page", first = 1): NextPage {
  return (_page, { pages, pageItems }) =>
    pageItems === 0 ? undefined : { params: { [param]: first + pages } };
}

/**
 * The next page by the number of items before it, until a page is empty.
 *
 * @param param The query parameter that takes the number.
 */
export function offset(param = "offset"): NextPage {
  return (_page, { items, pageItems }) =>
    pageItems === 0 ? undefined : { params: { [param]: items } };
}
