/** The buffered response: text, JSON, errors, the platform's form of it, and what it shows. */

import { type Attempt, NetworkingError } from "../../../src/errors.ts";
import { DecodeError, SchemaError } from "../../../src/http_errors.ts";
import type { StandardSchema } from "../../../src/formats/standard_schema.ts";
import { HTTPError, type HTTPResponseInit, Response } from "../../../src/http/response/response.ts";
import { StreamingResponse } from "../../../src/http/response/streaming_response.ts";
import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertNotStrictEquals,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";

const JSON_TYPE = { "content-type": "application/json" };
const SECRET = "hunter2";
const ATTEMPTS: readonly Attempt[] = [
  { number: 1, elapsedMs: 5, statusCode: 503, waitedMs: 0 },
  { number: 2, elapsedMs: 6, statusCode: 200, waitedMs: 300, waitReason: "backoff" },
];

/** A 200 with a body of JSON, or so it says. */
function jsonResponse(content: string, init: Partial<HTTPResponseInit> = {}): Response {
  return new Response({ statusCode: 200, headers: JSON_TYPE, content, ...init });
}

/** The bytes of latin-1 text. */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

const anything: StandardSchema = {
  "~standard": { version: 1, vendor: "test", validate: (value) => ({ value: [value] }) },
};

Deno.test("status and statusText are the names of fetch, on both responses; no more are known", () => {
  const init = { statusCode: 404, reason: "Nope" };
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>();
  for (const response of [new Response(init), new StreamingResponse({ ...init, body })]) {
    assertEquals([response.status, response.statusText], [404, "Nope"]);
    assertEquals(["data", "isOk", "json_data"].filter((name) => name in response), []);
    assert(!("status" in JSON.parse(JSON.stringify(response))));
  }
  assert(!("body" in new Response(init)));
});

Deno.test("only the status code is required, everything else has a default", () => {
  const response = new Response({ statusCode: 200 });
  assertStrictEquals(response.statusCode, 200);
  assertStrictEquals(response.reason, "OK");
  assertStrictEquals(response.method, "GET");
  assertStrictEquals(response.url, "");
  assertStrictEquals(response.text, "");
  assertStrictEquals(response.content.byteLength, 0);
  assertStrictEquals(response.jsonData, undefined);
  assertEquals([...response.headers], []);
  assertEquals([response.history, response.attempts, response.links], [[], [], []]);
  assertStrictEquals(response.elapsedMs, 0);
  assertStrictEquals(response.retryAfterMs, undefined);
  assertStrictEquals(response.retrySkipped, undefined);
});

Deno.test("what is given is what can be read", () => {
  const hop = { statusCode: 302, method: "GET", url: "https://a/", location: "https://b/" };
  const content = bytesOf("x");
  const response = new Response({
    statusCode: 429,
    headers: { "X-A": "1" },
    content,
    url: "https://b/",
    method: "PUT",
    reason: "Slow Down",
    history: [hop],
    elapsedMs: 12,
    attempts: ATTEMPTS,
    retryAfterMs: 9,
    retrySkipped: "max_retries",
  });
  assertStrictEquals(response.content, content);
  assertStrictEquals(response.headers.get("x-a"), "1");
  assertEquals(
    [response.url, response.method, response.reason, response.elapsedMs],
    ["https://b/", "PUT", "Slow Down", 12],
  );
  assertEquals([response.history, response.attempts], [[hop], ATTEMPTS]);
  assertEquals([response.retryAfterMs, response.retrySkipped], [9, "max_retries"]);
});

Deno.test("a status code is a whole number from 100 to 999", async (t) => {
  for (const statusCode of [0, 99, 1000, -200, 200.5, NaN, Infinity, "200", null]) {
    await t.step(String(statusCode), () => {
      assertThrows(
        () => new Response({ statusCode: statusCode as number }),
        RangeError,
        `statusCode ${statusCode}: it must be a whole number from 100 to 999`,
      );
    });
  }
  for (const statusCode of [100, 599, 600, 999]) {
    assertStrictEquals(new Response({ statusCode }).statusCode, statusCode);
  }
});

Deno.test("headers may describe the connection, and cookies stay apart", () => {
  const response = new Response({
    statusCode: 200,
    headers: [["Content-Length", 1], ["Set-Cookie", "a=1"], ["Set-Cookie", "b=2"]],
    content: "x",
  });
  assertStrictEquals(response.headers.get("content-length"), "1");
  assertEquals(response.headers.getSetCookie(), ["a=1", "b=2"]);
});

Deno.test("a header that could not have been received is refused", () => {
  assertThrows(
    () => new Response({ statusCode: 200, headers: { "x-a": "b\r\nc" } }),
    TypeError,
    'Cannot set the header "x-a"',
  );
});

// R4.11
Deno.test("ok is 2xx and nothing else, and raiseForStatus() makes an error of the rest", async (t) => {
  for (
    const [statusCode, ok] of [
      [199, false],
      [200, true],
      [204, true],
      [299, true],
      [300, false],
      [302, false],
      [304, false],
      [404, false],
      [500, false],
    ] as const
  ) {
    await t.step(`${statusCode}: ${ok}`, () => {
      const response = new Response({ statusCode, url: "https://h/x?token=t" });
      assertStrictEquals(response.ok, ok);
      if (ok) assertStrictEquals(response.raiseForStatus(), response);
      else {
        const error = assertThrows(() => response.raiseForStatus(), HTTPError);
        assert(error instanceof NetworkingError);
        assertStrictEquals(error.response, response);
        assertStrictEquals(error.statusCode, statusCode);
        assert(error.message.startsWith("Cannot GET https://h/x: the server answered"));
      }
    });
  }
});

// R4.12
Deno.test("text is decoded by byte order mark, charset, or as UTF-8", async (t) => {
  const rows: {
    content: Uint8Array<ArrayBuffer> | string;
    type?: string;
    text: string;
    source: string;
  }[] = [
    { content: "é", text: "é", source: "a string is encoded as UTF-8" },
    { content: bytesOf("\xc3\xa9"), text: "é", source: "UTF-8 without a charset" },
    {
      content: bytesOf("\xe9"),
      type: "text/plain; charset=iso-8859-1",
      text: "é",
      source: "RFC 9110 8.3.2",
    },
    {
      content: bytesOf("\xef\xbb\xbf{}"),
      type: "application/json",
      text: "{}",
      source: "RFC 8259 8.1: a byte order mark may be ignored",
    },
    { content: "\ufeff{}", text: "{}", source: "the same in a string, where Deno's keeps it" },
    {
      content: bytesOf("\xe9"),
      type: "text/plain; charset=nonsense",
      text: "\ufffd",
      source: "an unknown charset counts as UTF-8",
    },
  ];
  for (const { content, type, text, source } of rows) {
    await t.step(source, () => {
      const headers = type === undefined ? {} : { "content-type": type };
      const response = new Response({ statusCode: 500, headers, content });
      assertStrictEquals(response.text, text);
      assertStrictEquals(response.text, text, "a second time");
    });
  }
});

// R4.13
Deno.test("jsonData is the body where the Content-Type says JSON and the body is", async (t) => {
  const rows: { type: string | undefined; content: string; data: unknown; source: string }[] = [
    { type: "application/json", content: '{"a":1}', data: { a: 1 }, source: "RFC 8259" },
    { type: "Application/JSON; Charset=UTF-8", content: "[1]", data: [1], source: "upper case" },
    { type: "application/problem+json", content: "{}", data: {}, source: "RFC 9457" },
    { type: "application/vnd.x+json", content: "5", data: 5, source: "RFC 6839 3.1" },
    { type: "text/json", content: '"a"', data: "a", source: "MIME Sniffing Standard" },
    { type: "application/json", content: "null", data: null, source: "null is a value" },
    { type: "application/json", content: "\ufeff[1]", data: [1], source: "byte order mark" },
    {
      type: "application/json",
      content: "<html>",
      data: undefined,
      source: "HTML; axios and ofetch 1 give the string",
    },
    { type: "application/json", content: "", data: undefined, source: "empty" },
    { type: "application/json", content: '{"a":', data: undefined, source: "cut" },
    { type: "text/html", content: '{"a":1}', data: undefined, source: "another type" },
    { type: undefined, content: '{"a":1}', data: undefined, source: "no type" },
  ];
  for (const { type, content, data, source } of rows) {
    await t.step(`${type}, ${content} (${source})`, () => {
      const headers = type === undefined ? {} : { "content-type": type };
      const response = new Response({ statusCode: 200, headers, content });
      assertEquals(response.jsonData, data);
      assertStrictEquals(response.jsonData, response.jsonData, "computed once");
    });
  }
});

// R4.14
Deno.test("json() parses whatever the Content-Type says, anew at each call", () => {
  const response = new Response({ statusCode: 200, content: '{"a":[1]}' });
  const first = response.json<{ a: number[] }>();
  first.a.push(2);
  assertEquals(response.json(), { a: [1] });
  assertNotStrictEquals(response.json(), response.json());
});

Deno.test("json() knows the charset and the byte order mark", () => {
  assertEquals(jsonResponse("\ufeff[1]").json(), [1]);
  const latin = new Response({
    statusCode: 200,
    headers: { "content-type": "application/json; charset=iso-8859-1" },
    content: bytesOf('"\xe9"'),
  });
  assertStrictEquals(latin.json(), "é");
});

// R4.14
Deno.test("where there is no body json() gives undefined, to a schema as well", async (t) => {
  const rows: { statusCode: number; method: string; source: string }[] = [
    { statusCode: 204, method: "GET", source: "RFC 9110 15.3.5" },
    { statusCode: 205, method: "POST", source: "RFC 9110 15.3.6" },
    { statusCode: 304, method: "GET", source: "RFC 9110 15.4.5" },
    { statusCode: 200, method: "HEAD", source: "RFC 9110 9.3.2" },
    { statusCode: 404, method: "HEAD", source: "RFC 9110 9.3.2" },
  ];
  for (const { statusCode, method, source } of rows) {
    await t.step(`${method} ${statusCode} (${source})`, () => {
      const response = new Response({ statusCode, method, headers: JSON_TYPE });
      assertStrictEquals(response.json(), undefined);
      assertEquals(response.json(anything), [undefined]);
      assertStrictEquals(response.jsonData, undefined);
    });
  }
});

// R4.14
Deno.test("a body that is not valid JSON is a DecodeError with what it begins with, never a SyntaxError", async (t) => {
  const html = `<html>${"x".repeat(1000)}</html>`;
  const rows: {
    content: string;
    type?: string;
    says: string[];
    source: string;
  }[] = [
    {
      content: "",
      says: ["the body is empty", "status 200", 'content-type "application/json"'],
      source: "an empty body labelled JSON",
    },
    { content: " \n", says: ["the body is empty"], source: "white space alone" },
    {
      content: html,
      says: ["it is not well-formed JSON", "it looks like HTML or XML", "application/json"],
      source: "HTML labelled JSON; axios, ofetch 1 and four others return the string",
    },
    {
      content: html,
      type: "text/html",
      says: ["it looks like HTML or XML", 'content-type "text/html"'],
      source: "HTML labelled HTML",
    },
    {
      content: '{"a":[1,2',
      says: ["it is not well-formed JSON"],
      source: "a body that was cut",
    },
    {
      content: '{"a":1,}',
      says: ["it is not well-formed JSON"],
      source: "RFC 8259 4: a trailing comma",
    },
    {
      content: '\ufeff{"a":1,}',
      says: ["it is not well-formed JSON"],
      source: "the byte order mark does not count",
    },
  ];
  for (const { content, type = "application/json", says, source } of rows) {
    await t.step(source, () => {
      const response = new Response({
        statusCode: 200,
        headers: { "content-type": type },
        content,
        url: "https://h/x?token=t",
        attempts: ATTEMPTS,
      });
      const error = assertThrows(() => response.json(), DecodeError);
      assertStrictEquals(error.code, "decode_failed");
      assertStrictEquals(error.snippet, response.text.slice(0, 200));
      assertInstanceOf(error.cause, SyntaxError);
      assertEquals(error.attempts, ATTEMPTS);
      assertStrictEquals(error.url, "https://h/x?token=[redacted]");
      assert(error.message.startsWith("Cannot decode the body of GET https://h/x as JSON: "));
      for (const part of says) assert(error.message.includes(part), error.message);
    });
  }
});

Deno.test("the message of a DecodeError has nothing of the body and only the start of a long type", () => {
  const response = new Response({
    statusCode: 200,
    headers: { "content-type": `text/plain; x=${"y".repeat(5000)}` },
    content: `password=${SECRET}`,
  });
  const { message, snippet } = assertThrows(() => response.json(), DecodeError);
  assertFalse(message.includes(SECRET), message);
  assert(message.length < 400, `${message.length} characters`);
  assertStrictEquals(snippet, `password=${SECRET}`);
  const untyped = new Response({ statusCode: 200, content: "x" });
  assertThrows(() => untyped.json(), DecodeError, "content-type missing");
});

Deno.test("a body of any size and depth that is not valid JSON is a DecodeError", () => {
  const long = jsonResponse(`"${"x".repeat(12_000_000)}`);
  assertThrows(() => long.json(), DecodeError);
  const deep = jsonResponse("[".repeat(100_000));
  assertThrows(() => deep.json(), DecodeError);
});

Deno.test("json(schema) gives what the schema makes of the body", () => {
  const response = jsonResponse("[1]", { url: "https://h/x" });
  const output: unknown[] = response.json(anything as StandardSchema<unknown, unknown[]>);
  assertEquals(output, [[1]]);
  const nothing: StandardSchema = {
    "~standard": { version: 1, vendor: "t", validate: () => ({ issues: [{ message: "no" }] }) },
  };
  const error = assertThrows(() => response.json(nothing), SchemaError);
  assertStrictEquals(
    error.message,
    "Cannot accept the body of GET https://h/x: it does not match the schema: no",
  );
  assertThrows(() => jsonResponse("x").json(anything), DecodeError);
});

Deno.test("names of Object.prototype in JSON are data", () => {
  const data = jsonResponse('{"__proto__":{"evil":1}}').json<Record<string, unknown>>();
  assertEquals(Object.keys(data), ["__proto__"]);
  assertStrictEquals(({} as Record<string, unknown>)["evil"], undefined);
});

Deno.test("links are the Link field, resolved against the URL that answered", () => {
  const response = new Response({
    statusCode: 200,
    headers: [["link", '<?page=2>; rel="next"'], ["link", "<https://o.example/>; rel=about"]],
    url: "https://h.example/items?page=1",
  });
  assertEquals(
    response.links.map(({ href, rel }) => [href, ...rel]),
    [["https://h.example/items?page=2", "next"], ["https://o.example/", "about"]],
  );
});

Deno.test("toWeb() is the platform's response with the same status, headers and body", async () => {
  const response = new Response({
    statusCode: 201,
    reason: "Made",
    headers: [["content-type", "text/plain"], ["set-cookie", "a=1"], ["set-cookie", "b=2"]],
    content: "é",
  });
  const web = response.toWeb();
  assertInstanceOf(web, globalThis.Response);
  assertEquals([web.status, web.statusText], [201, "Made"]);
  assertEquals(web.headers.getSetCookie(), ["a=1", "b=2"]);
  assertStrictEquals(web.headers.get("content-type"), "text/plain");
  assertStrictEquals(await web.text(), "é");
  assertStrictEquals(await response.toWeb().text(), "é", "as often as wanted");
});

Deno.test("toWeb() adds no Content-Type", () => {
  assertFalse(new Response({ statusCode: 200, content: "x" }).toWeb().headers.has("content-type"));
});

Deno.test("toWeb() has no body where there can be none", async (t) => {
  for (
    const [statusCode, method] of [
      [204, "GET"],
      [205, "GET"],
      [304, "GET"],
      [200, "HEAD"],
    ] as const
  ) {
    await t.step(`${method} ${statusCode}`, () => {
      const web = new Response({ statusCode, method, content: "stray" }).toWeb();
      assertStrictEquals(web.status, statusCode);
      assertStrictEquals(web.body, null);
    });
  }
});

Deno.test("toWeb() leaves out what speaks of the encoded body, where it was decoded", async (t) => {
  const rows: {
    headers: Record<string, string>;
    init?: Partial<HTTPResponseInit>;
    kept: Record<string, string>;
    source: string;
  }[] = [
    {
      headers: { "content-encoding": "gzip", "content-length": "1052" },
      kept: {},
      source: "Deno and Node keep both after decoding",
    },
    { headers: { "content-encoding": "GZIP" }, kept: {}, source: "RFC 9110 8.4.1: any case" },
    { headers: { "content-encoding": "x-gzip" }, kept: {}, source: "RFC 9110 8.4.1.3" },
    { headers: { "content-encoding": "br" }, kept: {}, source: "RFC 7932" },
    { headers: { "content-encoding": "deflate" }, kept: {}, source: "RFC 9110 8.4.1.2" },
    { headers: { "content-encoding": "zstd" }, kept: {}, source: "RFC 8878" },
    { headers: { "content-length": "4" }, kept: { "content-length": "4" }, source: "not encoded" },
    {
      headers: { "content-encoding": "gzip", "content-length": "4" },
      kept: { "content-encoding": "gzip", "content-length": "4" },
      source: "as long as announced: not decoded",
    },
    {
      headers: { "content-encoding": "x-own" },
      kept: { "content-encoding": "x-own" },
      source: "a coding that no runtime knows",
    },
    {
      headers: { "content-encoding": "gzip", "content-length": "1052" },
      init: { method: "HEAD", content: "" },
      kept: { "content-encoding": "gzip", "content-length": "1052" },
      source: "RFC 9110 9.3.2: the fields that a GET would have had",
    },
    {
      headers: { "content-encoding": "gzip" },
      init: { statusCode: 304, content: "" },
      kept: { "content-encoding": "gzip" },
      source: "RFC 9110 15.4.5: fields of the stored response",
    },
  ];
  for (const { headers, init, kept, source } of rows) {
    await t.step(`${JSON.stringify(headers)} (${source})`, () => {
      const response = new Response({ statusCode: 200, content: "text", headers, ...init });
      assertEquals(Object.fromEntries(response.toWeb().headers), kept);
      assertEquals(Object.fromEntries(response.headers), headers, "the original has them all");
    });
  }
});

Deno.test("toWeb() of a status that the platform cannot hold is a RangeError", () => {
  for (const statusCode of [100, 103, 600, 999]) {
    assertThrows(() => new Response({ statusCode }).toWeb(), RangeError);
  }
});

Deno.test("Response.from() buffers the platform's response", async () => {
  const web = new globalThis.Response("é", {
    status: 404,
    statusText: "Nope",
    headers: [["x-a", "1"], ["set-cookie", "a=1"], ["set-cookie", "b=2"]],
  });
  const response = await Response.from(web);
  assertInstanceOf(response, Response);
  assertEquals([response.statusCode, response.reason, response.text], [404, "Nope", "é"]);
  assertEquals(response.headers.getSetCookie(), ["a=1", "b=2"]);
  assert(web.bodyUsed);
});

Deno.test("Response.from() gives the registered reason where HTTP/2 has none", async () => {
  assertStrictEquals((await Response.from(new globalThis.Response(null))).reason, "OK");
  const noContent = await Response.from(new globalThis.Response(null, { status: 204 }));
  assertEquals([noContent.reason, noContent.content.byteLength], ["No Content", 0]);
});

Deno.test("Response.from() refuses a body that was read, and a network error", async () => {
  const read = new globalThis.Response("x");
  await read.text();
  await assertRejects(() => Response.from(read), TypeError);
  await assertRejects(() => Response.from(globalThis.Response.error()), RangeError);
});

Deno.test("what went through from() and toWeb() is the same", async () => {
  const first = jsonResponse('{"a":1}', { reason: "Fine" });
  const again = await Response.from(first.toWeb());
  assertEquals([again.statusCode, again.reason, again.text], [200, "Fine", '{"a":1}']);
  assertEquals(again.jsonData, { a: 1 });
});

// R9.5
Deno.test("no form in which a response is shown has a secret or the body in it", () => {
  const url = `https://user:${SECRET}@h.example/x?api_key=${SECRET}&page=2`;
  const response = new Response({
    statusCode: 200,
    headers: {
      "set-cookie": `id=${SECRET}`,
      "x-auth-token": SECRET,
      location: url,
      link: `<${url}>; rel=next`,
      "x-request-id": "r1",
    },
    content: `{"password":"${SECRET}"}`,
    url,
    history: [{ statusCode: 302, method: "GET", url, location: url }],
    attempts: ATTEMPTS,
    elapsedMs: 7,
  });
  void response.text; // what was computed must not show either
  void response.jsonData;
  const json = JSON.stringify(response);
  for (const shown of [json, Deno.inspect(response, { depth: 10 }), JSON.stringify([response])]) {
    assertFalse(shown.includes(SECRET), shown);
    assert(shown.includes("https://h.example/x?api_key=[redacted]&page=2"), shown);
    assert(shown.includes("r1"), shown);
  }
  assertEquals(JSON.parse(json), {
    statusCode: 200,
    reason: "OK",
    method: "GET",
    url: "https://h.example/x?api_key=[redacted]&page=2",
    headers: {
      "set-cookie": "[redacted]",
      "x-auth-token": "[redacted]",
      location: "https://h.example/x?api_key=[redacted]&page=2",
      link: "<https://h.example/x?api_key=[redacted]&page=2>; rel=next",
      "x-request-id": "r1",
    },
    contentLength: 22,
    elapsedMs: 7,
    attempts: ATTEMPTS,
  });
  assert(Deno.inspect(response).startsWith("Response {"));
});
