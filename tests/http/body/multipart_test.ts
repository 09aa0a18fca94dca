/** multipart/form-data: as WHATWG writes it, with a boundary that nobody can predict. */

import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertMatch,
  assertNotEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { HTTPClient } from "../../../mod.ts";
import { toBodySource } from "../../../src/http/body/body_source.ts";
import type { MultipartOption } from "../../../src/http/body/form_fields.ts";
import { encodeMultipart } from "../../../src/http/body/multipart.ts";
import { serve } from "../../support/server.ts";
import { readVectors } from "../../support/vectors.ts";

const BOUNDARY = "fixed";

/** The encoded form as text, one character a byte, so that nothing is normalised. */
async function wire(form: MultipartOption, boundary: string = BOUNDARY): Promise<string> {
  const body = encodeMultipart(form, boundary).open() as Blob;
  return Array.from(await body.bytes(), (byte) => String.fromCharCode(byte)).join("");
}

/** How `text` looks in {@linkcode wire}. */
function asBytes(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

Deno.test("a form is written as HTML and RFC 7578 have it, byte for byte", async () => {
  const form = {
    title: "Hello",
    count: 3,
    draft: false,
    tags: ["a", "b"],
    none: null,
    gone: undefined,
    file: new File(["<p>"], "page.html", { type: "text/html" }),
    blob: new Blob(["x"]),
    bytes: new Uint8Array([1, 2]),
  };
  assertStrictEquals(
    await wire(form),
    [
      '--fixed\r\nContent-Disposition: form-data; name="title"\r\n\r\nHello\r\n',
      '--fixed\r\nContent-Disposition: form-data; name="count"\r\n\r\n3\r\n',
      '--fixed\r\nContent-Disposition: form-data; name="draft"\r\n\r\nfalse\r\n',
      '--fixed\r\nContent-Disposition: form-data; name="tags"\r\n\r\na\r\n',
      '--fixed\r\nContent-Disposition: form-data; name="tags"\r\n\r\nb\r\n',
      '--fixed\r\nContent-Disposition: form-data; name="file"; filename="page.html"\r\n',
      "Content-Type: text/html\r\n\r\n<p>\r\n",
      '--fixed\r\nContent-Disposition: form-data; name="blob"; filename="blob"\r\n',
      "Content-Type: application/octet-stream\r\n\r\nx\r\n",
      '--fixed\r\nContent-Disposition: form-data; name="bytes"; filename="blob"\r\n',
      "Content-Type: application/octet-stream\r\n\r\n\x01\x02\r\n",
      "--fixed--\r\n",
    ].join(""),
  );
});

Deno.test("a form without fields is its end alone", async () => {
  for (const form of [{}, new FormData(), { a: null, b: undefined, c: [] }]) {
    assertStrictEquals(await wire(form), "--fixed--\r\n");
  }
});

Deno.test("the Content-Type names the boundary that the body has", async () => {
  const { open, contentType } = encodeMultipart({ a: "1" }, BOUNDARY);
  const body = open() as Blob;
  const boundary = /^multipart\/form-data; boundary=([0-9A-Za-z-]{1,70})$/.exec(contentType)?.[1];
  assert(boundary !== undefined, "RFC 2046 5.1.1: at most 70 characters, none to be quoted");
  const text = await body.text();
  assert(text.startsWith(`--${boundary}\r\n`), text);
  assert(text.endsWith(`\r\n--${boundary}--\r\n`), text);
});

interface Case {
  readonly name?: string;
  readonly filename?: string;
  readonly value?: string;
  readonly blobType?: string;
  /** How deep objects are nested. */
  readonly nested?: number;
  /** What must be seen, in words. */
  readonly wire?: string;
  readonly why?: string;
}

const { cases } = await readVectors<{ cases: Case[] }>("multipart/formdata-escaping.json");

/** A file where the case is about one, a text otherwise. */
function formOf({ name = "n", filename, value = "v", blobType }: Case): FormData {
  const form = new FormData();
  if (filename === undefined && blobType === undefined) form.append(name, value);
  else form.append(name, new File([value], filename ?? "f", { type: blobType ?? "" }));
  return form;
}

Deno.test("hostile names, file names, values and types are written by the vectors", async (t) => {
  let checked = 0;
  for (const one of cases) {
    const { wire: expected = "", nested } = one;
    if (nested !== undefined) continue; // has a test of its own below
    await t.step(`${JSON.stringify(one)}`, async () => {
      const text = await wire(formOf(one));
      const quoted = /^(?:file)?name=".*"/s.exec(expected)?.[0];
      if (quoted !== undefined) assert(text.includes(asBytes(quoted)), text);
      else if (expected.startsWith("unchanged")) {
        assert(text.includes(one.value ?? `filename="${one.filename}"`), text);
      } else if (expected.startsWith("no X-Evil")) assertFalse(/^X-Evil/im.test(text), text);
      else if (one.blobType === "") assert(text.includes(`Content-Type: ${expected}\r\n`), text);
      else assert(text.includes(`\r\n\r\n${expected}\r\n`), text);
      const lines = text.split("\r\n");
      assertFalse(lines.some((line) => /^x-evil/i.test(line)), text);
      assertStrictEquals(lines.filter((line) => line.startsWith("--fixed")).length, 2, text);
      checked++;
    });
  }
  assertStrictEquals(checked, cases.filter(({ nested }) => nested === undefined).length);
  assert(checked >= 10);
});

Deno.test("objects inside a form are refused, however deep, without recursion", () => {
  const depth = cases.find(({ nested }) => nested !== undefined)?.nested;
  assert(depth !== undefined);
  let value: unknown = "x";
  for (let level = 0; level < depth; level++) value = { value };
  const error = assertThrows(
    () => encodeMultipart({ a: value } as MultipartOption, BOUNDARY),
    TypeError,
  );
  assert(error.message.startsWith('Cannot use the multipart field "a"'), error.message);
});

// R15.4
Deno.test("nothing in a form can end a header line", async (t) => {
  const rows: { name: string; field: string; value: string | Blob; source: string }[] = [
    {
      name: "a field name",
      field: 'x"\r\nX-Evil: 1\r\n\r\n',
      value: "v",
      source: "form-data and aiohttp, CVE-2026-34514",
    },
    {
      name: "a lone CR in a field name",
      field: "x\rX-Evil: 1",
      value: "v",
      source: "HTML, multipart/form-data encoding algorithm",
    },
    {
      name: "a file name",
      field: "f",
      value: new File([], 'x"; filename="y"\r\nX-Evil: 1'),
      source: "HTML, multipart/form-data encoding algorithm",
    },
    {
      name: "the type of a Blob that does not check it",
      field: "f",
      value: new (class extends Blob {
        override get type(): string {
          return "text/plain\r\nX-Evil: 1";
        }
      })(["v"]),
      source: "axios GHSA-445q",
    },
  ];
  for (const { name, field, value, source } of rows) {
    await t.step(`${name} (${source})`, async () => {
      const text = await wire({ [field]: value });
      const [head = ""] = text.split("\r\n\r\n", 1);
      assertFalse(/[\r\n]X-Evil/i.test(text), text);
      assertStrictEquals((head.match(/"/g) ?? []).length % 2, 0, head);
      assertFalse(/\r(?!\n)|(?<!\r)\n/.test(head), head);
    });
  }
});

Deno.test("line breaks in values are normalised, those in files are not", async () => {
  const text = await wire({ a: "1\r2\n3\r\n4", b: new Blob(["1\r2\n3\r\n4"]) });
  assert(text.includes('name="a"\r\n\r\n1\r\n2\r\n3\r\n4\r\n'), text);
  assert(text.includes("\r\n\r\n1\r2\n3\r\n4\r\n"), text);
});

Deno.test("a lone surrogate is replaced, other text is UTF-8", async () => {
  const text = await wire({ "\ud800": "😀" });
  assert(text.includes(asBytes('name="\ufffd"\r\n\r\n😀')), text);
});

Deno.test("the platform reads back what was written", async () => {
  const { open, contentType } = encodeMultipart({
    "a b": "c\r\nd",
    list: ["1", "2"],
    file: new File(["\0\xff"], "ü.bin", { type: "application/x-bin" }),
  }, BOUNDARY);
  const body = open() as Blob;
  const form = await new Response(body, { headers: { "content-type": contentType } }).formData();
  assertStrictEquals(form.get("a b"), "c\r\nd");
  assertEquals(form.getAll("list"), ["1", "2"]);
  const file = form.get("file");
  assertInstanceOf(file, File);
  assertEquals([file.name, file.type], ["ü.bin", "application/x-bin"]);
  assertEquals(await file.bytes(), new TextEncoder().encode("\0\xff"));
});

/** The boundary of a new form. */
function boundary(): string {
  return toBodySource({ multipart: {} })!.contentType!.split("boundary=")[1]!;
}

Deno.test("the boundary does not come from Math.random", () => {
  const { random } = Math;
  Math.random = () => {
    throw new Error("Math.random was asked");
  };
  try {
    assertNotEquals(boundary(), boundary());
  } finally {
    Math.random = random;
  }
});

// R4.10
Deno.test("the boundary is what the cryptographic generator gives, at least 96 bits of it", () => {
  let bytes = 0;
  const getRandomValues = crypto.getRandomValues;
  crypto.getRandomValues = ((array: Uint8Array) => {
    bytes += array.byteLength;
    return array.fill(0xa5);
  }) as typeof crypto.getRandomValues;
  try {
    const fixed = boundary();
    assertStrictEquals(fixed, boundary());
    assertMatch(fixed, /(?:a5){12}/);
    assert(bytes / 2 >= 12, `${bytes / 2} bytes`);
  } finally {
    crypto.getRandomValues = getRandomValues;
  }
});

Deno.test("no two of many boundaries are the same", () => {
  const boundaries = new Set(Array.from({ length: 2000 }, boundary));
  assertStrictEquals(boundaries.size, 2000);
});

Deno.test("what is no form is refused, with what it is", async (t) => {
  const rows: { form: unknown; says: string }[] = [
    { form: null, says: "multipart that is null" },
    { form: "a=1", says: "multipart that is a string" },
    { form: 5, says: "multipart that is a number" },
    { form: [["a", "1"]], says: "of class Array" },
    { form: new Map([["a", "1"]]), says: "of class Map" },
    { form: new URLSearchParams("a=1"), says: "of class URLSearchParams" },
    { form: { a: {} }, says: 'the multipart field "a": its value is of type object' },
    { form: { a: [["1"]] }, says: 'the multipart field "a"' },
    { form: { a: 1n }, says: "of type bigint" },
    { form: { a: () => 1 }, says: "of type function" },
    { form: { a: Symbol("s") }, says: "of type symbol" },
    { form: { a: new Date() }, says: "of type object" },
  ];
  for (const { form, says } of rows) {
    await t.step(says, () => {
      assertThrows(() => encodeMultipart(form as MultipartOption, BOUNDARY), TypeError, says);
    });
  }
});

Deno.test("the message for a bad form shows no value", () => {
  for (const form of [{ a: { password: "hunter2" } }, "password=hunter2", [["p", "hunter2"]]]) {
    const { message } = assertThrows(
      () => encodeMultipart(form as unknown as MultipartOption, BOUNDARY),
      TypeError,
    );
    assertFalse(message.includes("hunter2"), message);
  }
});

/** A stream of these chunks, and whether it was cancelled. */
function source(...chunks: string[]) {
  const state = { cancelled: false };
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      const chunk = chunks.shift();
      if (chunk === undefined) controller.close();
      else controller.enqueue(new TextEncoder().encode(chunk));
    },
    cancel: () => void (state.cancelled = true),
  }, { highWaterMark: 0 });
  return { stream, state };
}

// R4.10
Deno.test("streams are parts like others, read by the platform's own parser", async () => {
  await using server = serve(async (request) => {
    const form = await request.formData();
    const shown = Array.from(
      form,
      async ([name, value]) =>
        value instanceof File ? [name, value.name, value.type, await value.text()] : [name, value],
    );
    return Response.json([request.headers.get("content-length"), await Promise.all(shown)]);
  });
  await using client = new HTTPClient();
  const multipart = {
    before: "1",
    file: { stream: source("ab", "c").stream, filename: "a.txt", type: "text/plain", size: 3 },
    made: { stream: () => source("xyz").stream, filename: "made" },
    after: new Blob(["blob"], { type: "image/png" }),
  };
  const response = await client.post(server.origin, undefined, { multipart });
  assertEquals(response.json(), [null, [
    ["before", "1"],
    ["file", "a.txt", "text/plain", "abc"],
    ["made", "made", "application/octet-stream", "xyz"],
    ["after", "blob", "image/png", "blob"],
  ]]);
});

Deno.test("a form of functions can be sent again, one with a stream cannot", async () => {
  let count = 0;
  await using server = serve(async (request) => {
    await request.arrayBuffer();
    return new Response(null, { status: ++count % 2 === 1 ? 503 : 200 });
  });
  await using client = new HTTPClient({ retryBackoff: 0 });
  const made = { file: { stream: () => source("x").stream, filename: "f" } };
  const again = await client.put(server.origin, undefined, { multipart: made });
  assertEquals([again.statusCode, again.attempts.length], [200, 2]);
  const once = { file: { stream: source("x").stream, filename: "f" } };
  const refused = await client.put(server.origin, undefined, { multipart: once });
  assertEquals([refused.statusCode, refused.retrySkipped], [503, "body_not_replayable"]);
});

// R4.10
Deno.test("a stream that fails, or is not of its size, ends the call and cancels the others", async (t) => {
  const mine = new Error("disk gone");
  const failing = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull() {
      throw mine;
    },
  }, { highWaterMark: 0 });
  const rows: [
    string,
    { stream: ReadableStream<Uint8Array<ArrayBuffer>>; size?: number },
    (error: Error) => boolean,
  ][] = [
    ["its own error", { stream: failing }, (error) => error === mine],
    [
      "fewer bytes",
      { stream: source("ab").stream, size: 3 },
      ({ message }) => message.includes("2 bytes, fewer than its size, 3"),
    ],
    [
      "more bytes",
      { stream: source("ab", "cd").stream, size: 3 },
      ({ message }) => message.includes("more than its size, 3"),
    ],
  ];
  for (const [name, part, isRight] of rows) {
    await t.step(name, async () => {
      let complete = false;
      await using server = serve(async (request) => {
        complete = await request.text().then((text) => text.endsWith("--\r\n"), () => false);
        return new Response();
      });
      await using client = new HTTPClient();
      const other = source("never");
      const multipart = {
        file: { ...part, filename: "f" },
        other: { stream: other.stream, filename: "g" },
      };
      const error = await client.post(server.origin, undefined, { multipart }).catch((error) =>
        error
      );
      assert(isRight(error), Deno.inspect(error));
      assertEquals([other.state.cancelled, complete], [true, false]);
    });
  }
});

Deno.test("a part that is no stream is refused before anything is sent", async (t) => {
  const { stream } = source();
  const rows: [string, Record<string, unknown>, string][] = [
    ["no stream", { stream: "text", filename: "f" }, "stream must be an unlocked ReadableStream"],
    ["no name", { stream }, "its filename must be a string"],
    ["a size that is none", { stream, filename: "f", size: -1 }, "its size must be a whole number"],
    ["a type that is none", { stream, filename: "f", type: 5 }, "its type must be a string"],
  ];
  for (const [name, file, message] of rows) {
    await t.step(name, () => {
      assertThrows(() => encodeMultipart({ file } as never, BOUNDARY), TypeError, message);
    });
  }
});

Deno.test("a part may have a media type of its own, and no file name", async () => {
  const { open } = encodeMultipart({ meta: { text: '{"a":1}', type: "application/json" } }, "b");
  assertEquals(
    await new Response(open()).text(),
    '--b\r\nContent-Disposition: form-data; name="meta"\r\nContent-Type: application/json\r\n\r\n' +
      '{"a":1}\r\n--b--\r\n',
  );
  const type = "text/plain\r\nX-Injected: 1";
  assertThrows(() => encodeMultipart({ meta: { text: "", type } }, BOUNDARY), TypeError, '"meta"');
});
