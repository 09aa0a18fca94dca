/** Messages for people who come from other clients: what they wrote, and what to write here. */

import { assert, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
// deno-lint-ignore no-external-import -- what people give as a body
import { Readable } from "node:stream";
import { basicAuth, bearerAuth, HTTPClient, Response, WebSocketClient } from "../../mod.ts";
import { denoTransport } from "../../src/transports/deno_transport.ts";
import { MockTransport } from "../../src/testing/mod.ts";

const client = new HTTPClient({ transport: new MockTransport() });
const based = client.extend({ baseUrl: "http://a.example/api" });

// R2.1
Deno.test("an option of another client is told where it is here, in a call", async (t) => {
  const rows: [names: string, meant: string][] = [
    ["body", "data?"],
    ["qs query searchParams", "params?"],
    ["file files attachments", "multipart?"],
    ["retries max_retries maxAttempts", "maxRetries?"],
    ["retryDelay backoff_factor", "retryBackoff?"],
    ["follow_redirects allow_redirects followRedirect redirect maxRedirections", "maxRedirects?"],
    ["validateStatus throwHttpErrors raise_for_status ignoreResponseError", "throwOnError?"],
    ["headersTimeout timeoutMs", "timeout?"],
    ["bodyTimeout", "idleTimeout?"],
    ["cancelToken", "signal?"],
    ["onUploadProgress", "onProgress?"],
    ["onDownloadProgress", "client.download()"],
    ["prefixUrl prefix", "write baseUrl, which belongs to the client"],
    ["baseURL", "baseUrl"],
    ["cookieJar credentials withCredentials", "write cookies, which belongs to the client"],
    ["beforeRequest afterResponse interceptors middleware eventHooks", "write use, which belongs"],
    ["fetch adapter", "write transport, which belongs to the client"],
    ["verify rejectUnauthorized ca caCerts strictSSL tls", "transport: denoTransport({ caCerts })"],
    ["cert key pfx", "transport: denoTransport({ cert, key })"],
    ["proxy proxies trust_env", "transport: denoTransport({ proxy })"],
    ["agent httpsAgent dispatcher", "transport: denoTransport({ proxy, caCerts, … })"],
    ["socketPath unixSocket uds", "transport: denoTransport({ unixSocket })"],
    ["limits poolMaxIdlePerHost", "transport: denoTransport({ poolMaxIdlePerHost })"],
    ["poolIdleTimeout keepAliveTimeout", "transport: denoTransport({ poolIdleTimeout })"],
    ["allowHost", "transport: denoTransport({ allowHost })"],
    ["allowH2 http2", "transport: denoTransport({ http2 })"],
    ["localAddress", "transport: denoTransport({ localAddress })"],
    ["responseType stream parseJson decompress gzip encoding", "json(), text and content"],
    ["method", 'client.request("POST", url, options)'],
    ["url", "client.get(url, options)"],
    ["referrer user_agent userAgent", "headers"],
    ["mode", "cookies, headers and auth"],
  ];
  for (const [names, meant] of rows) {
    for (const name of names.split(" ")) {
      await t.step(name, async () => {
        const call = () => client.get("http://a.example/", { [name]: 1 });
        const { message } = await assertRejects(call, TypeError);
        assertStringIncludes(message, `there is no option ${JSON.stringify(name)}; `);
        assertStringIncludes(message, meant);
      });
    }
  }
});

Deno.test("an option of another client is told where it is, in the client and in other bags", async (t) => {
  const rows: [make: () => unknown, meant: string][] = [
    [() => new HTTPClient({ verify: false } as object), "denoTransport({ caCerts })"],
    [() => new HTTPClient({ fetch } as object), "did you mean transport?"],
    [() => new HTTPClient({ interceptors: {} } as object), "did you mean use?"],
    [() => new HTTPClient({ retry: 3 as never }), "maxRetries"],
    [
      () => new HTTPClient({ retry: { limit: 3 } as object }),
      "write maxRetries, which belongs to the client or the call, next to retry",
    ],
    [
      () => new HTTPClient({ retry: { delay: 3 } as object }),
      "write retryBackoff, which belongs to the client or the call, next to retry",
    ],
    [() => new HTTPClient({ retry: { statusCodes: [503] } as object }), "did you mean statuses?"],
    [() => new HTTPClient({ hooks: { beforeRequest: [] } as object }), "did you mean onRequest?"],
    [() => new HTTPClient({ hooks: { afterResponse: [] } as object }), "did you mean onResponse?"],
    [
      () => new WebSocketClient("ws://a.example", { agent: 1 } as object),
      "denoTransport(",
    ],
    [
      () => new WebSocketClient("ws://a.example", { retries: 1 } as object),
      "did you mean maxRetries?",
    ],
    [() => denoTransport({ rejectUnauthorized: false } as object), "did you mean caCerts?"],
    [() => denoTransport({ maxSockets: 5 } as object), "did you mean poolMaxIdlePerHost?"],
  ];
  for (const [make, meant] of rows) {
    await t.step(String(make).slice(6), () => {
      assertStringIncludes(assertThrows(make, TypeError).message, meant);
    });
  }
});

// R2.2
Deno.test("an instance in the place of the options is told where it belongs", async (t) => {
  const rows: [given: object, where: string][] = [
    [AbortSignal.abort(), "not an AbortSignal; write { signal }"],
    [new AbortController(), "not an AbortController; write { signal: controller.signal }"],
    [new Headers(), "not a Headers; write { headers }"],
    [new URLSearchParams(), "not a URLSearchParams; write { params }"],
    [new FormData(), "not a FormData; write { data }"],
    [new Blob(), "not a Blob; write { data }"],
    [new Map(), "not a Map"],
    [new URL("http://a.example"), "not a URL"],
    [new Date(), "not a Date"],
    [[], "not an array"],
  ];
  for (const [given, where] of rows) {
    await t.step(where, async () => {
      const call = () => client.get("http://a.example/", given);
      assertStringIncludes((await assertRejects(call, TypeError)).message, where);
    });
  }
  class Own {
    timeout = 5;
  }
  new HTTPClient(new Own());
});

Deno.test("a body that other clients take is told what to write", async (t) => {
  const generator = (async function* () {})();
  const rows: [body: unknown, advice: string][] = [
    [Readable.from(["a"]), "Readable.toWeb(stream), or await fs.openAsBlob(path)"],
    [generator, "ReadableStream.from(iterator)"],
    [[1][Symbol.iterator](), "ReadableStream.from(iterator), or an array"],
    [new Map(), "Object.fromEntries(map)"],
    [new Set(), "[...set]"],
    [Promise.resolve("x"), "await it first"],
  ];
  for (const [body, advice] of rows) {
    await t.step(advice, async () => {
      for (
        const call of [
          () => client.post("http://a.example/", body as Record<string, unknown>),
          () => client.post("http://a.example/", undefined, { multipart: { a: body as never } }),
          // A function may give a promise: it is awaited.
          () =>
            client.post(
              "http://a.example/",
              (body instanceof Promise ? body : () => body) as never,
            ),
        ]
      ) {
        assertStringIncludes((await assertRejects(call, TypeError)).message, advice);
      }
    });
  }
});

Deno.test("a relative URL with a colon in its first segment is told to begin with ./", async () => {
  for (const url of ["users:7", "tag:x/y", "a:80/x"]) {
    const { message } = await assertRejects(() => based.get(url), Error);
    assertStringIncludes(message, `write "./${url}" if it is relative to baseUrl`);
    const alone = await assertRejects(() => client.get(url), Error);
    assert(!alone.message.includes("./"), alone.message);
  }
  const { message } = await assertRejects(() => based.get("ftp://a.example/b"), Error);
  assert(!message.includes("./"), message); // nobody meant a relative URL
});

Deno.test("a secret that ends in a line break is told so, and not shown", () => {
  for (const token of ["s3cret\n", "s3cret\r\n"]) {
    const { message } = assertThrows(() => bearerAuth(token), TypeError);
    assertStringIncludes(message, "it ends in a line break: trim() it");
    assert(!message.includes("s3cret"), message);
  }
  assert(!assertThrows(() => bearerAuth("s3 cret"), TypeError).message.includes("trim"));
  assertStringIncludes(
    assertThrows(() => basicAuth("ada", "s3cret\n"), TypeError).message,
    "control characters",
  );
});

Deno.test("request() with the URL first is told that the method comes first", async () => {
  const rows: unknown[] = [
    "http://a.example/x?token=s3cret",
    "/x",
    { url: "x" },
    new URL("http://a"),
  ];
  for (const first of rows) {
    const call = () => client.request(first as string, { method: "POST" } as never);
    const { message } = await assertRejects(call, TypeError);
    assertStringIncludes(message, 'it comes first: request("POST", url, options)');
    assert(!message.includes("s3cret"), message);
  }
});

Deno.test("options in the place of the URL are told where the URL comes", async () => {
  const options = { url: "http://a.example/", method: "POST" } as never;
  for (const call of [() => client.get(options), () => client.request("users", options)]) {
    const { message } = await assertRejects(call, TypeError);
    assertStringIncludes(message, "url must be a string or URL, not an object; it comes first");
    assertStringIncludes(message, 'request("POST", url, options)');
  }
});

Deno.test("our Response made as if it were the platform's says which it is", () => {
  for (const given of ["hi", null, undefined, new Blob(), {}, { status: 200 }]) {
    const { message } = assertThrows(() => new Response(given as never), TypeError);
    assertStringIncludes(message, "new globalThis.Response()");
  }
});
