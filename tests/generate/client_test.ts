/** A generated client at work: fixtures/shop.ts, made of fixtures/shop.yaml, against a server on loopback. */

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { DecodeError, HTTPClient, SchemaError, type StandardSchema } from "../../mod.ts";
import { generate } from "../../src/generate/mod.ts";
import {
  type API,
  APIError,
  type APIOptions,
  isAPIError,
  serverURL,
} from "../../src/generate/runtime/mod.ts";
import { serve } from "../support/server.ts";
import { prepare } from "../../src/generate/runtime/prepare.ts";
import * as shop from "./fixtures/shop.ts";

const ITEM: shop.Item = { id: "1", name: "lamp" };
const EVENTS = { "content-type": "text/event-stream" };

type Schemes = APIOptions<"token" | "user" | "app" | "key">["auth"];

function apiFor(origin: string, auth?: Schemes): API {
  return shop.createAPI({
    baseUrl: `${origin}/v1`,
    maxRetries: 0,
    ...(auth !== undefined && { auth }),
  });
}

Deno.test("the fixture is what its description gives today", async () => {
  const { files, warnings } = await generate(new URL("fixtures/shop.yaml", import.meta.url), {
    runtime: "../../../src/generate/runtime/mod.ts",
    pagination: {
      search: { items: "/hits", next: { by: "cursor", param: "cursor", pointer: "/next" } },
    },
  });
  assertEquals(warnings, []);
  const written = await Deno.readTextFile(new URL("fixtures/shop.ts", import.meta.url));
  assertEquals(files.get("api.ts"), written);
});

Deno.test("both indexes have every function of the client, and nothing else", async () => {
  const { operations } = await generate(new URL("fixtures/shop.yaml", import.meta.url));
  const all: Set<unknown> = new Set(Object.values(shop));
  for (const index of [shop.operations, shop.operationsByTag]) {
    const functions = Object.values(index).flatMap((group): unknown[] => Object.values(group));
    assertEquals(new Set(functions).size, operations);
    assertEquals(functions.filter((one) => !all.has(one)), []);
  }
  assert(shop.operations["/items/{id}"].delete === shop.deleteItem);
});

// R20.10
Deno.test("await gives the data; parameters, headers and cookies are where they belong", async () => {
  const seen: (string | null)[] = [];
  await using server = serve((request) => {
    const { pathname, search } = new URL(request.url);
    const names = ["x-trace", "cookie", "authorization", "accept"];
    seen.push(pathname + search, ...names.map((name) => request.headers.get(name)));
    return Response.json(ITEM);
  });
  await using api = apiFor(server.origin, { token: "t0ken" });
  const item: shop.Item = await shop.getItem(api, {
    id: "a/b",
    expand: ["price", "stock"],
    "X-Trace": "t1",
    lang: "de",
  });
  assertEquals(item, ITEM);
  assertEquals(seen, [
    "/v1/items/a%2Fb?expand=price,stock",
    "t1",
    "lang=de",
    "Bearer t0ken",
    "application/json, application/problem+json",
  ]);
  assert(!Deno.inspect(api).includes("t0ken"));
});

// R20.11
Deno.test("an error's status narrows its body; result() gives all outcomes, response() the response", async () => {
  let answer = () => Response.json({ title: "gone" }, { status: 404 });
  await using server = serve(() => answer());
  await using api = apiFor(server.origin);
  const error: unknown = await shop.getItem(api, { id: "1" }).catch((error) => error);
  assert(isAPIError(error, shop.getItemOperation));
  assertEquals(error.name, "APIError");
  if (error.status === 404) assertEquals(error.body.title.length, 4);
  else assertEquals(error.body.reason, "");
  assert(!isAPIError(error, shop.listItemsOperation));

  const result = await shop.getItem(api, { id: "1" }).result();
  if (result.status === 404) assertEquals(result.body.title, "gone");
  else throw new Error("it is 404");
  assertEquals((await shop.getItem(api, { id: "1" }).response()).statusCode, 404);

  answer = () => Response.json({ reason: "full" }, { status: 409 });
  const other = await shop.getItem(api, { id: "1" }).result();
  assert(other.status !== 200 && other.status !== 404);
  assertEquals([other.status, other.body.reason], [409, "full"]);
});

// R20.10, R20.11
Deno.test("what the description does not have is an error that is not taken for one that it has", async (t) => {
  const page = { headers: { "content-type": "text/html" } };
  const rows: [string, () => Response, unknown][] = [
    ["another status", () => Response.json({ a: 1 }, { status: 500 }), { a: 1 }],
    ["a proxy's page", () => new Response("<h1>no</h1>", { status: 404, ...page }), "<h1>no</h1>"],
    [
      "JSON that is none",
      () => new Response("{", { status: 404, headers: { "content-type": "application/json" } }),
      "{",
    ],
  ];
  for (const [name, answer, body] of rows) {
    await t.step(name, async () => {
      await using server = serve(answer);
      await using api = apiFor(server.origin);
      const error = await assertRejects(() => shop.getItem(api, { id: "1" }), APIError);
      assertEquals([isAPIError(error, shop.getItemOperation), error.body], [false, body]);
      await assertRejects(() => shop.getItem(api, { id: "1" }).result(), APIError);
    });
  }
  await t.step("a success of another type", async () => {
    await using server = serve(() => new Response("<h1>log in</h1>", page));
    await using api = apiFor(server.origin);
    await assertRejects(() => shop.getItem(api, { id: "1" }), DecodeError, "text/html");
  });
});

// R20.9, R20.15
Deno.test("wrong arguments reject the call, and nothing is sent", async () => {
  await using server = serve(() => Response.json(ITEM));
  await using api = apiFor(server.origin, { key: "k" });
  const wrong = (value: unknown) => value as never;
  const rows: [() => Promise<unknown>, string][] = [
    [() => shop.rawSearch(api, wrong({ selector: new Blob() })), "text cannot hold"],
    [() => shop.getItem(api, wrong({})), "Cannot call getItem: the path parameter id is missing"],
    [() => shop.both(api, { path: { id: ".." } }), "segment of dots"],
    [() => shop.both(api, { path: { id: "." } }), "segment of dots"],
    [() => shop.createItem(api, wrong({ body: {}, contentType: "text/html" })), '"text/html"'],
    [() => shop.createItem(api, { body: wrong(1), contentType: "text/csv" }), "text/csv"],
    [() => shop.getItem(api, { id: "1" }), "it needs credentials for token"],
    [() => shop.deleteItem(api, { id: "1" }), "user and app, or token"],
  ];
  for (const [send, why] of rows) {
    assertStringIncludes((await assertRejects(send, TypeError)).message, why);
  }
  assertEquals(server.requests, []);
});

// R20.15
Deno.test("credentials are those of the first alternative that they satisfy, and no others", async (t) => {
  const names = ["authorization", "x-app"];
  await using server = serve((request) =>
    Response.json({
      hits: [names.map((name) => request.headers.get(name)), new URL(request.url).search],
    })
  );
  const user = { username: "u", password: "p" };
  const rows: [string, Schemes, (api: API) => Promise<unknown>, unknown][] = [
    ["both of two", { user, app: "a", token: "t" }, (api) => shop.deleteItem(api, { id: "1" }), [
      "Basic dTpw",
      "a",
    ]],
    [
      "the other when one is missing",
      { user, token: "t" },
      (api) => shop.deleteItem(api, { id: "1" }),
      ["Bearer t", null],
    ],
    ["in the query", { key: "k", token: "t" }, (api) => shop.search(api), [null, null]],
    ["none where none are needed", { token: "t" }, (api) => shop.search(api), [null, null]],
    ["none of its own", undefined, (api) => shop.deleteItem(api, { id: "1" }), [null, null]],
  ];
  for (const [name, auth, send, headers] of rows) {
    await t.step(name, async () => {
      await using api = apiFor(server.origin, auth);
      const [seen, search] = (await send(api) as { hits: unknown[] }).hits;
      assertEquals(seen, headers);
      assertEquals(search, name === "in the query" ? "?api_key=k" : "");
    });
  }
  assertThrows(
    () => shop.createAPI({ baseUrl: server.origin, auth: { tokn: "t" } as never }),
    TypeError,
    "the security schemes are token, user, app, key",
  );
  assertThrows(
    () => shop.createAPI({ baseUrl: server.origin, auth: { user: "u" } }),
    TypeError,
    "{ username, password }",
  );
});

// R20.14
Deno.test("bodies are written by their media type and encoding", async (t) => {
  await using server = serve(async (request) =>
    Response.json({ type: request.headers.get("content-type"), body: await request.text() })
  );
  await using api = apiFor(server.origin, { token: "t" });
  const send = async (args: shop.CreateItemArgs) =>
    await (await shop.createItem(api, args).response()).json<{ type: string; body: string }>();
  const rows: [string, shop.CreateItemArgs, string, string][] = [
    [
      "JSON",
      { body: { name: "lamp", secret: "s" } },
      "application/json",
      '{"name":"lamp","secret":"s"}',
    ],
    [
      "form",
      {
        body: { name: "a b&c", tags: ["x", "y"], size: { w: 1 }, filter: { k: "v" } },
        contentType: "application/x-www-form-urlencoded",
      },
      "application/x-www-form-urlencoded",
      "name=a+b%26c&tags=x,y&size=%7B%22w%22%3A1%7D&filter%5Bk%5D=v",
    ],
    ["text", { body: "a;b", contentType: "text/csv" }, "text/csv", "a;b"],
    [
      "bytes",
      { body: new Uint8Array([104, 105]), contentType: "application/octet-stream" },
      "application/octet-stream",
      "hi",
    ],
    [
      "lines",
      { body: [{ name: "a" }, { name: "b" }], contentType: "application/jsonl" },
      "application/jsonl",
      '{"name":"a"}\n{"name":"b"}\n',
    ],
  ];
  for (const [name, args, type, body] of rows) {
    await t.step(name, async () => assertEquals(await send(args), { type, body }));
  }
  await t.step("multipart", async () => {
    const { type, body } = await send({
      body: {
        meta: { name: "lamp" },
        photos: [new Blob(["1"]), new File(["2"], "b.png")],
        note: "n",
      },
      contentType: "multipart/form-data",
    });
    const boundary = type.slice("multipart/form-data; boundary=".length);
    const parts = body.split(`--${boundary}`).slice(1, -1).map((part) => part.trim().split("\r\n"));
    assertEquals(parts, [
      [
        'Content-Disposition: form-data; name="meta"',
        "Content-Type: application/json",
        "",
        '{"name":"lamp"}',
      ],
      [
        'Content-Disposition: form-data; name="photos"; filename="blob"',
        "Content-Type: image/png",
        "",
        "1",
      ],
      [
        'Content-Disposition: form-data; name="photos"; filename="b.png"',
        "Content-Type: image/png",
        "",
        "2",
      ],
      ['Content-Disposition: form-data; name="note"', "", "n"],
    ]);
  });
});

// R20.18
Deno.test("streams give typed items until their end, and leaving the loop frees the connection", async (t) => {
  const texts: Record<string, [string, Record<string, string>]> = {
    "/v1/chat": [
      'data: {"delta":"a"}\n\ndata: {"delta":"b"}\n\ndata: [DONE]\n\ndata: {}\n\n',
      EVENTS,
    ],
    "/v1/watch": [
      'event: made\ndata: {"id":"1","name":"lamp"}\n\nevent: gone\ndata: {"id":"1"}\n\n',
      EVENTS,
    ],
    "/v1/rows": ['{"id":"1","name":"lamp"}\n\n{"id":"2","name":"bed"}', {
      "content-type": "application/jsonl",
    }],
    "/v1/sequence": ['\x1e{"id":"1",\n"name":"lamp"}\n\x1e{"id":"2","name":"bed"}\n', {
      "content-type": "application/json-seq",
    }],
  };
  await using server = serve((_request, path) => {
    const [text, headers] = texts[path]!;
    return new Response(text, { headers });
  });
  await using api = apiFor(server.origin);
  await t.step("events up to 3.1", async () => {
    const deltas: (string | undefined)[] = [];
    for await (const { data } of shop.chatStream(api, { body: { stream: true } })) {
      deltas.push(data.delta);
    }
    assertEquals(deltas, ["a", "b"]);
  });
  await t.step("events of 3.2, told apart by type", async () => {
    const seen: string[] = [];
    for await (const event of shop.watch(api)) {
      seen.push(event.type === "made" ? event.data.name : event.data.id);
    }
    assertEquals(seen, ["lamp", "1"]);
  });
  const rows: shop.Item[] = [ITEM, { id: "2", name: "bed" }];
  await t.step("JSON lines", async () => assertEquals(await Array.fromAsync(shop.rows(api)), rows));
  await t.step(
    "JSON sequences",
    async () => assertEquals(await Array.fromAsync(shop.sequence(api)), rows),
  );
  await t.step("an error, or another type", async () => {
    texts["/v1/chat"] = ['{"text":"whole"}', { "content-type": "application/json" }];
    await assertRejects(
      () => Array.fromAsync(shop.chatStream(api)),
      DecodeError,
      "text/event-stream",
    );
    await using failing = serve(() => Response.json({ title: "no" }, { status: 500 }));
    await using other = apiFor(failing.origin);
    const error = await assertRejects(() => Array.fromAsync(shop.chatStream(other)), APIError);
    assertEquals(error.body, { title: "no" });
  });
  await t.step("left early", async () => {
    const cancelled = Promise.withResolvers<void>();
    const endless = new ReadableStream({
      pull(controller) {
        controller.enqueue(new TextEncoder().encode('data: {"delta":"a"}\n\n'));
      },
      cancel: () => cancelled.resolve(),
    }, { highWaterMark: 0 });
    await using open = serve(() => new Response(endless, { headers: EVENTS }));
    await using own = apiFor(open.origin);
    for await (const _event of shop.chatStream(own)) break;
    await cancelled.promise;
  });
});

Deno.test("pages follow each other by Link fields and by cursors", async () => {
  await using server = serve((request, path) => {
    const { origin, searchParams } = new URL(request.url);
    if (path === "/v1/search") {
      const at = Number(searchParams.get("cursor") ?? 0);
      assertEquals(searchParams.get("filter[kind]"), "gift");
      return Response.json({
        hits: [{ id: `${at}`, name: "x" }],
        ...(at < 2 && { next: `${at + 1}` }),
      });
    }
    const page = Number(searchParams.get("page") ?? 1);
    const link = page < 3
      ? { link: `<${origin}/v1/items?page=${page + 1}>; rel="next"` }
      : undefined;
    if (page === 3) return Response.json({ title: "broken" }, { status: 500 });
    return Response.json([{ id: `${page}`, name: "x" }], { headers: { ...link } });
  });
  await using api = apiFor(server.origin);
  const found = await Array.fromAsync(shop.searchItems(api, { filter: { kind: "gift" } }));
  assertEquals(found.map(({ id }) => id), ["0", "1", "2"]);
  const seen: string[] = [];
  const error = await assertRejects(async () => {
    for await (const { id } of shop.listItemsItems(api, { limit: 1 })) seen.push(id);
  }, APIError);
  assertEquals([seen, error.body], [["1", "2"], { title: "broken" }]);
});

Deno.test("a schema checks the data; names that clash are grouped; bytes, servers and queries", async () => {
  await using server = serve((_request, path) => {
    if (path === "/v1/file") {
      return new Response(new Uint8Array([1, 2]), {
        headers: { "content-type": "application/octet-stream" },
      });
    }
    if (path.startsWith("/v2")) return new Response(null, { status: 204 });
    if (path === "/v1/raw") return new Response("raw");
    return Response.json(ITEM);
  });
  await using api = apiFor(server.origin);
  const refuse: StandardSchema<unknown, shop.Item> = {
    "~standard": {
      version: 1,
      vendor: "test",
      validate: () => ({ issues: [{ message: "no lamp" }] }),
    },
  };
  await assertRejects(
    () => shop.getItem(api, { id: "1" }, { schema: refuse }),
    SchemaError,
    "no lamp",
  );
  assertEquals(await shop.both(api, { path: { id: "1" }, query: { id: "2" } }), undefined);
  assertEquals(await shop.file(api), new Uint8Array([1, 2]));
  assertEquals(await shop.rawSearch(api, { selector: { a: "1&2" } }), "raw");
  assertEquals(server.requests.slice(1), [
    "GET /v2/both/1?id=2",
    "GET /v1/file",
    "GET /v1/raw?%7B%22a%22%3A%221%262%22%7D",
  ]);
});

Deno.test("an API has the options of a client, or a client of the caller's, which stays open", async () => {
  await using server = serve((request) =>
    Response.json({ ...ITEM, name: request.headers.get("x-own") })
  );
  await using client = new HTTPClient({
    baseUrl: `${server.origin}/v1/`,
    headers: { "x-own": "1" },
  });
  const api = shop.createAPI({ client });
  assertEquals((await shop.getItem(api, { id: "1" })).name, "1");
  await api.close();
  await assertRejects(() => shop.getItem(api, { id: "1" }), Error, "closed");
  assertEquals((await client.get("items/1")).statusCode, 200);
  assertEquals(serverURL(shop.servers[0]), "https://eu.shop.example/v1");
  assertEquals(serverURL(shop.servers[0], { region: "us" }), "https://us.shop.example/v1");
  assertInstanceOf(
    assertThrows(() => serverURL({ url: "https://{x}.example" })),
    TypeError,
  );
});

Deno.test("a path may have a query of its own", async () => {
  await using api = shop.createAPI({ baseUrl: "http://x/v1" });
  const rows: [string, Record<string, string>, string][] = [
    ["/xml/?comp=list", { a: "1" }, "http://x/v1/xml/?comp=list&a=1"],
    ["/xml/?comp=list&a=2", { a: "1" }, "http://x/v1/xml/?comp=list&a=1"],
    ["/xml/?comp=list", {}, "http://x/v1/xml/?comp=list"],
  ];
  for (const [path, args, expected] of rows) {
    const parameters = [{ name: "a", in: "query" }] as const;
    const { url } = await prepare(
      api,
      { id: "x", method: "GET", path, parameters, responses: {} },
      args,
      {},
    );
    assertEquals(url, expected);
  }
});
