/** Media types rule what is written and read: bodies, parts, fields, parameters with content, answers. */

import { assertEquals, assertInstanceOf, assertRejects, assertStringIncludes } from "@std/assert";
import { DecodeError } from "../../mod.ts";
import { clientOf, describe, operation } from "./support.ts";

const BYTES = { schema: { type: "string", format: "binary" } };
const put = (content: unknown) => ({
  put: operation("putIt", { requestBody: { required: true, content } }),
});

// R20.14
Deno.test("a body of a range is sent as what it is", async (t) => {
  const png = new Blob(["PNG"], { type: "image/png" });
  const stream = () => new Blob(["PNG"]).stream();
  const json = { "application/json": { schema: { type: "object" } } };
  const octets = "application/octet-stream";
  const rows: [string, unknown, unknown, string | null, string][] = [
    ["a Blob keeps its type", { "*/*": BYTES }, { body: png }, "image/png", "PNG"],
    ["a Blob without one", { "*/*": BYTES }, { body: new Blob(["PNG"]) }, octets, "PNG"],
    ["bytes", { "*/*": BYTES }, { body: new TextEncoder().encode("PNG") }, octets, "PNG"],
    ["a stream", { "image/*": BYTES }, { body: stream() }, octets, "PNG"],
    [
      "a type of the range",
      { "image/*": BYTES },
      { body: png, contentType: "image/x" },
      "image/x",
      "PNG",
    ],
    ["an object", { "*/*": {} }, { body: { a: 1 } }, "application/json", '{"a":1}'],
    ["text", { "*/*": {} }, { body: "a" }, "text/plain;charset=UTF-8", "a"],
    [
      "JSON beside a range",
      { ...json, "*/*": BYTES },
      { body: { a: 1 } },
      "application/json",
      '{"a":1}',
    ],
    ["bytes beside JSON", { ...json, "*/*": BYTES }, { body: png }, "image/png", "PNG"],
    [
      "another type beside JSON",
      { ...json, "*/*": BYTES },
      { body: png, contentType: "image/webp" },
      "image/webp",
      "PNG",
    ],
  ];
  for (const [name, content, args, type, text] of rows) {
    await t.step(name, async () => {
      const { call, sent } = await clientOf(describe({ "/a": put(content) }));
      await call("putIt", args);
      assertEquals([sent[0]!.headers.get("content-type"), sent[0]!.text], [type, text]);
    });
  }
  await t.step("a type outside of the range", async () => {
    const { call, sent } = await clientOf(describe({ "/a": put({ "image/*": BYTES }) }));
    const error = await assertRejects(
      () => call("putIt", { body: png, contentType: "text/css" }),
      TypeError,
    );
    assertStringIncludes(error.message, 'the contentType is "text/css", and must be of image/*');
    assertEquals(sent, []);
  });
});

// R20.9
Deno.test("bytes inside of text reject the call, and nothing is sent", async (t) => {
  const values: [string, () => unknown][] = [
    ["a Blob", () => new Blob(["x"])],
    ["a File", () => new File(["x"], "x")],
    ["bytes", () => new Uint8Array(1)],
    ["a buffer", () => new ArrayBuffer(1)],
    ["a stream", () => new Blob(["x"]).stream()],
  ];
  const form = { schema: { type: "object", properties: { a: { type: "object" } } } };
  const styled = { ...form, encoding: { a: { style: "deepObject", explode: true } } };
  const rows: [string, string, unknown, (value: unknown) => unknown][] = [
    ["JSON", "application/json", {}, (a) => ({ a: [{ a }] })],
    ["JSON as a whole", "application/json", {}, (a) => a],
    ["+json", "application/vnd.x+json", {}, (a) => ({ a })],
    ["lines of JSON", "application/jsonl", {}, (a) => [{ a }]],
    ["a JSON part", "multipart/form-data", form, (a) => ({ a: { a } })],
    ["a field of a form", "application/x-www-form-urlencoded", form, (a) => ({ a })],
    ["a list in a form", "application/x-www-form-urlencoded", form, (a) => ({ a: [a] })],
    ["a styled field", "application/x-www-form-urlencoded", styled, (a) => ({ a: { a } })],
  ];
  for (const [name, type, media, wrap] of rows) {
    const { call, sent } = await clientOf(describe({ "/a": put({ [type]: media }) }));
    for (const [what, make] of values) {
      await t.step(`${what} in ${name}`, async () => {
        await assertRejects(
          () => call("putIt", { body: wrap(make()) }),
          TypeError,
          "text cannot hold",
        );
        assertEquals(sent, []);
      });
    }
  }
  for (const place of ["query", "header", "cookie", "path"]) {
    await t.step(`a Blob in ${place === "query" ? "a query" : `a ${place}`}`, async () => {
      const parameters = [{ name: "a", in: place, required: true, schema: {} }];
      const path = place === "path" ? "/{a}" : "/a";
      const { call, sent } = await clientOf(
        describe({ [path]: { get: operation("getIt", { parameters }) } }),
      );
      await assertRejects(
        () => call("getIt", { a: new Blob(["x"]) }),
        TypeError,
        "text cannot hold",
      );
      assertEquals(sent, []);
    });
  }
});

Deno.test("a parameter with content is JSON only where its type is", async (t) => {
  const rows: [string, unknown, string][] = [
    ["text/plain", "a b", "a b"],
    ["application/xml", "<a/>", "<a/>"],
    ["*/*", "a b", "a b"],
    ["*/*", { a: 1 }, '{"a":1}'],
    ["text/plain", 7, "7"],
    ["application/json", "a", '"a"'],
    ["application/vnd.x+json", { a: 1 }, '{"a":1}'],
  ];
  for (const [type, value, text] of rows) {
    await t.step(`${type}: ${JSON.stringify(value)}`, async () => {
      const parameters = ["query", "header", "cookie", "path"].map((place) => ({
        name: place,
        in: place,
        required: true,
        content: { [type]: { schema: {} } },
      }));
      const { call, sent } = await clientOf(
        describe({ "/a/{path}": { get: operation("getIt", { parameters }) } }),
      );
      await call("getIt", { query: value, header: value, cookie: value, path: value });
      const { url, headers } = sent[0]!;
      const { pathname, searchParams } = new URL(url);
      const cookie = decodeURIComponent(headers.get("cookie")!.slice("cookie=".length));
      assertEquals(
        [
          decodeURIComponent(pathname.slice(3)),
          searchParams.get("query"),
          headers.get("header"),
          cookie,
        ],
        [text, text, text, text],
      );
    });
  }
});

// R20.10
Deno.test("an answer is decoded by its own type where the caller asked for it", async (t) => {
  const content = { "application/json": { schema: {} }, "text/csv": {} };
  const description = describe({
    "/a": { get: operation("getIt", { responses: { 200: { description: "", content } } }) },
  });
  const csv = () => new Response("a,b", { headers: { "content-type": "text/csv" } });
  const pdf = () => new Response("%PDF", { headers: { "content-type": "application/pdf" } });
  await t.step("described, by await and by result()", async () => {
    const { call, sent } = await clientOf(description, csv);
    const options = { headers: { Accept: "text/csv" } };
    assertEquals(await call("getIt", options), "a,b");
    const { body } = await call("getIt", options).result() as { body: unknown };
    assertEquals([body, sent[0]!.headers.get("accept")], ["a,b", "text/csv"]);
  });
  await t.step("not described", async () => {
    const { call } = await clientOf(description, pdf);
    const data = await call("getIt", { headers: [["accept", "application/pdf"]] });
    assertInstanceOf(data, Uint8Array);
  });
  await t.step("not asked for", async () => {
    const { call, sent } = await clientOf(description, csv);
    const error = await assertRejects(() => call("getIt"), DecodeError);
    assertStringIncludes(error.message, "it is text/csv, and application/json was asked for");
    assertEquals(sent[0]!.headers.get("accept"), "application/json");
  });
});

// R20.10
Deno.test("a success without content gives undefined", async () => {
  const content = { "application/json": { schema: {} } };
  const { call } = await clientOf(
    describe({
      "/a": { get: operation("getIt", { responses: { 200: { description: "", content } } }) },
    }),
    () => new Response(null, { status: 200 }),
  );
  assertEquals(await call("getIt"), undefined);
});
