/** WWW-Authenticate, as RFC 9110 11.6.1 has it and as servers write it. */

import { assertEquals } from "@std/assert";
import { type Challenge, parseChallenges } from "../../src/formats/auth_challenges.ts";
import { assertLinear } from "../support/linear.ts";

function challenge(
  scheme: string,
  params: Record<string, string> = {},
  token68?: string,
): Challenge {
  return {
    scheme,
    params: new Map(Object.entries(params)),
    ...token68 !== undefined && { token68 },
  };
}

Deno.test("parseChallenges() reads every challenge", async (t) => {
  const rows: [string, string, Challenge[]][] = [
    [
      "RFC 9110 11.6.1",
      'Basic realm="simple", Newauth realm="apps", type=1, title="Login to \\"apps\\""',
      [
        challenge("basic", { realm: "simple" }),
        challenge("newauth", { realm: "apps", type: "1", title: 'Login to "apps"' }),
      ],
    ],
    ["a scheme alone", "Negotiate", [challenge("negotiate")]],
    [
      "schemes alone",
      "Negotiate, Bearer,Basic",
      ["negotiate", "bearer", "basic"].map((name) => challenge(name)),
    ],
    ["token68", "Negotiate YII+/=, Basic realm=x", [
      challenge("negotiate", {}, "YII+/="),
      challenge("basic", { realm: "x" }),
    ]],
    ["an empty list", " , ,, ", []],
    ["empty elements", ', Basic , realm="a",, charset="UTF-8" ,', [
      challenge("basic", { realm: "a", charset: "UTF-8" }),
    ]],
    ["spaces around =", 'Digest nonce = "n" , qop\t=\tauth', [
      challenge("digest", { nonce: "n", qop: "auth" }),
    ]],
    ["commas and schemes in quotes", 'Basic realm="a, Bearer b=\\"c\\"", Bearer', [
      challenge("basic", { realm: 'a, Bearer b="c"' }),
      challenge("bearer"),
    ]],
    ["names in any case", "BASIC REALM=x", [challenge("basic", { realm: "x" })]],
    ["a name twice", "Basic realm=a, Realm=b", [challenge("basic", { realm: "a" })]],
    ["an empty string", 'Basic realm=""', [challenge("basic", { realm: "" })]],
    ["__proto__ is a name", "Basic __proto__=x", [challenge("basic", { ["__proto__"]: "x" })]],
    ["RFC 6750 3", 'Bearer realm="example", error="invalid_token"', [
      challenge("bearer", { realm: "example", error: "invalid_token" }),
    ]],
    [
      "RFC 7616 3.9.1",
      'Digest realm="r", qop="auth, auth-int", algorithm=SHA-256, nonce="n", Digest realm="r", algorithm=MD5',
      [
        challenge("digest", {
          realm: "r",
          qop: "auth, auth-int",
          algorithm: "SHA-256",
          nonce: "n",
        }),
        challenge("digest", { realm: "r", algorithm: "MD5" }),
      ],
    ],
  ];
  for (const [name, field, expected] of rows) {
    await t.step(name, () => assertEquals(parseChallenges(field), expected));
  }
});

Deno.test("parseChallenges() keeps what stands before a mistake", async (t) => {
  const rows: [string, string, string[]][] = [
    ["nothing", "", []],
    ["a quote that does not end", 'Bearer, Basic realm="x', ["bearer", "basic"]],
    ["a lone quote", 'Basic realm=a, "x", Bearer', ["basic"]],
    ["a parameter without scheme", "realm=x, Basic", []],
    ["letters beyond ASCII", "Basic, é, Bearer", ["basic"]],
  ];
  for (const [name, field, schemes] of rows) {
    await t.step(name, () => {
      assertEquals(parseChallenges(field).map(({ scheme }) => scheme), schemes);
    });
  }
});

Deno.test("parseChallenges() takes linear time", async () => {
  for (const piece of ["a ", 'a="', "a=b,", "a,", '"\\', "a=b "]) {
    await assertLinear(piece, (size) => `x ${piece.repeat(size)}`, parseChallenges);
  }
});
