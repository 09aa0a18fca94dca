/** Where the credentials of a generated API go: its pages, its own servers, and schemes in combination. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { bearerAuth, HTTPClient } from "../../../mod.ts";
import { generate } from "../../../src/generate/mod.ts";
import {
  API,
  type APIOptions,
  call,
  items,
  type Operation,
  stream,
} from "../../../src/generate/runtime/mod.ts";
import { A, B, expected, has, schemes, script, SECRET } from "../../support/credential_ways.ts";

const E = "https://evil.example";
const ORIGINS = { A, B, E };

const DESCRIPTION = {
  server: `${A}/`,
  servers: [{ url: A }, { url: "https://{name}.example/v1", variables: { name: "b" } }],
  security: {
    token: { type: "http", scheme: "bearer" },
    user: { type: "http", scheme: "basic" },
    header: { type: "apiKey", in: "header", name: "plain" },
    query: { type: "apiKey", in: "query", name: "plain" },
    cookie: { type: "apiKey", in: "cookie", name: "plain" },
  },
} as const;

/** Credentials by the name of the security scheme. */
const AUTH: Readonly<Record<string, NonNullable<APIOptions["auth"]>[string]>> = {
  token: SECRET,
  user: { username: "ada", password: SECRET },
  header: SECRET,
  query: SECRET,
  cookie: SECRET,
};

function operation(given: Partial<Operation>): Operation {
  const responses = { 200: ["application/json"] };
  return { id: "list", method: "GET", path: "/list/0", responses, ...given };
}

const FINDERS: Record<string, NonNullable<Operation["pages"]>> = {
  "the Link field": { next: { by: "link" } },
  "a URL in the body": { items: "/items", next: { by: "url", pointer: "/next" } },
};

// R20.17
Deno.test("items() sends the credentials to the origins of the call, however the next page is found", async (t) => {
  for (const [found, pages] of Object.entries(FINDERS)) {
    await t.step(found, async () => {
      for (const [name, credential] of Object.entries(AUTH)) {
        for (const path of ["A|A", "A|E", "A|A|E|A", "A>E|E", "A>E|E|A", "A|E>A", "A|B"]) {
          const { arrivals, transport } = script(path, ORIGINS, 302);
          // The same link, as the finder has it.
          const inBody = async (url: string, init: RequestInit) => {
            const web = await transport(url, init);
            const next = /<(.*)>/.exec(web.headers.get("link") ?? "")?.[1];
            return web.ok ? Response.json({ items: [1], next }) : web;
          };
          const api = new API(DESCRIPTION, {
            auth: { [name]: credential },
            transport: pages.next.by === "url" ? inBody : transport,
            allowAnyOrigin: true,
          });
          await Array.fromAsync(items(api, operation({ security: [[name]], pages })));
          const way = { name, owner: "call", kind: "scheme" } as const;
          assertEquals(
            arrivals.map(({ hasSecret }) => hasSecret),
            expected(way, path),
            name + path,
          );
          assert(arrivals[0]!.hasSecret);
        }
      }
    });
  }
});

/** What each request had of a token for A, a key for B, and a key without origins. */
async function combined(path: string): Promise<string[]> {
  const sent: string[] = [];
  const { transport } = script(path, ORIGINS, 307);
  const api = new API(DESCRIPTION, {
    auth: {
      token: bearerAuth("for-A", { origins: [A] }),
      header: { ...schemes([B])["API key in a header"]!, authenticate: keyForB },
      query: "for-call",
    },
    transport: (url, init) => {
      const { origin, search } = new URL(url);
      const text = search + JSON.stringify([...new Headers(init.headers)]);
      const found = ["for-A", "for-B", "for-call"].filter((one) => text.includes(one));
      sent.push(`${origin}: ${found}`);
      return transport(url, init);
    },
    allowAnyOrigin: true,
  });
  const security = [["token", "header", "query"]];
  await Array.fromAsync(items(api, operation({ security, pages: { next: { by: "link" } } })));
  return sent;
}

async function* keyForB(request: Parameters<ReturnType<typeof bearerAuth>["authenticate"]>[0]) {
  yield { ...request, headers: { ...request.headers, plain: "for-B" } };
}

// R20.17
Deno.test("of several schemes on one request, each goes to its own origins", async (t) => {
  const rows: Record<string, string[]> = {
    "A": [`${A}: for-A,for-call`],
    "A|B": [`${A}: for-A,for-call`, `${B}: for-B`],
    "A|E": [`${A}: for-A,for-call`, `${E}: `],
    "A|B|A": [`${A}: for-A,for-call`, `${B}: for-B`, `${A}: for-A,for-call`],
    "A>A": [`${A}: for-A,for-call`, `${A}: for-A,for-call`],
    // B is where the token may not be, so that B cannot lead it back.
    "A>B>A": [`${A}: for-A,for-call`, `${B}: `, `${A}: `],
    "A>E>A": [`${A}: for-A,for-call`, `${E}: `, `${A}: `],
  };
  for (const [path, wanted] of Object.entries(rows)) {
    await t.step(path, async () => assertEquals(await combined(path), wanted));
  }
});

// R20.17
Deno.test("an operation's own server gets credentials only if it is known or named", async (t) => {
  const rows: [name: string, server: string, options: APIOptions, outcome: string][] = [
    ["one of the description's origins", `${A}/upload`, {}, "with"],
    ["another of its servers, variables filled in", `${B}/upload`, {}, "with"],
    ["relative", "upload", {}, "with"],
    ["a stranger's", E, {}, "refused"],
    ["a stranger's, relative", "//evil.example", {}, "refused"],
    ["another port", `${A}:8443`, {}, "refused"],
    ["the baseUrl", `${E}/upload`, { baseUrl: E }, "with"],
    ["a server of the description, with another baseUrl", `${A}/upload`, { baseUrl: E }, "with"],
    [
      "named by the scheme",
      E,
      { auth: { token: bearerAuth(SECRET, { origins: [A, E] }) } },
      "with",
    ],
    [
      "not named by the scheme",
      E,
      { auth: { token: bearerAuth(SECRET, { origins: [A] }) } },
      "without",
    ],
  ];
  for (const [name, server, options, outcome] of rows) {
    await t.step(name, async () => {
      const sent: string[] = [];
      const api = new API(DESCRIPTION, {
        auth: { token: SECRET },
        ...options,
        headers: { "x-api-key": SECRET },
        transport: (url, { headers }) => {
          sent.push(url + (new Headers(headers).get("authorization") ?? ""));
          // A list and a stream of one line.
          const type = new Headers(headers).get("accept")!;
          return Promise.resolve(new Response("[1]", { headers: { "content-type": type } }));
        },
      });
      const own = operation({ server, security: [["token"]], pages: FINDERS["the Link field"]! });
      const ways = [
        async () => await call(api, own),
        () => Array.fromAsync(items(api, own)),
        () => Array.fromAsync(stream(api, { ...own, stream: { type: "application/jsonl" } })),
      ];
      for (const way of ways) {
        if (outcome !== "refused") await way();
        else await assertRejects(way, TypeError, "give auth.token as a scheme with https://");
      }
      assertEquals(sent.map(has), outcome === "refused" ? [] : sent.map(() => outcome === "with"));
    });
  }
  await t.step("a stranger's, where it may be called without", async () => {
    const sent: string[] = [];
    const api = new API(DESCRIPTION, {
      auth: { token: SECRET },
      headers: { "x-api-key": SECRET },
      transport: (url, { headers }) => {
        sent.push(url + JSON.stringify([...new Headers(headers)]));
        return Promise.resolve(Response.json([1]));
      },
    });
    await call(api, operation({ server: E, security: [["token"], []] }));
    assertEquals(sent.map(has), [false]);
  });
});

// R20.15
Deno.test("a client that is given keeps its secrets at its own baseUrl", async () => {
  const sent: string[] = [];
  await using client = new HTTPClient({
    baseUrl: A,
    auth: bearerAuth(SECRET),
    headers: { token: SECRET },
    params: { "api_key": SECRET },
    transport: (url, { headers }) => {
      sent.push(url + JSON.stringify([...new Headers(headers)]));
      return Promise.resolve(Response.json([1]));
    },
  });
  for (const baseUrl of [undefined, `${A}/v2`, E]) {
    const api = new API(DESCRIPTION, { client, ...(baseUrl !== undefined && { baseUrl }) });
    await call(api, operation({}));
  }
  assertEquals(sent.map(has), [true, true, false]);
});

Deno.test("generated code carries all servers of its description", async () => {
  const description = {
    openapi: "3.1.0",
    info: { title: "Two", version: "1" },
    servers: [{ url: A }, { url: "https://{name}.example", variables: { name: { default: "b" } } }],
    paths: {
      "/x": { get: { operationId: "x", servers: [{ url: E }], responses: { 200: {} } } },
    },
  };
  const { files } = await generate(description);
  const code = [...files.values()].join("");
  const list = /^export const servers.*?^\];/ms.exec(code)![0];
  assert(list.includes(`url: "${A}"`) && list.includes('name: "b"'), list);
  assert(/new API\(\{ server: [^,]*, servers,/.test(code), code);
});
