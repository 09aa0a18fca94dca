/** Tokens that are bound to a key: proofs, nonces, and where they go (RFC 9449). */

import {
  assert,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { HTTPClient, type HTTPClientOptions, NetworkingError } from "../../../../mod.ts";
import {
  oauth2,
  type OAuth2Options,
  sharedTokenStore,
  type TokenSet,
} from "../../../../src/auth/oauth2/mod.ts";
import { memoryState } from "../../../../src/shared_state/mod.ts";
import { DPoPProver } from "../../../../src/auth/oauth2/server/dpop.ts";
import { hash } from "../../../../src/auth/keys/jwk.ts";
import { FakeClock } from "../../../../src/testing/mod.ts";
import { fromBase64URL } from "../../../../src/formats/base64.ts";
import {
  API,
  type Asked,
  type Authority,
  authority,
  ISSUER,
  read,
  refusal,
  token,
} from "../../../support/authority.ts";

/** RFC 9449 4.1 and 7.1, without line breaks. */
const PROOFS = [
  "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg",
  "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA",
] as const;

const ES256 = { name: "ECDSA", namedCurve: "P-256" };

/** The key of a proof, and whether it signed the proof. */
async function check(proof: string): Promise<boolean> {
  const [header = "", claims = "", signature = ""] = proof.split(".");
  const { jwk, alg } = read(proof)[0] as { jwk: JsonWebKey; alg: string };
  const algorithm = alg === "ES256" ? ES256 : { name: "Ed25519" };
  const key = await crypto.subtle.importKey("jwk", jwk, algorithm, true, ["verify"]);
  const signed = new TextEncoder().encode(`${header}.${claims}`);
  const how = { ...algorithm, hash: "SHA-256" };
  return await crypto.subtle.verify(how, key, fromBase64URL(signature)!, signed);
}

Deno.test("the examples of RFC 9449: 2 of 2 proofs are made octet for octet, signature apart", async () => {
  const { jwk } = read(PROOFS[0])[0] as { jwk: JsonWebKey };
  const publicKey = await crypto.subtle.importKey("jwk", jwk, ES256, true, ["verify"]);
  const { privateKey } = await crypto.subtle.generateKey(ES256, false, ["sign", "verify"]);
  const prover = new DPoPProver({ publicKey, privateKey });
  const made = await Promise.all([
    prover.proof({
      method: "POST",
      url: "https://server.example.com/token?query=1#fragment",
      now: 1562262616_000,
      id: "-BwC3ESc6acc2lTc",
    }),
    prover.proof({
      method: "GET",
      url: "https://resource.example.org/protectedresource",
      accessToken: "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU",
      now: 1562262618_999,
      id: "e1j3V_bKic8-LAEB",
    }),
  ]);
  const unsigned = (proof: string) => proof.split(".").slice(0, 2);
  assertEquals(made.map(({ value }) => unsigned(value)), PROOFS.map(unsigned));
  assertEquals(await Promise.all(PROOFS.map(check)), [true, true]);
  assertEquals(await prover.thumbprint(), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"); // 6.1
});

/** What a server that binds tokens answers. */
const bound = (_: Asked, number: number) => token(number, { "token_type": "DPoP" });

function clientOf(
  server: Authority,
  options: Partial<OAuth2Options> = {},
  more: HTTPClientOptions = {},
) {
  const auth = oauth2({
    issuer: ISSUER,
    clientId: "a",
    clientSecret: "s3cret",
    dpop: true,
    ...options,
  });
  const retryBackoff = { milliseconds: 1 };
  return new HTTPClient({ baseUrl: API, transport: server.transport, auth, retryBackoff, ...more });
}

/** The claims of the proofs that were sent. */
function proofs(asked: readonly Asked[]): Record<string, unknown>[] {
  return asked.map(({ headers }) => read(headers.get("dpop"))[1]);
}

Deno.test("each request has a proof of its own: of its method, its URL, its token, by one key", async () => {
  const server = authority({ "/token": bound });
  await using client = clientOf(server);
  await client.get("/a?query=1");
  await client.post("/b", { a: 1 });
  const [one, two] = server.at("api");
  assertEquals(one!.headers.get("authorization"), "DPoP access-1");
  const [first, second] = proofs([one!, two!]);
  assertEquals([first!.htm, first!.htu], ["GET", `${API}/a`]);
  assertEquals([second!.htm, second!.htu], ["POST", `${API}/b`]);
  assertEquals([first!.ath, second!.ath], Array(2).fill(await hash("access-1")));
  assertNotEquals(first!.jti, second!.jti);
  const all = server.asked.map(({ headers }) => headers.get("dpop")!);
  assertEquals(all.length, 3);
  assert((await Promise.all(all.map(check))).every(Boolean));
  assertEquals(new Set(all.map((proof) => JSON.stringify(read(proof)[0]))).size, 1);
  const [asked] = proofs(server.at("/token"));
  assertEquals([asked!.htm, asked!.htu, asked!.ath], ["POST", `${ISSUER}/token`, undefined]);
});

Deno.test("a key pair of the caller's is used, Ed25519 as well", async () => {
  const keyPair = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]);
  const server = authority({ "/token": bound });
  await using client = clientOf(server, { dpop: { keyPair: keyPair as CryptoKeyPair } });
  await client.get("/");
  const proof = server.at("api")[0]!.headers.get("dpop")!;
  const [{ alg, jwk }] = read(proof) as unknown as [{ alg: string; jwk: object }];
  assertEquals([alg, Object.keys(jwk)], ["Ed25519", ["kty", "x", "crv"]]);
  assert(await check(proof));
});

// R16.39
Deno.test("a server's nonce: sent once more, kept by origin, renewed by successes", async (t) => {
  const challenge = { "www-authenticate": 'DPoP error="use_dpop_nonce"' };
  await t.step("at the token endpoint, with another client assertion", async () => {
    const server = authority({
      "/token": ({ headers }, number) => {
        const { nonce } = read(headers.get("dpop"))[1];
        return nonce === "n1"
          ? token(number, { "token_type": "DPoP" })
          : refusal("use_dpop_nonce", 400, { "dpop-nonce": "n1" });
      },
    });
    await using client = clientOf(server);
    assertEquals((await client.get("/")).statusCode, 200);
    const asked = proofs(server.at("/token"));
    assertEquals(asked.map(({ nonce }) => nonce), [undefined, "n1"]);
    assertNotEquals(asked[0]!.jti, asked[1]!.jti);
    assertEquals(proofs(server.at("api"))[0]!.nonce, undefined); // another origin
  });
  await t.step("at the API; a success brings the next one", async () => {
    const server = authority({
      "/token": bound,
      api: ({ headers }, number) => {
        const { nonce } = read(headers.get("dpop"))[1];
        const next = { "dpop-nonce": `n${number}` };
        return nonce === `n${number - 1}`
          ? new Response("welcome", { headers: next })
          : new Response(null, { status: 401, headers: { ...challenge, ...next } });
      },
    });
    await using client = clientOf(server, {}, { maxRetries: 0 });
    const answers = [
      await client.get("/1"),
      await client.post("/2", "text"),
      await client.get("/3"),
    ];
    assertEquals(answers.map(({ statusCode }) => statusCode), [200, 200, 200]);
    assertEquals(proofs(server.at("api")).map(({ nonce }) => nonce), [undefined, "n1", "n2", "n3"]);
    assertEquals(answers.map(({ attempts }) => attempts.length), [1, 1, 1]); // no retry
    assertEquals(server.at("/token").length, 1);
  });
  await t.step("never twice: the second 401 is the answer", async () => {
    const server = authority({
      "/token": bound,
      api: (_, number) =>
        new Response(null, { status: 401, headers: { ...challenge, "dpop-nonce": `n${number}` } }),
    });
    await using client = clientOf(server, {}, { maxRetries: 0 });
    assertEquals((await client.get("/")).statusCode, 401);
    // The first, the one with the nonce, and one with another token, as after any 401.
    assertEquals([server.at("api").length, server.at("/token").length], [3, 2]);
  });
  await t.step(
    "a 401 for another reason is not sent again for the nonce that it brings",
    async () => {
      const server = authority({
        "/token": bound,
        api: ({ headers }) =>
          headers.get("authorization") === "DPoP access-2"
            ? new Response("welcome")
            : new Response(null, {
              status: 401,
              headers: { "www-authenticate": 'DPoP error="invalid_token"', "dpop-nonce": "n1" },
            }),
      });
      await using client = clientOf(server);
      assertEquals((await client.get("/")).text, "welcome");
      assertEquals(server.at("api").length, 2);
    },
  );
  await t.step("a stream cannot be sent again, which the message says", async () => {
    const server = authority({
      "/token": bound,
      api: () => new Response(null, { status: 401, headers: { ...challenge, "dpop-nonce": "n1" } }),
    });
    await using client = clientOf(server);
    const stream = new Blob(["text"]).stream();
    const error = await assertRejects(() => client.post("/", stream), NetworkingError);
    assertEquals(error.code, "auth_failed");
    assertStringIncludes(error.message, "pass a function that returns a new one");
  });
});

Deno.test("whenever a server changes its nonce, each call is sent twice at most, and no proof comes twice", async () => {
  for (const every of [1, 2, 3, 7]) {
    let [nonce, given] = [0, 0];
    const ids = new Set<unknown>();
    const server = authority({
      "/token": bound,
      api: ({ headers }, number) => {
        const { nonce: sent, jti } = read(headers.get("dpop"))[1];
        assert(!ids.has(jti));
        ids.add(jti);
        const isRight = sent === `n${nonce}`;
        // A change that an answer brings, and one that the next refusal brings.
        if (isRight && number % every === 0) nonce++;
        const next = { "dpop-nonce": `n${nonce}` };
        if (number % (every + 2) === 0) nonce++;
        if (isRight) return new Response("in", { headers: number % 2 === 0 ? next : {} });
        given++;
        const nonceNow = { "dpop-nonce": `n${nonce}` };
        const challenge = 'DPoP algs="ES256", error="use_dpop_nonce", Bearer';
        return new Response(null, {
          status: 401,
          headers: { ...nonceNow, "www-authenticate": challenge },
        });
      },
    });
    await using client = clientOf(server, {}, { maxRetries: 0 });
    for (let call = 0; call < 50; call++) {
      const before = server.at("api").length;
      assertEquals((await client.get(`/${call}`)).text, "in");
      assert(server.at("api").length - before <= 2);
    }
    assert(given > 0);
    assertEquals(server.at("/token").length, 1);
  }
});

Deno.test("processes that share a store and a key pair share a token", async () => {
  const keyPair = await crypto.subtle.generateKey(ES256, false, ["sign", "verify"]);
  const server = authority({ "/token": bound });
  const state = memoryState();
  const share = () => ({ store: sharedTokenStore(state, "tokens"), dpop: { keyPair } });
  await using one = clientOf(server, share());
  await using other = clientOf(server, share());
  const texts = await Promise.all([one, other, one, other].map((client) => client.get("/")));
  assertEquals(new Set(texts.map(({ text }) => text)), new Set(["DPoP access-1"]));
  assertEquals(server.at("/token").length, 1);
});

Deno.test("100 first calls at once: one of them fetches the nonce", async () => {
  const server = authority({
    "/token": bound,
    api: async ({ headers }) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return read(headers.get("dpop"))[1].nonce === "n1"
        ? new Response("welcome")
        : new Response(null, {
          status: 401,
          headers: { "www-authenticate": 'DPoP error="use_dpop_nonce"', "dpop-nonce": "n1" },
        });
    },
  });
  await using client = clientOf(server);
  const answers = await Promise.all(Array.from({ length: 100 }, () => client.get("/")));
  assertEquals(new Set(answers.map(({ text }) => text)), new Set(["welcome"]));
  assertEquals([server.at("api").length, server.at("/token").length], [101, 1]);
});

// R16.39
Deno.test("a first call that gets no answer holds up the others for a second at most", async () => {
  const clock = new FakeClock();
  using _installed = clock.install();
  const prover = new DPoPProver();
  const { signal } = new AbortController();
  const isAnswered = await prover.inTurn(API, signal);
  let isWaiting = true;
  const waiting = prover.inTurn(`${API}/other`, signal).then(() => isWaiting = false);
  await prover.inTurn(ISSUER, signal).then((end) => end()); // another origin does not wait
  await clock.advance({ milliseconds: 999 });
  assertEquals(isWaiting, true);
  await clock.advance({ milliseconds: 1 });
  await waiting;
  isAnswered();
  assertEquals(clock.pending, 0);
  const controller = new AbortController();
  const first = await prover.inTurn(API, signal);
  const left = assertRejects(() => prover.inTurn(API, controller.signal), Error, "left");
  controller.abort(new Error("left"));
  await left;
  first();
  assertEquals(clock.pending, 0);
});

// R16.38
Deno.test("retries and redirects within the origin have new proofs; another origin gets none", async () => {
  const server = authority({
    "/token": bound,
    api: ({ url }, number) => {
      if (number === 1) return new Response(null, { status: 503 });
      const to = { "/a": "/b?query=1", "/b": "https://evil.example/c" }[new URL(url).pathname];
      return to === undefined
        ? undefined
        : new Response(null, { status: 307, headers: { location: to } });
    },
    "/c": () => new Response("evil"),
  });
  await using client = clientOf(server);
  assertEquals((await client.get("/a")).text, "evil");
  const sent = proofs(server.at("api"));
  assertEquals(sent.map(({ htu }) => htu), [`${API}/a`, `${API}/a`, `${API}/b`]);
  assertEquals(new Set(sent.map(({ jti }) => jti)).size, 3);
  const [evil] = server.at("/c");
  assertEquals([evil!.headers.get("dpop"), evil!.headers.get("authorization")], [null, null]);
});

// R16.38
Deno.test("a token that is not bound is refused, and one of another key is not used", async (t) => {
  await t.step("a Bearer token", async () => {
    const server = authority();
    await using client = clientOf(server);
    const error = await assertRejects(() => client.get("/"), NetworkingError);
    assertStringIncludes(error.message, "not bound to the key");
  });
  await t.step("a bound token where dpop was not given", async () => {
    const server = authority({ "/token": bound });
    await using client = clientOf(server, { dpop: false });
    const error = await assertRejects(() => client.get("/"), NetworkingError);
    assertStringIncludes(error.message, "dpop: true");
  });
  await t.step("of a process that has ended", async () => {
    let tokens: TokenSet | undefined = { accessToken: "old", keyThumbprint: "other" };
    const store = { get: () => tokens, set: (given: TokenSet) => void (tokens = given) };
    const server = authority({ "/token": bound });
    await using client = clientOf(server, { store });
    assertEquals((await client.get("/")).text, "DPoP access-1");
    assertEquals((await client.get("/")).text, "DPoP access-1");
    assertNotEquals(tokens.keyThumbprint, "other");
  });
  await t.step(
    "of a user whose refresh token is bound to it: the message says what to do",
    async () => {
      const tokens = { accessToken: "old", refreshToken: "refresh", keyThumbprint: "other" };
      const server = authority({ "/token": () => refusal("invalid_grant") });
      await using client = clientOf(server, {
        clientSecret: undefined,
        redirectUri: "app:/back",
        store: { get: () => tokens, set() {} },
      });
      const error = await assertRejects(() => client.get("/"), NetworkingError);
      assertStringIncludes(
        error.message,
        "sign in again (tokens of an earlier process need its key",
      );
    },
  );
  await t.step("in a store that keeps no thumbprints", async () => {
    let accessToken: string | undefined;
    const store = {
      get: () => accessToken === undefined ? undefined : { accessToken },
      set: (given: TokenSet) => void (accessToken = given.accessToken),
    };
    const server = authority({ "/token": bound });
    await using client = clientOf(server, { store });
    for (const _ of [1, 2, 3]) assertEquals((await client.get("/")).text, "DPoP access-1");
  });
});

// R16.36
Deno.test("a server whose clock differs refuses once, and gets proofs by its clock after that", async () => {
  const ahead = 600_000;
  const server = authority({
    "/token": ({ headers }, number) => {
      const { iat } = read(headers.get("dpop"))[1];
      const now = Date.now() + ahead;
      const date = { date: new Date(now).toUTCString() };
      return Math.abs(Number(iat) * 1000 - now) < 60_000
        ? token(number, { "token_type": "DPoP" })
        : refusal("invalid_dpop_proof", 400, date);
    },
  });
  await using client = clientOf(server);
  assertEquals((await client.get("/")).text, "DPoP access-2");
  assert(Number(proofs(server.at("api"))[0]!.iat) * 1000 > Date.now() + ahead - 60_000);
});

// R16.36
Deno.test("a proof goes once more if the clocks differ by 15 seconds to a day, and else not", async () => {
  for (const [seconds, sent] of [[12, 1], [18, 2], [86_380, 2], [86_420, 1]] as const) {
    for (const sign of [1, -1]) {
      const server = authority({
        "/token": () => {
          const date = new Date(Date.now() + sign * seconds * 1000).toUTCString();
          return refusal("invalid_dpop_proof", 400, { date });
        },
      });
      await using client = clientOf(server);
      await assertRejects(() => client.get("/"), NetworkingError, "invalid_dpop_proof");
      assertEquals(server.at("/token").length, sent, String(sign * seconds));
    }
  }
});
