/** Parameter styles: the 39 rows that the tables of OpenAPI 3.0 to 3.2 ("Style Examples") define. */

import { assertEquals, assertThrows } from "@std/assert";
import type { Parameter } from "../../../src/generate/runtime/operation.ts";
import {
  cookiePairs,
  headerValue,
  pairsOf,
  pathValue,
} from "../../../src/generate/runtime/styles.ts";

const VALUES = {
  primitive: "blue",
  array: ["blue", "black", "brown"],
  object: { R: 100, G: 200, B: 150 },
};

type Kind = keyof typeof VALUES;

/** Place, style, explode, kind of value, what is sent. The parameter is `color`. */
const ROWS: readonly (readonly [Parameter["in"], Parameter["style"], boolean, Kind, string])[] = [
  ["path", "simple", false, "primitive", "blue"],
  ["path", "simple", false, "array", "blue,black,brown"],
  ["path", "simple", false, "object", "R,100,G,200,B,150"],
  ["path", "simple", true, "primitive", "blue"],
  ["path", "simple", true, "array", "blue,black,brown"],
  ["path", "simple", true, "object", "R=100,G=200,B=150"],
  ["path", "label", false, "primitive", ".blue"],
  ["path", "label", false, "array", ".blue,black,brown"],
  ["path", "label", false, "object", ".R,100,G,200,B,150"],
  ["path", "label", true, "primitive", ".blue"],
  ["path", "label", true, "array", ".blue.black.brown"],
  ["path", "label", true, "object", ".R=100.G=200.B=150"],
  ["path", "matrix", false, "primitive", ";color=blue"],
  ["path", "matrix", false, "array", ";color=blue,black,brown"],
  ["path", "matrix", false, "object", ";color=R,100,G,200,B,150"],
  ["path", "matrix", true, "primitive", ";color=blue"],
  ["path", "matrix", true, "array", ";color=blue;color=black;color=brown"],
  ["path", "matrix", true, "object", ";R=100;G=200;B=150"],
  ["query", "form", false, "primitive", "color=blue"],
  ["query", "form", false, "array", "color=blue,black,brown"],
  ["query", "form", false, "object", "color=R,100,G,200,B,150"],
  ["query", "form", true, "primitive", "color=blue"],
  ["query", "form", true, "array", "color=blue&color=black&color=brown"],
  ["query", "form", true, "object", "R=100&G=200&B=150"],
  ["query", "spaceDelimited", false, "array", "color=blue%20black%20brown"],
  ["query", "spaceDelimited", false, "object", "color=R%20100%20G%20200%20B%20150"],
  ["query", "pipeDelimited", false, "array", "color=blue%7Cblack%7Cbrown"],
  ["query", "pipeDelimited", false, "object", "color=R%7C100%7CG%7C200%7CB%7C150"],
  ["query", "deepObject", true, "object", "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150"],
  ["header", "simple", false, "primitive", "blue"],
  ["header", "simple", false, "array", "blue,black,brown"],
  ["header", "simple", false, "object", "R,100,G,200,B,150"],
  ["header", "simple", true, "primitive", "blue"],
  ["header", "simple", true, "array", "blue,black,brown"],
  ["header", "simple", true, "object", "R=100,G=200,B=150"],
  ["cookie", "form", false, "primitive", "color=blue"],
  ["cookie", "form", true, "primitive", "color=blue"],
  ["cookie", "form", false, "array", "color=blue,black,brown"],
  ["cookie", "form", false, "object", "color=R,100,G,200,B,150"],
];

function send(parameter: Parameter, value: unknown): string {
  switch (parameter.in) {
    case "path":
      return pathValue(parameter, value);
    case "header":
      return headerValue(parameter, value);
    case "cookie":
      return cookiePairs(parameter, value).join("; ");
    default:
      return pairsOf(parameter, value).join("&");
  }
}

Deno.test("all 39 rows of the tables are right", async (t) => {
  assertEquals(ROWS.length, 39);
  for (const [place, style, explode, kind, expected] of ROWS) {
    await t.step(`${place} ${style} ${explode ? "exploded " : ""}${kind}`, () => {
      assertEquals(
        send({ name: "color", in: place, style: style!, explode }, VALUES[kind]),
        expected,
      );
    });
  }
});

Deno.test("a style that is not named is that of the place", () => {
  const rows: [Parameter["in"], string][] = [
    ["path", "blue,black,brown"],
    ["query", "color=blue&color=black&color=brown"],
    ["header", "blue,black,brown"],
    ["cookie", "color=blue; color=black; color=brown"],
  ];
  for (const [place, expected] of rows) {
    assertEquals(send({ name: "color", in: place }, VALUES.array), expected);
  }
});

Deno.test("values are written by RFC 6570, and 3.2's cookies as they are", () => {
  const rows: [Parameter, unknown, string][] = [
    [{ name: "id", in: "path" }, "a/b?c#d e%2f", "a%2Fb%3Fc%23d%20e%252f"],
    [{ name: "id", in: "path" }, "!'()*~", "%21%27%28%29%2A~"],
    [{ name: "id", in: "path", allowReserved: true }, "a/b;c=%2f ü", "a/b;c=%2f%20%C3%BC"],
    [{ name: "color", in: "path", style: "matrix" }, "", ";color"],
    [{ name: "color", in: "path", style: "matrix", explode: true }, ["", "a"], ";color;color=a"],
    [{ name: "color", in: "path", style: "label" }, "", "."],
    [{ name: "id", in: "path" }, new Date(0), "1970-01-01T00%3A00%3A00.000Z"],
    [{ name: "q", in: "query" }, "", "q="],
    [{ name: "q", in: "query" }, null, ""],
    [{ name: "q", in: "query" }, undefined, ""],
    [{ name: "q", in: "query" }, [], ""],
    [{ name: "q", in: "query" }, ["a", null, "b"], "q=a&q=b"],
    [{ name: "q", in: "query", explode: false }, ["a,b", "c"], "q=a%2Cb,c"],
    [{ name: "q", in: "query" }, "a&b=c+d", "q=a%26b%3Dc%2Bd"],
    [{ name: "q", in: "query", allowReserved: true }, "a/b?c:d&e=f+g#h", "q=a/b?c:d%26e=f%2Bg%23h"],
    [{ name: "q[]", in: "query" }, ["a"], "q%5B%5D=a"],
    [
      { name: "q", in: "query", content: "application/json" },
      { a: [1] },
      "q=%7B%22a%22%3A%5B1%5D%7D",
    ],
    [
      { name: "f", in: "query", style: "deepObject" },
      { a: { b: [1, 2] }, c: null },
      "f%5Ba%5D%5Bb%5D%5B%5D=1&f%5Ba%5D%5Bb%5D%5B%5D=2",
    ],
    [{ name: "h", in: "header" }, "a b", "a b"],
    [{ name: "h", in: "header", content: "application/json" }, { a: 1 }, '{"a":1}'],
    [{ name: "c", in: "cookie", style: "cookie" }, ["a b", "c"], "c=a b; c=c"],
    [{ name: "c", in: "cookie", style: "cookie" }, { x: "1", y: "2" }, "x=1; y=2"],
    [{ name: "c", in: "cookie" }, "a b;", "c=a%20b%3B"],
  ];
  for (const [parameter, value, expected] of rows) {
    assertEquals(send(parameter, value), expected, JSON.stringify(parameter));
  }
});

Deno.test("a path parameter must have a value", () => {
  assertThrows(() => pathValue({ name: "id", in: "path" }, undefined), TypeError, "id is missing");
});
