/** Which scheme negotiate() chooses, as a plain generator. */

import { apiKeyAuth, type AuthScheme, basicAuth, bearerAuth, negotiate } from "../../mod.ts";
import type { HTTPRequest } from "../../src/http/request/http_request.ts";
import { assertEquals, assertThrows } from "@std/assert";

const CONTEXT = { fetch, signal: new AbortController().signal };
const BASIC = basicAuth("u", "p");
const BEARER = bearerAuth("t");

/** Waits for its challenge, like Digest. */
const waiting: AuthScheme = {
  name: "Digest",
  async *authenticate(request) {
    const { statusCode } = yield request;
    if (statusCode !== 401) return;
    yield { ...request, headers: { ...request.headers, authorization: "Digest x" } };
  },
};

/** A token that is bound to a key. */
const bound: AuthScheme = {
  name: "DPoP",
  async *authenticate(request) {
    yield { ...request, headers: { ...request.headers, authorization: "DPoP t" } };
  },
};

function request(url: string): HTTPRequest {
  return { method: "GET", url, headers: {}, context: {}, attempt: 1, hop: 0, resends: 0 };
}

/** What is sent as Authorization, when what has none is answered with the challenge. */
async function drive(
  scheme: AuthScheme,
  challenge: string | null,
  url = "https://api.example/",
  accepts: (authorization: string) => boolean = () => true,
): Promise<(string | undefined)[]> {
  const flow = scheme.authenticate(request(url), CONTEXT);
  const sent: (string | undefined)[] = [];
  for (let step = await flow.next(); !step.done;) {
    const { authorization } = step.value.headers;
    sent.push(authorization);
    const accepted = authorization !== undefined && accepts(authorization);
    const headers = new Headers(challenge === null ? {} : { "www-authenticate": challenge });
    step = await flow.next({ statusCode: accepted ? 200 : 401, headers, url });
  }
  return sent;
}

// R16.10
Deno.test("the strongest scheme that the server names is chosen", async (t) => {
  const all = [BASIC, BEARER, waiting];
  const rows: [string, AuthScheme[], string | null, (string | undefined)[]][] = [
    ["one", all, 'Basic realm="r"', [undefined, "Basic dTpw"]],
    ["Bearer before Basic", all, 'Basic realm="r", Bearer', [undefined, "Bearer t"]],
    ["Digest before both", all, 'Basic realm="r", Bearer, DIGEST nonce="n"', [
      undefined,
      "Digest x",
    ]],
    ["DPoP before them", [BEARER, waiting, bound], 'Digest nonce="n", Bearer, DPoP algs="ES256"', [
      undefined,
      "DPoP t",
    ]],
    ["a name in a realm is none", all, 'Basic realm="x, Bearer"', [undefined, "Basic dTpw"]],
    ["what is not offered", [BASIC], "Bearer", [undefined]],
    ["unknown", all, "Negotiate", [undefined]],
    ["no challenge", all, null, [undefined]],
    ["malformed", all, ',,"', [undefined]],
  ];
  for (const [name, schemes, challenge, expected] of rows) {
    await t.step(name, async () => {
      assertEquals(await drive(negotiate(...schemes), challenge), expected);
    });
  }
});

// R16.11
Deno.test("a secret that can be read is not sent in clear text because a server asks", async (t) => {
  const allowed = basicAuth("u", "p", { allowClearText: true });
  const custom: AuthScheme = {
    name: "Token",
    async *authenticate(request) {
      yield { ...request, headers: { ...request.headers, authorization: "Token t" } };
    },
  };
  const rows: [string, AuthScheme[], string, (string | undefined)[]][] = [
    ["http", [BASIC, BEARER], "http://api.example/", [undefined]],
    ["http, allowed", [allowed, BEARER], "http://api.example/", [undefined, "Basic dTpw"]],
    ["http, Digest", [BASIC, waiting], "http://api.example/", [undefined, "Digest x"]],
    ["http, a scheme of the caller's", [custom], "http://api.example/", [undefined]],
    ["http, one that is allowed", [{ ...custom, allowClearText: true }], "http://api.example/", [
      undefined,
      "Token t",
    ]],
    ["https, a scheme of the caller's", [custom], "https://api.example/", [undefined, "Token t"]],
    ["https", [BASIC], "https://api.example/", [undefined, "Basic dTpw"]],
    ["localhost", [BASIC], "http://localhost:1/", [undefined, "Basic dTpw"]],
    ["127.0.0.1", [BASIC], "http://127.0.0.1:1/", [undefined, "Basic dTpw"]],
    ["[::1]", [BASIC], "http://[::1]:1/", [undefined, "Basic dTpw"]],
    ["a name that begins so", [BASIC], "http://127.0.0.1.example/", [undefined]],
    ["a name that ends so", [BASIC], "http://notlocalhost/", [undefined]],
  ];
  for (const [name, schemes, url, expected] of rows) {
    await t.step(name, async () => {
      assertEquals(
        await drive(negotiate(...schemes), "Basic realm=r, Bearer, Digest nonce=n, Token", url),
        expected,
      );
    });
  }
});

// R16.10
Deno.test("an origin is asked once, and again when it no longer takes the answer", async () => {
  const scheme = negotiate(BASIC, BEARER);
  const both = "Basic realm=r, Bearer";
  assertEquals(await drive(scheme, both), [undefined, "Bearer t"]);
  assertEquals(await drive(scheme, both), ["Bearer t"]);
  assertEquals(await drive(scheme, both, "https://other.example/"), [undefined, "Bearer t"]);
  const onlyBasic = (authorization: string) => authorization.startsWith("Basic");
  assertEquals(await drive(scheme, "Basic realm=r", undefined, onlyBasic), ["Bearer t"]);
  assertEquals(await drive(scheme, "Basic realm=r", undefined, onlyBasic), [
    undefined,
    "Basic dTpw",
  ]);
});

Deno.test("what an origin took is remembered although a request failed on the way", async () => {
  const scheme = negotiate(BASIC, BEARER);
  await drive(scheme, "Bearer");
  const flow = scheme.authenticate(request("https://api.example/"), CONTEXT);
  await flow.next();
  await flow.return();
  assertEquals(await drive(scheme, "Bearer"), ["Bearer t"]);
});

Deno.test("a scheme is not used at the origin of another", async () => {
  const here = basicAuth("u", "p", { origins: ["https://here.example"] });
  const there = bearerAuth("t", { origins: ["https://there.example"] });
  const scheme = negotiate(here, there);
  assertEquals(new Set(scheme.origins), new Set(["https://here.example", "https://there.example"]));
  const both = "Basic realm=r, Bearer";
  assertEquals(await drive(scheme, both, "https://here.example/"), [undefined, "Basic dTpw"]);
  assertEquals(await drive(scheme, both, "https://there.example/"), [undefined, "Bearer t"]);
});

Deno.test("what cannot be chosen is refused", () => {
  const key = apiKeyAuth({ name: "k", value: "v", in: "header" });
  const placed = bearerAuth("t", { origins: ["https://a.example"] });
  assertThrows(() => negotiate(), TypeError, "at least one");
  assertThrows(() => negotiate(BASIC, key), TypeError, "servers cannot request API key");
  assertThrows(() => negotiate({} as AuthScheme), TypeError, "must be a scheme");
  assertThrows(() => negotiate(BASIC, placed), TypeError, "on all schemes or on none");
});
