/** Pages are the same operation again: its method, its body, its header fields. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import type { PageRule } from "../../src/generate/mod.ts";
import { clientOf, describe, operation, type Sent } from "./support.ts";

const schema = {
  type: "object",
  properties: { data: { type: "array", items: { type: "integer" } }, next: { type: "string" } },
};
const LIST = { 200: { description: "", content: { "application/json": { schema } } } };
const QUERY = ["page", "offset", "cursor"].map((name) => ({ name, in: "query", schema: {} }));

async function all(items: AsyncIterable<unknown>): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const item of items) found.push(item);
  return found;
}

// R20.19
Deno.test("each page keeps method, body and header fields, whatever finds the next one", async (t) => {
  const rows: [string, PageRule["next"], (next: number) => object, string][] = [
    ["page", { by: "page", param: "page" }, () => ({}), "?page=2"],
    ["offset", { by: "offset", param: "offset" }, () => ({}), "?offset=1"],
    [
      "cursor",
      { by: "cursor", param: "cursor", pointer: "/next" },
      (n) => ({ next: `c${n}` }),
      "?cursor=c2",
    ],
    ["url", { by: "url", pointer: "/next" }, (n) => ({ next: `/scan?n=${n}` }), "?n=2"],
    ["link", { by: "link" }, () => ({}), "?n=2"],
  ];
  for (const method of ["GET", "POST", "QUERY"]) {
    for (const [name, next, members, search] of rows) {
      await t.step(`${method} by ${name}`, async () => {
        const hasBody = method !== "GET";
        const description = describe({
          "/scan": {
            [method.toLowerCase()]: operation("scan", {
              parameters: [...QUERY, { name: "X-Team", in: "header", schema: {} }],
              ...(hasBody && { requestBody: { content: { "application/json": { schema: {} } } } }),
              responses: LIST,
            }),
          },
        }, { openapi: "3.2.0" });
        const { items, sent } = await clientOf(
          description,
          ({ url }) => {
            const isFirst = !new URL(url).search.includes("=2") && url.split("?").length === 1;
            const link = isFirst ? { link: '</scan?n=2>; rel="next"' } : undefined;
            return Response.json(
              { data: isFirst ? [1] : [], ...(isFirst && members(2)) },
              link && { headers: link },
            );
          },
          { pagination: { scan: { items: "/data", next } } },
        );
        assertEquals(
          await all(items("scanItems", { "X-Team": "ants", ...(hasBody && { body: { q: 1 } }) })),
          [1],
        );
        const seen = ({ method, url, headers, text }: Sent) => [
          method,
          new URL(url).pathname + new URL(url).search,
          headers.get("x-team"),
          text,
        ];
        const text = hasBody ? '{"q":1}' : "";
        assertEquals(sent.map(seen), [
          [method, "/scan", "ants", text],
          [method, `/scan${search}`, "ants", text],
        ]);
      });
    }
  }
});

Deno.test("a cursor that is a member of the body goes there", async (t) => {
  const requestBody = {
    content: { "application/json": { schema: { type: "object" } } },
  };
  const hints: [string, object][] = [
    ["Speakeasy", {
      "x-speakeasy-pagination": {
        type: "cursor",
        inputs: [{ name: "after", in: "requestBody", type: "cursor" }],
        outputs: { results: "$.data", nextCursor: "$.next" },
      },
    }],
    ["Fern", {
      "x-fern-pagination": {
        cursor: "$request.body.after",
        next_cursor: "$response.next",
        results: "$response.data",
      },
    }],
  ];
  for (const [name, hint] of hints) {
    await t.step(name, async () => {
      const { items, sent, warnings } = await clientOf(
        describe({
          "/scan": { post: operation("scan", { requestBody, responses: LIST, ...hint }) },
        }),
        ({ text }) =>
          Response.json(text.includes("after") ? { data: [2] } : { data: [1], next: "c" }),
      );
      assertEquals(await all(items("scanItems", { body: { q: 1 } })), [1, 2]);
      assertEquals(sent.map(({ text }) => text), ['{"q":1}', '{"q":1,"after":"c"}']);
      assertEquals(warnings, []);
    });
  }
});

Deno.test("a parameter that another place has a name of is set in its group", async () => {
  const parameters = [
    { name: "page", in: "header", schema: {} },
    { name: "page", in: "query", schema: {} },
  ];
  const { items, sent, code } = await clientOf(
    describe({ "/list": { get: operation("list", { parameters, responses: LIST }) } }),
    ({ url }) => Response.json({ data: url.includes("page=2") ? [] : [1] }),
    { pagination: { list: { items: "/data", next: { by: "page", param: "page" } } } },
  );
  assertStringIncludes(code, "grouped: true");
  assertEquals(await all(items("listItems", { header: { page: "h" } })), [1]);
  assertEquals(sent.map(({ url, headers }) => [new URL(url).search, headers.get("page")]), [
    ["", "h"],
    ["?page=2", "h"],
  ]);
});
