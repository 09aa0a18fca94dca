/** Transports that answer with less than a `Response`. */

import { type Answer, HTTPClient, type HTTPClientOptions } from "../../../mod.ts";
import { PlainBody } from "../../../src/transports/plain_body.ts";
import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";

const AT = "http://api.example/";

/** A transport that says which way it was asked, with a plain answer of a status and fields. */
function transport(status = 200, headers: HeadersInit = {}, text = "hello") {
  const asked: string[] = [];
  const cancelled: unknown[] = [];
  const send = (url: string, { method = "GET" }: RequestInit): Promise<Answer> => {
    asked.push("send");
    const source = { resume() {}, stop: (reason: unknown) => void cancelled.push(reason) };
    const body = new PlainBody(source, NaN);
    if (text !== "") body.push(new TextEncoder().encode(text));
    if (text !== "" || method === "HEAD") body.end();
    return Promise.resolve({
      ...{ status, statusText: "", headers: new Headers(headers), url, redirected: false, body },
      bytes: () => body.bytes(),
    });
  };
  const whole = () => {
    asked.push("whole");
    return Promise.resolve(new Response(text, { status, headers }));
  };
  return { asked, cancelled, transport: Object.assign(whole, { send }) };
}

function clientFor(options: HTTPClientOptions): HTTPClient {
  return new HTTPClient({ maxRetries: 0, retryBackoff: { milliseconds: 1 }, ...options });
}

// R8.4
Deno.test("a plain answer is asked for where no exchange middleware is, and a Response where one is", async () => {
  const hooks = { onResponse: () => {} };
  const rows: [name: string, options: HTTPClientOptions, asked: string][] = [
    ["nothing", {}, "send"],
    ["hooks", { hooks }, "send"],
    ["operation middleware", { use: { operation: [(request, next) => next(request)] } }, "send"],
    ["exchange middleware", { use: { exchange: [(request, next) => next(request)] } }, "whole"],
  ];
  for (const [name, options, expected] of rows) {
    const { asked, transport: given } = transport();
    await using client = clientFor({ ...options, transport: given });
    assertEquals((await client.get(AT)).text, "hello", name);
    assertEquals(asked, [expected], name);
  }
});

Deno.test("exchange middleware gets a Response of the platform", async () => {
  const { transport: given } = transport();
  await using client = clientFor({
    transport: given,
    use: {
      exchange: [async (request, next) => {
        const response = await next(request);
        assertInstanceOf(response, globalThis.Response);
        return new globalThis.Response(`${await response.text()} there`);
      }],
    },
  });
  assertEquals((await client.get(AT)).text, "hello there");
});

const LABELS: HeadersInit[] = [{}, { "content-length": "5" }, { "content-encoding": "x-unknown" }];
for (const headers of LABELS) {
  const fields = JSON.stringify(headers);
  Deno.test(`a plain answer is read at once, as a stream and by download, with ${fields}`, async () => {
    const { asked, transport: given } = transport(200, headers);
    await using client = clientFor({ transport: given });
    assertEquals((await client.get(AT)).text, "hello");
    assertEquals((await client.post(AT, { a: 1 })).text, "hello");
    await using stream = await client.stream("GET", AT);
    let text = "";
    for await (const chunk of stream.body) text += new TextDecoder().decode(chunk);
    assertEquals(text, "hello");
    let written = "";
    await client.download(
      AT,
      new WritableStream({ write: (chunk) => void (written += new TextDecoder().decode(chunk)) }),
    );
    assertEquals(written, "hello");
    assertEquals(new Set(asked), new Set(["send"]));
  });
}

Deno.test("the size limit counts a plain answer, announced or not, and gives up its body", async () => {
  for (const headers of LABELS.slice(0, 2)) {
    const { cancelled, transport: given } = transport(200, headers, "");
    await using client = clientFor({ transport: given, maxResponseSize: 4 });
    const whole = transport(200, headers, "hello");
    await using other = clientFor({ transport: whole.transport, maxResponseSize: 4 });
    assertEquals(Object(await assertRejects(() => other.get(AT))).code, "response_too_large");
    if ("content-length" in headers) {
      assertEquals(Object(await assertRejects(() => client.get(AT))).code, "response_too_large");
      assertEquals(cancelled.length, 1);
    }
  }
});

Deno.test("the body of a plain answer is given up by a redirect, a retry, a timeout and a reader who leaves", async () => {
  const rows: [name: string, status: number, headers: HeadersInit, HTTPClientOptions][] = [
    ["a redirect", 302, { location: "/" }, { maxRedirects: 1 }],
    ["a retry", 503, {}, { maxRetries: 1 }],
    ["a timeout", 200, {}, {}],
  ];
  for (const [name, status, headers, options] of rows) {
    const { cancelled, transport: given } = transport(status, headers, "");
    await using client = clientFor({
      ...{ transport: given, timeout: { milliseconds: 30 }, ...options },
    });
    await assertRejects(() => client.get(AT));
    assertEquals(cancelled.length > 0, true, name);
  }
  const { cancelled, transport: given } = transport(200, {}, "");
  await using client = clientFor({ transport: given });
  const stream = await client.stream("GET", AT);
  await stream.cancel();
  assertEquals(cancelled.length, 1);
});
