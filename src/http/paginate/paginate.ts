/**
 * Reads long lists page by page. The client passes the function that fetches a page, and keeps
 * credentials with their origin.
 *
 * @module
 */

import { NetworkingError } from "../../errors.ts";
import { mergeParams, NO_PARAMS, type ParamsOption } from "../../formats/url_params.ts";
import { HTTP_HABITS } from "../../options/http_habits.ts";
import { ownOptions } from "../../options/option_names.ts";
import { callable, type OptionTable, wholeNumber } from "../../options/checks.ts";
import { readPart } from "../../options/read_options.ts";
import { describeURL } from "../../redact.ts";
import type { RequestOptions } from "../settings/options.ts";
import type { Response } from "../response/response.ts";
import { CALL_NAMES } from "../settings/settings.ts";
import { linkHeader, type NextPage } from "./next_page.ts";

/** Options of a pagination, in addition to those of each call. */
export interface PaginateOptions<T> extends RequestOptions {
  /** Returns the items of a page; if omitted, the body must be a JSON array. */
  readonly items?: (page: Response) => Iterable<T>;
  /** Finds the next page; `linkHeader()` if omitted. */
  readonly next?: NextPage;
  /** Ends the iteration after this many items. */
  readonly maxItems?: number;
  /**
   * Maximum number of pages; one more is an error with the code `too_many_pages`.
   *
   * @default {1000}
   */
  readonly maxPages?: number;
}

/** The options of a pagination without those of a call. */
type OwnOptions<T> = Omit<PaginateOptions<T>, keyof RequestOptions>;

const OWN = {
  items: callable<(page: Response) => Iterable<never>>(),
  next: callable<NextPage>(),
  maxItems: wholeNumber({ infinite: true }),
  maxPages: wholeNumber({ min: 1, infinite: true }),
} satisfies OptionTable<OwnOptions<never>>;

const NAMES: ReadonlySet<string> = new Set([...CALL_NAMES, ...Object.keys(OWN)]);

/** Returns the checked options of a pagination, and those of its calls. */
export function readPaginate<T>(
  options: PaginateOptions<T> | undefined,
): { readonly own: OwnOptions<T>; readonly call: RequestOptions } {
  const { items, next, maxItems, maxPages, ...call } = ownOptions(
    "read pages",
    options,
    NAMES,
    undefined,
    HTTP_HABITS,
  );
  return { own: readPart({ items, next, maxItems, maxPages }, OWN), call };
}

/** Yields the items of all pages. `fetchPage` fetches the first page, or the next one. */
export async function* paginate<T>(
  fetchPage: (next: string | ParamsOption | undefined) => Promise<Response>,
  options: OwnOptions<T>,
): AsyncGenerator<T, void, undefined> {
  const { items = bodyItems, next = linkHeader(), maxItems = Infinity, maxPages = 1000 } = options;
  if (maxItems === 0) return;
  const seen = new Set<string>();
  let page = (await fetchPage(undefined)).raiseForStatus();
  let count = 0;
  for (let pages = 1;; pages++) {
    let pageItems = 0;
    for (const item of items(page)) {
      yield item as T;
      pageItems++;
      if (++count >= maxItems) return;
    }
    const found = next(page, { pages, items: count, pageItems });
    if (found === undefined) return;
    const isURL = typeof found === "string" || found instanceof URL;
    const target = isURL ? new URL(found, page.url || undefined).href : found.params;
    const key = isURL ? String(target) : JSON.stringify(target);
    if (seen.has(key) || key === page.url) {
      throw failure("pagination_loop", page, "leads back to a page that was already read");
    }
    if (pages >= maxPages) {
      throw failure("too_many_pages", page, `has more than ${maxPages} pages; raise maxPages`);
    }
    seen.add(key);
    page = (await fetchPage(target)).raiseForStatus();
  }
}

/** Returns the parameters with `added` in place of those of the same name; an empty list removes a name. */
export function addParams(given: ParamsOption | undefined, added: ParamsOption): ParamsOption {
  const merged = mergeParams(mergeParams(NO_PARAMS, given ?? {}), added);
  return Array.from(merged).flatMap(([name, values]): [string, string | null][] =>
    values.length === 0 ? [[name, null]] : values.map((value) => [name, value])
  );
}

function failure(
  code: "pagination_loop" | "too_many_pages",
  { method, url }: Response,
  reason: string,
): NetworkingError {
  return new NetworkingError(code, `Cannot read the list at ${describeURL(url)}: it ${reason}`, {
    method,
    url,
  });
}

function bodyItems<T>(page: Response): Iterable<T> {
  const body = page.json();
  if (Array.isArray(body)) return body;
  throw new TypeError(
    `Cannot read the items of ${describeURL(page.url)}: the body is not a JSON array; set items, ` +
      "for example items: (page) => page.json().items",
  );
}
