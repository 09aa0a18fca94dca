/** What sign-ins and refreshes check beyond the token: PKCE in the metadata, the nonce, the user. */

import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { HTTPClient, NetworkingError } from "../../../mod.ts";
import { oauth2, type TokenSet, type TokenStore } from "../../../src/auth/oauth2/mod.ts";
import { serve } from "../../support/server.ts";

type Claims = Record<string, unknown>;

/** An OpenID server at `/token` with metadata, whose ID tokens have `claims(form, number)`. */
function openIDServer(
  metadata: Record<string, unknown>,
  claims: (form: URLSearchParams, number: number) => Claims | undefined,
) {
  let asked = 0;
  const server = serve(async (request, path) => {
    const { origin } = new URL(request.url);
    if (path === "/.well-known/openid-configuration") {
      return Response.json({
        issuer: origin,
        "authorization_endpoint": `${origin}/authorize`,
        "token_endpoint": `${origin}/token`,
        ...metadata,
      });
    }
    if (path !== "/token") return new Response(request.headers.get("authorization"));
    const named = claims(new URLSearchParams(await request.text()), ++asked);
    const now = Math.floor(Date.now() / 1000);
    const all = { iss: origin, aud: "desk", iat: now, exp: now + 300, ...named };
    return Response.json({
      "access_token": `access-${asked}`,
      "token_type": "Bearer",
      "expires_in": 300,
      "refresh_token": `refresh-${asked}`,
      ...(named && { "id_token": idToken(all) }),
    });
  });
  return Object.assign(server, {
    asked: () => asked,
    /** A scheme for its users. */
    scheme: (more: { scope?: string; store?: TokenStore; refreshToken?: string } = {}) =>
      oauth2({
        issuer: server.origin,
        clientId: "desk",
        redirectUri: "http://127.0.0.1:9/callback",
        scope: "openid",
        ...more,
      }),
  });
}

function idToken(claims: Claims): string {
  const part = (value: object) => {
    const bytes = new TextEncoder().encode(JSON.stringify(value));
    return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_")
      .replace(/=+$/, "");
  };
  return `${part({ alg: "RS256" })}.${part(claims)}.c2ln`;
}

const S256 = { "code_challenge_methods_supported": ["plain", "S256"] };

// R16.31
Deno.test("a sign-in has a nonce if the metadata does not announce PKCE", async (t) => {
  const rows: [string, Record<string, unknown>, string | undefined, boolean][] = [
    ["announced", S256, "openid", false],
    ["not announced", {}, "email openid", true],
    ["an empty list", { "code_challenge_methods_supported": [] }, "openid", true],
    ["a value of another kind", { "code_challenge_methods_supported": "S256" }, "openid", true],
    ["not announced, and no ID token asked for", {}, "email openid2", false],
    ["not announced, and no scope", {}, undefined, false],
  ];
  for (const [name, metadata, scope, expected] of rows) {
    await t.step(name, async () => {
      await using server = openIDServer(metadata, () => undefined);
      const { url, state } = await server.scheme({ scope }).authorizationUrl();
      const { searchParams } = new URL(url);
      const challenge = searchParams.get("code_challenge");
      assertEquals(searchParams.get("nonce"), expected ? challenge : null);
      assertEquals([searchParams.get("code_challenge_method"), challenge?.length], ["S256", 43]);
      assertEquals(searchParams.get("state"), state);
    });
  }
});

// R16.31
Deno.test("metadata that offers PKCE without S256 is an auth_failed before the user is sent", async () => {
  const metadata = { "code_challenge_methods_supported": ["plain"] };
  await using server = openIDServer(metadata, () => undefined);
  const error = await assertRejects(() => server.scheme().authorizationUrl(), NetworkingError);
  assertEquals(error.code, "auth_failed");
  assertStringIncludes(error.message, "its metadata offers PKCE without S256");
});

// R16.31
Deno.test("the ID token of a sign-in with a nonce has that nonce", async (t) => {
  let nonce: string | null = null;
  const rows: [string, Record<string, unknown>, () => Claims | undefined, boolean][] = [
    ["its nonce", {}, () => ({ sub: "ada", nonce }), true],
    ["another", {}, () => ({ sub: "ada", nonce: "other" }), false],
    ["none", {}, () => ({ sub: "ada" }), false],
    ["no ID token at all", {}, () => undefined, false],
    ["none, and PKCE is announced", S256, () => ({ sub: "ada" }), true],
  ];
  for (const [name, metadata, claims, isRight] of rows) {
    await t.step(name, async () => {
      await using server = openIDServer(metadata, claims);
      const auth = server.scheme();
      const request = await auth.authorizationUrl();
      nonce = new URL(request.url).searchParams.get("nonce");
      const callback = `http://127.0.0.1:9/callback?code=c&state=${request.state}`;
      const { state, codeVerifier } = request;
      // Another process, which kept no more than these two.
      const exchange = () =>
        server.scheme().exchange(callback, { request: { state, codeVerifier } });
      if (isRight) return assertEquals((await exchange()).accessToken, "access-1");
      assertEquals((await assertRejects(exchange, NetworkingError)).code, "auth_failed");
    });
  }
});

// R16.30
Deno.test("the ID token of a refresh is for the user of the one before", async (t) => {
  const rows: [string, string | undefined, Claims | undefined, boolean][] = [
    ["the same user", idToken({ sub: "adä" }), { sub: "adä" }, true],
    ["another user", idToken({ sub: "ada" }), { sub: "eve" }, false],
    ["no new ID token", idToken({ sub: "ada" }), undefined, true],
    ["no ID token before", undefined, { sub: "eve" }, true],
    ["a store that kept something else", "x", { sub: "eve" }, true],
  ];
  for (const [name, before, claims, isRight] of rows) {
    await t.step(name, async () => {
      await using server = openIDServer(S256, () => claims);
      const tokens: TokenSet = {
        accessToken: "old",
        refreshToken: "first",
        expiresAt: 1,
        ...(before !== undefined && { idToken: before }),
      };
      let kept = tokens;
      const store: TokenStore = {
        get: () => kept,
        set: (given) => void (kept = given),
      };
      await using client = new HTTPClient({
        baseUrl: server.origin,
        auth: server.scheme({ store }),
        maxRetries: 0,
      });
      if (isRight) {
        assertEquals((await client.get("/")).text, "Bearer access-1");
        assertEquals(kept.refreshToken, "refresh-1");
        if (claims === undefined) assertEquals(kept.idToken, before);
        return;
      }
      const error = await assertRejects(() => client.get("/"), NetworkingError);
      assertEquals(error.code, "auth_failed");
      assertStringIncludes(error.message, "for another user (sub) than before");
      assertEquals([kept, server.asked()], [tokens, 1]);
    });
  }
});
