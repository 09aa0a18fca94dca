/** Base64 and base64url: the examples of RFC 4648 section 10, and what is refused. */

import { assertEquals, assertStrictEquals } from "@std/assert";
import { fromBase64, fromBase64URL, toBase64, toBase64URL } from "../../src/formats/base64.ts";

const encode = (text: string) => new TextEncoder().encode(text);

Deno.test("the examples of RFC 4648 section 10 are written and read", () => {
  const rows = [["", ""], ["f", "Zg=="], ["fo", "Zm8="], ["foo", "Zm9v"], ["foobar", "Zm9vYmFy"]];
  for (const [plain, encoded] of rows as [string, string][]) {
    assertStrictEquals(toBase64(encode(plain)), encoded);
    assertEquals(fromBase64(encoded), encode(plain));
    assertEquals(fromBase64(encoded.replaceAll("=", "")), encode(plain));
  }
});

Deno.test("all bytes come back, in both alphabets, also many", () => {
  const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => index % 256);
  assertEquals(fromBase64(toBase64(bytes)), bytes);
  assertEquals(fromBase64URL(toBase64URL(bytes)), bytes);
  assertStrictEquals(toBase64URL(Uint8Array.of(0xfb, 0xff, 0xfe)), "-__-");
});

Deno.test("what is not base64 is undefined", () => {
  for (const text of ["Z", "Zg=a", "Z g==", "Zm9v\n", "Zg===", "-__-", "é"]) {
    assertStrictEquals(fromBase64(text), undefined, text);
  }
  for (const text of ["Z", "Zg==", "+//+", "Zm9v ", "é"]) {
    assertStrictEquals(fromBase64URL(text), undefined, text);
  }
});
