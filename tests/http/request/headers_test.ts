/** Header fields: merged by name, checked before anything is sent. */

import {
  assert,
  assertEquals,
  assertFalse,
  assertInstanceOf,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import {
  type HeadersOption,
  type HeaderValue,
  mergeHeaders,
  NO_HEADERS,
} from "../../../src/http/request/headers.ts";
import { responseHeaders } from "../../../src/http/request/header_forms.ts";
import { assertLinear } from "../../support/linear.ts";

const SECRET = "hunter2";

Deno.test("a header replaces the default of the same name, whatever its case, or removes it", async (t) => {
  const rows: {
    base: Record<string, HeaderValue>;
    given: HeadersOption;
    merged: Record<string, string>;
    source: string;
  }[] = [
    { base: { "x-a": "1" }, given: {}, merged: { "x-a": "1" }, source: "nothing given" },
    {
      base: { "x-a": "1" },
      given: { "x-a": "2" },
      merged: { "x-a": "2" },
      source: "the call's replace the client's",
    },
    {
      base: { "x-a": "1" },
      given: { "X-A": "2" },
      merged: { "x-a": "2" },
      source: "RFC 9110 5.1: names are case-insensitive",
    },
    {
      base: { "x-a": "1" },
      given: { "x-a": undefined },
      merged: {},
      source: "ofetch and wretch send the text undefined",
    },
    { base: { "x-a": "1" }, given: { "x-a": null }, merged: {}, source: "ky sends the text null" },
    {
      base: { "x-a": "1" },
      given: { "X-A": undefined },
      merged: {},
      source: "ky keeps the default when the case differs",
    },
    {
      base: { "X-A": "1" },
      given: [["x-a", null]],
      merged: {},
      source: "the same in a list of pairs",
    },
    {
      base: {},
      given: { "x-a": undefined, "x-b": null },
      merged: {},
      source: "removing what is not there",
    },
    {
      base: { "x-a": "1", "x-b": "2" },
      given: new Headers({ "X-B": "3", "x-c": "4" }),
      merged: { "x-a": "1", "x-b": "3", "x-c": "4" },
      source: "Headers",
    },
    {
      base: {},
      given: [["x-a", "1"], ["X-A", "2"]],
      merged: { "x-a": "1, 2" },
      source: "RFC 9110 5.3: the same name twice in one list is one field",
    },
    {
      base: { "x-a": "0" },
      given: [["x-a", "1"], ["x-a", "2"]],
      merged: { "x-a": "1, 2" },
      source: "and that replaces the default",
    },
    {
      base: {},
      given: [["cookie", "a=1"], ["cookie", "b=2"]],
      merged: { cookie: "a=1; b=2" },
      source: "RFC 6265 5.4: one Cookie field, pairs separated by semicolons",
    },
    {
      base: {},
      given: [["x-a", "1"], ["x-a", null], ["x-a", "2"]],
      merged: { "x-a": "2" },
      source: "removed in between",
    },
    {
      base: {},
      given: { "x-n": 5, "x-z": 0, "x-t": true, "x-f": false },
      merged: { "x-n": "5", "x-z": "0", "x-t": "true", "x-f": "false" },
      source: "numbers and booleans as text, false ones too",
    },
    {
      base: {},
      given: { "x-a": " \t v w \t" },
      merged: { "x-a": "v w" },
      source: "RFC 9110 5.5: white space around a value is no part of it",
    },
    { base: {}, given: { "x-a": "" }, merged: { "x-a": "" }, source: "an empty value is one" },
    {
      base: {},
      given: { "x-a": "a\tb" },
      merged: { "x-a": "a\tb" },
      source: "RFC 9110 5.5: a tab inside is allowed",
    },
    {
      base: {},
      given: { "x-a": "caf\u00e9" },
      merged: { "x-a": "caf\u00e9" },
      source: "RFC 9110 5.5: obs-text",
    },
    {
      base: {},
      given: new Map([["x-a", "1"]]) as unknown as HeadersOption,
      merged: { "x-a": "1" },
      source: "a Map iterates over pairs as well",
    },
  ];
  for (const { base, given, merged, source } of rows) {
    await t.step(source, () => {
      assertEquals({ ...mergeHeaders(mergeHeaders(NO_HEADERS, base), given) }, merged);
    });
  }
});

Deno.test("merging leaves the base as it is, and the result cannot be changed", () => {
  const base = mergeHeaders(NO_HEADERS, { "x-a": "1" });
  const merged = mergeHeaders(base, { "x-a": "2", "x-b": "3" });
  assertEquals({ ...base }, { "x-a": "1" });
  assert(Object.isFrozen(merged));
  assertThrows(() => {
    (merged as Record<string, string>)["x-a"] = "3";
  }, TypeError);
});

// R4.2, R15.4
Deno.test("a value that cannot be sent is refused with the header's name, never its value", async (t) => {
  const rows: { value: unknown; says: string; source: string }[] = [
    { value: `${SECRET}\r\nx-evil: 1`, says: "U+000D at position 7", source: "RFC 9110 5.5: CR" },
    { value: `${SECRET}\nx-evil: 1`, says: "U+000A at position 7", source: "RFC 9110 5.5: LF" },
    {
      value: `\r\n${SECRET}`,
      says: "U+000D at position 0",
      source: "in front, where fetch takes it off in silence",
    },
    {
      value: `${SECRET}\n`,
      says: "U+000A at position 7",
      source: "behind, where fetch takes it off in silence",
    },
    {
      value: `${SECRET}\r\n folded`,
      says: "U+000D at position 7",
      source: "RFC 9112 5.2: obsolete line folding",
    },
    { value: `${SECRET}\0`, says: "U+0000 at position 7", source: "RFC 9110 5.5: NUL" },
    { value: `\x1b[2J${SECRET}`, says: "U+001B at position 0", source: "RFC 9110 5.5: CTL" },
    { value: `${SECRET}\x7f`, says: "U+007F at position 7", source: "RFC 9110 5.5: DEL is a CTL" },
    { value: `${SECRET}\v`, says: "U+000B at position 7", source: "RFC 9110 5.6.3: VT" },
    {
      value: `${SECRET}\u2028`,
      says: "U+2028 at position 7",
      source: "a line separator has no byte",
    },
    {
      value: `${SECRET}\u010a`,
      says: "U+010A at position 7",
      source: "low byte 0x0A: a newline where code units are cut to bytes (Node 2016)",
    },
    {
      value: `${SECRET}\u{1f600}`,
      says: "encodeURIComponent()",
      source: "no byte, and a remedy is named",
    },
    { value: [SECRET], says: "that is an array", source: "a list is no value" },
    { value: { SECRET }, says: "that is an object", source: "redaxios sends [object Object]" },
    { value: () => SECRET, says: "that is a function", source: "a function is no value" },
    { value: Symbol(SECRET), says: "that is a symbol", source: "a symbol is no value" },
    { value: 5n, says: "that is a bigint", source: "not among the documented types" },
  ];
  for (const { value, says, source } of rows) {
    await t.step(source, () => {
      const given = { "X-Tenant": value } as unknown as HeadersOption;
      for (const use of [() => mergeHeaders(NO_HEADERS, given), () => responseHeaders(given)]) {
        const { message } = assertThrows(use, TypeError);
        assert(/^Cannot (?:set|use) the header "x-tenant"[: ]/.test(message), message);
        assert(message.includes(says), message);
        assertFalse(message.includes(SECRET), message);
      }
    });
  }
});

// R4.2
Deno.test("a name that is no token is refused, and shown so that it cannot forge a log line", async (t) => {
  const rows: { name: string; source: string }[] = [
    { name: "", source: "empty" },
    { name: "a b", source: "a space" },
    { name: "a:", source: "a colon" },
    { name: " a", source: "space in front" },
    { name: "a\r\nx-evil: 1", source: "a line break" },
    { name: "a\n", source: "a newline behind, which $ in a pattern may allow" },
    { name: "a\0", source: "NUL" },
    { name: "\u00e9", source: "not ASCII" },
    { name: "\u212aey", source: "the Kelvin sign, whose lower case is k" },
    { name: "(a)", source: "RFC 9110 5.6.2: a delimiter" },
  ];
  for (const { name, source } of rows) {
    await t.step(source, () => {
      const { message } = assertThrows(() => mergeHeaders(NO_HEADERS, [[name, "v"]]), TypeError);
      assert(message.startsWith(`Cannot use a header named ${JSON.stringify(name)}: `), message);
      assertFalse(/[\r\n\0]/.test(message), message);
    });
  }
});

Deno.test("every character of a token may be in a name", () => {
  const name = "!#$%&'*+-.^_`|~09azAZ";
  assertEquals({ ...mergeHeaders(NO_HEADERS, { [name]: "v" }) }, { [name.toLowerCase()]: "v" });
});

// R4.3
Deno.test("fields that describe the connection are the runtime's in a request", async (t) => {
  for (
    const name of [
      "Connection",
      "Content-Length",
      "Expect",
      "Keep-Alive",
      "Proxy-Connection",
      "TE",
      "Trailer",
      "Transfer-Encoding",
      "Upgrade",
    ]
  ) {
    await t.step(name, () => {
      const { message } = assertThrows(
        () => mergeHeaders(NO_HEADERS, { [name]: "close" }),
        TypeError,
      );
      assert(message.includes(`"${name.toLowerCase()}"`) && message.includes("leave it out"));
    });
  }
});

Deno.test("headers that are no headers are refused, with what they are", async (t) => {
  const rows: { given: unknown; says: string }[] = [
    { given: null, says: "headers that is null" },
    { given: "a: b", says: "headers that is a string" },
    { given: 5, says: "headers that is a number" },
    { given: ["ab"], says: "each entry must be a pair" },
    { given: [["a"]], says: "each entry must be a pair" },
    { given: [["a", "b", "c"]], says: "each entry must be a pair" },
    { given: [5], says: "each entry must be a pair" },
    { given: new Set(["ab"]), says: "each entry must be a pair" },
    { given: [[5, "v"]], says: "a header named 5" },
    { given: [[Symbol("s"), "v"]], says: "a header named Symbol(s)" },
  ];
  for (const { given, says } of rows) {
    await t.step(`${Deno.inspect(given)}: ${says}`, () => {
      assertThrows(() => mergeHeaders(NO_HEADERS, given as HeadersOption), TypeError, says);
    });
  }
});

Deno.test("a header named __proto__ is a header, and inherited properties are none", () => {
  const own = JSON.parse('{ "__proto__": "1", "constructor": "2" }') as Record<string, string>;
  const merged = mergeHeaders(mergeHeaders(NO_HEADERS, own), { "x-a": "3" });
  assertEquals(Object.entries(merged), [["__proto__", "1"], ["constructor", "2"], ["x-a", "3"]]);
  assertStrictEquals(Object.getPrototypeOf(merged), null);
  const inherited = Object.create({ "x-evil": "1" }) as Record<string, string>;
  assertEquals(Object.keys(mergeHeaders(NO_HEADERS, inherited)), []);
});

Deno.test("a polluted Object.prototype adds no header", () => {
  const prototype = Object.prototype as Record<string, unknown>;
  prototype["x-evil"] = "1";
  try {
    const merged = mergeHeaders(NO_HEADERS, { "x-a": "1" });
    assertFalse("x-evil" in merged);
    assertEquals([...responseHeaders({ "x-a": "1" }).keys()], ["x-a"]);
  } finally {
    delete prototype["x-evil"];
  }
});

Deno.test("white space inside a value takes linear time", async () => {
  await assertLinear("spaces", (size) => `x${" ".repeat(size)}x`, (value) => {
    assertStrictEquals(mergeHeaders(NO_HEADERS, { a: value })["a"], value);
  });
});

Deno.test("the headers of a response may describe the connection, and keep cookies apart", () => {
  const headers = responseHeaders([
    ["Content-Length", 5],
    ["Transfer-Encoding", "chunked"],
    ["Set-Cookie", "a=1; Expires=Thu, 01 Jan 2026 00:00:00 GMT"],
    ["set-cookie", "b=2"],
    ["x-a", "1"],
    ["X-A", "2"],
    ["x-none", undefined],
  ]);
  assertInstanceOf(headers, Headers);
  assertEquals([...headers], [
    ["content-length", "5"],
    ["set-cookie", "a=1; Expires=Thu, 01 Jan 2026 00:00:00 GMT"],
    ["set-cookie", "b=2"],
    ["transfer-encoding", "chunked"],
    ["x-a", "1, 2"],
  ]);
});
