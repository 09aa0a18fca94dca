/** Problem details (RFC 9457), the identifier of a request, and what an HTTPError says of them. */

import vectors from "../../vectors/problem/rfc9457.json" with { type: "json" };
import { HTTPError, Response } from "../../../src/http/response/response.ts";
import { StreamingResponse } from "../../../src/http/response/streaming_response.ts";
import { assert, assertEquals, assertFalse, assertRejects, assertStrictEquals } from "@std/assert";

const TYPE = "application/problem+json";
const URL_SENT = "https://api.example/x?key=k";

function answer(content: string | Uint8Array, headers: Record<string, string> = {}): Response {
  headers = { "content-type": TYPE, ...headers };
  return new Response({ statusCode: 403, headers, content, url: URL_SENT });
}

function messageOf(content: string, headers?: Record<string, string>): string {
  const start = "Cannot GET https://api.example/x: the server answered 403 Forbidden";
  const { message } = new HTTPError(answer(content, headers));
  assert(message.startsWith(start), message);
  return message.slice(start.length);
}

/** What each published case says, in full. */
const EXPECTED: readonly (Record<string, unknown> | undefined)[] = [
  { ...vectors.cases[0]!.body, status: 403 },
  {
    type: "about:blank",
    status: 422,
    title: "Your request is not valid.",
    errors: [{ detail: "must be a positive integer", pointer: "#/age" }],
  },
  { type: "about:blank", status: 400, title: "x" },
  { type: "about:blank", status: 400 },
  undefined,
  undefined,
  undefined,
  { type: "about:blank", status: 400, title: "x" },
  undefined,
];

// R4.21
Deno.test("the published cases: members of wrong types are left out, extensions stay", () => {
  assertStrictEquals(vectors.cases.length, EXPECTED.length);
  for (const [index, given] of vectors.cases.entries()) {
    const { ct, status, body, bodyText, bodyTextRepeat } = given;
    const [start, unit, count, end] = bodyTextRepeat ?? [];
    const content = bodyText ??
      (body === undefined
        ? `${start}${String(unit).repeat(Number(count))}${end}`
        : JSON.stringify(body));
    const response = new Response({ statusCode: status, headers: { "content-type": ct }, content });
    const error = new HTTPError(response);
    const { __proto__: _, ...problem } = { ...error.problem };
    assertEquals(error.problem && problem, EXPECTED[index], `case ${index}`);
    if (index === 0) assertStrictEquals(response.problem?.balance, 30);
    if (given.expect.status) assertStrictEquals(response.problem?.status, given.expect.status);
    assertStrictEquals(error.statusCode, status);
    assertStrictEquals(error.response, response);
  }
  assertFalse("polluted" in {});
});

Deno.test("a problem is read in its own media type only, whatever the parameters and the charset", () => {
  const text = '{"title":"ü"}';
  for (
    const type of [TYPE, "APPLICATION/Problem+JSON", `${TYPE};charset=utf-8`, ` ${TYPE} ; x=y`]
  ) {
    assertStrictEquals(answer(text, { "content-type": type }).problem?.title, "ü", type);
  }
  for (
    const type of ["application/json", "application/x-problem+json", "text/html", "problem+json"]
  ) {
    assertStrictEquals(answer(text, { "content-type": type }).problem, undefined, type);
  }
  const latin = Uint8Array.from(text, (character) => character.charCodeAt(0));
  const headers = { "content-type": `${TYPE}; charset=iso-8859-1` };
  assertStrictEquals(answer(latin, headers).problem?.title, "ü");
  for (const body of ["", "null", "1", '"x"', "[{}]", "{", "<html>"]) {
    assertStrictEquals(answer(body).problem, undefined, body);
  }
  assertStrictEquals(new Response({ statusCode: 200, content: text }).problem, undefined);
});

// R4.21
Deno.test("64 KiB are read as a problem, and no more", () => {
  const bodyOf = (bytes: number) => `{"title":"t","detail":"${"d".repeat(bytes - 25)}"}`;
  assertStrictEquals(bodyOf(65_536).length, 65_536);
  assertStrictEquals(answer(bodyOf(65_536)).problem?.title, "t");
  assertStrictEquals(answer(bodyOf(65_537)).problem, undefined);
});

Deno.test("an error of a stream has the problem as well, or none if the body is too long", async () => {
  for (const [size, title] of [[10, "t"], [70_000, undefined]] as const) {
    const content = new TextEncoder().encode(`{"title":"t","detail":"${"d".repeat(size)}"}`);
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull(controller) {
        controller.enqueue(content);
        controller.close();
      },
    });
    const headers = { "content-type": TYPE, "request-id": "r" };
    const stream = new StreamingResponse({ statusCode: 500, headers, body });
    assertStrictEquals(stream.requestId, "r");
    const error = await assertRejects(() => stream.raiseForStatus(), HTTPError);
    assertStrictEquals(error.problem?.title, title);
    assertStrictEquals(error.requestId, "r");
  }
});

// R4.21
Deno.test("the message has the title: one line, bounded, without what nobody sees or may see", () => {
  const rows: [title: unknown, shown: string][] = [
    ["No credit", ": No credit"],
    ["  two\r\nlines\t and \u001b[31mred\u0007 ", ": two lines and [31mred"],
    ["c1 \u0085\u009b \u202edaer\u2066 \u{e0041}\u2028end", ": c1 daer end"],
    ["", ""],
    [" \n", ""],
    [5, ""],
    [null, ""],
    ["x".repeat(5_000), `: ${"x".repeat(300)}`],
    ["😀".repeat(400), `: ${"😀".repeat(300)}`],
    [
      "see https://user:pass@a.example/x?token=secret&page=2",
      ": see https://a.example/x?token=[redacted]&page=2",
    ],
    // A URL that the bound would cut is redacted before that.
    [`${"x".repeat(280)} https://user:${"p".repeat(50)}@a.example`, undefined as never],
  ];
  for (const [title, shown] of rows) {
    const message = messageOf(JSON.stringify({ title, detail: "the detail" }));
    assertFalse(message.includes("the detail"));
    assertFalse(/pass@|token=secret|ppp/.test(message), message);
    if (shown !== undefined) assertStrictEquals(message, shown);
  }
});

Deno.test("the request's identifier is that of the first field in order, and no other", () => {
  const names = [
    "x-request-id",
    "request-id",
    "x-correlation-id",
    "x-amzn-requestid",
    "x-amz-request-id",
    "x-ms-request-id",
    "apim-request-id",
    "x-github-request-id",
    "cf-ray",
  ];
  for (const [index, name] of names.entries()) {
    const fields = Object.fromEntries(names.slice(index).map((name) => [name, `id-${name}`]));
    assertStrictEquals(answer("", fields).requestId, `id-${name}`);
    const error = new HTTPError(answer("", { [name.toUpperCase()]: "abc" }));
    assertStrictEquals(error.requestId, "abc");
    assertStrictEquals(JSON.parse(JSON.stringify(error)).requestId, "abc");
  }
  const none = answer("", { "x-request-id": "", "x-other-id": "1" });
  assertStrictEquals(none.requestId, undefined);
  assertFalse("requestId" in { ...new HTTPError(none) });
});

Deno.test("the message names the identifier, bounded, next to the attempts", () => {
  assertStrictEquals(messageOf("", { "cf-ray": "8f-AMS" }), " (request 8f-AMS)");
  assertStrictEquals(messageOf('{"title":"T"}', { "request-id": "r" }), " (request r): T");
  assertStrictEquals(messageOf("", { "request-id": "r".repeat(999) }).length, 300 + 11);
  assertStrictEquals(messageOf("", { "request-id": "a\x9bb" }), " (request a b)");
});

Deno.test("an error about a body that cannot be decoded has the request's identifier", () => {
  const response = answer("<html>", { "x-request-id": "r1" });
  let thrown: unknown;
  try {
    response.json();
  } catch (error) {
    thrown = error;
  }
  assertStrictEquals((thrown as HTTPError).requestId, "r1");
});
