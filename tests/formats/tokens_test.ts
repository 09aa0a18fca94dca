import { assertEquals } from "@std/assert";
import { hexOf, randomHex } from "../../src/formats/hex.ts";
import { isToken, trimField } from "../../src/formats/tokens.ts";
import { assertLinear } from "../support/linear.ts";

Deno.test("a token has the characters of RFC 9110 5.6.2, and at least one", () => {
  const tokens = ["GET", "x-a_b", "!#$%&'*+-.^_`|~", "0"];
  const others = ["", "a b", "a:b", "a\n", "ſ", "é", "(a)", "a/b", undefined, 7, ["GET"]];
  assertEquals(tokens.filter(isToken), tokens);
  assertEquals(others.filter(isToken), []);
});

Deno.test("trimField() takes off spaces and tabs, and no other white space", () => {
  const rows: [string, string][] = [
    ["", ""],
    [" \t ", ""],
    [" a \t b\t", "a \t b"],
    ["\na\u00a0", "\na\u00a0"],
    [" \n ", "\n"],
  ];
  for (const [text, trimmed] of rows) assertEquals(trimField(text), trimmed);
});

Deno.test("trimField() takes linear time", async () => {
  await assertLinear("spaces", (size) => `a${" ".repeat(size)}b${" ".repeat(size)}`, trimField);
});

Deno.test("hexOf() writes two lower-case digits for each byte", () => {
  assertEquals(hexOf(new Uint8Array([0, 1, 15, 16, 171, 255])), "00010f10abff");
  assertEquals(randomHex(16).replace(/[0-9a-f]{32}/, ""), "");
});
