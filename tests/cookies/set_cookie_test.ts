import { assert, assertEquals } from "@std/assert";
import { parseSetCookie } from "../../src/cookies/set_cookie.ts";
import { assertLinear } from "../support/linear.ts";

const NOW = Date.UTC(2015, 5, 1);
const DEFAULTS = {
  domain: undefined,
  path: undefined,
  expiresAt: Infinity,
  secure: false,
  httpOnly: false,
  sameSite: undefined,
};

Deno.test("parseSetCookie() reads every attribute, whatever its case", () => {
  assertEquals(
    parseSetCookie(
      "a=b; DOMAIN=.Example.com; pAth=/x; max-AGE=60; SECURE; httponly; SameSite=LAX",
      NOW,
    ),
    {
      name: "a",
      value: "b",
      domain: "example.com",
      path: "/x",
      expiresAt: NOW + 60_000,
      secure: true,
      httpOnly: true,
      sameSite: "lax",
    },
  );
});

Deno.test("parseSetCookie() ignores what it cannot use", () => {
  for (
    const attributes of [
      "Domain=",
      "Path=x",
      "Max-Age=soon",
      "Expires=never",
      "SameSite=yes",
      "Colour=red",
      `Path=/${"x".repeat(1024)}`,
    ]
  ) {
    assertEquals(parseSetCookie(`a=b; ${attributes}`, NOW), { name: "a", value: "b", ...DEFAULTS });
  }
});

Deno.test("parseSetCookie() lets Max-Age win over Expires, however large it is", () => {
  const expires = "Expires=Fri, 01 Jan 2100 00:00:00 GMT";
  assertEquals(parseSetCookie(`a=b; Max-Age=0; ${expires}`, NOW)?.expiresAt, -Infinity);
  assertEquals(parseSetCookie(`a=b; ${expires}`, NOW)?.expiresAt, Date.UTC(2100, 0, 1));
  const huge = parseSetCookie(`a=b; Max-Age=${"9".repeat(500)}`, NOW)!.expiresAt;
  assert(Number.isFinite(huge), "it would last as long as the session");
});

// R14.9
Deno.test("parseSetCookie() refuses control characters, and cookies without a name", () => {
  for (const text of ["a=\x01b", "a=b\x7f", "\x1fa=b", "a=b; Path=/\x08", "b", "=b", "", ";"]) {
    assertEquals(parseSetCookie(text, NOW), undefined, JSON.stringify(text));
  }
  assertEquals(parseSetCookie("a=\tb\tc\t", NOW)?.value, "b\tc");
  assertEquals(parseSetCookie("a=\xa0b", NOW)?.value, "\xa0b"); // no white space of the RFC's
});

// R15.5
Deno.test("parseSetCookie() takes time in proportion to the length of the text", async () => {
  for (const piece of ["a", " ", ",", "=", ";", "\t", "\xa0", "@", "; =", "; Expires=1 1 1:1:1"]) {
    for (const [before, after] of [["", ""], ["a=", ""], ["a=b", "c"], ["a=b; Expires=", ""]]) {
      await assertLinear(
        JSON.stringify(before + piece),
        (size) => before + piece.repeat(size) + after,
        (text) => parseSetCookie(text, NOW),
      );
    }
  }
});
