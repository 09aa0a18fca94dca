/** Parameter styles: the 39 rows that the tables of OpenAPI 3.0 to 3.2 ("Style Examples") define. */

import { FakeServer } from "../../../src/testing/mod.ts";
import { STYLE_ROWS, VALUES } from "../../support/style_rows.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { API, call, type Operation } from "../../../src/generate/runtime/mod.ts";
import type { Parameter } from "../../../src/generate/runtime/operation.ts";
import {
  cookiePairs,
  headerValue,
  pairsOf,
  pathValue,
} from "../../../src/generate/runtime/styles.ts";

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

// R20.12
Deno.test("all 39 rows of the tables are right", async (t) => {
  assertEquals(STYLE_ROWS.length, 39);
  for (const [place, style, explode, kind, expected] of STYLE_ROWS) {
    await t.step(`${place} ${style} ${explode ? "exploded " : ""}${kind}`, () => {
      assertEquals(
        send({ name: "color", in: place, style: style!, explode }, VALUES[kind]),
        expected,
      );
    });
  }
});

Deno.test("all 39 rows are so on the wire", async (t) => {
  await using server = await FakeServer.start(() => ({ status: 204 }));
  await using api = new API({ server: server.origin, security: {} });
  for (const [place, style, explode, kind, expected] of STYLE_ROWS) {
    await t.step(`${place} ${style} ${explode ? "exploded " : ""}${kind}`, async () => {
      const operation: Operation = {
        id: "row",
        method: "GET",
        path: place === "path" ? "/{color}" : "/",
        parameters: [{ name: "color", in: place, style: style!, explode }],
        responses: { 204: [] },
      };
      await call(api, operation, { color: VALUES[kind] });
      const { target, headers } = server.requests.at(-1)!;
      const field = (name: string) => headers.find(([own]) => own.toLowerCase() === name)?.[1];
      const sent = {
        path: target.slice(1),
        query: target.slice(2),
        header: field("color"),
        cookie: field("cookie"),
      };
      assertEquals(sent[place as keyof typeof sent], expected);
    });
  }
});

// R20.12
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

// R20.12
Deno.test("values are written by RFC 6570, and 3.2's cookies as they are", () => {
  const rows: [Parameter, unknown, string][] = [
    [{ name: "id", in: "path" }, "a/b?c#d e%2f", "a%2Fb%3Fc%23d%20e%252f"],
    [{ name: "id", in: "path" }, "!'()*~", "%21%27%28%29%2A~"],
    [
      { name: "id", in: "path", allowReserved: true },
      "a/b?c;d=%2f ü#",
      "a%2Fb%3Fc;d=%2f%20%C3%BC%23",
    ],
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

// R20.9
Deno.test("a path parameter must have a value", () => {
  const parameter = { name: "id", in: "path" } as const;
  assertThrows(() => pathValue(parameter, undefined), TypeError, "id is missing");
  for (const empty of ["", [], {}]) {
    assertThrows(
      () => pathValue(parameter, empty),
      TypeError,
      "id is empty, which would lead elsewhere",
    );
  }
});
