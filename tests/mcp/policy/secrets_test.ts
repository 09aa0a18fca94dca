/** Credentials of the operator are hidden in what comes back; nothing else is learned. */
// deno-lint-ignore-file camelcase -- tools have the names that agents know

import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { apiKeyAuth, basicAuth, bearerAuth, type HTTPClientOptions } from "../../../mod.ts";
import { CookieJar } from "../../../src/cookies/mod.ts";
import { networkTools, type NetworkToolsOptions } from "../../../src/mcp/mod.ts";
import { serve } from "../../support/server.ts";
import { type TestTools, testTools } from "../support.ts";

const SECRET = "sk-live/0123456789+abc";

/** Answers with all that it was sent, spelled as the path says. */
function echoServer() {
  return serve(async (request, path) => {
    const { search } = new URL(request.url);
    const lines = [...request.headers].map(([name, value]) => `${name}: ${value}`);
    const all = [decodeURIComponent(search), ...lines, await request.text()].join("\n");
    switch (path) {
      case "/json":
        return new Response(JSON.stringify({ all }).replaceAll("/", "\\/"), {
          headers: { "content-type": "application/json" },
        });
      case "/html":
        return new Response(all.replace(/\W/g, (one) => `&#${one.charCodeAt(0)};`));
      case "/url":
        return new Response(encodeURIComponent(all).toLowerCase());
      case "/base64":
        return new Response(btoa(all));
      case "/values":
        return new Response([...request.headers.values()].map((value) => btoa(value)).join(" "));
    }
    return new Response(all);
  });
}

/** What is left of the secret in a result, whatever the spelling. */
function shows(result: unknown): boolean {
  const text = JSON.stringify(result);
  const decoded = (Object(result).base64 ?? "").split(/[^\w+/]/)
    .concat(text.split(/[^\w+/]/)).map((part: string) => {
      try {
        return atob(part);
      } catch {
        return "";
      }
    });
  return /0123456789|5678/.test([text, ...decoded].join("\n"));
}

const key = (place: "header" | "query" | "cookie", origins: string[]) =>
  apiKeyAuth({ name: "X-Tenant-Word", value: SECRET, in: place, origins });

// R22.16
Deno.test("the operator's credentials are hidden in every echo, in text and in bytes", async (t) => {
  await using server = echoServer();
  const origins = [server.origin];
  const clients: [name: string, client: HTTPClientOptions][] = [
    ["middleware", {
      use: {
        exchange: [
          (request, next) =>
            next({
              ...request,
              headers: { ...request.headers, authorization: `Bearer ${SECRET}` },
            }),
        ],
      },
    }],
  ];
  const rows: [name: string, options: NetworkToolsOptions][] = [
    ["bearer", { credentials: { own: bearerAuth(SECRET, { origins }) } }],
    ["basic", { credentials: { own: basicAuth("ada", SECRET, { origins }) } }],
    ["key in a header", { credentials: { own: key("header", origins) } }],
    ["key in the query", { credentials: { own: key("query", origins) } }],
    ["key in a cookie", { credentials: { own: key("cookie", origins) } }],
    ...clients.map(([name, client]): [string, NetworkToolsOptions] => [name, { client }]),
  ];
  for (const [name, options] of rows) {
    await t.step(name, async () => {
      await using tools = await testTools(options);
      const auth = options.credentials === undefined ? {} : { auth: "own" };
      for (const path of ["/", "/json", "/html", "/url", "/base64", "/values"]) {
        for (const format of ["text", "base64"]) {
          const url = server.origin + path;
          const result = await tools.call("http_get", { url, format, ...auth });
          assertFalse(shows(result), `${path} as ${format}: ${JSON.stringify(result)}`);
          assert(Number(result.bytes) > 10);
        }
      }
    });
  }
});

// R22.15
Deno.test("secrets among the headers and params of the client are refused: every URL would get them", async (t) => {
  const rows: [name: string, client: HTTPClientOptions][] = [
    ["x-api-key", { headers: { "X-API-Key": SECRET } }],
    ["authorization", { headers: new Headers({ Authorization: SECRET }) }],
    ["x-acs-security-token", { headers: [["X-Acs-Security-Token", SECRET]] }],
    ["cookie", { headers: { Cookie: `a=${SECRET}` } }],
    ["x-team", { headers: { "X-Team": SECRET }, sensitiveHeaders: ["x-Team"] }],
    ["access_token", { params: { access_token: SECRET } }],
    ["key", { params: new URLSearchParams({ page: "1", key: SECRET }) }],
  ];
  for (const [name, client] of rows) {
    await t.step(name, async () => {
      const error = await assertRejects(() => networkTools({ client }), TypeError);
      assertStringIncludes(error.message, `: ${name} is a credential`);
      assertStringIncludes(error.message, "into credentials, as a scheme with origins");
      assertFalse(error.message.includes(SECRET));
    });
  }
  await using server = echoServer();
  const client = { headers: { "Accept-Language": "de", "X-Team": "a" }, params: { lang: "fr" } };
  await using tools = await testTools({ client });
  const { text } = await tools.call("http_get", { url: server.origin });
  for (const sent of ["accept-language: de", "x-team: a", "?lang=fr"]) {
    assertStringIncludes(String(text), sent);
  }
});

Deno.test("a message that quotes a server is shortened, and shows no part of a secret", async () => {
  const token = "abcdefgh-0123456789-abcdefgh";
  await using server = serve((request, path) => {
    const echo = request.headers.get("authorization")!.slice("Bearer ".length);
    const length = Number(path.slice(1));
    const type = `text/${"x".repeat(length)}${echo}${"y".repeat(100)}`;
    return new Response("data: 1\n\n", { headers: { "content-type": type } });
  });
  await using tools = await testTools({
    credentials: { own: bearerAuth(token, { origins: [server.origin] }) },
  });
  for (let length = 60; length < 100; length++) {
    const url = `${server.origin}/${length}`;
    const text = await tools.fail("sse_read", { url, auth: "own" });
    assertStringIncludes(text, "text/xxxx");
    assertFalse(text.includes("abcdefgh"), text);
  }
});

// R22.16
Deno.test("what an agent writes is never learned as a secret", async (t) => {
  await using server = serve((_, path) =>
    path === "/a"
      ? new Response("x")
      : Response.json({ ok: true, name: "Ada", path: "/etc/passwd" })
  );
  const origins = ["https://api.example"];
  const credentials = {
    header: key("header", origins),
    query: apiKeyAuth({ name: "word", value: SECRET, in: "query", origins }),
  };
  await using tools = await testTools({ credentials, policy: { methods: ["GET", "POST"] } });
  const { host } = new URL(server.origin);
  const words = ["true", "name", "http", "pass"];
  const ways: [name: string, call: (word: string) => [tool: string, input: object]][] = [
    ["userinfo", (word) => ["http_get", { url: `http://x:${word}@${host}/a` }]],
    ["a header with the operator's name", (word) => [
      "http_get",
      { url: `${server.origin}/a`, headers: { "X-Tenant-Word": word } },
    ]],
    ["a parameter with the operator's name", (word) => [
      "http_get",
      { url: `${server.origin}/a?word=${word}` },
    ]],
    ["a parameter with a secret name", (word) => [
      "http_get",
      { url: `${server.origin}/a?token=${word}&api_key=${word}` },
    ]],
    ["a header with a secret name", (word) => [
      "http_get",
      { url: `${server.origin}/a`, headers: { "X-Api-Key": word } },
    ]],
    ["a body", (word) => [
      "http_request",
      { url: `${server.origin}/a`, method: "POST", text: `token=${word}` },
    ]],
    ["an event stream", (word) => ["sse_read", { url: `http://x:${word}@${host}/a` }]],
    ["a socket", (word) => [
      "websocket_exchange",
      { url: `ws://x:${word}@${host}/a?word=${word}`, headers: { "X-Tenant-Word": word } },
    ]],
  ];
  for (const [name, call] of ways) {
    await t.step(name, async () => {
      for (const word of words) {
        const [tool, input] = call(word);
        const { run } = tools.tools.find((one) => one.name === tool)!;
        await run(input); // refused or not
      }
      const { json } = await tools.call("http_get", { url: `${server.origin}/b` });
      assertEquals(json, { ok: true, name: "Ada", path: "/etc/passwd" });
    });
  }
});

// R22.16
Deno.test("a cookie that a server sets is not learned as a secret", async () => {
  await using server = serve((_, path) =>
    path === "/a"
      ? new Response("x", { headers: { "set-cookie": "a=true" } })
      : Response.json({ ok: true })
  );
  await using tools = await testTools({ client: { cookies: new CookieJar() } });
  await tools.call("http_get", { url: `${server.origin}/a` });
  const { text, json = JSON.parse(String(text)) } = await tools.call("http_get", {
    url: `${server.origin}/b`,
  });
  assertEquals(json, { ok: true });
});

/** Reads a body piece by piece; gives what was shown. */
async function readAll(tools: TestTools, input: object, timeouts: readonly number[] = []) {
  const shown: string[] = [];
  let cursor: unknown;
  do {
    const timeout_seconds = timeouts[shown.length] ?? 5;
    const piece = await tools.call("http_get", {
      ...input,
      timeout_seconds,
      ...(cursor !== undefined && { cursor }),
    });
    shown.push(String(piece.text));
    cursor = piece.next_cursor;
  } while (cursor !== undefined);
  return shown;
}

// R22.16
Deno.test("a secret is hidden across the ends of pieces, also in its longest spelling", async () => {
  const token = "0123456789".repeat(120); // spelled, it is longer than a header field may be
  const body = `${"a".repeat(50)}${
    token.replace(/./g, (one) => `&#x0000${one.charCodeAt(0).toString(16)};`)
  }${"b".repeat(50)}`;
  await using server = serve((request) => {
    const headers = { etag: '"1"', "accept-ranges": "bytes", "content-type": "text/plain" };
    const [, first, last] = /bytes=(\d+)-(\d+)/.exec(request.headers.get("range") ?? "") ?? [];
    if (first === undefined) return new Response(body, { headers });
    const end = Math.min(Number(last), body.length - 1);
    return new Response(body.slice(Number(first), end + 1), {
      status: 206,
      headers: { ...headers, "content-range": `bytes ${first}-${end}/${body.length}` },
    });
  });
  await using tools = await testTools({
    credentials: { own: bearerAuth(token, { origins: [server.origin] }) },
  });
  const shown = await readAll(tools, { url: server.origin, auth: "own", max_bytes: 1000 });
  assert(/^a{50}\*+b{50}$/.test(shown.join("")), shown.join("").slice(0, 100));
  assertEquals(shown.join("").length, body.length);
});

Deno.test("a secret that the end of time cuts off comes masked with the next piece", async () => {
  let calls = 0;
  await using server = serve((request) => {
    const isFirst = calls++ === 0;
    const text = `before ${request.headers.get("authorization")} after`;
    const place = text.indexOf("0123") + 4;
    return new Response(
      new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode(isFirst ? text.slice(0, place) : text));
          if (!isFirst) controller.close();
        },
      }),
      { headers: { "content-type": "text/plain" } },
    );
  });
  await using tools = await testTools({
    credentials: { own: bearerAuth(SECRET, { origins: [server.origin] }) },
  });
  const shown = await readAll(tools, { url: server.origin, auth: "own" }, [0.1]);
  assertEquals(shown, ["before Bearer ", `${"*".repeat(SECRET.length)} after`]);
});

// R22.13
Deno.test("websocket_exchange listens and does not send where the policy has no POST", async () => {
  const heard: unknown[] = [];
  await using server = serve((request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onopen = () => socket.send("news");
    socket.onmessage = ({ data }) => heard.push(data);
    return response;
  });
  const url = server.origin.replace("http", "ws");
  const find = (tools: TestTools) => tools.tools.find(({ name }) => name === "websocket_exchange")!;
  for (const methods of [undefined, ["GET"], ["GET", "PUT", "DELETE"]]) {
    await using tools = await testTools({ policy: { ...methods && { methods } } });
    const { inputSchema, annotations, description } = find(tools);
    assertFalse("send" in Object(inputSchema.properties));
    assertEquals([annotations.readOnlyHint, annotations.destructiveHint], [true, false]);
    assertStringIncludes(description, "only listens");
    assertFalse(/sends messages/.test(description));
    for (const send of [[{ text: "delete all" }], [], [{ base64: "AAE=" }], "[]"]) {
      const text = await tools.fail("websocket_exchange", { url, send });
      assertStringIncludes(text, "sending needs POST");
    }
    assertEquals(server.requests, []);
    const { messages } = await tools.call("websocket_exchange", { url });
    assertEquals(messages, [{ text: "news" }]);
    server.requests.length = 0;
  }
  await using tools = await testTools({ policy: { methods: ["GET", "POST"] } });
  const { inputSchema, annotations } = find(tools);
  assert("send" in Object(inputSchema.properties));
  assertFalse(annotations.readOnlyHint);
  assertEquals(heard, []);
});
