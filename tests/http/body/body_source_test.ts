/** Request bodies: what is sent for what was given, and whether it can be sent again. */

import {
  assert,
  assertEquals,
  assertFalse,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  BODY_OPTIONS,
  type BodyData,
  type BodyOptions,
  type BodySource,
  type OpenedBody,
  type RawBody,
} from "../../../src/http/body/body_types.ts";
import { toBodySource } from "../../../src/http/body/body_source.ts";

const JSON_TYPE = "application/json";
const TEXT_TYPE = "text/plain;charset=UTF-8";
const FORM_TYPE = "application/x-www-form-urlencoded;charset=UTF-8";

/** The body, which must be one. */
function source(options: BodyOptions): BodySource {
  const made = toBodySource(options);
  assert(made !== undefined);
  return made;
}

/** What fetch would send of it. */
async function textOf({ body }: OpenedBody): Promise<string> {
  return await new Response(body).text();
}

function streamOf(...chunks: string[]): ReadableStream<Uint8Array<ArrayBuffer>> {
  return ReadableStream.from(chunks.map((chunk) => new TextEncoder().encode(chunk)));
}

class User {
  readonly name: string = "Ada";
}

class Money {
  toJSON(): unknown {
    return { amount: "1.00" };
  }
}

// R4.5
Deno.test("a body is sent by what it is, can be sent again, and has its Content-Type", async (t) => {
  const bytes = new TextEncoder().encode("-abc-");
  const rows: { name: string; options: BodyOptions; text: string; type?: string }[] = [
    { name: "json: an object", options: { json: { a: 1 } }, text: '{"a":1}', type: JSON_TYPE },
    { name: "json: null", options: { json: null }, text: "null", type: JSON_TYPE },
    { name: "json: false", options: { json: false }, text: "false", type: JSON_TYPE },
    { name: "json: zero", options: { json: 0 }, text: "0", type: JSON_TYPE },
    { name: "json: a string", options: { json: "a" }, text: '"a"', type: JSON_TYPE },
    { name: "json: empty string", options: { json: "" }, text: '""', type: JSON_TYPE },
    { name: "json: toJSON", options: { json: new Money() }, text: '{"amount":"1.00"}' },
    { name: "data: an object", options: { data: { a: 1 } }, text: '{"a":1}', type: JSON_TYPE },
    { name: "data: an empty object", options: { data: {} }, text: "{}", type: JSON_TYPE },
    { name: "data: an array", options: { data: [1, "b"] }, text: '[1,"b"]', type: JSON_TYPE },
    { name: "data: a number", options: { data: 5 }, text: "5", type: JSON_TYPE },
    { name: "data: zero", options: { data: 0 }, text: "0", type: JSON_TYPE },
    { name: "data: false", options: { data: false }, text: "false", type: JSON_TYPE },
    {
      name: "data: an object without prototype",
      options: { data: Object.assign(Object.create(null), { a: 1 }) as BodyData },
      text: '{"a":1}',
      type: JSON_TYPE,
    },
    {
      name: "data: a class with toJSON",
      options: { data: new Money() as unknown as BodyData },
      text: '{"amount":"1.00"}',
      type: JSON_TYPE,
    },
    { name: "data: a string", options: { data: "a=ü" }, text: "a=ü", type: TEXT_TYPE },
    { name: "data: the empty string", options: { data: "" }, text: "", type: TEXT_TYPE },
    {
      name: "data: URLSearchParams",
      options: { data: new URLSearchParams({ "a b": "c&d" }) },
      text: "a+b=c%26d",
      type: FORM_TYPE,
    },
    { name: "data: a Blob without type", options: { data: new Blob(["x"]) }, text: "x" },
    {
      name: "data: a Blob with type",
      options: { data: new Blob(["x"], { type: "image/png" }) },
      text: "x",
      type: "image/png",
    },
    { name: "data: bytes", options: { data: bytes }, text: "-abc-" },
    { name: "data: a view of bytes", options: { data: bytes.subarray(1, 4) }, text: "abc" },
    { name: "data: an ArrayBuffer", options: { data: bytes.buffer }, text: "-abc-" },
    { name: "data: a DataView", options: { data: new DataView(bytes.buffer, 1, 3) }, text: "abc" },
    {
      name: "form: an object",
      options: { form: { "a b": "c&d", n: 5, t: true, none: null, gone: undefined, l: [1, 2] } },
      text: "a+b=c%26d&n=5&t=true&l=1&l=2",
      type: FORM_TYPE,
    },
    {
      name: "form: pairs of one name",
      options: { form: [["a", "1"], ["a", "2"]] },
      text: "a=1&a=2",
      type: FORM_TYPE,
    },
    { name: "form: nothing in it", options: { form: {} }, text: "", type: FORM_TYPE },
  ];
  for (const { name, options, text, type } of rows) {
    await t.step(name, async () => {
      const made = source(options);
      assertStrictEquals(made.replayable, true);
      const first = await made.open();
      const again = await made.open();
      assertStrictEquals(await textOf(first), text);
      assertStrictEquals(await textOf(again), text);
      if (type !== undefined) assertStrictEquals(first.contentType, type);
      else if (!("json" in options)) assertFalse("contentType" in first);
      assertStrictEquals(made.contentType, first.contentType);
    });
  }
});

Deno.test("FormData and multipart are encoded once, with one boundary for all transmissions", async () => {
  const form = new FormData();
  form.append("a", "1");
  for (const options of [{ data: form }, { multipart: form }, { multipart: { a: 1 } }]) {
    const made = source(options);
    assertStrictEquals(made.replayable, true);
    const first = await made.open();
    const boundary = /^multipart\/form-data; boundary=(\S+)$/.exec(first.contentType ?? "")?.[1];
    assert(boundary !== undefined, first.contentType);
    assertStrictEquals(
      await textOf(first),
      `--${boundary}\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--${boundary}--\r\n`,
    );
    assertStrictEquals((await made.open()).contentType, first.contentType);
  }
});

Deno.test("nothing given is no body", () => {
  assertStrictEquals(toBodySource({}), undefined);
  assertStrictEquals(toBodySource({ data: undefined }), undefined);
  assertStrictEquals(toBodySource({ data: null }), undefined);
  assertStrictEquals(toBodySource({ json: undefined, form: undefined }), undefined);
});

Deno.test("a data of null leaves room for another body", async () => {
  const made = source({ data: null, json: { a: 1 } });
  assertStrictEquals(await textOf(await made.open()), '{"a":1}');
});

// R4.5
Deno.test("two bodies at once are refused, whichever they are", async (t) => {
  const values: Required<BodyOptions> = { json: 1, data: "x", form: { a: 1 }, multipart: { a: 1 } };
  for (const one of BODY_OPTIONS) {
    for (const other of BODY_OPTIONS) {
      if (one === other) continue;
      await t.step(`${one} and ${other}`, () => {
        const { message } = assertThrows(
          () => toBodySource({ [one]: values[one], [other]: values[other] }),
          TypeError,
        );
        assert(message.includes(one) && message.includes(other), message);
      });
    }
  }
});

// R4.6
Deno.test("what has no form as a body is refused before anything is sent", async (t) => {
  const circular: Record<string, unknown> = {};
  circular["self"] = { circular };
  const rows: { name: string; options: unknown; says: string; source: string }[] = [
    {
      name: "data: a circular object",
      options: { data: circular },
      says: "Cannot send data as JSON: Converting circular structure to JSON",
      source: "ECMA-262 25.5.2",
    },
    {
      name: "json: a circular object",
      options: { json: circular },
      says: "Cannot send json as JSON: Converting circular structure to JSON",
      source: "ECMA-262 25.5.2",
    },
    {
      name: "json: a bigint inside",
      options: { json: { a: 1n } },
      says: "Cannot send json as JSON: Do not know how to serialize a BigInt",
      source: "ECMA-262 25.5.2.2",
    },
    {
      name: "data: a bigint",
      options: { data: 1n },
      says: "Cannot send data that is a bigint",
      source: "no JSON form",
    },
    {
      name: "json: a function",
      options: { json: () => 1 },
      says: "Cannot send json as JSON: a function has no JSON form",
      source: "JSON.stringify gives undefined",
    },
    {
      name: "json: a symbol",
      options: { json: Symbol("s") },
      says: "Cannot send json as JSON: a symbol has no JSON form",
      source: "JSON.stringify gives undefined",
    },
    {
      name: "json: toJSON that gives nothing",
      options: { json: { toJSON: () => undefined } },
      says: "has no JSON form",
      source: "JSON.stringify gives undefined",
    },
    {
      name: "data: a symbol",
      options: { data: Symbol("s") },
      says: "Cannot send data that is a symbol",
      source: "no body",
    },
    {
      name: "data: a Map",
      options: { data: new Map([["a", 1]]) },
      says: "an object of class Map",
      source: "JSON would silently be {}",
    },
    {
      name: "data: a Set",
      options: { data: new Set([1]) },
      says: "an object of class Set",
      source: "JSON would silently be {}",
    },
    {
      name: "data: an instance of a class",
      options: { data: new User() },
      says: "an object of class User",
      source: "private fields would silently be missing",
    },
    {
      name: "data: an Error",
      options: { data: new Error("x") },
      says: "an object of class Error",
      source: "JSON would silently be {}",
    },
    {
      name: "data: a promise",
      options: { data: Promise.resolve("x") },
      says: "an object of class Promise",
      source: "a forgotten await; axios and others send {}",
    },
    {
      name: "data: a Request",
      options: { data: new Request("http://h/") },
      says: "an object of class Request",
      source: "JSON would silently be {}",
    },
    {
      name: "data: an object without constructor",
      options: { data: Object.create(Object.create(null)) },
      says: "an object of class unknown",
      source: "no name to show",
    },
    {
      name: "form: a string",
      options: { form: "a=1" },
      says: "Cannot use form that is a string",
      source: "the wrong option",
    },
    {
      name: "form: nested",
      options: { form: { a: { b: 1 } } },
      says: 'Cannot use form["a"] that is an object',
      source: "servers disagree on nesting",
    },
    {
      name: "form: null",
      options: { form: null },
      says: "Cannot use form that is null",
      source: "null is no form",
    },
    {
      name: "multipart: null",
      options: { multipart: null },
      says: "Cannot use multipart that is null",
      source: "null is no form",
    },
  ];
  for (const { name, options, says, source: why } of rows) {
    await t.step(`${name} (${why})`, async () => {
      const open = async () => await toBodySource(options as BodyOptions)!.open();
      const { message } = await assertRejects(open, TypeError);
      assert(message.includes(says), message);
    });
  }
});

Deno.test("the reason why something has no JSON form is passed on", () => {
  const reason = new Error("deep inside");
  const json = {
    toJSON(): never {
      throw reason;
    },
  };
  const error = assertThrows(() => toBodySource({ json }), TypeError, "deep inside");
  assertStrictEquals(error.cause, reason);
});

Deno.test("JSON is made when the call is made, not when it is sent", async () => {
  const json = { a: 1 };
  const made = source({ json });
  json.a = 2;
  assertStrictEquals(await textOf(await made.open()), '{"a":1}');
});

// R4.8
Deno.test("a stream is sent once, unread and untouched until then", async () => {
  const stream = streamOf("a", "b");
  const made = source({ data: stream });
  assertStrictEquals(made.replayable, false);
  assertFalse("contentType" in made);
  assertFalse(stream.locked);
  const opened = await made.open();
  assertStrictEquals(opened.body, stream);
  assertFalse("contentType" in opened);
  assertStrictEquals(await textOf(opened), "ab");
});

Deno.test("a stream that cannot be read is refused before anything is sent", async (t) => {
  const read = streamOf("a");
  for await (const _ of read);
  const started = streamOf("a", "b");
  const reader = started.getReader();
  await reader.read();
  reader.releaseLock();
  const locked = streamOf("a");
  const lock = locked.getReader();
  const cancelled = streamOf("a");
  await cancelled.cancel();
  const rows: { name: string; stream: typeof read; says: string }[] = [
    { name: "read to its end", stream: read, says: "was read from already" },
    { name: "read in part", stream: started, says: "was read from already" },
    { name: "locked", stream: locked, says: "is locked to another reader" },
    { name: "cancelled", stream: cancelled, says: "was read from already" },
  ];
  for (const { name, stream, says } of rows) {
    await t.step(name, async () => {
      const given = source({ data: stream });
      await assertRejects(() => Promise.resolve(given.open()), TypeError, says);
      const made = source({ data: () => stream });
      await assertRejects(() => Promise.resolve(made.open()), TypeError, says);
    });
  }
  lock.releaseLock();
  await locked.cancel();
  await started.cancel();
});

// R4.5
Deno.test("a function makes the body anew for each transmission", async (t) => {
  const rows: { name: string; make: () => RawBody | Promise<RawBody>; type?: string }[] = [
    { name: "a string", make: () => "x", type: TEXT_TYPE },
    { name: "bytes", make: () => new TextEncoder().encode("x") },
    { name: "a Blob", make: () => new Blob(["x"], { type: "a/b" }), type: "a/b" },
    { name: "a stream", make: () => streamOf("x") },
    { name: "a promise of a stream", make: () => Promise.resolve(streamOf("x")) },
  ];
  for (const { name, make, type } of rows) {
    await t.step(name, async () => {
      let calls = 0;
      const made = source({
        data: () => {
          calls++;
          return make();
        },
      });
      assertStrictEquals(made.replayable, true);
      assertFalse("contentType" in made, "not known before the function is called");
      assertStrictEquals(calls, 0, "not called before it is needed");
      for (const transmission of [1, 2]) {
        const opened = await made.open();
        assertStrictEquals(await textOf(opened), "x");
        assertStrictEquals(opened.contentType, type);
        assertStrictEquals(calls, transmission);
      }
    });
  }
});

Deno.test("FormData that a function makes has the boundary in its Content-Type", async () => {
  const made = source({
    data: () => {
      const form = new FormData();
      form.append("a", "1");
      return form;
    },
  });
  const opened = await made.open();
  const boundary = opened.contentType?.split("boundary=")[1];
  assert((await textOf(opened)).startsWith(`--${boundary}\r\n`));
});

Deno.test("a function that makes no body is refused, with what it made", async (t) => {
  const rows: { made: unknown; says: string }[] = [
    { made: undefined, says: "it is undefined" },
    { made: null, says: "it is null" },
    { made: { a: 1 }, says: "an object of class Object" },
    { made: 5, says: "a number" },
    { made: () => "x", says: "a function" },
    { made: new Map(), says: "an object of class Map" },
  ];
  for (const { made, says } of rows) {
    await t.step(says, async () => {
      const body = source({ data: (() => made) as () => RawBody });
      const error = await assertRejects(() => Promise.resolve(body.open()), TypeError, says);
      assert(
        error.message.startsWith("Cannot send the result of the body function"),
        error.message,
      );
    });
  }
});

// R9.4
Deno.test("what a body function throws passes unchanged", async () => {
  const reason = new Error("disk full");
  const thrown = source({
    data: () => {
      throw reason;
    },
  });
  assertStrictEquals(await assertRejects(() => Promise.resolve(thrown.open())), reason);
  const rejected = source({ data: () => Promise.reject(reason) });
  assertStrictEquals(await assertRejects(() => Promise.resolve(rejected.open())), reason);
});

Deno.test("names of Object.prototype are fields like any other", async () => {
  const form = JSON.parse('{ "__proto__": "1", "constructor": "2" }') as Record<string, string>;
  assertEquals(await textOf(await source({ form }).open()), "__proto__=1&constructor=2");
});

Deno.test("bytes in memory that is shared between threads are copied and sent", async () => {
  const shared = new Uint8Array(new SharedArrayBuffer(4), 1, 2);
  shared.set([7, 8]);
  const { body } = await toBodySource({ data: shared })!.open();
  assertEquals(new Uint8Array(await new Response(body).arrayBuffer()), new Uint8Array([7, 8]));
});

// R4.6
Deno.test("a number or date that JSON cannot hold is a RangeError, and what it holds is sent", () => {
  const numbers = [NaN, Infinity, -Infinity, Object(NaN), new Date(NaN), { toJSON: () => NaN }];
  for (const value of numbers) {
    const error = assertThrows(() => toBodySource({ json: value }), RangeError);
    assertEquals(error.message.includes("has no JSON form"), true);
  }
  assertThrows(() => toBodySource({ data: NaN }), RangeError);
  for (const value of [undefined, () => 1, Symbol("s"), 1n]) {
    if (value !== undefined) assertThrows(() => toBodySource({ json: value }), TypeError);
  }
  for (const value of [null, 0, new Date(0), { toJSON: () => null }, { n: 1 }]) {
    assertEquals(toBodySource({ json: value })?.contentType, "application/json");
  }
});
