/** The Link field: appendix B of RFC 8288, in linear time. */

import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { type Link, parseLinks } from "../../src/formats/link_header.ts";
import { readVectors } from "../support/vectors.ts";
import { assertLinear, assertWithin } from "../support/linear.ts";

const BASE = "https://example.com/a/b";

interface Vectors {
  readonly cases: readonly {
    /** The field value. */
    readonly h: string;
    /** How often it is repeated, once when absent. */
    readonly repeat?: number;
    /** What must be found; absent where only the time matters. */
    readonly links?: readonly Partial<Link>[];
    /** The longest time that it may take. */
    readonly maxMs?: number;
    readonly note?: string;
  }[];
}

const { cases } = await readVectors<Vectors>("link/rfc8288.json");

Deno.test("the Link field is read by the vectors of RFC 8288", async (t) => {
  assert(cases.length > 20);
  for (const { h, links, note, repeat } of cases) {
    if (links === undefined || repeat !== undefined) continue;
    const shown = h.length > 80 ? `${h.slice(0, 40)}… (${h.length} characters)` : h;
    await t.step(note === undefined ? shown : `${shown} (${note})`, () => {
      const found = parseLinks(h, BASE);
      assertStrictEquals(found.length, links.length);
      for (const [index, expected] of links.entries()) {
        const { href, rel, anchor, title } = found[index]!;
        assertEquals(
          { href, rel, anchor, title },
          { anchor: undefined, title: undefined, ...expected },
        );
      }
    });
  }
});

Deno.test("a hostile Link field is read within the time of the vectors", async (t) => {
  const timed = cases.filter(({ maxMs }) => maxMs !== undefined);
  assert(timed.length >= 2);
  for (const { h, repeat = 1, maxMs } of timed) {
    const value = h.repeat(repeat);
    await t.step(
      `${h.slice(0, 20)} × ${repeat}`,
      () => assertWithin(h, maxMs!, () => parseLinks(value, BASE)),
    );
  }
});

Deno.test("a hostile Link field takes linear time", async () => {
  const pieces = [
    "<",
    ">",
    "<x>",
    "<x>;",
    ",",
    " ",
    ";",
    "<x>;rel=",
    '<x>;rel="',
    '<x>;rel="\\',
    "<x>;rel=next ",
    "; ;",
    "<x>,",
    "<x>;rel=a;rel=b,",
  ];
  for (const piece of pieces) {
    for (const before of ["", "<x>;rel=next"]) {
      const input = (size: number) => before + piece.repeat(size);
      await assertLinear(before + piece, input, (value) => parseLinks(value, BASE));
    }
  }
});

Deno.test("a Link field is read as appendix B has it where the grammar is silent", async (t) => {
  const rows: { value: string; links: [href: string, rel: string[]][]; source: string }[] = [
    {
      value: "<x>; rel=next prev",
      links: [["https://example.com/a/x", ["next", "prev"]]],
      source: "RFC 8288 B.3: a bare value goes to the next ; or ,",
    },
    {
      value: "<x>; rel=next \t, <y>; rel=prev \t; a=b",
      links: [["https://example.com/a/x", ["next"]], ["https://example.com/a/y", ["prev"]]],
      source: "RFC 8288 B.3: white space behind a bare value",
    },
    {
      value: '<x>; rel="  next \t prev "',
      links: [["https://example.com/a/x", ["next", "prev"]]],
      source: "RFC 8288 B.2: relation types are split at white space",
    },
    {
      value: "<x>; REL=next",
      links: [["https://example.com/a/x", ["next"]]],
      source: "RFC 8288 B.3: parameter names are case-insensitive",
    },
    {
      value: "<x>;rel=next<y>;rel=prev",
      links: [["https://example.com/a/x", ["next<y>"]]],
      source: "RFC 8288 B.3: < begins no link inside a value",
    },
    {
      value: '<x>; rel="next" junk, <y>; rel=prev',
      links: [["https://example.com/a/x", ["next"]]],
      source: "RFC 8288 B.2: what is no link ends the parsing",
    },
    {
      value: '<x>; rel="next" <y>; rel=prev',
      links: [["https://example.com/a/x", ["next"]], ["https://example.com/a/y", ["prev"]]],
      source: "RFC 8288 B.2: the algorithm asks for no comma",
    },
    {
      value: "<x>; rel; rel=next",
      links: [],
      source: "RFC 8288 3.3: the first rel counts, an empty one too",
    },
    { value: '<x>; rel=""', links: [], source: "RFC 8288 3.3: no relation type, no link" },
    {
      value: "<http://[>; rel=next, <y>; rel=prev",
      links: [["https://example.com/a/y", ["prev"]]],
      source: "a malformed target is left out, the others count",
    },
    {
      value: '<y>; rel=prev; anchor="http://[", <z>; rel=next',
      links: [["https://example.com/a/z", ["next"]]],
      source: "a malformed anchor: the context is not known",
    },
    {
      value: "<//cdn.example/x>; rel=preload",
      links: [["https://cdn.example/x", ["preload"]]],
      source: "RFC 3986 5.2: network-path reference",
    },
    {
      value: "< x >; rel=next",
      links: [["https://example.com/a/x", ["next"]]],
      source: "WHATWG URL: white space around a URL",
    },
    { value: "<x>", links: [], source: "no parameters at all" },
    { value: "   ", links: [], source: "white space" },
    { value: "null", links: [], source: "a word" },
  ];
  for (const { value, links, source } of rows) {
    await t.step(`${value} (${source})`, () => {
      assertEquals(parseLinks(value, BASE).map(({ href, rel }) => [href, rel]), links);
    });
  }
});

Deno.test("no Link field, no links", () => {
  assertEquals(parseLinks(null, BASE), []);
});

Deno.test("the extended title wins over the plain one, when it can be decoded", async (t) => {
  const rows: { value: string; title: string | undefined; source: string }[] = [
    {
      value: "<x>; rel=a; title=plain; title*=UTF-8''na%C3%AFve",
      title: "naïve",
      source: "RFC 8288 3.4.1",
    },
    {
      value: "<x>; rel=a; title*=UTF-8''na%C3%AFve; title=plain",
      title: "naïve",
      source: "RFC 8288 3.4.1: in any order",
    },
    {
      value: "<x>; rel=a; title*=utf-8'en'a%20b",
      title: "a b",
      source: "RFC 8187 3.2.1: charsets are case-insensitive, a language may be named",
    },
    {
      value: "<x>; rel=a; title=plain; title*=UTF-8''%ff",
      title: "plain",
      source: "RFC 8187 3.2.1: not UTF-8",
    },
    {
      value: "<x>; rel=a; title=plain; title*=UTF-8''%zz",
      title: "plain",
      source: "RFC 8187 3.2.1: malformed escape",
    },
    {
      value: "<x>; rel=a; title=plain; title*=KOI8-R''abc",
      title: "plain",
      source: "RFC 8187 3.2.1: only UTF-8 is required",
    },
    {
      value: "<x>; rel=a; title=plain; title*=abc",
      title: "plain",
      source: "RFC 8187 3.2.1: no charset",
    },
    {
      value: "<x>; rel=a; title=first; title=second",
      title: "first",
      source: "RFC 8288 3.4.1: the first counts",
    },
    { value: '<x>; rel=a; title=""', title: "", source: "an empty title is one" },
    { value: "<x>; rel=a", title: undefined, source: "no title" },
  ];
  for (const { value, title, source } of rows) {
    await t.step(`${value} (${source})`, () => {
      const [link] = parseLinks(value, BASE);
      assertStrictEquals(link?.title, title);
      assertStrictEquals("title" in link!, title !== undefined);
    });
  }
});

Deno.test("other parameters are kept by lower-case name, the first of a name", () => {
  const [link] = parseLinks(
    '<x>; rel=next; Type="text/html"; type=b; hreflang=en; crossorigin; Count=5',
    BASE,
  );
  assertEquals(link?.parameters, {
    type: "text/html",
    hreflang: "en",
    crossorigin: "",
    count: "5",
  });
});

Deno.test("parameters named like properties of Object.prototype are data", () => {
  const [link] = parseLinks('<x>; rel=next; __proto__="evil"; constructor=c; toString=t', BASE);
  assertEquals(Object.entries(link!.parameters), [
    ["__proto__", "evil"],
    ["constructor", "c"],
    ["tostring", "t"],
  ]);
  assertStrictEquals(Object.getPrototypeOf(link!.parameters), Object.prototype);
  assertStrictEquals(({} as Record<string, unknown>)["evil"], undefined);
});

Deno.test("several Link fields, as fetch joins them, are one list", () => {
  const headers = new Headers([["link", "<1>; rel=a"], ["link", '<2>; rel=b; title="x, y"']]);
  assertEquals(
    parseLinks(headers.get("link"), BASE).map(({ rel, title }) => [...rel, title]),
    [["a", undefined], ["b", "x, y"]],
  );
});
