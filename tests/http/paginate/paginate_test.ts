/** Pagination: every strategy, the bounds, and that credentials stay with their origin. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  cursor,
  HTTPClient,
  HTTPError,
  linkHeader,
  NetworkingError,
  type NextPage,
  offset,
  pageNumber,
  type PaginateOptions,
} from "../../../mod.ts";
import { serve } from "../../support/server.ts";

const ITEMS = [1, 2, 3, 4, 5, 6, 7];

/** A list of seven items, three a page, in every style at once. */
function listing() {
  return serve((request, path) => {
    const { searchParams } = new URL(request.url);
    const page = Number(searchParams.get("page") ?? 1);
    const start = Number(searchParams.get("offset") ?? searchParams.get("after") ?? (page - 1) * 3);
    const items = ITEMS.slice(start, start + 3);
    const more = start + 3 < ITEMS.length;
    const headers = new Headers();
    if (more) headers.append("link", `<?page=${page + 1}>; rel="next", <?page=1>; rel="first"`);
    const body = path === "/cursor" ? { items, after: more ? start + 3 : null } : items;
    return Response.json(body, { headers });
  });
}

Deno.test("every strategy gives every item once, and asks no more than it needs", async (t) => {
  const rows: [name: string, path: string, options: PaginateOptions<number>, pages: number][] = [
    ["linkHeader(), the default", "/list", {}, 3],
    ["linkHeader() by name", "/list", { next: linkHeader("next") }, 3],
    ["pageNumber()", "/list", { next: pageNumber() }, 4],
    ["offset()", "/list", { next: offset() }, 4],
    ["cursor()", "/cursor", {
      next: cursor("after", (body: { after: number | null }) => body.after),
      items: (page) => page.json<{ items: number[] }>().items,
    }, 3],
  ];
  for (const [name, path, options, pages] of rows) {
    await t.step(name, async () => {
      await using server = listing();
      const client = new HTTPClient({ baseUrl: server.origin });
      const given = { params: { q: "x" }, ...options };
      assertEquals(await Array.fromAsync(client.paginate<number>(path, given)), ITEMS);
      assertEquals(server.requests.length, pages);
      assert(server.requests[0]!.includes("q=x"));
    });
  }
});

// R4.17
Deno.test("pages are asked for when they are needed, and maxItems ends the list", async () => {
  await using server = listing();
  const client = new HTTPClient({ baseUrl: server.origin });
  for await (const item of client.paginate<number>("/list")) if (item === 2) break;
  assertEquals(server.requests.length, 1);
  assertEquals(await Array.fromAsync(client.paginate("/list", { maxItems: 4 })), [1, 2, 3, 4]);
  assertEquals(server.requests.length, 3);
  assertEquals(await Array.fromAsync(client.paginate("/list", { maxItems: 3 })), [1, 2, 3]);
  assertEquals(server.requests.length, 4);
});

// R4.17
Deno.test("a list that comes back to a page, or has too many, is an error", async (t) => {
  await using server = serve((request) => {
    const page = Number(new URL(request.url).searchParams.get("page") ?? 0);
    return Response.json([page], { headers: { link: `<?page=${(page + 1) % 3}>; rel=next` } });
  });
  const client = new HTTPClient({ baseUrl: server.origin });
  const itself: NextPage = (page) => page.url;
  const rows: [name: string, options: PaginateOptions<number>, code: string][] = [
    ["a circle", {}, "pagination_loop"],
    ["itself", { next: itself }, "pagination_loop"],
    ["too many", { maxPages: 2 }, "too_many_pages"],
  ];
  for (const [name, options, code] of rows) {
    await t.step(name, async () => {
      const before = server.requests.length;
      const error = await assertRejects(
        () => Array.fromAsync(client.paginate<number>("/", options)),
        NetworkingError,
      );
      assertEquals(error.code as string, code);
      assert(server.requests.length - before <= 4);
    });
  }
});

// R4.17
Deno.test("a page that is no list, or no success, is an error", async () => {
  await using server = serve((_request, path) =>
    path === "/object" ? Response.json({ items: [] }) : new Response("no", { status: 404 })
  );
  const client = new HTTPClient({ baseUrl: server.origin });
  await assertRejects(() => Array.fromAsync(client.paginate("/object")), TypeError, "set items");
  await assertRejects(() => Array.fromAsync(client.paginate("/missing")), HTTPError);
});

// R4.18
Deno.test("credentials and the client's params do not follow a next link to another origin", async () => {
  const seen: string[] = [];
  const answer = (request: Request, next?: string) => {
    const names = ["authorization", "x-api-key", "x-mine", "x-team"];
    const had = names.filter((name) => request.headers.has(name));
    seen.push(`${new URL(request.url).search} ${had.join(" ")}`);
    return Response.json(
      [1],
      next === undefined ? {} : { headers: { link: `<${next}>; rel=next` } },
    );
  };
  await using away = serve((request) => answer(request));
  await using home = serve((request) => answer(request, `${away.origin}/p2?page=2`));
  const client = new HTTPClient({
    headers: { authorization: "Bearer t", "x-team": "ants" },
    params: { api_key: "k" },
    sensitiveHeaders: ["x-mine"],
  });
  const options = { headers: { "x-api-key": "k", "x-mine": "m" } };
  assertEquals(await Array.fromAsync(client.paginate(`${home.origin}/`, options)), [1, 1]);
  assertEquals(seen, ["?api_key=k authorization x-api-key x-mine x-team", "?page=2 x-team"]);

  const bound = new HTTPClient({ baseUrl: home.origin });
  const error = await assertRejects(() => Array.fromAsync(bound.paginate("/")), NetworkingError);
  assertEquals(error.code, "invalid_url");
});
