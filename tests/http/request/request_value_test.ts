/** What a call becomes before it is sent, and what wrong input is answered with. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  HTTPClient,
  type HTTPClientOptions,
  NetworkingError,
  type RequestOptions,
} from "../../../mod.ts";

type Call = (client: HTTPClient) => Promise<unknown>;

/** A client whose transport must not be reached. */
function unreachable(options: HTTPClientOptions = {}): HTTPClient {
  return new HTTPClient({
    ...options,
    transport: () => {
      throw new Error("something was sent");
    },
  });
}

async function readStream(): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const stream = new Response("x").body!;
  for await (const _ of stream);
  return stream;
}

function circular(): unknown {
  const object: Record<string, unknown> = {};
  object["self"] = object;
  return object;
}

const options = (given: Record<string, unknown>): RequestOptions => given;

// R3.1, R4.1, R4.9, R9.4
Deno.test("bad input is answered before anything is sent, naming action, value and remedy", async (t) => {
  const rows: [name: string, call: Call, type: new (...given: never[]) => Error, says: string][] = [
    [
      "a URL without scheme",
      (c) => c.get("example.com/x"),
      NetworkingError,
      'Cannot GET "example.com/x": it has no scheme, and must begin with http:// or https://; write "https://example.com/x", or set baseUrl',
    ],
    ["a host and port", (c) => c.get("localhost:8080/x"), NetworkingError, "it has no scheme"],
    [
      "an ftp URL",
      (c) => c.get("ftp://example.com/x"),
      NetworkingError,
      'its scheme is "ftp:", and must be http: or https:',
    ],
    ["a URL without host", (c) => c.get("http:///x"), NetworkingError, "not a well-formed"],
    [
      "a URL without slashes",
      (c) => c.get("http:example.com"),
      NetworkingError,
      "not a well-formed",
    ],
    ["an empty URL", (c) => c.get(""), NetworkingError, "it has no scheme"],
    ["no URL", (c) => c.get(undefined as never), TypeError, "url must be a string or URL"],
    [
      "a header with a newline",
      (c) => c.get("http://h/", { headers: { a: "b\r\nc" } }),
      TypeError,
      'Cannot set the header "a": its value has U+000D at position 1; remove it',
    ],
    [
      "a header name with a space",
      (c) => c.get("http://h/", { headers: { "a b": "c" } }),
      TypeError,
      'Cannot use a header named "a b"',
    ],
    [
      "a content-length",
      (c) => c.get("http://h/", { headers: { "Content-Length": 3 } }),
      TypeError,
      'Cannot set the header "content-length"',
    ],
    [
      "a negative time-out",
      (c) => c.get("http://h/", { timeout: -1 }),
      RangeError,
      "Cannot use timeout: -1: a duration must be more than zero",
    ],
    [
      "milliseconds",
      (c) => c.get("http://h/", { timeout: 5000 }),
      RangeError,
      "write timeout: 5 or timeout: { milliseconds: 5000 }",
    ],
    [
      "an unknown option",
      (c) => c.get("http://h/", options({ retries: 2 })),
      TypeError,
      'there is no option "retries"; did you mean maxRetries?',
    ],
    [
      "a misspelt option",
      (c) => c.get("http://h/", options({ timeuot: 2 })),
      TypeError,
      "did you mean timeout?",
    ],
    [
      "a client's option",
      (c) => c.get("http://h/", options({ baseUrl: "http://h/" })),
      TypeError,
      "the option baseUrl belongs to the client, not to a call",
    ],
    [
      "a body with GET",
      (c) => c.get("http://h/", { json: 1 }),
      TypeError,
      "Cannot send a body with GET: it has no meaning there; use query() (RFC 10008) or post()",
    ],
    [
      "a body with HEAD",
      (c) => c.head("http://h/", { data: "x" }),
      TypeError,
      "Cannot send a body with HEAD",
    ],
    [
      "two bodies",
      (c) => c.post("http://h/", "x", { json: 1 }),
      TypeError,
      "Cannot send two bodies: json and data are set",
    ],
    [
      "options in place of the body",
      (c) => c.post("http://h/", { json: { a: 1 } }),
      TypeError,
      "write post(url, body, options)",
    ],
    [
      "options with headers in place of the body",
      (c) => c.put("http://h/", { json: 1, headers: {} }),
      TypeError,
      "write put(url, body, options)",
    ],
    [
      "a stream that was read",
      async (c) => c.post("http://h/", await readStream()),
      TypeError,
      "it was read from already",
    ],
    [
      "a circular object",
      (c) => c.post("http://h/", circular() as object as Record<string, unknown>),
      TypeError,
      "Cannot send data as JSON: Converting circular structure",
    ],
    ["a Map", (c) => c.post("http://h/", new Map() as never), TypeError, "an object of class Map"],
    [
      "a method with a space",
      (c) => c.request("GET /", "http://h/"),
      TypeError,
      'Cannot use the method "GET /"',
    ],
    ["TRACE", (c) => c.request("trace", "http://h/"), TypeError, "fetch does not allow it"],
    [
      "a nested parameter",
      (c) => c.get("http://h/", { params: { a: { b: 1 } } as never }),
      TypeError,
      'Cannot use params["a"] that is an object',
    ],
    [
      "an empty idempotency key",
      (c) => c.post("http://h/", 1, { idempotencyKey: "" }),
      TypeError,
      "Cannot use idempotencyKey",
    ],
    [
      "a content-type for multipart",
      (c) =>
        c.post("http://h/", null, {
          multipart: { a: 1 },
          headers: { "content-type": "multipart/form-data" },
        }),
      TypeError,
      "remove the header",
    ],
    [
      "a signal that is none",
      (c) => c.get("http://h/", options({ signal: {} })),
      TypeError,
      "it must be an AbortSignal",
    ],
    [
      "a hook that is no function",
      (c) => c.get("http://h/", { hooks: options({ onRequest: 1 }) as never }),
      TypeError,
      "Cannot use hooks.onRequest",
    ],
    [
      "an unknown hook",
      (c) => c.get("http://h/", { hooks: options({ beforeRequest: 1 }) as never }),
      TypeError,
      'there is no option "beforeRequest"',
    ],
  ];
  for (const [name, call, type, says] of rows) {
    await t.step(name, async () => {
      const error = await assertRejects(() => call(unreachable()), type);
      assert(error.message.startsWith("Cannot "), error.message);
      assert(error.message.includes(says), error.message);
    });
  }
});

Deno.test("bad options of a client are thrown by its constructor", async (t) => {
  const rows: [
    name: string,
    given: unknown,
    type: new (...given: never[]) => Error,
    says: string,
  ][] = [
    ["an unknown option", { retry_backoff: 1 }, TypeError, "did you mean retryBackoff?"],
    [
      "a call's option",
      { json: 1 },
      TypeError,
      "the option json belongs to a call, not to the client",
    ],
    [
      "a base URL without scheme",
      { baseUrl: "example.com" },
      TypeError,
      'Cannot use baseUrl "example.com"',
    ],
    [
      "a base URL with a password",
      { baseUrl: "http://u:p@h/" },
      TypeError,
      "remove its user and password",
    ],
    [
      "a transport that is no function",
      { transport: {} },
      TypeError,
      "it must be a function like fetch",
    ],
    ["middleware that is no array", { use: { exchange: () => {} } }, TypeError, "use.exchange"],
    [
      "a back-off above its cap",
      { retryBackoff: 5, maxRetryBackoff: 1 },
      RangeError,
      "raise maxRetryBackoff",
    ],
    ["a fraction of a retry", { maxRetries: 1.5 }, RangeError, "whole number"],
    ["options that are an array", [], TypeError, "the options must be an object, not an array"],
  ];
  for (const [name, given, type, says] of rows) {
    await t.step(name, () => {
      const error = assertThrows(() => new HTTPClient(given as HTTPClientOptions), type);
      assert(error.message.includes(says), error.message);
    });
  }
});

/** Runs `call` and gives what would have been sent. */
async function sent(
  call: Call,
  given: HTTPClientOptions = {},
): Promise<{ url: string; headers: Record<string, string> }> {
  const seen: { url: string; headers: Record<string, string> }[] = [];
  const client = new HTTPClient({
    ...given,
    transport: (url, init) => {
      seen.push({ url, headers: Object.fromEntries(new Headers(init.headers)) });
      return Promise.resolve(new Response());
    },
  });
  await call(client);
  assertEquals(seen.length, 1);
  return seen[0]!;
}

// R3.6
Deno.test("userinfo in a URL becomes Basic authentication and leaves the URL", async () => {
  const { url, headers } = await sent((c) => c.get("http://us%C3%A9r:p%40ss@h/x"));
  assertEquals(url, "http://h/x");
  // RFC 7617 2.1: UTF-8, then Base64.
  assertEquals(headers["authorization"], "Basic dXPDqXI6cEBzcw==");
});

// R3.6
Deno.test("an Authorization header of the caller wins over userinfo", async () => {
  const { headers } = await sent((c) =>
    c.get("http://u:p@h/", { headers: { Authorization: "Bearer t" } })
  );
  assertEquals(headers["authorization"], "Bearer t");
});

// R3.4
Deno.test("the client's credentials stay behind when a URL leaves the base URL", async () => {
  const client: HTTPClientOptions = {
    baseUrl: "http://api.example/v1",
    allowAnyOrigin: true,
    headers: { authorization: "Bearer t", "x-api-key": "k", "x-mine": "m", "x-team": "ants" },
    sensitiveHeaders: ["X-Mine"],
    params: { api_key: "k" },
  };
  const away = await sent(
    (c) => c.get("http://other.example/x", { headers: { "x-auth-token": "of the call" } }),
    client,
  );
  assertEquals(away, {
    url: "http://other.example/x",
    headers: { "x-team": "ants", "x-auth-token": "of the call" },
  });
  const home = await sent((c) => c.get("x"), client);
  assertEquals(home.url, "http://api.example/v1/x?api_key=k");
  assertEquals(home.headers["x-api-key"], "k");
});

Deno.test("an idempotency key is the caller's, or random and the same for all attempts", async () => {
  const given = await sent((c) => c.post("http://h/", 1, { idempotencyKey: "k-1" }));
  assertEquals(given.headers["idempotency-key"], "k-1");
  const keys: (string | null)[] = [];
  const client = new HTTPClient({
    retryBackoff: 0,
    transport: (_url, init) => {
      keys.push(new Headers(init.headers).get("idempotency-key"));
      return Promise.resolve(new Response(null, { status: 503 }));
    },
  });
  await client.post("http://h/", 1, { idempotencyKey: true });
  assertEquals(keys.length, 4);
  assertEquals(new Set(keys).size, 1);
  assert(/^[0-9a-f]{8}-[0-9a-f]{4}-4/.test(keys[0]!), String(keys[0]));
});

// R4.4
Deno.test("no accept, user-agent or content-type is added to a request without body", async () => {
  assertEquals((await sent((c) => c.get("http://h/"))).headers, {});
  assertEquals((await sent((c) => c.post("http://h/"))).headers, {});
});

Deno.test("names such as __proto__ travel like any other", async () => {
  const { url, headers } = await sent((c) =>
    c.get("http://h/", {
      params: [["__proto__", "1"], ["constructor", "2"]],
      headers: [["__proto__", "3"], ["constructor", "4"]],
    })
  );
  assertEquals(url, "http://h/?__proto__=1&constructor=2");
  assertEquals(Object.entries(headers), [["__proto__", "3"], ["constructor", "4"]]);
});
