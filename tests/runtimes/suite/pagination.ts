/**
 * Lists that come in pages.
 *
 * @module
 */

import {
  cursor,
  HTTPClient,
  NetworkingError,
  offset,
  pageNumber,
  type PaginateOptions,
} from "@codomyrmex/networking";
import { equal, failure } from "./assert.ts";
import { type Case, feature } from "./case.ts";

async function items(url: string, options: PaginateOptions<number> = {}): Promise<number[]> {
  const found: number[] = [];
  for await (const item of new HTTPClient().paginate<number>(url, options)) found.push(item);
  return found;
}

const linked = (to: string) => ({ headers: { link: `<${to}>; rel="next"` } });

/** The cases. */
export const pagination: readonly Case[] = feature("pagination", {
  async "the Link header leads from page to page"({ url, answer, requests }) {
    await answer("/x", { ...linked("?page=2"), json: [1, 2] }, { json: [3] });
    equal(await items(url("/x")), [1, 2, 3]);
    equal((await requests()).map(({ path }) => path), ["/x", "/x?page=2"]);
  },
  async "a cursor of the body leads on"({ url, answer, requests }) {
    await answer("/x", { json: { rows: [1], after: "b" } }, { json: { rows: [2] } });
    const found = await items(url("/x?size=1"), {
      items: (page) => page.json<{ rows: number[] }>().rows,
      next: cursor("after", (body: { after?: string }) => body.after),
    });
    equal(found, [1, 2]);
    equal((await requests()).map(({ path }) => path), ["/x?size=1", "/x?size=1&after=b"]);
  },
  async "page numbers and offsets go on until a page is empty"({ url, answer, requests }) {
    await answer("/pages", { json: [1, 2] }, { json: [3] }, { json: [] });
    equal(await items(url("/pages"), { next: pageNumber() }), [1, 2, 3]);
    await answer("/rows", { json: [1, 2] }, { json: [3] }, { json: [] });
    equal(await items(url("/rows"), { next: offset("skip") }), [1, 2, 3]);
    equal((await requests()).map(({ path }) => path), [
      ...["/pages", "/pages?page=2", "/pages?page=3"],
      ...["/rows", "/rows?skip=2", "/rows?skip=3"],
    ]);
  },
  async "limit ends the list, and asks for no more pages"({ url, answer, requests }) {
    await answer("/x", { ...linked("?page=2"), json: [1, 2] });
    equal(await items(url("/x"), { maxItems: 2 }), [1, 2]);
    equal((await requests()).length, 1);
  },
  async "a list that comes back to a page is an error"({ url, answer }) {
    await answer("/x", { ...linked("?page=2"), json: [1] });
    equal((await failure(NetworkingError, items(url("/x")))).code, "pagination_loop");
  },
  async "a list of more pages than maxPages is an error"({ url, answer }) {
    await answer("/x", { ...linked("?page=2"), json: [1] }, { ...linked("?page=3"), json: [2] });
    const error = await failure(NetworkingError, items(url("/x"), { maxPages: 2 }));
    equal(error.code, "too_many_pages");
  },
});
