/** The three schemes of one step, as plain generators and over the wire. */

import { apiKeyAuth, type AuthScheme, basicAuth, bearerAuth, HTTPClient } from "../../mod.ts";
import type { HTTPRequest } from "../../src/http/request/http_request.ts";
import { serve } from "../support/server.ts";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";

const REQUEST: HTTPRequest = {
  method: "GET",
  url: "http://api.example/items?q=a%20b",
  headers: { accept: "text/plain", cookie: "theme=dark; sid=old" },
  context: {},
  attempt: 1,
  hop: 0,
  resends: 0,
};
const CONTEXT = { fetch, signal: new AbortController().signal };

/** All that the scheme yields, when every answer is a 401. */
async function drive(scheme: AuthScheme): Promise<HTTPRequest[]> {
  const flow = scheme.authenticate(REQUEST, CONTEXT);
  const yielded: HTTPRequest[] = [];
  const head = { statusCode: 401, headers: new Headers(), url: REQUEST.url };
  for (let step = await flow.next(); !step.done; step = await flow.next(head)) {
    yielded.push(step.value);
  }
  return yielded;
}

Deno.test("a simple scheme changes one thing, and a 401 does not make it try again", async (t) => {
  const { headers, url } = REQUEST;
  const rows: [string, AuthScheme, Partial<HTTPRequest>][] = [
    ["RFC 7617 2", basicAuth("Aladdin", "open sesame"), {
      headers: { ...headers, authorization: "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==" },
    }],
    ["RFC 7617 2.1, UTF-8", basicAuth("test", "123£"), {
      headers: { ...headers, authorization: "Basic dGVzdDoxMjPCow==" },
    }],
    ["an empty user", basicAuth("", "key"), {
      headers: { ...headers, authorization: `Basic ${btoa(":key")}` },
    }],
    ["RFC 6750 2.1", bearerAuth("mF_9.B5f-4.1JqM"), {
      headers: { ...headers, authorization: "Bearer mF_9.B5f-4.1JqM" },
    }],
    ["a provider", bearerAuth(() => Promise.resolve("later")), {
      headers: { ...headers, authorization: "Bearer later" },
    }],
    ["a header", apiKeyAuth({ name: "X-Key", value: "k 1", in: "header" }), {
      headers: { ...headers, "x-key": "k 1" },
    }],
    ["a parameter", apiKeyAuth({ name: "api key", value: "k&1", in: "query" }), {
      url: `${url}&api%20key=k%261`,
    }],
    ["a parameter that is there", apiKeyAuth({ name: "q", value: "k", in: "query" }), {
      url: "http://api.example/items?q=k",
    }],
    ["a cookie", apiKeyAuth({ name: "key", value: () => "k", in: "cookie" }), {
      headers: { ...headers, cookie: "theme=dark; sid=old; key=k" },
    }],
    ["a cookie that is there", apiKeyAuth({ name: "sid", value: "k", in: "cookie" }), {
      headers: { ...headers, cookie: "theme=dark; sid=k" },
    }],
  ];
  for (const [name, scheme, changes] of rows) {
    await t.step(name, async () => {
      assertEquals(await drive(scheme), [{ ...REQUEST, ...changes }]);
    });
  }
});

// R16.6
Deno.test("wrong credentials are a TypeError that does not show them", async (t) => {
  const rows: [string, () => unknown][] = [
    ["colon in the user", () => basicAuth("a:hunter2", "x")],
    ["newline in the user", () => basicAuth("hunter2\r\n", "x")],
    ["newline in the password", () => basicAuth("a", "hunter2\n")],
    ["no password", () => basicAuth("hunter2", undefined as unknown as string)],
    ["empty token", () => bearerAuth("")],
    ["token with newline", () => bearerAuth("hunter2\n")],
    ["token with space", () => bearerAuth("Bearer hunter2")],
    ["token beyond ASCII", () => bearerAuth("hunter2é")],
    ["token of another type", () => bearerAuth(2 as unknown as string)],
    ["empty key", () => apiKeyAuth({ name: "k", value: "", in: "header" })],
    ["key with newline", () => apiKeyAuth({ name: "k", value: "hunter2\r\nx: y", in: "header" })],
    ["key with semicolon", () => apiKeyAuth({ name: "k", value: "hunter2;x", in: "cookie" })],
    ["lone surrogate", () => apiKeyAuth({ name: "k", value: "hunter2\ud800", in: "query" })],
    ["no header name", () => apiKeyAuth({ name: "x key", value: "hunter2", in: "header" })],
    ["no cookie name", () => apiKeyAuth({ name: "a=b", value: "hunter2", in: "cookie" })],
    ["no place", () => apiKeyAuth({ name: "k", value: "hunter2", in: "body" as "query" })],
    [
      "a place of the prototype",
      () => apiKeyAuth({ name: "k", value: "hunter2", in: "toString" as "query" }),
    ],
    ["an unknown option", () => bearerAuth("hunter2", { origin: [] } as object)],
  ];
  for (const [name, make] of rows) {
    await t.step(name, () => {
      const { message } = assertThrows(make, TypeError, "Cannot make");
      assertEquals(message.includes("hunter2"), false, message);
    });
  }
});

// R16.6
Deno.test("a provider is asked at every attempt, and its bad answer ends the call unsent", async () => {
  await using server = serve((request) =>
    new Response(null, { status: request.headers.get("authorization") === "Bearer t2" ? 200 : 503 })
  );
  let asked = 0;
  const auth = bearerAuth(() => `t${++asked}`);
  await using client = new HTTPClient({ baseUrl: server.origin, auth, retryBackoff: 0 });
  assertEquals((await client.get("/")).statusCode, 200);
  assertEquals(server.requests.length, 2);
  const empty = bearerAuth(() => "");
  await assertRejects(() => client.get("/", { auth: empty }), TypeError, "the token must be");
  const own = new Error("no token today");
  const failing = bearerAuth(() => Promise.reject(own));
  assertEquals(await client.get("/", { auth: failing }).catch((error) => error), own);
  assertEquals(server.requests.length, 2);
});

Deno.test("a provider that never answers is ended by the attempt's clock", async () => {
  await using client = new HTTPClient({ maxRetries: 0, timeout: { milliseconds: 20 } });
  const auth = bearerAuth(() => new Promise<string>(() => {}));
  const call = client.get("http://127.0.0.1:9/", { auth });
  assertEquals((await call.catch((error) => error)).code, "attempt_timeout");
});
