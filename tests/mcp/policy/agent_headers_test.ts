/** Which header fields and URLs are the agent's, for every tool and for operations. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { bearerAuth } from "../../../mod.ts";
import { serve } from "../../support/server.ts";
import { testTools } from "../support.ts";

/** Tools that take a URL and headers, and the scheme of their URLs. */
const TOOLS: readonly (readonly [name: string, scheme: string, more: object])[] = [
  ["http_get", "http", {}],
  ["http_get", "http", { method: "HEAD" }],
  ["http_request", "http", { method: "POST", text: "x" }],
  ["sse_read", "http", {}],
  ["websocket_exchange", "ws", {}],
];

/** Header fields that no agent may set, with the words that say why. */
const REFUSED: readonly (readonly [name: string, value: string, why: string])[] = [
  ["Range", "bytes=0-2", "max_bytes and cursor"],
  ["rAnGe", "bytes=0-2", "max_bytes and cursor"],
  ["If-Range", '"1"', "max_bytes and cursor"],
  ["Request-Range", "bytes=0-2", "max_bytes and cursor"],
  ["A-IM", "range", "max_bytes and cursor"],
  ["Accept-Encoding", "compress", "coding"],
  ["ACCEPT-ENCODING", "zstd;q=0", "coding"],
  ["Host", "inner.example", "another site"],
  ["X-Forwarded-Host", "inner.example", "another site"],
  ["X_Forwarded_Host", "inner.example", "another site"],
  ["X-Forwarded-Server", "inner.example", "another site"],
  ["Forwarded", "host=inner.example", "another site"],
  ["TE", "trailers", "the connection"],
  ["Connection", "range", "the connection"],
  ["Keep-Alive", "timeout=5", "the connection"],
  ["Upgrade", "h2c", "the connection"],
  ["Transfer-Encoding", "chunked", "the connection"],
  ["Content-Length", "5", "the connection"],
  ["Trailer", "Range", "the connection"],
  ["Expect", "100-continue", "the connection"],
  ["Authorization", "Bearer x", "name one in auth"],
  ["Proxy-Authorization", "Basic eDp5", "name one in auth"],
  ["Cookie", "a=b", "name one in auth"],
  ["X-API-Key", "x", "name one in auth"],
  ["X_Api_Key", "x", "name one in auth"],
  ["X-Amz-Security-Token", "x", "name one in auth"],
  ["CF-Access-Client-Id", "x", "name one in auth"],
  ["OK-ACCESS-SIGN", "x", "name one in auth"],
  ["Token", "x", "name one in auth"],
  ["DPoP", "x", "name one in auth"],
  ["X-HTTP-Method-Override", "DELETE", "allows GET, HEAD, POST"],
  ["x-http-method-override", " delete ", "allows GET, HEAD, POST"],
  ["X-HTTP-Method", "Patch", "allows GET, HEAD, POST"],
  ["X-Method-Override", "PUT", "allows GET, HEAD, POST"],
  ["X_HTTP_METHOD_OVERRIDE", "PUT", "allows GET, HEAD, POST"],
  ["X-HTTP-Method-Override", "GET, DELETE", "allows GET, HEAD, POST"],
  ["X-HTTP-Verb", "DELETE", "allows GET, HEAD, POST"],
  ["X-Verb-Override", "DELETE", "allows GET, HEAD, POST"],
  ["X-Original-Method", "DELETE", "allows GET, HEAD, POST"],
  ["X-Forwarded-Method", "DELETE", "allows GET, HEAD, POST"],
  ["X-HTTP-Method-Override", "", "allows GET, HEAD, POST"],
];

const METHODS = ["GET", "HEAD", "POST"];
const CREDENTIALS = { it: bearerAuth("t0ken-of-it", { origins: ["https://api.example"] }) };

// R22.13, R22.14
Deno.test("header fields that are not the agent's are refused by every tool before anything is sent", async (t) => {
  await using server = serve(() => new Response("x"));
  await using tools = await testTools({ policy: { methods: METHODS }, credentials: CREDENTIALS });
  for (const [tool, scheme, more] of TOOLS) {
    const url = `${server.origin.replace("http", scheme)}/`;
    await t.step(`${tool} ${JSON.stringify(more)}`, async () => {
      for (const [name, value, why] of REFUSED) {
        const input = { url, headers: { "X-First": "1", [name]: value }, ...more };
        const text = await tools.fail(tool, input);
        assertStringIncludes(text, `Cannot send the header ${name}: `);
        assertStringIncludes(text, why);
      }
    });
  }
  assertEquals(server.requests, []);
});

Deno.test("a refusal names the argument auth where there is one, and nowhere else", async () => {
  for (const credentials of [CREDENTIALS, {}]) {
    await using tools = await testTools({ policy: { methods: METHODS }, credentials });
    for (const [tool, scheme, more] of TOOLS) {
      const { properties } = tools.tools.find(({ name }) => name === tool)!.inputSchema;
      const { auth, headers } = Object(properties);
      const inputs = [
        { url: `${scheme}://api.example/`, headers: { authorization: "Bearer x" } },
        { url: `${scheme}://a:b@api.example/` },
      ];
      for (const input of inputs) {
        const text = await tools.fail(tool, { ...input, ...more });
        assertEquals(/\bauth\b/.test(text), auth !== undefined, text);
      }
      assertEquals(/\bauth\b/.test(headers.description), auth !== undefined);
    }
  }
});

Deno.test("other header fields are sent as they are", async () => {
  const seen: Record<string, string>[] = [];
  await using server = serve((
    { headers },
  ) => (seen.push(Object.fromEntries(headers)), new Response()));
  await using tools = await testTools({ policy: { methods: METHODS } });
  const headers = {
    "accept": "text/csv",
    "accept-language": "de",
    "if-none-match": '"1"',
    "user-agent": "an agent",
    "x-a": "1",
    "x-http-method-override": "get",
    "x-method-override": " POST ",
    "range-unit": "items",
    "x-hostname": "a",
  };
  for (const [tool, input] of [["http_get", {}], ["http_request", { method: "POST" }]] as const) {
    await tools.call(tool, { url: server.origin, headers, ...input });
    for (const [name, value] of Object.entries(headers)) {
      assertEquals(seen.at(-1)![name], value.trim(), name);
    }
  }
});

// R22.13
Deno.test("a method that headers name passes where the policy has it", async () => {
  await using server = serve(() => new Response());
  await using tools = await testTools({ policy: { methods: ["GET", "POST", "DELETE"] } });
  for (const value of ["DELETE", "delete", " Delete "]) {
    const headers = { "X-HTTP-Method-Override": value };
    await tools.call("http_request", { url: server.origin, method: "POST", headers });
  }
  assertEquals(server.requests.length, 3);
});

// R22.14
Deno.test("every tool refuses user and password in a URL before anything is sent", async (t) => {
  await using server = serve(() => new Response('{"ok":true,"name":"Ada"}'));
  await using tools = await testTools({ policy: { methods: METHODS }, credentials: CREDENTIALS });
  const { host } = new URL(server.origin);
  for (const [tool, scheme, more] of TOOLS) {
    await t.step(`${tool} ${JSON.stringify(more)}`, async () => {
      for (const userinfo of ["x:true", "name", ":pass", "a%40b:c", "x:true@y"]) {
        const url = `${scheme}://${userinfo}@${host}/`;
        const text = await tools.fail(tool, { url, ...more });
        assertStringIncludes(text, "with a user name or password");
        assertStringIncludes(text, "name one in auth");
        assert(!text.includes(`${userinfo}@`), text);
      }
    });
  }
  assertEquals(server.requests, []);
  const { text } = await tools.call("http_get", { url: server.origin });
  assertEquals(text, '{"ok":true,"name":"Ada"}');
});

/** An API whose operations have header parameters of each kind. */
function description(names: readonly string[]) {
  const parameters = [...names, "theme"].map((name) => ({
    name,
    in: name === "theme" ? "cookie" : "header",
    schema: { type: "string" },
  }));
  return {
    text: JSON.stringify({
      openapi: "3.1.0",
      info: { title: "Posts", version: "1" },
      paths: { "/posts": { get: { operationId: "posts", parameters, responses: {} } } },
    }),
  };
}

// R22.14
Deno.test("header parameters of operations are of the same list", async (t) => {
  const names = [...new Set(REFUSED.map(([name]) => name))].filter((name) =>
    !/^(?:authorization|cookie)$/i.test(name) // no parameters in OpenAPI
  );
  await using server = serve(({ headers }) =>
    Response.json([headers.get("x-a"), headers.get("cookie")])
  );
  for (const eachATool of [false, true]) {
    await using tools = await testTools({
      apis: {
        blog: { description: description([...names, "X-A"]), baseUrl: server.origin, eachATool },
      },
    });
    const input = (args: object) =>
      eachATool ? args : { api: "blog", operation: "posts", arguments: args };
    const tool = eachATool ? "blog_posts" : "api_call";
    await t.step(tool, async () => {
      for (const [name, value] of REFUSED.filter(([name]) => names.includes(name))) {
        const text = await tools.fail(tool, input({ [name]: value }));
        assertStringIncludes(text, `Cannot send the header ${name}: `);
      }
      assertEquals(server.requests, []);
      const { text, json = JSON.parse(String(text)) } = await tools.call(
        tool,
        input({ "X-A": "1", theme: "dark" }),
      );
      assertEquals(json, ["1", "theme=dark"]);
      server.requests.length = 0;
    });
  }
});
